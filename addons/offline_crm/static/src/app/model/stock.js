/** What is free of products, as Odoo last said: asked after a sync, and shown with its age. */
import { _t } from "@web/core/l10n/translation";
import { formatInstant, parseInstant } from "@offline_base/app/engine/clock";
import { agoOf, nowOf } from "@offline_base/app/ui/model/asking";
import { formatNumber } from "@offline_base/app/ui/model/format";
import { questions } from "@offline_base/app/ui/registries";
import { roundPrecision } from "../prices/numbers";
import { convertQuantity } from "../prices/units";

const PRODUCT = "product.product";
const STOCK = "stock";
/** As many products as one call takes, and as many calls as are made: what is beyond has no stock here. */
const CALL = 500;
const CALLS = 4;
/** An answer that is younger is not asked for again. */
const FRESH_MS = 10 * 60_000;
/** What is lacking below it comes of the arithmetic. */
const LEAST = 0.001;

/** By what answers are told apart: every company has warehouses of its own. */
const aboutOf = (company) => String(company);

/** Have Odoo say what is free of the products that this device holds, for every company of the person. */
export async function askStock(device) {
    if (!device.asks(PRODUCT, STOCK)) {
        return;
    }
    let ids = null;
    for (const company of device.settings.user.companies) {
        const known = await device.answers.get(PRODUCT, STOCK, aboutOf(company));
        if (known && nowOf(device) - parseInstant(known.at) < FRESH_MS) {
            continue;
        }
        ids ??= await productsOf(device);
        await askStockOf(device, company, ids);
    }
}

async function productsOf(device) {
    const held = await device.search(PRODUCT, "", {}, { limit: CALL * CALLS });
    return held.map(({ id }) => id).filter(Boolean);
}

/** The same for one company. */
async function askStockOf(device, company, ids) {
    const told = [];
    let first = null;
    for (let at = 0; at < ids.length; at += CALL) {
        const targets = ids.slice(at, at + CALL).map((id) => ({ id }));
        const { answer, answered_at } = await device.ask(PRODUCT, STOCK, { targets, company });
        told.push(...answer);
        // All of it is at least as old as the first part.
        first ??= answered_at;
    }
    // Where no product is held any more, nothing is known of those that were.
    const answered_at = first ?? formatInstant(nowOf(device));
    await device.answers.put(PRODUCT, STOCK, { answer: told, answered_at }, aboutOf(company));
}

/** What Odoo last said, in words. */
export class Stock {
    /** @param {{product: number, template: number, free: number, uom: number}[]} told @param {Record<number, string>} units */
    constructor(told, units, age) {
        this._told = told;
        this._units = units;
        this._age = age;
    }

    /** What is kept here for a company; it knows of no product where there is nothing. @returns {Promise<Stock>} */
    static async read(device, company) {
        const known = device.asks(PRODUCT, STOCK) ? await device.answers.get(PRODUCT, STOCK, aboutOf(company)) : null;
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

    /**
     * Whether more of a variant is taken than was free.
     *
     * @param {number} id @param {{quantity: number, uom: number}[]} taken @param {(uom: number) => {id: number, factor: number}} unitOf
     */
    isShort(id, taken, unitOf) {
        const counted = this.ofProduct(id);
        if (counted === null) {
            return false;
        }
        const inOwn = taken.map(({ quantity, uom }) => convertQuantity(quantity, unitOf(uom), unitOf(counted.uom)));
        const lacking = inOwn.reduce((sum, quantity) => sum + quantity, 0) - counted.free;
        return roundPrecision(lacking, LEAST) > 0;
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
