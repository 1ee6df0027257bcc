/** Quotations and orders that the office has, as this device sees them. */
import { pointsTo } from "@offline_base/app/ui/model/entities";
import { pointingTo } from "@offline_base/app/ui/screens/record/lines";

const LINE = "sale.order.line";

/** Not confirmed and not cancelled. */
export function isQuotation({ state }) {
    return ["draft", "sent"].includes(state);
}

/** The lines of an order as they show here, `{lines, isChanged}`: whether work that waits changed them, or took some away. */
export async function linesOfOrder({ device }, record) {
    const lines = await pointingTo(device, LINE, "order_id", record);
    const gone = (await device.outbox()).filter(({ entity, verb }) => entity === LINE && verb === "delete");
    const taken = await Promise.all(gone.map(({ target_id, target_uid }) => device.get(LINE, target_uid ?? target_id)));
    const isOurs = (line) => !line || pointsTo(line.values.order_id, record);
    return { lines, isChanged: lines.some(({ pending }) => pending.length) || taken.some(isOurs) };
}

/** The total that stands on the screen, which the customer is taken to have agreed to; none where work that waits may change it. */
export async function agreedTotal({ amount_total }, { app, record }) {
    const { isChanged } = await linesOfOrder(app, record);
    return record.pending.length || isChanged ? {} : { amount_total };
}
