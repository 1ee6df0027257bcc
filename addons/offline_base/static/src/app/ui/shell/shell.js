/** The root: what the phase of the app asks for, and round a screen the navigation, the banner and the messages. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Icon } from "../kit/kit";
import { formatAgo } from "../model/format";
import { useApp } from "../model/hooks";
import { standingOf } from "../model/standing";
import { bars, destinations } from "../registries";
import { Boundary } from "../start/trouble";
import { UpdateBar } from "../start/update_bar";

/** Says how things stand with the office, and leads to the sync status. */
export class Pulse extends Component {
    static template = "offline_base.Pulse";
    static components = { Icon };
    static props = {};

    setup() {
        this.app = useApp();
    }

    get state() {
        const standing = standingOf(this.app);
        return { ...standing, text: this.words[standing.name]() };
    }

    get words() {
        const { status, counts } = this.app;
        return {
            stopped: () => _t("The office has stopped this device"),
            syncing: () => _t("Syncing"),
            offline: () => (counts.unsent ? _t("Offline, %s to send", counts.unsent) : _t("Offline")),
            failed: () => _t("The last sync did not end well"),
            unsent: () => _t("%s to send", counts.unsent),
            fresh: () => _t("Not synced yet"),
            synced: () => _t("Synced %s", formatAgo(status.last_sync_at)),
        };
    }
}

/** What the phase of the app asks for (`env.phases`), or the screen that the address names. */
export class Shell extends Component {
    static template = "offline_base.Shell";
    static components = { Boundary, Icon, Pulse, UpdateBar };
    static props = {};

    setup() {
        this.app = useApp();
    }

    /** Back to the gate: the page begins anew, the sample is gone. */
    leaveSample() {
        location.hash = "";
        location.reload();
    }

    get phase() {
        return this.env.phases[this.app.phase];
    }

    get screen() {
        return this.app.router.current;
    }

    /** What addons have to say over every screen. */
    get bars() {
        return bars.getAll();
    }

    get destinations() {
        const there = destinations.getAll().filter(({ isThere = () => true }) => isThere(this.app));
        // Four share the width of a phone, and a long word has no room there.
        const isNarrow = there.length > 3;
        return there.map(({ label, short = label, icon, screen, parts = {}, count = null }) => ({
            label: String(label),
            short: String(isNarrow ? short : label),
            icon,
            count: count?.(this.app) || null,
            isHere: this.screen?.name === screen,
            go: () => this.app.router.go(screen, parts),
        }));
    }
}
