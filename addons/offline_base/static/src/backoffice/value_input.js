import { Component } from "@odoo/owl";
import { Record } from "@web/model/record";
import { Field } from "@web/views/fields/field";

const TAGS = {
    related: {
        fields: { display_name: { name: "display_name", type: "char", string: "Name" } },
        activeFields: { display_name: { attrs: {}, options: {}, domain: "[]", string: "Name" } },
    },
};

/** Rich text is edited as everywhere in Odoo, but brings no files along: they would belong to no record. */
const RICH = {
    migrateHTML: false,
    embeddedComponents: false,
    editorConfig: {
        allowImage: false,
        allowVideo: false,
        allowFile: false,
        allowMediaDocuments: false,
        dropImageAsAttachment: false,
    },
};

/**
 * One value in Odoo's own input for its type, outside of any form of its model.
 *
 * `onChange` gets the value as `read` would give it: ids for tags, false for what is empty.
 */
export class OfflineValueInput extends Component {
    static template = "offline_base.ValueInput";
    static components = { Record, Field };
    static props = {
        model: String,
        name: String,
        field: Object,
        value: { optional: true },
        onChange: Function,
        onReady: { type: Function, optional: true },
    };

    setup() {
        const { model, name, field, value } = this.props;
        this.recordProps = {
            resModel: model,
            fields: { [name]: { ...field, name } },
            activeFields: { [name]: field.type === "many2many" ? TAGS : {} },
            values: { [name]: value ?? false },
            mode: "edit",
            hooks: { onRecordChanged: (record, changes) => this.changed(record, changes) },
        };
    }

    get fieldProps() {
        const { name, field } = this.props;
        const closed = { canCreate: false, canCreateEdit: false, canQuickCreate: false };
        return {
            name,
            id: `offline_${name}`,
            ...(field.type === "many2one" ? { ...closed, canOpen: false } : {}),
            ...(field.type === "html" ? RICH : {}),
            ...(field.type === "many2many" ? { ...closed, type: "many2many_tags" } : {}),
        };
    }

    /** The record is handed out so that its owner can wait for what is still being typed. */
    ready(record) {
        this.props.onReady?.(record);
        return record;
    }

    changed(record, changes) {
        const { name, field } = this.props;
        let value = changes[name] === "" ? false : changes[name];
        if (field.type === "many2many") {
            value = [...record.data[name].currentIds];
        }
        // What is entered stays when the parent renders again.
        const shown = field.type === "many2one" ? record.data[name] : value;
        this.recordProps.values = { [name]: shown };
        return this.props.onChange(value);
    }
}
