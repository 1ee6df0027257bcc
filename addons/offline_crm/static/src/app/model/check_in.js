/** Check-in at a customer: with a note, and with where the device is if its person says so. */
import { _t } from "@web/core/l10n/translation";
import { formatDateTime } from "@offline_base/app/ui/model/format";
import { VISITS } from "./kinds";
import { placeOf, placeText } from "./place";

const ASKED = { enableHighAccuracy: true, maximumAge: 60_000, timeout: 15_000 };
/** The timeout above does not run while the browser asks for leave: how long a check-in waits at most. */
const PATIENCE_MS = 30_000;

/** Where the device is, as the office takes it; null where it cannot tell, or may not. */
function here() {
    return new Promise((resolve) => {
        const found = ({ coords }) => resolve({ ...placeOf(coords), consent: true });
        setTimeout(() => resolve(null), PATIENCE_MS);
        if (navigator.geolocation) {
            navigator.geolocation.getCurrentPosition(found, () => resolve(null), ASKED);
        } else {
            resolve(null);
        }
    });
}

/** In the place of a yes the position of the moment. */
async function prepare(app, { position, ...args }) {
    if (position !== true) {
        return position === undefined ? args : { ...args, position: position || null };
    }
    const place = await here();
    if (place === null) {
        app.messages.say(_t("This device could not tell where it is. You are checked in without a position."), { kind: "warning" });
        return args;
    }
    return { ...args, position: place };
}

function told({ args: { at, note, position } }) {
    const rows = [
        ["at", _t("When"), at && formatDateTime(at)],
        ["note", _t("Note"), note],
        ["position", _t("Position"), position && placeText(position)],
    ];
    return { what: String(_t("Check-in")), rows: () => rows.filter(([, , text]) => text).map(([name, label, text]) => ({ name, label: String(label), text })) };
}

/** How the operation `check_in` looks, on a contact and on an opportunity. */
export const CHECK_IN = {
    icon: "map-marker",
    fields: { position: { type: "boolean", selection: null } },
    labels: { note: _t("Note"), at: _t("When"), position: _t("Keep where I am now") },
    text: _t("Where you are is kept only if you say so. You and the sales administrators see it, and it is forgotten after the days that your office has set."),
    said: _t("Checked in on this device."),
    kind: VISITS,
    prepare,
    told,
};
