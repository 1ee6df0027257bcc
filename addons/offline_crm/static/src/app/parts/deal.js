/** What stands over an opportunity: its stage to move it by, its priority, its numbers, how it ended. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Icon, Numbers } from "@offline_base/app/ui/kit/kit";
import { refOf, refText } from "@offline_base/app/ui/model/entities";
import { formatDate, formatNumber } from "@offline_base/app/ui/model/format";
import { useApp, useLive } from "@offline_base/app/ui/model/hooks";
import { all, move, set } from "../model/deeds";
import { byId, isLead, outcomeOf, STAGE, stagesFor } from "../model/pipeline";
import { quoteFor } from "../quotation/begin";
import { Kept } from "../quotation/kept";

export class Deal extends Component {
    static template = "offline_crm.Deal";
    static components = { Icon, Numbers };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(
            async () => this.read(),
            () => [this.values.lost_reason_id],
        );
    }

    async read() {
        const { lost_reason_id: reason } = this.values;
        const begun = await new Kept(this.app.device, refText(refOf(this.props.record))).find();
        return {
            isBegun: begun !== null,
            stages: await all(this.app, STAGE),
            reason: reason === null ? "" : ((await this.app.device.nameOf("crm.lost.reason", reason)) ?? ""),
        };
    }

    get values() {
        return this.props.record.values;
    }

    get isOpportunity() {
        return !isLead(this.values);
    }

    get outcome() {
        return outcomeOf(this.values, byId(this.live.stages));
    }

    get lostText() {
        return this.live.reason ? _t("Lost: %s", this.live.reason) : _t("Lost");
    }

    /** Each stage with whether it is passed, present or to come. */
    get stages() {
        const stages = stagesFor(this.live.stages, [this.values.team_id]);
        const at = stages.findIndex(({ id }) => id === this.values.stage_id);
        return stages
            .map((stage, place) => ({ stage, isHere: place === at, isPassed: place < at }))
            .filter(({ stage, isHere }) => isHere || !stage.values.fold);
    }

    get mayChange() {
        return this.props.record.present && this.outcome !== "lost";
    }

    /** On with the quotation that was begun. */
    goOn() {
        quoteFor(this.app, refOf(this.props.record));
    }

    go(stage) {
        return move(this.app, this.props.record, stage);
    }

    // --- priority and numbers --------------------------------------------------------------------------------------

    get priorities() {
        const { selection } = this.props.entity.profile.fields.find(({ name }) => name === "priority") ?? {};
        return (selection ?? []).slice(1).map(([value, label]) => ({ value, label: _t("Priority: %s", label), isOn: value <= (this.values.priority ?? "0") }));
    }

    /** The star that is on already takes it back. */
    rate(value) {
        return set(this.app, this.props.record, "priority", value === this.values.priority ? "0" : value);
    }

    get numbers() {
        const { expected_revenue, probability, date_deadline } = this.values;
        const amount = expected_revenue ?? 0;
        const revenue = { label: _t("Expected revenue"), value: formatNumber(amount, Number.isInteger(amount) ? 0 : 2) };
        if (!this.isOpportunity) {
            return amount ? [revenue] : [];
        }
        return [
            revenue,
            { label: _t("Probability"), value: `${formatNumber(Math.round(probability ?? 0))} %` },
            ...(date_deadline ? [{ label: _t("Expected closing"), value: formatDate(date_deadline) }] : []),
        ];
    }
}
