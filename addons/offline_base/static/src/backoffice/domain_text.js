import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A domain as a sentence, for lists: Odoo's own domain field shows an editor there and counts records as the reader.
 *
 * Options: `model`, the field that names the model; `before`, a field whose text stands before the sentence.
 */
export class OfflineDomainText extends Component {
    static template = "offline_base.DomainText";
    static props = {
        ...standardFieldProps,
        model: String,
        before: { type: String, optional: true },
    };

    setup() {
        this.trees = useService("tree_processor");
        this.state = useState({ sentence: "" });
        useRecordObserver((record) => this.describe(record.data[this.props.model], record.data[this.props.name]));
    }

    async describe(model, domain) {
        let sentence = "";
        if (model && domain && domain.trim() !== "[]") {
            try {
                const tree = await this.trees.treeFromDomain(model, domain);
                sentence = await this.trees.getDomainTreeDescription(model, tree);
            } catch {
                sentence = domain; // one that was written by hand for a model that is gone, say
            }
        }
        this.state.sentence = sentence;
    }

    get text() {
        const { record, before } = this.props;
        return [before && record.data[before], this.state.sentence].filter(Boolean).join("; ");
    }
}

registry.category("fields").add("offline_domain_text", {
    component: OfflineDomainText,
    supportedTypes: ["char"],
    extractProps: ({ options }) => ({ model: options.model, before: options.before }),
});
