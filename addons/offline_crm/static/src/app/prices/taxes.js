/** Taxes of lines and documents, by Odoo's own helper. */
import { accountTaxHelpers } from "@account/helpers/account_tax";
import { roundAmount } from "./numbers.js";
import { NotHeld } from "./rules.js";

/** What the helper reckons; other kinds are those of addons with programs of their own. */
const KINDS = ["percent", "fixed", "division", "group"];

/** The helper's form of one tax. */
function asTax(book, tax) {
    if (!KINDS.includes(tax.amount_type)) {
        throw new NotHeld("tax_kind_unknown");
    }
    return {
        ...tax,
        children_tax_ids: active(book, tax.children_tax_ids).map((child) => asTax(book, child)),
        tax_group_id: book.get("account.tax.group", tax.tax_group_id) ?? { id: tax.tax_group_id, sequence: 0, name: "" },
    };
}

/**
 * Taxes as the helper wants them, each once: one that stands alone and in a group, or in two, counts where it comes
 * first. Odoo's server sees to that, its helper for browsers does not.
 */
export function asTaxes(book, taxes) {
    const seen = new Set();
    const once = ({ id }) => !seen.has(id) && seen.add(id);
    const sorted = taxes.map((tax) => asTax(book, tax)).sort(inOrder);
    return sorted.flatMap((tax) => {
        if (tax.amount_type !== "group") {
            return once(tax) ? [tax] : [];
        }
        return [{ ...tax, children_tax_ids: tax.children_tax_ids.filter(once) }];
    });
}

/** Taxes with those of groups in the place of the groups. */
export function flat(taxes) {
    return taxes.flatMap((tax) => (tax.amount_type === "group" ? tax.children_tax_ids : [tax]));
}

/** Without those of a fixed amount: no discount lessens them. */
export function unfixed(taxes) {
    return taxes.filter(({ amount_type }) => amount_type !== "fixed");
}

/** Of the taxes that a record names those in use, in Odoo's order; archived ones are held, too. */
function active(book, ids) {
    const held = book.some("account.tax", ids);
    if (held.length < (ids ?? []).length) {
        throw new NotHeld("tax_unknown");
    }
    return held.filter((tax) => tax.active).sort(inOrder);
}

function inOrder(one, other) {
    return one.sequence - other.sequence || one.id - other.id;
}

/** The taxes of a product for a company: its own, else those of the company above it. */
export function taxesOfProduct(book, product, company) {
    const taxes = active(book, product.taxes_id);
    for (const id of book.lineage(company)) {
        const found = taxes.filter(({ company_id }) => company_id === id);
        if (found.length) {
            return found;
        }
    }
    return [];
}

/** What a fiscal position makes of taxes. */
export function mapTaxes(book, position, taxes) {
    if (!position) {
        return taxes;
    }
    const theirs = active(book, position.tax_ids);
    if (!theirs.length) {
        return [];
    }
    const mapped = taxes.flatMap((tax) => {
        const replacing = theirs.filter(({ original_tax_ids }) => original_tax_ids.includes(tax.id));
        return replacing.length ? replacing : [tax];
    });
    return [...new Set(mapped)];
}

/** A price with the taxes of the product in it, as a price with those of the fiscal position in it. */
export function adaptPrice(book, price, product, taxes, mapped) {
    if (!taxes.length) {
        return price;
    }
    return accountTaxHelpers.adapt_price_unit_to_another_taxes(
        price,
        product,
        asTaxes(book, taxes),
        asTaxes(book, mapped),
    );
}

/** A priced line as the helper wants it. */
export function taxed({ price_unit, product_uom_qty, discount, taxes }) {
    return { price_unit, quantity: product_uom_qty, discount, tax_ids: taxes };
}

/** A document for the helper: its currency, company and rate. */
export class TaxDocument {
    constructor(book, company, currency, rate) {
        this.book = book;
        this.currency = currency;
        this.rate = rate;
        this.company = { ...company, currency_id: book.get("res.currency", company.currency_id) ?? currency };
    }

    /** A line of the document, not yet reckoned: `{price_unit, quantity, discount, tax_ids}`, taxes as `asTaxes` has them. */
    line(values) {
        return accountTaxHelpers.prepare_base_line_for_taxes_computation(
            {},
            { ...values, currency_id: this.currency, rate: this.rate },
        );
    }

    /** Reckon lines together, as they stand on one document. */
    reckon(lines) {
        accountTaxHelpers.add_tax_details_in_base_lines(lines, this.company);
        accountTaxHelpers.round_base_lines_tax_details(lines, this.company);
        return lines;
    }

    /** Priced lines, reckoned together: what the helper found stands in their `tax_details`. */
    reckonedLines(lines) {
        return this.reckon(lines.map((line) => this.line(taxed(line))));
    }

    /** A document of the same company whose prices are in the company's own currency. */
    inOwnCurrency() {
        const { currency_id: own } = this.company;
        return new TaxDocument(this.book, { ...this.company, currency_id: own.id }, own, 1);
    }

    /** An amount rounded as the company's own currency is. */
    roundByCompany(amount) {
        return roundAmount(amount, this.company.currency_id);
    }

    /** What a line comes to by itself; rounded, as an amount of a record is. */
    amounts(values) {
        const [{ tax_details }] = this.reckon([this.line(values)]);
        const subtotal = roundAmount(tax_details.total_excluded_currency, this.currency);
        const total = roundAmount(tax_details.total_included_currency, this.currency);
        return { price_subtotal: subtotal, price_tax: total - subtotal, price_total: total };
    }

    /** What all lines come to, by groups of taxes. */
    totals(lines) {
        const reckoned = this.reckon(lines.map((values) => this.line(values)));
        return accountTaxHelpers.get_tax_totals_summary(reckoned, this.currency, this.company);
    }
}
