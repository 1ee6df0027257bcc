/** A conflict as three columns, before, mine and the office's: who decides, chooses field by field. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { partsOf } from "../../fields/field";
import { sayDone } from "../../forms/undo";
import { Badge, Card, Empty, Icon, Row, Screen } from "../../kit/kit";
import { arrows } from "../../kit/radios";
import { attempt, discard } from "../../model/deeds";
import { decisionOf, MINE, othersOf, outcomeOf, OWN, THEIRS } from "../../model/decision";
import { difference } from "../../model/difference";
import { formatDateTime } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { describe } from "../../model/pieces";
import { textOf } from "../../model/shown";
import { piecesOf } from "../../model/work";
import { screens } from "../../registries";
import { FileSheet } from "../record/file";
import { Picture } from "../record/picture";

/** Shorter texts are read at a glance. */
const LONG = 24;
const TEXTS = ["char", "text", "html"];
const FILES = ["binary", "image"];

export class Conflict extends Component {
    static template = "offline_base.Conflict";
    static components = { Badge, Card, Empty, Icon, Picture, Row, Screen };
    static props = { op: String };

    setup() {
        this.app = useApp();
        this.state = useState({ choices: {}, own: {}, problems: {}, words: {}, saving: false });
        this.sides = [MINE, THEIRS];
        this.arrows = arrows;
        this.live = useLive(() => this.read());
    }

    async read() {
        const { device } = this.app;
        const found = piecesOf(await device.outbox()).find(({ entry }) => entry.op === this.props.op);
        const conflict = found?.entry.receipt?.conflict;
        if (!conflict) {
            return { piece: null };
        }
        const piece = await describe(this.app, found);
        const held = await device.parts.records.get(piece.entity.name, await device.parts.records.key(piece.entity.name, piece.ref));
        const { fields } = conflict;
        const others = othersOf(piece.body, fields, held?.values ?? null, piece.entity.profile.policies);
        const there = piece.verb === "create" ? (found.entry.receipt.result?.duplicates ?? []) : [];
        return {
            piece,
            conflict,
            alike: await Promise.all(there.map((id) => this.alikeOf(piece, id))),
            rows: await Promise.all(Object.entries(fields).map(([name, sides]) => this.rowOf(piece, name, sides))),
            others: await Promise.all(others.map((other) => this.otherOf(piece, other))),
        };
    }

    async rowOf({ entity }, name, sides) {
        const { device } = this.app;
        const field = this.fieldOf(entity, name);
        const [base, mine, theirs] = await Promise.all([sides.base, sides.mine, sides.theirs].map((value) => textOf(device, field, value)));
        const isLong = TEXTS.includes(field.type) && [mine, theirs].some((text) => text.length > LONG);
        const parts = (text) => (isLong ? difference(base, text) : [{ kind: "same", text }]);
        return { name, field, sides, label: field.label, base, isFile: FILES.includes(field.type), words: { mine, theirs }, mine: parts(mine), theirs: parts(theirs) };
    }

    /** A record that a new one may be a duplicate of: `{id, name, more}`. */
    async alikeOf({ entity }, id) {
        const name = await this.app.device.nameOf(entity.name, id);
        return { id, name: name ?? String(_t("Number %s in Odoo", id)), more: name === null ? String(_t("It is not on this device.")) : "" };
    }

    async otherOf({ entity }, { name, value, isMerged }) {
        const field = this.fieldOf(entity, name);
        return { name, label: field.label, text: await textOf(this.app.device, field, value), isMerged };
    }

    fieldOf(entity, name) {
        return entity.profile.fields.find((field) => field.name === name) ?? { name, label: name, type: "char" };
    }

    // --- what is shown -----------------------------------------------------------------------------------------------

    get isMine() {
        return this.live.piece.state === "decide";
    }

    /** Whether each field has sides of which a person may take either. */
    get byField() {
        return this.live.conflict.kind === "fields";
    }

    get question() {
        const { piece, conflict } = this.live;
        if (conflict.kind !== "expect") {
            return piece.why;
        }
        const questions = {
            create: _t("Odoo has a record like this one already. Is it the same? Then what you did goes to that one, and none is made twice."),
            delete: _t("Somebody else changed this record after you saw it. Delete it all the same?"),
        };
        return String(questions[piece.verb] ?? _t("The record is no longer as you saw it. Do it all the same?"));
    }

    get since() {
        return formatDateTime(this.live.piece.at);
    }

    sideOf(row, side) {
        return {
            name: side,
            label: String(side === MINE ? _t("Mine") : _t("The office's")),
            parts: row[side],
            isEmpty: !row.words[side],
            isChosen: this.state.choices[row.name] === side,
            file: row.isFile ? row.sides[side] : null,
        };
    }

    isPicture(row, file) {
        return row.field.type === "image" || (file.type ?? "").startsWith("image/");
    }

    openLabel(side = _t("Before")) {
        return _t("Open: %s", side);
    }

    openFile(row, file) {
        const type = this.isPicture(row, file) ? file.type || "image/*" : file.type;
        this.app.messages.open(FileSheet, { name: file.name ?? row.label, file, type });
    }

    /** What the field will hold, in words; null while nothing is chosen. */
    outcome(row) {
        const choice = this.state.choices[row.name];
        if (choice === undefined) {
            return null;
        }
        return (choice === OWN ? this.state.words[row.name] : row.words[choice]) || String(_t("Empty"));
    }

    editorOf({ field }) {
        return partsOf(this.live.piece.entity, field).Edit ?? null;
    }

    editing(row) {
        const { name, field } = row;
        return {
            entity: this.live.piece.entity,
            field,
            value: this.state.own[name] ?? null,
            values: this.state.own,
            id: `own_${name}`,
            needed: Boolean(field.required),
            problem: Boolean(this.state.problems[name]),
            onChange: (value) => this.write(row, value),
            onProblem: (text) => {
                this.state.problems[name] = text;
            },
            hold: (work) => {
                this.held = Promise.allSettled([this.held, work]);
            },
        };
    }

    get decision() {
        const { piece, conflict } = this.live;
        const isWrong = Object.entries(this.state.problems).some(([name, text]) => text && this.state.choices[name] === OWN);
        return isWrong ? null : decisionOf(conflict.fields, this.state.choices, this.state.own, Object.keys(piece.body.values ?? {}));
    }

    get left() {
        return this.live.rows.filter(({ name }) => this.state.choices[name] === undefined).length;
    }

    // --- choosing ----------------------------------------------------------------------------------------------------

    choose({ name }, side) {
        this.state.choices[name] = side;
    }

    chooseAll(side) {
        this.live.rows.forEach((row) => this.choose(row, side));
    }

    isAll(side) {
        return this.live.rows.every(({ name }) => this.state.choices[name] === side);
    }

    /** A value of one's own begins with one's own side. */
    async chooseOwn(row) {
        if (this.state.choices[row.name] !== OWN) {
            await this.write(row, outcomeOf(row.sides, this.state.choices[row.name] ?? MINE));
            this.choose(row, OWN);
        }
    }

    async write(row, value) {
        this.state.own[row.name] = value;
        this.state.words[row.name] = await textOf(this.app.device, row.field, value);
    }

    // --- deciding ----------------------------------------------------------------------------------------------------

    async save() {
        await this.held;
        if (this.decision === null) {
            return;
        }
        await this.decide(this.decision.by, this.decision.values);
    }

    /** A new record is given up, and with it what hangs on it. */
    async giveUp() {
        if (await discard(this.app, [this.live.piece])) {
            this.app.router.back();
        }
    }

    async decide(by, values = null, sameAs = null) {
        if (this.state.saving) {
            return;
        }
        const { device } = this.app;
        this.state.saving = true;
        let entry;
        const went = await attempt(this.app, async () => {
            entry = await device.resolve(this.props.op, by, values, { sameAs });
        });
        this.state.saving = false;
        if (!went) {
            return;
        }
        const { op } = this.props;
        const undone = () => this.app.router.go("conflict", { op });
        sayDone(this.app, _t("Decided. The office gets it with the next sync."), { seq: entry.seq, undone });
        this.app.router.back();
    }
}

screens.add("conflict", { path: "/conflict/:op", component: Conflict });
