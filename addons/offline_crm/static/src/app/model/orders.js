/** Quotations and orders that the office has, as this device sees them. */
import { pointingTo } from "@offline_base/app/ui/screens/record/lines";

/** Not confirmed and not cancelled. */
export function isQuotation({ state }) {
    return ["draft", "sent"].includes(state);
}

/** The total that stands on the screen, which the customer is taken to have agreed to; none where work that waits may change it. */
export async function agreedTotal({ amount_total }, { app, record }) {
    const lines = await pointingTo(app.device, "sale.order.line", "order_id", record);
    return record.pending.length || lines.some(({ pending }) => pending.length) ? {} : { amount_total };
}
