/** What happened around a record, and what is planned: activities, notes, files; own unsent ones are marked. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Badge, Row } from "../../kit/kit";
import { dayOf } from "../../model/days";
import { entityOf } from "../../model/entities";
import { formatBytes, formatDate, formatDateTime } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { htmlToText } from "../../model/texts";
import { FileSheet } from "./file";
import { pointingTo } from "./lines";

/** How many notes and files are shown at first. */
const SHOWN = 20;

export class Timeline extends Component {
    static template = "offline_base.Timeline";
    static components = { Badge, Row };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(
            async () => this.read(),
            () => [this.props.record.ref, this.props.record.id],
        );
    }

    async about(entity, field) {
        return this.app.entity(entity) === null
            ? []
            : pointingTo(this.app.device, entity, "res_id", this.props.record, { [field]: this.props.entity.name });
    }

    async read() {
        const [activities, messages, files] = await Promise.all([
            this.about("mail.activity", "res_model"),
            this.about("mail.message", "model"),
            this.about("ir.attachment", "res_model"),
        ]);
        const told = await Promise.all(messages.map((record) => this.message(record)));
        const past = [...told, ...files.map((record) => this.file(record))].sort(newest);
        return {
            planned: activities.sort((one, other) => compare(one.values.date_deadline, other.values.date_deadline)).map((record) => this.activity(record)),
            past: past.slice(0, SHOWN),
            more: Math.max(0, past.length - SHOWN),
        };
    }

    activity(record) {
        const { values } = record;
        const entity = entityOf(this.app.entity("mail.activity"));
        const isLate = values.date_deadline !== null && values.date_deadline < dayOf(Date.now());
        return {
            key: record.ref,
            title: entity.title(values, {}),
            text: values.date_deadline ? formatDate(values.date_deadline) : "",
            tone: isLate ? "danger" : "quiet",
            badge: isLate ? _t("overdue") : "",
            isUnsent: record.pending.length > 0,
            open: () => this.app.router.go("record", { entity: "mail.activity", ref: record.ref }),
        };
    }

    async message(record) {
        const { values, pending } = record;
        const author = values.author_id && (await this.app.device.nameOf("res.partner", values.author_id));
        return {
            key: `m${record.ref}`,
            isNote: true,
            at: values.date,
            icon: "comment-o",
            who: author || this.app.status.user || "",
            when: values.date ? formatDateTime(values.date) : "",
            text: [values.subject, htmlToText(values.body ?? "")].filter(Boolean).join("\n"),
            isUnsent: pending.length > 0,
        };
    }

    file(record) {
        const { values, pending } = record;
        const type = values.mimetype ?? values.raw?.type ?? "";
        const size = values.raw?.size ?? values.file_size ?? 0;
        return {
            key: `f${record.ref}`,
            isNote: false,
            at: values.create_date,
            icon: type.startsWith("image/") ? "picture-o" : "file-o",
            title: values.name ?? _t("File"),
            text: [formatBytes(size), values.create_date && formatDateTime(values.create_date)].filter(Boolean).join(" · "),
            isUnsent: pending.length > 0,
            open: () => this.app.messages.open(FileSheet, { name: values.name ?? _t("File"), file: values.raw, type }),
        };
    }
}

/** What has no time yet was made here just now. */
function newest(one, other) {
    return compare(other.at ?? "9", one.at ?? "9");
}

function compare(one, other) {
    return (one ?? "") < (other ?? "") ? -1 : Number((one ?? "") > (other ?? ""));
}
