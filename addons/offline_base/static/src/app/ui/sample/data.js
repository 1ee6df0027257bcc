/** What the sample office has: a small bakery trade round today. Every name is invented. */
import { addDays, dayOf } from "../model/days.js";

const field = (name, label, type = "char", more = {}) => ({
    name,
    label,
    type,
    required: false,
    readonly: false,
    selection: null,
    relation: null,
    digits: null,
    ...more,
});
const entity = (name, label, fields, more = {}) => ({
    ...{ name, label, schema: 1, fields, operations: [], parent: null, direction: "both", policies: {} },
    ...more,
});
const one = (name, label, relation, more) => field(name, label, "many2one", { relation, ...more });
const many = (name, label, relation) => field(name, label, "many2many", { relation });
const READ = { direction: "pull" };
const text = { type: "string" };

export const USER = { id: 2, name: "Sam Sample", lang: null, tz: null, company: 1, companies: [1] };

/** @param {(english: string) => string} _t Translates; its name is what the collector of terms looks for. */
export function profile(_t) {
    const feedback = { type: "object", properties: { feedback: text }, additionalProperties: false };
    const postponed = { type: "object", properties: { date_deadline: { ...text, format: "date" } }, required: ["date_deadline"] };
    return {
        profile_version: 1,
        name: _t("Sample"),
        entities: [
            entity("res.partner", _t("Contact"), [
                field("name", _t("Name"), "char", { required: true }),
                field("is_company", _t("Is a Company"), "boolean"),
                one("parent_id", _t("Company"), "res.partner"),
                field("function", _t("Job Position")),
                field("email", _t("Email")),
                field("phone", _t("Phone")),
                field("street", _t("Street")),
                field("zip", _t("Zip")),
                field("city", _t("City")),
                many("category_id", _t("Tags"), "res.partner.category"),
                field("comment", _t("Notes"), "html"),
            ]),
            entity(
                "mail.activity",
                _t("Activity"),
                [
                    field("res_model", _t("Related Document Model")),
                    field("res_id", _t("Related Document"), "many2one_reference"),
                    field("res_name", _t("Document Name"), "char", { readonly: true }),
                    one("activity_type_id", _t("Activity Type"), "mail.activity.type"),
                    field("summary", _t("Summary")),
                    field("note", _t("Note"), "html"),
                    field("date_deadline", _t("Due Date"), "date", { required: true }),
                ],
                {
                    operations: [
                        { name: "complete", label: _t("Mark Done"), args: feedback },
                        { name: "postpone", label: _t("Postpone"), args: postponed },
                    ],
                },
            ),
            entity("calendar.event", _t("Event"), [
                field("name", _t("Subject"), "char", { required: true }),
                field("location", _t("Location")),
                field("start", _t("Start"), "datetime", { required: true }),
                field("stop", _t("Stop"), "datetime", { required: true }),
                field("allday", _t("All Day"), "boolean"),
                many("partner_ids", _t("Attendees"), "res.partner"),
                field("description", _t("Description"), "html"),
            ]),
            entity(
                "product.template",
                _t("Product"),
                [
                    field("name", _t("Name")),
                    field("default_code", _t("Internal Reference")),
                    field("list_price", _t("Sales Price"), "float", { digits: 2 }),
                ],
                READ,
            ),
            entity("mail.activity.type", _t("Activity Type"), [field("name", _t("Name"))], READ),
            entity("res.partner.category", _t("Tag"), [field("name", _t("Name"))], READ),
        ],
        modes: ["automatic", "always_online", "always_offline"],
        schedule: { poll_interval_s: 30, from_minute: 0, to_minute: 1440 },
        limits: { body_bytes: 10_000_000, operations: 500, page: 1000, blob_bytes: 50_000_000, records: null },
        minimum_app_version: null,
    };
}

/** The one company about which device and office disagree when somebody changes its phone or city. */
export const CLASH = { id: 11, values: { phone: "555-0142", city: "Northtown" } };

/** `{entity: {id: values}}`, without the fields that are empty. */
export function rows(_t) {
    const today = dayOf(Date.now());
    const at = (day, hour, minute = 0) => {
        const [year, month, date] = day.split("-").map(Number);
        return new Date(year, month - 1, date, hour, minute).toISOString().replace(/\.\d+Z$/, "Z");
    };
    const company = (name, city, street, phone, tags = []) => ({
        ...{ name, is_company: true, city, street, phone, category_id: tags },
        email: `office@${name.toLowerCase().replace(/[^a-z]+/g, "-")}.example`,
    });
    const person = (name, parent_id, role, phone) => ({
        ...{ name, is_company: false, parent_id, function: role, phone, category_id: [] },
        email: `${name.toLowerCase().replace(" ", ".")}@mail.example`,
    });
    const task = (res_id, res_name, type, summary, date_deadline) => ({
        ...{ res_model: "res.partner", res_id, res_name, activity_type_id: type, summary, date_deadline },
    });
    return {
        "res.partner.category": { 1: { name: _t("Regular") }, 2: { name: _t("New") } },
        "mail.activity.type": { 1: { name: _t("Call") }, 2: { name: _t("Meeting") }, 3: { name: _t("To-Do") } },
        "res.partner": {
            11: company("Corner Bakery", "Oldtown", "4 Mill Lane", "555-0100", [1]),
            12: company("Harbour Coffee", "Westport", "12 Quay Street", "555-0110", [1]),
            13: company("Green Grocer", "Oldtown", "31 Market Square", "555-0120", [2]),
            14: company("Sunrise Hotel", "Eastfield", "1 Station Road", "555-0130"),
            21: person("Nora Field", 11, _t("Owner"), "555-0101"),
            22: person("Omar Banks", 12, _t("Purchasing"), "555-0111"),
            23: person("Ida Winter", 14, _t("Head of Kitchen"), "555-0131"),
        },
        "mail.activity": {
            31: task(11, "Corner Bakery", 1, _t("Ask about the new oven"), today),
            32: task(13, "Green Grocer", 3, _t("Send the price list"), addDays(today, -2)),
            33: task(14, "Sunrise Hotel", 2, _t("Taste the new bread"), addDays(today, 1)),
        },
        "calendar.event": {
            41: {
                ...{ name: _t("Visit: Harbour Coffee"), location: "12 Quay Street, Westport", allday: false },
                ...{ start: at(today, 10), stop: at(today, 11), partner_ids: [12, 22] },
            },
            42: {
                ...{ name: _t("Visit: Sunrise Hotel"), location: "1 Station Road, Eastfield", allday: false },
                ...{ start: at(addDays(today, 1), 9, 30), stop: at(addDays(today, 1), 10, 30), partner_ids: [14, 23] },
            },
        },
        "product.template": {
            51: { name: _t("Flour, 25 kg"), default_code: "FL-25", list_price: 21.5 },
            52: { name: _t("Dough scraper"), default_code: "DS-01", list_price: 4.9 },
            53: { name: _t("Proofing basket"), default_code: "PB-07", list_price: 12 },
        },
    };
}
