/** What people do with a record at once: call, note, plan, add a photo, and the named operations of its kind. */
import { Component, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { argumentsOf, defaultsOf, filled, unaskedOf } from "../../forms/arguments";
import { FormSheet } from "../../forms/sheet";
import { sayDone } from "../../forms/undo";
import { Ask, Icon } from "../../kit/kit";
import { partsOf } from "../../fields/field";
import { entityOf, may, refOf } from "../../model/entities";
import { telephone, textToHtml } from "../../model/texts";
import { useApp } from "../../model/hooks";
import { fields } from "../../registries";

export class Quick extends Component {
    static template = "offline_base.Quick";
    static components = { Icon };
    /** `own`: the operations of this person on the record. */
    static props = { entity: Object, record: Object, title: String, own: Array };

    setup() {
        this.app = useApp();
        this.photo = useRef("photo");
        this.file = useRef("file");
    }

    // --- what is offered ---------------------------------------------------------------------------------------------

    /** The number to call, or null. */
    get number() {
        const { entity, record } = this.props;
        const phone = fields.get("phone");
        const field = entity.profile.fields.find(
            (one) => record.values[one.name] && partsOf(entity, one) === phone,
        );
        return field ? record.values[field.name] : null;
    }

    get telephone() {
        return telephone(this.number);
    }

    get place() {
        const address = this.props.entity.address?.(this.props.record.values);
        return address ? `https://www.openstreetmap.org/search?query=${encodeURIComponent(address)}` : null;
    }

    /** Whether people may make such records on this one. */
    mayAdd(name) {
        const profile = this.app.entity(name);
        return this.props.record.present && profile !== null && may(entityOf(profile), "create");
    }

    get mayNote() {
        return this.props.entity.chatter && this.mayAdd("mail.message");
    }

    get mayPlan() {
        return this.props.entity.chatter && this.mayAdd("mail.activity");
    }

    get mayMeet() {
        return this.props.entity.chatter && this.props.entity.name !== "calendar.event" && this.mayAdd("calendar.event");
    }

    get mayAttach() {
        return this.props.entity.files && this.mayAdd("ir.attachment");
    }

    get hasActions() {
        return Boolean(this.number || this.place || this.mayNote || this.mayPlan || this.mayMeet || this.mayAttach);
    }

    /** Of what is offered the operation that logs a call in Odoo's own way, where there is one. */
    callingOf(offered) {
        return offered.find(({ hints }) => hints.place === "call") ?? null;
    }

    /** The named operations: those with a `place` stand there, the others have a button of their own. */
    get offered() {
        const { entity, record } = this.props;
        if (!record.present || entity.profile.direction === "pull") {
            return [];
        }
        return entity.profile.operations
            .map((operation) => ({ operation, hints: entity.operations[operation.name] ?? {} }))
            .filter(({ hints }) => !hints.hidden?.(record.values, record))
            .filter(({ operation, hints }) => !(hints.isOnce && this.isAsked(operation.name)))
            .map(({ operation, hints }) => ({ operation, hints, form: argumentsOf(operation, hints) }))
            .filter(({ form, hints }) => form !== null || hints.run);
    }

    /** Whether this was asked for already, and nobody has answered yet. */
    isAsked(name) {
        return this.props.own.some(({ verb, state }) => verb === name && state === "pending");
    }

    // --- doing it ----------------------------------------------------------------------------------------------------

    /** The telephone takes over; back here, the person is asked what was said. */
    called() {
        if (this.mayNote || this.callingOf(this.offered)) {
            this.logCall();
        }
    }

    async logCall() {
        const calling = this.callingOf(this.offered);
        if (calling) {
            await this.perform(calling);
            return;
        }
        const said = await this.ask(_t("Log a call"), _t("What was said"));
        if (said) {
            await this.post(_t("Call: %s", said), _t("The call is logged on this device."));
        }
    }

    async note() {
        const text = await this.ask(_t("Add a note"), _t("Note"));
        if (text) {
            await this.post(text, _t("The note is kept on this device."));
        }
    }

    ask(title, label) {
        return this.app.messages.open(Ask, { title, confirm: _t("Save"), input: { label, required: true, rows: 5 } });
    }

    async post(text, said) {
        const { entity, record } = this.props;
        const made = await this.app.device.create("mail.message", {
            model: entity.name,
            res_id: refOf(record),
            body: textToHtml(text),
        });
        sayDone(this.app, said, { seq: made.pending.at(-1) });
    }

    /** A form for a record about this one. */
    plan(name) {
        const { entity, record } = this.props;
        const about = { res_model: entity.name, res_id: refOf(record) };
        const guests = entity.guests?.(record) ?? [];
        const more = name === "calendar.event" && guests.length ? { partner_ids: guests } : {};
        this.app.router.go("form", { entity: name, ref: "new", preset: JSON.stringify({ ...about, ...more }) });
    }

    async attach(event) {
        const { entity, record } = this.props;
        const files = [...event.target.files];
        event.target.value = "";
        for (const file of files) {
            const made = await this.app.device.attach(entity.name, record.ref, file, file.name);
            sayDone(this.app, _t("%s is kept on this device.", file.name), { seq: made.pending.at(-1) });
        }
    }

    async perform({ operation, hints, form }) {
        const { entity, record } = this.props;
        const { app } = this;
        if (hints.run) {
            await hints.run(app, record);
            return;
        }
        const call = async (given) => {
            const said = (await hints.prepare?.(app, given)) ?? given;
            const args = { ...said, ...unaskedOf(operation, hints, record.values) };
            const effect = (await hints.effect?.(app, record, args)) ?? null;
            return app.device.call(entity.name, record.ref, operation.name, args, { effect });
        };
        const entry = form.profile.fields.length
            ? await app.messages.open(FormSheet, {
                  entity: form,
                  title: String(operation.label),
                  text: hints.text && String(hints.text),
                  confirm: String(hints.confirm ?? operation.label),
                  changed: { ...defaultsOf(operation), ...(await hints.defaults?.(record.values, { app, record })) },
                  save: (changed) => call(filled(changed)),
              })
            : await call({});
        if (entry) {
            sayDone(app, String(hints.said ?? _t("%s: kept on this device.", operation.label)), { seq: entry.seq });
            hints.after?.(app, record);
        }
    }
}
