import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { session } from "@web/session";
import { FormController } from "@web/views/form/form_controller";

/**
 * Forms of synced records say what waits about them and lead to their offline work.
 *
 * The session names the synced models, to reviewers alone: a form of any other model asks nothing and shows
 * nothing, and no view of any addon is changed.
 */
class OfflineRecord extends Component {
    static props = { summary: Object, model: String, resId: Number };

    setup() {
        this.action = useService("action");
    }

    get waiting() {
        return this.props.summary.conflicts.length + this.props.summary.rejected.length;
    }

    get decideLabel() {
        const count = this.props.summary.conflicts.length;
        return count > 1 ? _t("Decide %s conflicts", count) : _t("Decide the conflict");
    }

    list(name, resModel, domain, ids) {
        const single = ids?.length === 1;
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: resModel,
            res_id: single ? ids[0] : false,
            mobile_view_mode: "kanban",
            views: single ? [[false, "form"]] : [[false, "list"], [false, "kanban"], [false, "form"]],
            domain,
        });
    }

    openConflicts() {
        const ids = this.props.summary.conflicts;
        return this.list(_t("Conflicts"), "offline.conflict", [["id", "in", ids]], ids);
    }

    openRejected() {
        const ids = this.props.summary.rejected;
        return this.list(_t("Rejected Work"), "offline.operation", [["id", "in", ids]], ids);
    }

    openOperations() {
        return this.list(_t("Offline Work"), "offline.operation", this.props.summary.work);
    }
}

export class OfflineRecordBanner extends OfflineRecord {
    static template = "offline_base.RecordBanner";
}

export class OfflineRecordButton extends OfflineRecord {
    static template = "offline_base.RecordButton";
}

/** A phone has no room for a word beside its number. */
export class OfflineRecordPhoneButton extends OfflineRecord {
    static template = "offline_base.RecordPhoneButton";
}

patch(FormController.prototype, {
    setup() {
        super.setup(...arguments);
        if (!session.offline_models?.includes(this.props.resModel) || this.env.inDialog) {
            return;
        }
        this.offline = useState({ summary: null });
        const orm = useService("orm");
        useEffect(
            (resId) => {
                this.offline.summary = null;
                if (resId) {
                    orm.silent
                        .call("offline.conflict", "record_summary", [this.props.resModel, resId])
                        .then((summary) => {
                            if (this.model.root.resId === resId) {
                                this.offline.summary = summary;
                            }
                        })
                        .catch(() => {}); // a form is never disturbed by what is beside its matter
                }
            },
            () => [this.model.root.resId]
        );
    },

    /** The component of a place on the form, while there is something to show there. */
    offlineComponent(place) {
        const summary = this.offline?.summary;
        if (!summary || !this.model.root.resId) {
            return null;
        }
        if (place === "banner") {
            return summary.conflicts.length || summary.rejected.length ? OfflineRecordBanner : null;
        }
        const button = place === "phone" ? OfflineRecordPhoneButton : OfflineRecordButton;
        return summary.operations ? button : null;
    },
});
