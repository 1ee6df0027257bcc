/** Check-ins at customers, as the office keeps them. */
import { _t } from "@web/core/l10n/translation";
import { formatDateTime } from "@offline_base/app/ui/model/format";
import { entities } from "@offline_base/app/ui/registries";
import { VISITS } from "../model/kinds";

/** Whether the office still knows where it was. */
function hasPlace({ has_consented, is_anonymised }) {
    return Boolean(has_consented) && !is_anonymised;
}

entities.add("offline.visit", {
    icon: "map-marker",
    label: _t("Check-in"),
    plural: _t("Check-ins"),
    title: ({ arrived_at }) => (arrived_at ? formatDateTime(arrived_at) : ""),
    subtitle: ({ note }, { partner_id = "" } = {}) => [partner_id, (note ?? "").split("\n")[0]].filter(Boolean).join(" · "),
    named: ["partner_id"],
    sections: [{ label: "", fields: ["partner_id", "lead_id", "arrived_at", "note", "latitude", "longitude", "accuracy_m"] }],
    shows: { latitude: hasPlace, longitude: hasPlace, accuracy_m: hasPlace },
    address: (values) => (hasPlace(values) ? `${values.latitude}, ${values.longitude}` : ""),
    sorts: [{ name: "newest", label: _t("Newest first"), of: ({ arrived_at }) => arrived_at, down: true }],
    kinds: [VISITS],
    isHome: false,
});
