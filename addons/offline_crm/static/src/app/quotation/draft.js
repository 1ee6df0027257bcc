/** A quotation as a person makes it: what they asked for, and what is sent of it once it is priced. */
import { refOf } from "@offline_base/app/ui/model/entities";

/** How many digits an amount that is sent may have: what floats add behind them is no part of it. */
const DIGITS = 6;

/** What `priceOrder` takes. Codes come before rewards, as the office takes them. */
export function orderOf({ lines, codes, rewards }, { partner, company_id, payment_term }) {
    return {
        company_id,
        partner: partner?.values ?? null,
        payment_term,
        lines,
        promotions: [...codes.map((code) => ({ code })), ...rewards],
    };
}

/** The arguments of the operation `quote`: what was agreed, line by line and in all. */
export function argumentsOf({ uid, lines, codes, rewards }, { partner }, priced) {
    const told = (amount) => Number(amount.toFixed(DIGITS));
    return {
        uid,
        partner: partner && refOf(partner),
        ...(priced.priceList && { pricelist: priced.priceList.id }),
        lines: lines.map(({ product_id, product_uom_qty, product_uom_id }, index) => {
            const { price_unit, discount, price_total, confirmedOnSync } = priced.lines[index];
            return {
                product: product_id,
                quantity: product_uom_qty,
                ...(product_uom_id && { uom: product_uom_id }),
                // What the device cannot know was not agreed.
                ...(!confirmedOnSync.length && { price_unit: told(price_unit), discount: told(discount), price_total: told(price_total) }),
            };
        }),
        codes: codes.filter((code) => !isRefused(priced, ({ code: refused }) => refused === code && refused !== undefined)),
        rewards: rewards
            .filter(({ reward_id }) => !isRefused(priced, (step) => step.reward_id === reward_id))
            .map(({ reward_id, product_id }) => ({ reward: reward_id, ...(product_id && { product: product_id }) })),
        ...(!priced.confirmedOnSync.length && { currency: priced.currency.name, amount_total: told(priced.totals.amount_total) }),
    };
}

/** Whether a step does not count here. A code that only the office knows is sent all the same. */
function isRefused({ refused }, isIt) {
    return refused.some((step) => isIt(step) && step.reason !== "code_unknown");
}
