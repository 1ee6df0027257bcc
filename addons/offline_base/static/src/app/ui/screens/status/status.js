/** How this device and the office stand to each other: what goes on, what was, what comes, and proof of it. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { persist, room } from "../../../engine/quota";
import { Badge, Card, Icon, Row, Screen } from "../../kit/kit";
import { attempt } from "../../model/deeds";
import { formatAgo, formatBytes, formatDateTime, formatNumber } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { standingOf } from "../../model/standing";
import { wordsOf, wordsOfIncident, wordsOfMode } from "../../model/words";
import { screens } from "../../registries";
import { Proof } from "./proof";
import { wordsOfOffset } from "./offset";

const INCIDENTS_SHOWN = 10;

export class Status extends Component {
    static template = "offline_base.Status";
    static components = { Badge, Card, Icon, Proof, Row, Screen };
    static props = {};

    setup() {
        this.app = useApp();
        this.state = useState({ comparing: false, showIncidents: false });
        this.live = useLive(async () => ({ room: await room(), persistence: await this.persistence() }));
    }

    async persistence() {
        const persisted = await globalThis.navigator?.storage?.persisted?.();
        return persisted === undefined ? "unknown" : persisted ? "persistent" : "refused";
    }

    // --- the sentence ------------------------------------------------------------------------------------------------

    /** `{tone, icon, spin, title, text}`. */
    get headline() {
        const standing = standingOf(this.app);
        const [title, text] = this.words[standing.name]();
        return { ...standing, title: String(title), text: String(text) };
    }

    /** What each standing is called, and what to make of it. */
    get words() {
        const { status, counts } = this.app;
        const said = ({ code }) => {
            const { what, todo } = wordsOf(code);
            return [what, todo];
        };
        return {
            stopped: () => said(status.locked_out),
            syncing: () => [_t("Syncing"), this.step],
            offline: () => [_t("No connection to the office"), this.kept],
            failed: () => said(status.last_error),
            unsent: () => [counts.unsent === 1 ? _t("One piece of work to send") : _t("%s pieces of work to send", formatNumber(counts.unsent)), this.next],
            fresh: () => [_t("Not synced yet"), _t("The first sync brings everything that concerns you to this device.")],
            synced: () => [_t("Everything is in sync"), this.next],
        };
    }

    /** What becomes of work without a network. */
    get kept() {
        const { unsent } = this.app.counts;
        if (!unsent) {
            return _t("You can go on working; what you do is kept on this device.");
        }
        return unsent === 1
            ? _t("One piece of work is kept and sent when the network is back.")
            : _t("%s pieces of work are kept and sent when the network is back.", formatNumber(unsent));
    }

    /** What a sync is doing now. */
    get step() {
        const { step } = this.app;
        const done = formatNumber(step?.done ?? 0);
        const steps = {
            push: () => _t("Sending your work: %s answered", done),
            pull: () => _t("Receiving: %s records", done),
        };
        return String(steps[step?.step]?.() ?? _t("Asking the office"));
    }

    get next() {
        const { status } = this.app;
        if (status.mode === "always_offline") {
            return String(_t("Syncs only when you press Sync now."));
        }
        const isSoon = !status.next_sync_at || Date.parse(status.next_sync_at) <= Date.now() + 5000;
        return isSoon ? String(_t("The next sync begins by itself in a moment.")) : _t("The next sync begins by itself %s.", formatAgo(status.next_sync_at));
    }

    // --- the lines ---------------------------------------------------------------------------------------------------

    /** `[{label, value, tone?, more?}]` about syncs. */
    get syncs() {
        const { status } = this.app;
        const never = String(_t("Never"));
        return [
            { label: _t("Last sync"), value: status.last_sync_at ? formatAgo(status.last_sync_at) : never, more: status.last_sync_at ? formatDateTime(status.last_sync_at) : "" },
            { label: _t("Mode"), value: wordsOfMode(status.mode).label },
            ...(status.failures && status.last_error ? [{ label: _t("Last failure"), value: formatAgo(status.last_error.at), more: this.failure }] : []),
            { label: _t("Waiting to be sent"), value: formatNumber(status.unsent) },
            { label: _t("Waiting for a decision"), value: formatNumber(this.app.counts.parked), go: this.app.counts.parked ? () => this.app.router.go("unsynchronized") : undefined },
        ].map(this.worded);
    }

    get failure() {
        const { what, todo } = wordsOf(this.app.status.last_error.code);
        return `${what} ${todo}`;
    }

    get storage() {
        const { status } = this.app;
        const { room: found, persistence } = this.live;
        const kept = {
            persistent: [_t("Protected"), _t("The browser does not erase it to make room."), "good"],
            refused: [_t("Not protected"), _t("The browser may erase it when the disk is full. Installing the app usually protects it."), "warning"],
            unknown: [_t("Unknown"), _t("This browser does not say whether it may erase what is stored."), "quiet"],
        }[persistence];
        return [
            { label: _t("Used by the app"), value: formatBytes(found?.used ?? status.storage_bytes) },
            ...(found ? [{ label: _t("Free"), value: formatBytes(found.free), tone: found.low ? "danger" : undefined, more: found.low ? _t("There is little room left: sync, and free some room on this device.") : "" }] : []),
            { label: _t("Files kept to look at"), value: formatBytes(status.bytes_cached) },
            { label: _t("Protection"), value: kept[0], more: kept[1], tone: kept[2], act: persistence === "refused" ? () => this.protect() : undefined },
        ].map(this.worded);
    }

    get files() {
        const { status } = this.app;
        const held = status.files_held ? _t("%s of them wait for a network that is not paid by its volume.", formatNumber(status.files_held)) : "";
        return status.files_waiting ? [{ label: _t("Files to send"), value: _t("%(count)s, %(size)s", { count: formatNumber(status.files_waiting), size: formatBytes(status.bytes_waiting) }), more: held }].map(this.worded) : [];
    }

    get clock() {
        const { tone, value, more } = wordsOfOffset(this.app.status.clock_offset_s);
        return [{ label: _t("Clock of this device"), value, more, tone }].map(this.worded);
    }

    worded({ label, value, more = "", ...rest }) {
        return { ...rest, label: String(label), value: String(value), more: String(more) };
    }

    get incidents() {
        return this.app.status.incidents.slice(-INCIDENTS_SHOWN).reverse().map(({ at, kind }) => ({ when: formatDateTime(at), what: wordsOfIncident(kind) }));
    }

    // --- what can be done --------------------------------------------------------------------------------------------

    get canEnrol() {
        return Boolean(this.app.status.locked_out) && !this.app.status.locked_out.wipe;
    }

    enrol() {
        Object.assign(this.app, { enrolling: true, phase: "enrol" });
    }

    async sync() {
        await this.app.sync();
    }

    async compare() {
        this.state.comparing = true;
        const went = await attempt(this.app, () => this.app.device.verify());
        this.state.comparing = false;
        await this.app.refresh();
        if (went) {
            const { rotten, differ } = this.app.status.verified;
            const differed = rotten + differ > 0;
            this.app.messages.say(differed ? _t("There were differences; what differed was received again.") : _t("Compared: everything on this device equals the office's."), { kind: differed ? "warning" : "good" });
        }
    }

    async protect() {
        const answer = await persist();
        this.live.persistence = answer;
        if (answer !== "persistent") {
            this.app.messages.say(_t("The browser did not agree. Install the app on the home screen, then try again."), { kind: "warning" });
        }
    }
}

screens.add("status", { path: "/status", component: Status });
