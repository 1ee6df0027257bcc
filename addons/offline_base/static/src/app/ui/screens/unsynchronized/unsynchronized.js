/** All work that the office does not have in its final form yet: whose turn it is, and the ways out. */
import { Component, markRaw, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Badge, Chips, Empty, Icon, Row, Screen } from "../../kit/kit";
import { canDecideUnseen, MINE, THEIRS } from "../../model/decision";
import { decideAll, discard, sendAgain } from "../../model/deeds";
import { formatAgo, formatBytes, formatNumber } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { describe, recordsOf } from "../../model/pieces";
import { grouped, piecesOf, SECTIONS } from "../../model/work";
import { destinations, screens } from "../../registries";
import { Proof } from "../status/proof";

const ALL = "all";
/** Pieces that are drawn at once. */
const PAGE = 60;

export class Unsynchronized extends Component {
    static template = "offline_base.Unsynchronized";
    static components = { Badge, Chips, Empty, Icon, Proof, Row, Screen };
    static props = { kind: { type: String, optional: true } };

    setup() {
        this.app = useApp();
        this.state = useState({ kind: this.props.kind ?? ALL, limit: PAGE, picking: false, picked: {} });
        this.described = new Map();
        this.live = useLive(
            () => this.read(),
            () => [this.isSending],
        );
    }

    get isSending() {
        return this.app.syncing && this.app.step?.step === "push";
    }

    async read() {
        const pieces = piecesOf(await this.app.device.outbox(), { isSending: this.isSending });
        const before = this.described;
        this.described = new Map();
        const record = await recordsOf(this.app, pieces);
        const described = await Promise.all(pieces.map((piece) => this.describedOnce(piece, before, record(piece.entry))));
        // They are replaced, never changed: nothing has to watch each of a thousand.
        return { pieces: markRaw(described) };
    }

    /** Most pieces are the same as a moment ago: only what has changed is read again. */
    async describedOnce(piece, before, record) {
        const { entry, state, decision } = piece;
        const mark = `${state} ${decision?.op} ${entry.receipt?.message}`;
        const known = before.get(entry.op);
        const found = known?.mark === mark ? known : { mark, piece: await describe(this.app, piece, record) };
        this.described.set(entry.op, found);
        return found.piece;
    }

    // --- what is shown -----------------------------------------------------------------------------------------------

    get kinds() {
        const counts = new Map();
        for (const { kind } of this.live.pieces) {
            const found = counts.get(kind.name) ?? { name: kind.name, label: String(kind.label), count: 0 };
            counts.set(kind.name, { ...found, count: found.count + 1 });
        }
        const every = { name: ALL, label: String(_t("All")), count: this.live.pieces.length };
        return counts.size > 1 ? [every, ...counts.values()] : [];
    }

    /** A kind whose last piece has gone is no choice any more. */
    get kind() {
        return this.kinds.some(({ name }) => name === this.state.kind) ? this.state.kind : ALL;
    }

    get shown() {
        const chosen = this.kind;
        return chosen === ALL ? this.live.pieces : this.live.pieces.filter(({ kind }) => kind.name === chosen);
    }

    get sections() {
        const labels = {
            mine: _t("For you to finish"),
            office: _t("For the office"),
            behind: _t("Waits for other work"),
            going: _t("On its way"),
        };
        let room = this.state.limit;
        return SECTIONS.map(({ name, states }) => {
            const groups = grouped(this.shown.filter(({ state }) => states.includes(state))).map((group) => {
                const pieces = group.pieces.slice(0, Math.max(0, room));
                room -= pieces.length;
                return { ...group, pieces };
            });
            return { name, label: String(labels[name]), groups: groups.filter(({ pieces }) => pieces.length) };
        }).filter(({ groups }) => groups.length);
    }

    /** Files go by themselves and need nobody: they stand here as one line. */
    get files() {
        const { files_waiting, files_held, bytes_waiting } = this.app.status;
        if (!files_waiting) {
            return null;
        }
        const held = files_held ? _t("Some wait for a network that is not paid by its volume.") : _t("They are sent with the next syncs.");
        return { title: _t("Files to send: %(count)s, %(size)s", { count: formatNumber(files_waiting), size: formatBytes(bytes_waiting) }), text: String(held) };
    }

    get more() {
        return this.shown.length > this.state.limit;
    }

    get subtitle() {
        const { pieces } = this.live;
        if (this.state.picking) {
            return String(_t("%s chosen", this.picked.length));
        }
        if (pieces.length < 2) {
            return pieces.length ? String(_t("One piece of work")) : "";
        }
        return _t("%s pieces of work", formatNumber(pieces.length));
    }

    /** "Changed here 5 minutes ago". */
    when({ at }) {
        return formatAgo(at);
    }

    // --- several at once ---------------------------------------------------------------------------------------------

    get picked() {
        return this.shown.filter(({ op }) => this.state.picked[op]);
    }

    canPick({ ways }) {
        return ways.includes("discard");
    }

    get canSendAgain() {
        return this.picked.length > 0 && this.picked.every(({ ways }) => ways.includes("retry"));
    }

    startPicking(isOn) {
        Object.assign(this.state, { picking: isOn, picked: {} });
    }

    toggle({ op }) {
        this.state.picked[op] = !this.state.picked[op];
    }

    async discardPicked() {
        if (await discard(this.app, this.picked)) {
            this.startPicking(false);
        }
    }

    /** Whether some of what is chosen can be decided without a look at each. */
    get canDecide() {
        return this.picked.some(canDecideUnseen);
    }

    async keep(side) {
        if (await decideAll(this.app, this.picked, side)) {
            this.startPicking(false);
        }
    }

    keepMine() {
        return this.keep(MINE);
    }

    keepTheirs() {
        return this.keep(THEIRS);
    }

    async sendPickedAgain() {
        if (await sendAgain(this.app, this.picked)) {
            this.startPicking(false);
        }
    }

    open(piece) {
        if (this.state.picking) {
            this.toggle(piece);
        } else {
            this.app.router.go("operation", { op: piece.op });
        }
    }
}

screens.add("unsynchronized", { path: "/unsynchronized", component: Unsynchronized });
destinations.add(
    "unsynchronized",
    { label: _t("Unsynchronized"), short: _t("Unsynced"), icon: "cloud-upload", screen: "unsynchronized", count: (app) => app.waiting },
    { sequence: 40 },
);
