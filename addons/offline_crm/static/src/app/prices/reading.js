/** A book of prices out of what a device holds: read anew whenever that changes, products as they are added. */
import { Book } from "./book.js";

/** The entities of which all records are needed; of products those that an order names. */
const WHOLE = [
    "res.company",
    "res.currency",
    "res.currency.rate",
    "res.country.group",
    "uom.uom",
    "product.category",
    "product.pricelist",
    "product.pricelist.item",
    "account.tax",
    "account.tax.group",
    "account.fiscal.position",
    "loyalty.program",
    "loyalty.rule",
    "loyalty.reward",
];

/**
 * @param device of the app, or anything with its `search` and `get` @param {number[]} products variants, by id
 * @returns {Promise<Book>}
 */
export async function readBook(device, products = []) {
    const book = new Book();
    await Promise.all(
        WHOLE.map(async (entity) => {
            for (const row of await device.search(entity, "", {}, { limit: Infinity })) {
                book.put(entity, withId(row));
            }
        }),
    );
    const rewards = book.all("loyalty.reward");
    const given = rewards.map(({ reward_product_id }) => reward_product_id).filter((id) => id !== null);
    const tags = rewards.map(({ reward_product_tag_id }) => reward_product_tag_id).filter((id) => id !== null);
    await addProducts(book, device, [...products, ...given, ...(await tagged(device, tags))]);
    return book;
}

/** Read more products, with what their variants and attributes add. */
export async function addProducts(book, device, products) {
    for (const id of new Set(products)) {
        const variant = book.get("product.product", id) ? null : await device.get("product.product", id);
        if (!variant) {
            continue;
        }
        book.put("product.product", withId(variant));
        const template = await device.get("product.template", variant.values.product_tmpl_id);
        if (template) {
            book.put("product.template", withId(template));
        }
        const where = { product_tmpl_id: variant.values.product_tmpl_id };
        for (const row of await device.search("product.template.attribute.value", "", where, { limit: Infinity })) {
            book.put("product.template.attribute.value", withId(row));
        }
    }
}

/** The variants that have one of some tags, themselves or by their product. */
async function tagged(device, tags) {
    if (!tags.length) {
        return [];
    }
    const has = (ids) => (ids ?? []).some((id) => tags.includes(id));
    const templates = await device.search("product.template", "", {}, { limit: Infinity });
    const theirs = new Set(templates.filter(({ values }) => has(values.product_tag_ids)).map(({ id }) => id));
    const variants = await device.search("product.product", "", {}, { limit: Infinity });
    return variants
        .filter(({ values }) => theirs.has(values.product_tmpl_id) || has(values.additional_product_tag_ids))
        .map(({ id }) => id);
}

function withId({ id, values }) {
    return { ...values, id };
}
