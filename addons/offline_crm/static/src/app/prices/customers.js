/** Which price list and which fiscal position a customer gets, unless somebody chooses other ones. */
import { NotHeld } from "./rules.js";

/** The price list of a customer: their own, that of their country, the general one; null where none is used. */
export function choosePriceList(book, partner, company) {
    if (!company.offline_uses_price_lists || !partner) {
        return null;
    }
    const own = partner.specific_property_product_pricelist;
    if (own) {
        const held = book.get("product.pricelist", own);
        if (!held) {
            throw new NotHeld("price_list_unknown");
        }
        return held;
    }
    const offered = book
        .all("product.pricelist")
        .filter(({ company_id }) => company_id === null || company_id === company.id)
        .sort((one, other) => one.sequence - other.sequence || one.id - other.id);
    const groups = groupsOf(book, partner).map(({ id }) => id);
    return (
        offered.find(({ country_group_ids }) => country_group_ids.some((id) => groups.includes(id))) ??
        offered.find(({ country_group_ids }) => !country_group_ids.length) ??
        offered[0] ??
        null
    );
}

function groupsOf(book, { country_id }) {
    return country_id ? book.all("res.country.group").filter(({ country_ids }) => country_ids.includes(country_id)) : [];
}

/**
 * The addresses of which Odoo takes one as that of the delivery, as its `address_get` looks for it: the first of that
 * kind among the contact, those below it and those above it within its company; else the contact itself. Which of
 * several comes first goes by the collation of the database, which no device knows. Null where the family is not whole.
 *
 * @param {{id, uid, values}} partner a record @param {{id, uid, values}[]} family the records around it, see `familyOf`
 */
export function deliveriesOf(partner, family) {
    const isNamed = ({ id, uid }, ref) => (ref?.uid === undefined ? ref === id : ref.uid === uid);
    const below = (one) =>
        family.filter(({ values }) => !values.is_company && values.active !== false && values.parent_id !== null && isNamed(one, values.parent_id));
    const candidates = (one, type) => ((one.values.type ?? "contact") === type ? [one] : below(one).flatMap((child) => candidates(child, type)));
    for (const type of ["delivery", "contact"]) {
        for (let at = partner; ; ) {
            const found = candidates(at, type);
            if (found.length) {
                return found;
            }
            const { is_company, parent_id = null } = at.values;
            if (is_company || parent_id === null) {
                break;
            }
            at = family.find((one) => isNamed(one, parent_id));
            if (!at) {
                return null;
            }
        }
    }
    return [partner];
}

/**
 * The fiscal position of a customer who is delivered to one of these addresses (values of contacts; null: nobody here
 * can tell where; undefined: to the customer); null where none fits.
 */
export function chooseFiscalPosition(book, partner, deliveries, company) {
    if (!partner) {
        return null;
    }
    const sameVat = company.vat && partner.vat && company.vat.slice(0, 2) === partner.vat.slice(0, 2);
    const addresses = deliveries === undefined || (company.offline_is_in_europe && sameVat) ? [partner] : deliveries;
    const found = new Set(addresses?.map((to) => positionFor(book, partner, to, company)));
    if (found.size !== 1 && book.all("account.fiscal.position").length) {
        throw new NotHeld("delivery_unknown");
    }
    return [...found][0] ?? null;
}

/** The one for an address that is known. */
function positionFor(book, partner, to, company) {
    const given = to.property_account_position_id ?? partner.property_account_position_id;
    if (given) {
        const held = book.get("account.fiscal.position", given);
        if (!held) {
            throw new NotHeld("fiscal_position_unknown");
        }
        return held;
    }
    if (!partner.country_id) {
        return null;
    }
    const lineage = book.lineage(company);
    return (
        book
            .all("account.fiscal.position")
            .filter(({ company_id, auto_apply }) => auto_apply && lineage.includes(company_id))
            .sort((one, other) => {
                const closer = lineage.indexOf(one.company_id) - lineage.indexOf(other.company_id);
                return closer || one.sequence - other.sequence || one.id - other.id;
            })
            .find((position) => fits(book, position, to)) ?? null
    );
}

function fits(book, position, { vat, zip, state_id, country_id }) {
    const { zip_from, zip_to, state_ids } = position;
    const group = book.get("res.country.group", position.country_group_id);
    return (
        (!position.vat_required || Boolean(vat)) &&
        (!zip_from || !zip_to || (Boolean(zip) && zip_from <= zip && zip <= zip_to)) &&
        (!state_ids.length || state_ids.includes(state_id)) &&
        (!position.country_id || position.country_id === country_id) &&
        (!position.country_group_id ||
            Boolean(group?.country_ids.includes(country_id) && !group.exclude_state_ids.includes(state_id)))
    );
}
