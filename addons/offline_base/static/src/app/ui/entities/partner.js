/** Contacts and companies. */
import { _t } from "@web/core/l10n/translation";
import { entities } from "../registries";

/** Street and town in one line, for a map. */
export function address({ street, street2, zip, city }) {
    return [street, street2, [zip, city].filter(Boolean).join(" ")].filter(Boolean).join(", ");
}

/** Whether a state is one to choose: of the country, where there is one. */
export function isStateOf({ country_id }, values) {
    return !values.country_id || JSON.stringify(country_id) === JSON.stringify(values.country_id);
}

entities.add("res.partner", {
    icon: "address-book-o",
    label: _t("Contact"),
    plural: _t("Contacts"),
    title: ({ name, type, parent_id }) => name || (parent_id && type === "delivery" ? _t("Delivery address") : ""),
    subtitle: ({ function: job, city, email, is_company }, { parent_id = "" } = {}) =>
        [parent_id, is_company ? null : job, city, email].filter(Boolean).slice(0, 2).join(" · "),
    called: ({ is_company }) => (is_company ? "building-o" : "user"),
    named: ["parent_id"],
    image: "image_1920",
    sections: [
        { label: "", fields: ["name", "is_company", "parent_id", "function", "type", "image_1920"] },
        { label: _t("Reach"), fields: ["phone", "email", "website"] },
        { label: _t("Address"), fields: ["street", "street2", "zip", "city", "country_id", "state_id"] },
        { label: _t("More"), fields: ["category_id", "user_id", "vat", "ref", "lang", "comment"] },
    ],
    shows: { parent_id: ({ is_company }) => !is_company, function: ({ is_company }) => !is_company, type: ({ parent_id }) => Boolean(parent_id) },
    needs: ["name"],
    picks: {
        parent_id: ({ is_company }) => is_company,
        state_id: isStateOf,
    },
    makes: { parent_id: { is_company: true } },
    alike: ["vat"],
    defaults: () => ({ is_company: false }),
    filters: [
        { name: "companies", label: _t("Companies"), where: { is_company: true } },
        { name: "people", label: _t("People"), where: { is_company: false } },
        { name: "mine", label: _t("My contacts"), keep: ({ user_id }, app) => user_id === app.device.settings.user.id },
    ],
    kinds: [
        { name: "contacts", label: _t("Contacts"), of: ({ is_company }) => !is_company },
        { name: "companies", label: _t("Companies"), of: ({ is_company }) => Boolean(is_company) },
    ],
    address,
    guests: ({ id, uid }) => [uid === null ? id : { uid }],
    related: [{ entity: "res.partner", field: "parent_id", label: _t("People and addresses"), when: ({ is_company }) => is_company }],
    chatter: true,
    files: true,
});

entities.add("res.partner.category", { icon: "tags", isHome: false });
entities.add("res.country", { icon: "globe", subtitle: ({ code }) => code ?? "" });
entities.add("res.country.state", { icon: "globe", subtitle: ({ code }) => code ?? "" });
