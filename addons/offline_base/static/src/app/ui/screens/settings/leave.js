/** Logging out: never past unsent work unnoticed, and what is unsent goes to the office sealed. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { WorkUnsent } from "../../../engine/errors";
import { Ask, Icon, Sheet } from "../../kit/kit";
import { formatNumber } from "../../model/format";
import { exportWork } from "./export";

/** Closes with `sync`, `export` or `leave`. */
export class LeaveSheet extends Component {
    static template = "offline_base.LeaveSheet";
    static components = { Icon, Sheet };
    static props = { unsent: Object, isOffline: Boolean, close: Function };

    get text() {
        const { operations, files } = this.props.unsent;
        if (operations === 1 && !files) {
            return String(_t("One piece of work has not reached its final form at the office."));
        }
        return files
            ? _t("Not in their final form at the office: %(work)s pieces of work, %(files)s files.", { work: formatNumber(operations), files: formatNumber(files) })
            : _t("%s pieces of work have not reached their final form at the office.", formatNumber(operations));
    }

    get consequence() {
        if (!this.props.unsent.sealed) {
            return String(_t("The office has no key for sealed work: what is unsent stays on this device until you come back as the same person."));
        }
        return String(
            this.props.isOffline
                ? _t("Your work is sealed and stays here until there is a network; then it goes to the office, which can take it over. Open the app once when you are back.")
                : _t("Your work goes to the office sealed; a manager there can take it over."),
        );
    }
}

/** Ask, then leave. What was asked for instead is done, and asked again where it makes sense. */
export async function leave(app) {
    const { messages } = app;
    const unsent = await unsentOf(app);
    if (unsent === null) {
        const sure = await messages.open(Ask, {
            title: _t("Log out of this device"),
            text: _t("All records are erased from this device. All your work has reached the office."),
            confirm: _t("Log out"),
            danger: true,
        });
        return sure ? gone(app) : undefined;
    }
    const answer = await messages.open(LeaveSheet, { unsent, isOffline: app.isOffline });
    if (answer === "sync") {
        if (await app.sync()) {
            return leave(app);
        }
        messages.say(_t("The sync did not get through. Your work is still here."), { kind: "warning" });
    } else if (answer === "export") {
        await exportWork(app);
    } else if (answer === "leave") {
        return gone(app, { evenUnsent: true });
    }
}

/** What the office does not have, or null. */
async function unsentOf({ device }) {
    const { unsent, parked, files_waiting } = await device.status();
    const operations = unsent + Object.values(parked).reduce((sum, count) => sum + count, 0);
    return operations + files_waiting ? { operations, files: files_waiting, sealed: device.settings.profile.escrow_key !== null } : null;
}

async function gone(app, options) {
    await finishAll(app);
    try {
        await app.device.leave(options);
    } catch (error) {
        if (error instanceof WorkUnsent) {
            // Something was done while the question stood.
            return leave(app);
        }
        throw error;
    }
    await app.refresh();
}

/** End what is going on. What fails of it is logged: it must not keep anybody from logging out. */
async function finishAll({ farewells }) {
    const ends = await Promise.allSettled([...farewells].map(async (finish) => finish()));
    ends.filter(({ status }) => status === "rejected").forEach(({ reason }) => console.error(reason));
}
