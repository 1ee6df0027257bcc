/** A short form over a screen: a new record to choose, a line, the arguments of a named operation. */
import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Refusal } from "../../engine/errors";
import { Icon, Sheet } from "../kit/kit";
import { focusField, FormBody } from "./body";
import { Writing } from "./writing";

/**
 * `messages.open(FormSheet, {entity, title, confirm?, seen?, changed?, isNew?, text?, danger?, save(changed, writing), remove?()})`
 * closes with what `save`, or `remove`, answered. It stays open where `save` answers undefined, and where it throws a
 * `Refusal`, which stands beside the fields.
 */
export class FormSheet extends Component {
    static template = "offline_base.FormSheet";
    static components = { FormBody, Icon, Sheet };
    static props = {
        entity: Object,
        title: String,
        text: { type: String, optional: true },
        confirm: { type: String, optional: true },
        seen: { type: Object, optional: true },
        changed: { type: Object, optional: true },
        isNew: { type: Boolean, optional: true },
        danger: { type: Boolean, optional: true },
        save: Function,
        remove: { type: Function, optional: true },
        close: Function,
    };

    setup() {
        const { entity, seen = {}, changed = {}, isNew = true } = this.props;
        this.writing = useState(Writing.make(entity, { seen: { ...seen }, changed: { ...changed }, isNew }));
        this.state = useState({ said: null, isBusy: false });
        this.form = useRef("form");
    }

    get confirm() {
        return this.props.confirm ?? _t("Save");
    }

    /** What is being done is not turned away any more: it would be done all the same. */
    close() {
        if (!this.state.isBusy) {
            this.props.close();
        }
    }

    async remove() {
        this.props.close(await this.props.remove());
    }

    async save() {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.writing.held;
            if (!this.writing.check()) {
                focusField(this.form.el, this.writing.first);
                return;
            }
            const saved = await this.props.save({ ...this.writing.changed }, this.writing);
            if (saved !== undefined) {
                this.props.close(saved);
            }
        } catch (error) {
            if (!(error instanceof Refusal)) {
                throw error;
            }
            this.state.said = this.writing.take(error);
        } finally {
            this.state.isBusy = false;
        }
    }
}
