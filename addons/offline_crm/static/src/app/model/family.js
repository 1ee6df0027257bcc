/** A customer and those around it: the company, its people and their addresses, as far as this device holds them. */
import { keyOf, pointsTo } from "@offline_base/app/ui/model/entities";

export const PARTNER = "res.partner";

/** The records of a family, the customer among them: up to its company, and down from there to where others begin. */
export async function familyOf(device, customer) {
    let head = customer;
    const above = new Set([customer.ref]);
    while (!head.values.is_company && (head.values.parent_id ?? null) !== null) {
        const { parent_id } = head.values;
        const parent = await device.get(PARTNER, keyOf(parent_id));
        if (!parent || above.has(parent.ref)) {
            break;
        }
        above.add(parent.ref);
        head = parent;
    }
    // Read once: a company may have hundreds of people.
    const partners = await device.search(PARTNER, "", {}, { limit: Infinity });
    const people = partners.filter(({ values }) => !values.is_company);
    const found = new Map([[head.ref, head]]);
    for (const one of found.values()) {
        people.filter(({ values }) => pointsTo(values.parent_id ?? null, one)).forEach((child) => found.set(child.ref, child));
    }
    // Whatever the search finds, who was asked about is one of them.
    found.set(customer.ref, customer);
    return [...found.values()];
}
