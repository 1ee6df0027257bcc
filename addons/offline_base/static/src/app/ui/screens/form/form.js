/**
 * A record to fill in, new or not. What is written is kept as a draft at each keystroke: a tab that dies takes nothing
 * with it. Saving makes an operation; it needs no network. Where there is one, Odoo is asked whether a new one is there.
 */
import { Component, onMounted, onWillDestroy, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { same } from "../../../engine/canonical";
import { HomeFull, Refusal } from "../../../engine/errors";
import { askAlike } from "../../forms/alike";
import { focusField, FormBody } from "../../forms/body";
import { draftName } from "../../forms/drafts";
import { FormLines } from "../../forms/lines";
import { sayDone } from "../../forms/undo";
import { Writing } from "../../forms/writing";
import { Empty, Icon, Screen, Sheet } from "../../kit/kit";
import { entityOf, isSorted, may, refFrom, refText, sequenceOf } from "../../model/entities";
import { useApp, useLive } from "../../model/hooks";
import { screens } from "../../registries";

/** How a person leaves a form that is not saved: closes with "keep" or "drop". */
export class Leaving extends Component {
    static template = "offline_base.Leaving";
    static components = { Sheet };
    static props = { close: Function };
}

export class RecordForm extends Component {
    static template = "offline_base.RecordForm";
    static components = { Empty, FormBody, FormLines, Icon, Screen };
    /**
     * `preset`: JSON with values of a new record; `day`: the day it is for. `op`: refused work that is corrected here;
     * `field`: where to begin.
     */
    static props = {
        entity: String,
        ref: String,
        preset: { type: String, optional: true },
        day: { type: String, optional: true },
        op: { type: String, optional: true },
        field: { type: String, optional: true },
    };

    setup() {
        this.app = useApp();
        const profile = this.app.entity(this.props.entity);
        this.entity = profile && entityOf(profile);
        this.isNew = this.props.ref === "new";
        this.ref = this.isNew ? null : refFrom(this.props.ref);
        this.state = useState({ writing: null, lines: [], said: null, isBusy: false, isDraft: false, isFull: false });
        this.form = useRef("form");
        this.keeping = Promise.resolve();
        /** Whether the screen is left: the answer of who was asked last, or nothing. */
        this.leaving = null;
        onWillStart(() => this.open());
        this.live = useLive(async () => ({ record: this.isNew || !this.entity ? null : await this.read() }));
        let free = () => {};
        onMounted(() => {
            free = this.app.router.guard(() => (this.leaving = this.mayLeave()));
            const begin = this.props.field ?? (this.isNew && !this.state.isDraft ? this.writing?.fields[0]?.name : null);
            if (begin) {
                focusField(this.form.el, begin);
            }
        });
        onWillDestroy(() => free());
    }

    get writing() {
        return this.state.writing;
    }

    get title() {
        if (!this.entity) {
            return _t("Not on this device");
        }
        return this.isNew ? _t("New: %s", this.entity.label) : this.entity.title(this.writing?.values ?? {}, {}) || this.entity.label;
    }

    /** Whether this person may fill it in. */
    get isOpen() {
        return this.writing !== null && may(this.entity, this.isNew ? "create" : "update");
    }

    get draftName() {
        return draftName(this.props);
    }

    // --- what it begins with -----------------------------------------------------------------------------------------

    read() {
        return this.app.device.get(this.props.entity, this.ref);
    }

    async open() {
        if (!this.entity) {
            return;
        }
        const record = this.isNew ? null : await this.read();
        if (!this.isNew && !record?.present) {
            return;
        }
        const draft = await this.app.device.drafts.get(this.draftName);
        const preset = this.props.preset ? JSON.parse(this.props.preset) : {};
        const { day } = this.props;
        const given = this.isNew ? { ...(await this.entity.defaults(this.app, preset, { day })), ...preset } : {};
        const refused = this.props.op ? await this.app.device.operation(this.props.op) : null;
        const problems = refused?.receipt?.fields ?? {};
        this.state.isDraft = draft !== null;
        this.state.lines = draft?.lines ?? [];
        this.state.writing = Writing.make(this.entity, {
            isNew: this.isNew,
            seen: draft?.seen ?? { ...record?.values },
            changed: draft?.changed ?? given,
            named: [...Object.keys(problems), ...(this.props.field ? [this.props.field] : [])],
        });
        Object.assign(this.writing.problems, problems);
    }

    /** What came from the office while the form was open, beside the fields that the person changes. */
    get hints() {
        const { record } = this.live;
        const { seen, changed } = this.writing;
        const hints = {};
        for (const name of record ? Object.keys(changed) : []) {
            if (!same(record.values[name] ?? null, seen[name] ?? null)) {
                hints[name] = _t("This was changed elsewhere since you began. Saving keeps yours, or asks.");
            }
        }
        return hints;
    }

    // --- writing -----------------------------------------------------------------------------------------------------

    /** Keep what is written so far; the last writing counts. */
    onWrite() {
        const { seen, changed } = this.writing;
        const content = JSON.parse(JSON.stringify({ seen, changed, lines: this.state.lines }));
        this.keeping = this.keeping.then(() => this.keep(content));
    }

    onLines(lines) {
        this.state.lines = lines;
        this.onWrite();
    }

    async keep(content) {
        const { drafts } = this.app.device ?? {};
        try {
            await (Object.keys(content.changed).length || content.lines.length ? drafts?.put(this.draftName, content) : drafts?.drop(this.draftName));
            this.state.isFull = false;
        } catch (error) {
            if (!(error instanceof HomeFull)) {
                throw error;
            }
            this.state.isFull = true;
        }
    }

    /** Begin anew, without the draft. */
    async forget() {
        await this.drop();
        this.state.writing = null;
        await this.open();
    }

    async drop() {
        await this.keeping;
        await this.app.device.drafts.drop(this.draftName);
        this.state.isDraft = false;
    }

    // --- the end -----------------------------------------------------------------------------------------------------

    async save() {
        if (this.state.isBusy) {
            return;
        }
        this.state.said = null;
        this.state.isBusy = true;
        try {
            await this.writing.held;
            if (!this.writing.check()) {
                focusField(this.form.el, this.writing.first);
                return;
            }
            await this.record();
        } catch (error) {
            if (!(error instanceof Refusal || error instanceof HomeFull)) {
                throw error;
            }
            this.state.said = error instanceof HomeFull ? _t("There is no room left on this device: nothing was saved. Make room and save again.") : this.writing.take(error);
            focusField(this.form.el, this.writing.first);
        } finally {
            this.state.isBusy = false;
        }
    }

    async record() {
        const { device, router } = this.app;
        const { entity } = this.props;
        const changed = JSON.parse(JSON.stringify(this.writing.changed));
        const seen = JSON.parse(JSON.stringify(this.writing.seen));
        if (this.isNew) {
            const { chosen, distinctFrom } = await askAlike(this.app, this.entity, changed, () => this.leaving);
            if (chosen === undefined) {
                return;
            }
            if (chosen !== null) {
                await this.finish();
                router.replace("record", { entity, ref: refText(chosen) });
                return;
            }
            const { made, to } = await this.make(changed, { distinctFrom });
            await this.finish();
            const undone = () => router.replace("list", { entity });
            sayDone(this.app, _t("Saved on this device."), { seq: made.pending.at(-1), to, undone });
            router.replace("record", { entity, ref: refText(made.ref) });
            return;
        }
        if (this.props.op) {
            await device.amend(this.props.op, changed);
            await this.finish();
            this.app.messages.say(_t("Corrected. It is sent again with the next sync."), { kind: "good" });
            router.back();
            return;
        }
        const base = Object.fromEntries(Object.keys(changed).map((name) => [name, seen[name] ?? null]));
        if (Object.keys(changed).length) {
            const { seq } = await device.update(entity, this.ref, changed, { base });
            sayDone(this.app, _t("Saved on this device."), { seq, back: () => device.update(entity, this.ref, base) });
        }
        await this.finish();
        router.back("record", { entity, ref: this.props.ref });
    }

    /** The new record, and with it its lines; `to` is the number of the last of them. */
    async make(changed, options) {
        const { device } = this.app;
        const { entity } = this.props;
        const lines = JSON.parse(JSON.stringify(this.state.lines));
        if (!lines.length) {
            const made = await device.create(entity, changed, options);
            return { made, to: made.pending.at(-1) };
        }
        return device.unit(async (unit) => {
            const made = await unit.create(entity, changed, options);
            let last = made;
            for (const [place, { entity: kind, field, values }] of lines.entries()) {
                const order = isSorted(this.app.entity(kind)) ? { sequence: sequenceOf(place) } : {};
                last = await unit.create(kind, { ...order, ...values, [field]: { uid: made.uid } });
            }
            return { made, to: last.pending.at(-1) };
        });
    }

    async finish() {
        await this.drop();
        this.isDone = true;
    }

    /** Asked when the person goes elsewhere. */
    async mayLeave() {
        await this.writing?.held;
        if (this.isDone || !(this.writing?.isDirty || this.state.lines.length)) {
            return true;
        }
        if (this.isNew && !this.state.isDraft && !(await this.app.device.drafts.get(this.draftName))) {
            return true; // nothing but what was given
        }
        const how = await this.app.messages.open(Leaving);
        if (how === "drop") {
            await this.drop();
        }
        return how !== undefined;
    }
}

screens.add("form", { path: "/form/:entity/:ref", component: RecordForm });
