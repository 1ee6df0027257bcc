/** A customer and those around it: the company, its people and their addresses, as far as this device holds them. */
import { pointingTo } from "@offline_base/app/ui/screens/record/lines";

export const PARTNER = "res.partner";

/** The records of a family, the customer among them: up to its company, and down from there to where others begin. */
export async function familyOf(device, customer) {
    let head = customer;
    const above = new Set([customer.ref]);
    while (!head.values.is_company && (head.values.parent_id ?? null) !== null) {
        const { parent_id } = head.values;
        const parent = await device.get(PARTNER, parent_id.uid ?? parent_id);
        if (!parent || above.has(parent.ref)) {
            break;
        }
        above.add(parent.ref);
        head = parent;
    }
    const found = new Map([[head.ref, head]]);
    for (const one of found.values()) {
        for (const child of await pointingTo(device, PARTNER, "parent_id", one)) {
            if (!child.values.is_company) {
                found.set(child.ref, child);
            }
        }
    }
    // Whatever the search finds, who was asked about is one of them.
    found.set(customer.ref, customer);
    return [...found.values()];
}
