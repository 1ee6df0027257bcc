/** One piece of work: what was done, what the office says of it, and the way out that fits its cause. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { PARKED, PENDING } from "../../../engine/operations";
import { Card, Empty, Icon, Row, Screen } from "../../kit/kit";
import { attempt, canCorrect, correct, discard, sendAgain } from "../../model/deeds";
import { refText } from "../../model/entities";
import { formatDateTime, formatNumber } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { describe, fieldsOf, wordsOfState } from "../../model/pieces";
import { correctedTime, ORDER, piecesOf, stateOf } from "../../model/work";
import { wordsOfReceipt } from "../../model/words";
import { screens } from "../../registries";

export class Operation extends Component {
    static template = "offline_base.Operation";
    static components = { Card, Empty, Icon, Row, Screen };
    static props = { op: String };

    setup() {
        this.app = useApp();
        this.live = useLive(() => this.read());
    }

    async read() {
        const { device } = this.app;
        const entry = await device.operation(this.props.op);
        if (!entry) {
            return { piece: null };
        }
        const outbox = await device.outbox();
        const waiting = piecesOf(outbox).find(({ entry: { op } }) => op === entry.op);
        const piece = await describe(this.app, waiting ?? { entry, state: this.finalState(entry) });
        return { piece, rows: await fieldsOf(this.app, piece), behind: await this.blockers(entry, outbox), steps: await this.timeline(piece) };
    }

    /** In the journal a state is a status of the office; a decision that waits in the outbox is no piece of its own. */
    finalState(entry) {
        return entry.state === PENDING ? stateOf(entry) : entry.state;
    }

    /** The pieces that this one waits for, as far as they are this device's. */
    blockers(entry, outbox) {
        const numbers = entry.receipt?.blocked_by ?? [];
        const found = outbox.filter(({ seq }) => numbers.includes(seq));
        return Promise.all(piecesOf(found).map((piece) => describe(this.app, piece)));
    }

    // --- what is shown -----------------------------------------------------------------------------------------------

    get piece() {
        return this.live.piece;
    }

    get isWaiting() {
        return ORDER.includes(this.piece.state);
    }

    /** Why it waits and what to do, in the order of reading: `{what, todo}`. */
    get cause() {
        const { state, why, todo, decision } = this.piece;
        const causes = {
            waits: () => [this.app.isOffline ? _t("There is no connection to the office.") : _t("It has not been sent yet."), _t("It is sent by itself with the next sync.")],
            sending: () => [_t("It is being sent."), ""],
            decided: () => [_t("You have decided; the office gets your decision with the next sync."), this.decisionTaken(decision)],
            behind: () => [_t("It goes on by itself as soon as the work that it waits for is done."), ""],
        };
        const [what, more] = causes[state]?.() ?? [why, todo];
        return { what: String(what), todo: String(more) };
    }

    decisionTaken(decision) {
        const { by, same_as } = decision?.body.args ?? {};
        const taken = {
            amend: () => _t("It is sent again, corrected."),
            discard: () => _t("It is given up: %s", decision.body.args.reason || _t("no reason given")),
            resolve: () => (same_as ? _t("It is the one that Odoo has.") : by === "server" ? _t("The office's values stay.") : by === "device" ? _t("Your values count.") : _t("The values that you chose count.")),
        };
        return taken[decision?.verb]?.() ?? "";
    }

    get offset() {
        return this.app.status.clock_offset_s ?? 0;
    }

    /** The times that are kept of it. */
    get times() {
        const { at } = this.piece;
        const corrected = correctedTime(at, this.offset);
        const own = formatDateTime(at);
        const office = formatDateTime(corrected);
        return own === office ? [{ label: String(_t("Done")), value: own }] : [{ label: String(_t("Done, by this device's clock")), value: own }, { label: String(_t("Done, by the office's clock")), value: office }];
    }

    /** What happened to it so far, in order: `[{icon, tone, text, when}]`. */
    async timeline({ entry, at, body }) {
        const steps = [{ icon: "pencil", tone: "quiet", text: String(_t("Done on this device")), when: formatDateTime(at) }];
        if (entry.decides) {
            const before = await this.app.device.operation(entry.decides);
            if (before) {
                steps.unshift({ icon: "history", tone: "quiet", text: _t("It takes the place of number %s", formatNumber(before.seq)), op: before.op });
            }
        }
        if (entry.receipt) {
            const look = wordsOfState(this.isFinal(entry) ? entry.state : stateOf(entry));
            const { what } = wordsOfReceipt(entry.receipt, body.verb);
            steps.push({ icon: look.icon, tone: look.tone, text: what ? _t("The office answered: %s", what) : look.label, op: null });
            steps.push(...this.leftOut(entry));
        }
        const decided = await this.app.device.parts.outbox.decisionsAbout(entry.op);
        for (const one of decided) {
            steps.push({ icon: "gavel", tone: "info", text: this.decisionTaken(one), when: formatDateTime(one.body.at), op: one.verb === "amend" ? one.op : null });
        }
        return steps;
    }

    /** What was written for a new record, and not taken over by the one that it is. */
    leftOut({ entity, receipt }) {
        const { linked_to, left_out = [] } = receipt.result ?? {};
        if (!linked_to) {
            return [];
        }
        const labels = new Map(this.app.entity(entity)?.fields.map(({ name, label }) => [name, label]));
        const text = left_out.length
            ? _t("Odoo had this one already. It keeps its own: %s. What you wrote there stands in its history in Odoo.", left_out.map((name) => labels.get(name) ?? name).join(", "))
            : _t("Odoo had this one already; what it lacked was taken over.");
        return [{ icon: "link", tone: "info", text: String(text), op: null }];
    }

    isFinal(entry) {
        return !PARKED.includes(entry.state) || entry.isOver;
    }

    // --- what can be done --------------------------------------------------------------------------------------------

    can(way) {
        return this.piece.ways.includes(way);
    }

    get canCorrect() {
        return canCorrect(this.piece);
    }

    correct() {
        correct(this.app, this.piece);
    }

    async sendAgain() {
        await sendAgain(this.app, [this.piece]);
    }

    async discard() {
        if (await discard(this.app, [this.piece])) {
            this.app.router.back();
        }
    }

    /** Whether nobody else can have seen it yet. */
    get canTakeBack() {
        const { state, seq, unit } = this.piece;
        return state === "waits" && unit === null && this.app.device.canWithdraw(seq, seq);
    }

    async takeBack() {
        const { seq } = this.piece;
        if (await attempt(this.app, () => this.app.device.withdraw(seq, seq))) {
            this.app.messages.say(_t("It was taken back, as if it had never been."));
            this.app.router.back();
        }
    }

    decide() {
        this.app.router.go("conflict", { op: this.piece.op });
    }

    get canShowRecord() {
        return this.piece.isThere && screens.contains("record");
    }

    showRecord() {
        this.app.router.go("record", { entity: this.piece.entity.name, ref: refText(this.piece.ref) });
    }

    go(op) {
        this.app.router.go("operation", { op });
    }
}

screens.add("operation", { path: "/operation/:op", component: Operation });
