/** Times on duty, and the positions of them that wait. */
import { _t } from "@web/core/l10n/translation";
import { formatDateTime, formatNumber, formatTime } from "@offline_base/app/ui/model/format";
import { entities } from "@offline_base/app/ui/registries";
import { placeText } from "../model/place";
import { TRAIL } from "../trail/trail";

function positions({ args }) {
    const there = args.positions ?? [];
    const span = { count: formatNumber(there.length), from: there.length ? formatTime(there[0].at) : "", to: there.length ? formatTime(there.at(-1).at) : "" };
    return {
        what: there.length === 1 ? _t("One position, %s", span.from) : _t("%(count)s positions, %(from)s to %(to)s", span),
        rows: () => there.map((one) => ({ label: formatTime(one.at), text: placeText(one) })),
    };
}

entities.add(TRAIL, {
    label: _t("Time on duty"),
    plural: _t("Times on duty"),
    icon: "location-arrow",
    title: ({ device_at }) => (device_at ? _t("On duty from %s", formatDateTime(device_at)) : ""),
    sections: [{ fields: ["started_at", "ended_at", "device_at", "has_consented"] }],
    isHome: false,
    verbs: [],
    kinds: [{ name: "positions", label: _t("Positions"), of: () => true }],
    operations: {
        create: {
            told: ({ values }) => ({
                what: String(_t("Went on duty")),
                rows: () => [{ label: String(_t("When")), text: values.device_at ? formatDateTime(values.device_at) : "" }, { label: String(_t("With your consent")), text: String(values.has_consented ? _t("Yes") : _t("No")) }],
            }),
        },
        add_positions: { hidden: () => true, told: positions },
        end_duty: {
            hidden: () => true,
            told: ({ args }) => ({ what: String(_t("Went off duty")), rows: () => [{ label: String(_t("When")), text: args.at ? formatDateTime(args.at) : "" }] }),
        },
    },
});
