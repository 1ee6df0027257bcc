/** What Odoo warns of a customer's credit: asked while there is a network, and shown with its age. It forbids nothing. */
import { _t } from "@web/core/l10n/translation";
import { parseInstant } from "@offline_base/app/engine/clock";
import { agoOf, nowOf, unlessBorne } from "@offline_base/app/ui/model/asking";
import { told } from "./draft";

const ORDER = "sale.order";
const CREDIT = "credit";
const PARTNER = "res.partner";
/** An answer that is older has its age with it: the customer's orders and invoices go on meanwhile. */
const NEW_MS = 2 * 60_000;

/** By what answers are told apart: a customer has a credit of their own at every company. */
const aboutOf = ({ customer, company }) => `${company} ${customer}`;

/** Asks for one quotation, one question at a time; what was wanted meanwhile is asked after, the newest only. */
export class Credit {
    constructor(device) {
        this._device = device;
        this._wanted = null;
        this._running = null;
    }

    /** @param {{customer: number, total: number, currency: string, company: number}} wanted */
    async ask(wanted) {
        this._wanted = wanted;
        this._running ??= this._all().finally(() => {
            this._running = null;
        });
        return this._running;
    }

    async _all() {
        while (this._wanted !== null) {
            const wanted = this._wanted;
            this._wanted = null;
            await unlessBorne(() => this._one(wanted));
        }
    }

    async _one({ customer, total, currency, company }) {
        const args = { partner: customer, amount_total: told(total), currency };
        const { answer, answered_at } = await this._device.ask(ORDER, CREDIT, { args, company });
        const kept = { ...answer, amount_total: args.amount_total, currency };
        const of = { entity: PARTNER, id: customer };
        await this._device.answers.put(ORDER, CREDIT, { answer: kept, answered_at }, aboutOf({ customer, company }), of);
    }
}

/** Whether Odoo can be asked here. */
export function isAnswered(device) {
    return device.asks(ORDER, CREDIT);
}

/**
 * What this company's Odoo said of this customer last, `{text, amount_total, currency, at}`; null where it warned of nothing.
 *
 * @param {{customer: number, company: number}} wanted
 */
export async function readCredit(device, wanted) {
    const known = await device.answers.get(ORDER, CREDIT, aboutOf(wanted));
    return known?.answer.warning ? { ...known.answer, text: known.answer.warning, at: known.at } : null;
}

/** The warning in words: as it is where Odoo was just asked about this very total, else with its age. */
export function creditText(device, { text, amount_total, currency, at }, { total, currency: shown, isAsked }) {
    const isOfThis = isAsked && amount_total === told(total) && currency === shown && nowOf(device) - parseInstant(at) < NEW_MS;
    return isOfThis ? text : _t("%(warning)s\n(Odoo said so %(age)s.)", { warning: text, age: agoOf(device, at) });
}
