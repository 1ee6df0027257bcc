/** The work of this device as a file that only the office can open: for a dead network, or a phone that is about to go. */
import { _t } from "@web/core/l10n/translation";

/** Save the sealed boxes, one a line, as the office imports them. */
export async function exportWork(app) {
    const boxes = [];
    for await (const box of app.device.sealed()) {
        boxes.push(box);
    }
    if (!boxes.length) {
        app.messages.say(_t("There is nothing to export, or the office has no key for sealed work."), { kind: "warning" });
        return;
    }
    const day = new Date().toISOString().slice(0, 10);
    save(new Blob([`${boxes.join("\n")}\n`], { type: "text/plain" }), `offline-${app.status.device.slice(0, 8)}-${day}.jwe`);
    app.messages.say(_t("Saved. Give the file to your office: only they can open it. Nothing was removed from this device."), { kind: "good" });
}

function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser has taken the address by the time of the next task.
    setTimeout(() => URL.revokeObjectURL(link.href));
}
