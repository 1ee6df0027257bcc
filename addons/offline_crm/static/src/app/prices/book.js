/**
 * What a price is made of, in memory: the records that a device holds, by entity and id.
 *
 * Values are canonical, as the device stores them: empty is null, references are ids, times are RFC 3339 in UTC.
 */

/** Things by the value of a field, in their order. */
export function groups(things, field) {
    const found = new Map();
    for (const thing of things) {
        const value = thing[field];
        if (!found.has(value)) {
            found.set(value, []);
        }
        found.get(value).push(thing);
    }
    return found;
}

export class Book {
    /** @param {Record<string, Iterable<{id: number} & Record<string, any>>>} records by entity, values with their id */
    constructor(records = {}) {
        this._entities = new Map();
        this._indexes = new Map();
        for (const [entity, rows] of Object.entries(records)) {
            this._entities.set(entity, new Map([...rows].map((row) => [row.id, row])));
        }
    }

    /** Take up a record; one that is there is replaced. */
    put(entity, row) {
        if (!this._entities.has(entity)) {
            this._entities.set(entity, new Map());
        }
        this._entities.get(entity).set(row.id, row);
        this._indexes.clear();
    }

    /** A record's values with its `id`; undefined when the device does not hold it. */
    get(entity, id) {
        return id === null ? undefined : this._entities.get(entity)?.get(id);
    }

    /** Of these references the records that are held. */
    some(entity, ids) {
        return (ids ?? []).map((id) => this.get(entity, id)).filter(Boolean);
    }

    all(entity) {
        return [...(this._entities.get(entity)?.values() ?? [])];
    }

    /** The records whose field refers to one. */
    with(entity, field, id) {
        const key = `${entity} ${field}`;
        if (!this._indexes.has(key)) {
            this._indexes.set(key, groups(this.all(entity), field));
        }
        return this._indexes.get(key).get(id) ?? [];
    }

    /** A variant with what its product says, as Odoo's `product.product` has it; undefined when one is not held. */
    product(id) {
        const variant = this.get("product.product", id);
        const template = variant && this.get("product.template", variant.product_tmpl_id);
        return template && { ...template, ...variant, active: variant.active && template.active };
    }

    /** A category's ancestors, itself first. */
    categories(id) {
        const line = [];
        for (let at = this.get("product.category", id); at && !line.includes(at); ) {
            line.push(at);
            at = this.get("product.category", at.parent_id);
        }
        return line;
    }

    /** A company's ancestors, itself first: ids, since a device need not hold them. */
    lineage(company) {
        return (company.parent_path ?? `${company.id}/`).split("/").filter(Boolean).map(Number).reverse();
    }
}
