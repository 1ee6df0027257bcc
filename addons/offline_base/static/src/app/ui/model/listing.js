/** What a list shows of the records that were found: filtered, in order, in groups. Pure. */
import { same } from "../../engine/canonical";

/** Whether a record passes a filter of the entity; no filter lets all pass. */
export function passes(filter, record, app, known = null) {
    const { values } = record;
    const isThere = Object.entries(filter?.where ?? {}).every(([name, value]) => same(values[name] ?? null, value));
    return isThere && (filter?.keep?.(values, app, record, known) ?? true);
}

/** The filters of an entity with how many of these records pass each: `[{name, label, count}]`. */
export function counted(filters, records, app, known = null) {
    return filters.map((filter) => ({
        name: filter.name,
        label: String(filter.label),
        count: records.filter((record) => passes(filter, record, app, known)).length,
    }));
}

/** Those that pass, in the order of a sort; records that are equal in it keep the order that they were found in. */
export function ordered(records, { filter = null, sort = null, app = null, known = null }) {
    const kept = filter ? records.filter((record) => passes(filter, record, app, known)) : records;
    if (!sort) {
        return kept;
    }
    const keyed = kept.map((record) => ({ record, key: sort.of(record.values, known) ?? null }));
    return keyed.sort((one, other) => compare(one.key, other.key, sort.down ? -1 : 1)).map(({ record }) => record);
}

/** Rows with the heading that stands over the first of each group: `[{record, heading}]`. */
export function headed(records, group, known = null) {
    let last; // no key is undefined
    return records.map((record) => {
        const { key, label, tone = null } = group ? group.of(record.values, known) : { key: last };
        const heading = key === last ? null : { label: String(label), tone };
        last = key;
        return { record, heading };
    });
}

/** Texts as people order them, what is empty last. */
function compare(one, other, factor) {
    if (one === null || other === null) {
        return Number(one === null) - Number(other === null);
    }
    if (typeof one === "string" && typeof other === "string") {
        return factor * COLLATOR.compare(one, other);
    }
    return factor * (one < other ? -1 : Number(one > other));
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
