/** What Odoo warns of a customer's credit: asked while there is a network, and shown with its age. It forbids nothing. */
import { _t } from "@web/core/l10n/translation";
import { agoOf, unlessBorne } from "@offline_base/app/ui/model/asking";
import { told } from "./draft";

const ORDER = "sale.order";
const CREDIT = "credit";

/** By what the answers for customers are told apart. @param {number | {uid: string}} customer */
const aboutOf = (customer) => (typeof customer === "number" ? String(customer) : customer.uid);

/** Asks for one quotation, one question at a time; what was wanted meanwhile is asked after, the newest only. */
export class Credit {
    constructor(device) {
        this._device = device;
        this._wanted = null;
        this._running = null;
    }

    /** @param {{customer: number | {uid: string}, total: number, currency: string, company: number | null}} wanted */
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
        const { answer, answered_at } = await this._device.ask(ORDER, CREDIT, { args, ...(company && { company }) });
        const kept = { ...answer, amount_total: args.amount_total, currency };
        await this._device.answers.put(ORDER, CREDIT, { answer: kept, answered_at }, aboutOf(customer));
    }
}

/** Whether Odoo can be asked here. */
export function isAnswered(device) {
    return device.asks(ORDER, CREDIT);
}

/** What Odoo said of this customer last, `{text, amount_total, currency, age}`; null where it warned of nothing. */
export async function readCredit(device, customer) {
    const known = await device.answers.get(ORDER, CREDIT, aboutOf(customer));
    return known?.answer.warning ? { ...known.answer, text: known.answer.warning, age: agoOf(device, known.at) } : null;
}

/** The warning in words: as it is where Odoo was asked about this very total, else with its age. */
export function creditText({ text, amount_total, currency, age }, { total, currency: shown, isOffline }) {
    const isOfThis = amount_total === told(total) && currency === shown && !isOffline;
    return isOfThis ? text : _t("%(warning)s\n(Odoo said so %(age)s.)", { warning: text, age });
}
