/** What is free of products, as Odoo last said: asked after a sync, and shown with its age. */
import { _t } from "@web/core/l10n/translation";
import { agoOf, nowOf } from "@offline_base/app/ui/model/asking";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { questions } from "@offline_base/app/ui/registries";

const PRODUCT = "product.product";
const STOCK = "stock";
/** As many products as one call takes, and as many calls as are made: what is beyond has no stock here. */
const CALL = 500;
const CALLS = 4;
/** An answer that is younger is not asked for again. */
const FRESH_MS = 10 * 60_000;

/** Have Odoo say what is free of the products that this device holds, unless it just did. */
export async function askStock(device) {
    if (!device.asks(PRODUCT, STOCK)) {
        return;
    }
    const known = await device.answers.get(PRODUCT, STOCK);
    if (known && nowOf(device) - Date.parse(known.at) < FRESH_MS) {
        return;
    }
    const held = await device.search(PRODUCT, "", {}, { limit: CALL * CALLS });
    const ids = held.map(({ id }) => id).filter(Boolean);
    const told = [];
    let first = null;
    for (let at = 0; at < ids.length; at += CALL) {
        const { answer, answered_at } = await device.ask(PRODUCT, STOCK, { targets: ids.slice(at, at + CALL).map((id) => ({ id })) });
        told.push(...answer);
        // All of it is at least as old as the first part.
        first ??= answered_at;
    }
    if (first !== null) {
        await device.answers.put(PRODUCT, STOCK, { answer: told, answered_at: first });
    }
}

/** What Odoo last said, in words. */
export class Stock {
    /** @param {{product: number, template: number, free: number, uom: number}[]} told @param {Record<number, string>} units */
    constructor(told, units, age) {
        this._told = told;
        this._units = units;
        this._age = age;
    }

    /** The one that is kept here; it knows of no product where there is none. @returns {Promise<Stock>} */
    static async read(device) {
        const known = device.asks(PRODUCT, STOCK) ? await device.answers.get(PRODUCT, STOCK) : null;
        if (known === null) {
            return new Stock([], {}, "");
        }
        const units = {};
        for (const { uom } of known.answer) {
            units[uom] ??= (await device.nameOf("uom.uom", uom)) ?? "";
        }
        return new Stock(known.answer, units, agoOf(device, known.at));
    }

    /** What is free of a variant, `{free, uom}`, or null where Odoo does not count it. */
    ofProduct(id) {
        return this._told.find(({ product }) => product === id) ?? null;
    }

    textOfProduct(id) {
        return this._text(this._told.filter(({ product }) => product === id));
    }

    /** Of all variants of a product together. */
    textOfTemplate(id) {
        return this._text(this._told.filter(({ template }) => template === id));
    }

    /** "12 Units free, 2 hours ago", or nothing. */
    _text(found) {
        if (!found.length) {
            return "";
        }
        const free = found.reduce((sum, one) => sum + one.free, 0);
        return _t("%(quantity)s free, %(age)s", { quantity: `${formatNumber(free)} ${this._units[found[0].uom]}`.trim(), age: this._age });
    }
}

questions.add("stock", { ask: askStock });
