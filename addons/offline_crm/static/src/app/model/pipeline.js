/** The pipeline as a person sees it: columns of stages, what is won or lost, who may be the same customer. Pure. */

export const LEAD = "crm.lead";
export const STAGE = "crm.stage";

/** Fewer digits than that are an extension, not somebody's number. */
const LEAST_DIGITS = 7;

/** Whether it is a lead still, not an opportunity. */
export function isLead({ type }) {
    return type === "lead";
}

/** Stages by id, as `outcomeOf` takes them. */
export function byId(stages) {
    return new Map(stages.map((stage) => [stage.id, stage]));
}

/** The order that people gave to records. */
export function bySequence(one, other) {
    return one.values.sequence - other.values.sequence || one.id - other.id;
}

/** Stages in order, those alone that one of these teams uses. @param {any[]} stages records @param {number[]} teams */
export function stagesFor(stages, teams) {
    return stages
        .filter(({ values: { team_ids } }) => !team_ids?.length || team_ids.some((team) => teams.includes(team)))
        .sort(bySequence);
}

/** How one stands: `open`, `won` or `lost`; `stages` by id. What was moved here counts before Odoo has reckoned. */
export function outcomeOf({ active, won_status, stage_id }, stages) {
    if (active === false || won_status === "lost") {
        return "lost";
    }
    const stage = stages.get(stage_id);
    return stage?.values.is_won || (!stage && won_status === "won") ? "won" : "open";
}

/**
 * Columns of a board: `[{stage, records, count, revenue}]`, the dearest first; a stage that is folded in Odoo has a
 * column only while something is in it. What is in a stage that this device does not know is in the first.
 */
export function columnsOf(records, stages) {
    const columns = stages.map((stage) => ({ stage, records: [] }));
    const byStage = new Map(columns.map((column) => [column.stage.id, column]));
    for (const record of records) {
        (byStage.get(record.values.stage_id) ?? columns[0])?.records.push(record);
    }
    return columns
        .filter(({ stage, records: held }) => held.length || !stage.values.fold)
        .map((column) => ({
            ...column,
            count: column.records.length,
            revenue: sumOf(column.records),
            records: column.records.sort(byWeight),
        }));
}

/** The expected revenue of all. */
export function sumOf(records) {
    return records.reduce((sum, { values }) => sum + (values.expected_revenue ?? 0), 0);
}

function byWeight(one, other) {
    const [a, b] = [one.values, other.values];
    return (b.priority ?? "0").localeCompare(a.priority ?? "0") || (b.expected_revenue ?? 0) - (a.expected_revenue ?? 0);
}

/** The first day on which something is due, by what the activities are about: `Map<id or uid, day>`. */
export function dueDays(activities) {
    const days = new Map();
    for (const { values } of activities) {
        const about = values.res_id?.uid ?? values.res_id;
        const known = days.get(about);
        if (values.active !== false && values.date_deadline && (!known || values.date_deadline < known)) {
            days.set(about, values.date_deadline);
        }
    }
    return days;
}

/** The first day on which something about this record is due, of `dueDays`; null where nothing is. */
export function dueOf({ id, uid }, days) {
    return [days.get(id), days.get(uid)].filter(Boolean).sort()[0] ?? null;
}

/**
 * Contacts that may be the customer of a lead, as Odoo compares them: those with the same e-mail, then those with the
 * same phone, which a whole house may share.
 */
export function sameCustomers({ email_from, phone }, partners) {
    const mail = mailOf(email_from);
    const digits = digitsOf(phone);
    const hasMail = ({ values }) => mail !== "" && mailOf(values.email) === mail;
    const hasPhone = ({ values }) => digits.length >= LEAST_DIGITS && sameNumber(digitsOf(values.phone), digits);
    return [...partners.filter(hasMail), ...partners.filter((one) => !hasMail(one) && hasPhone(one))];
}

/** "Ann <Ann@Example.com>" → "ann@example.com". */
function mailOf(text) {
    return (/[^\s<>,;]+@[^\s<>,;]+/.exec(text ?? "")?.[0] ?? "").toLowerCase();
}

function digitsOf(text) {
    return (text ?? "").replace(/\D/g, "").replace(/^0+/, "");
}

/** With or without the code of the country. */
function sameNumber(one, other) {
    const [short, long] = one.length < other.length ? [one, other] : [other, one];
    return short.length >= LEAST_DIGITS && long.endsWith(short);
}
