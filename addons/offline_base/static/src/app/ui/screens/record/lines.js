/** The lines of a record, which belong to it, and records that point to it. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { withoutParent } from "../../forms/lines";
import { FormSheet } from "../../forms/sheet";
import { sayDone } from "../../forms/undo";
import { Badge, Icon, Row } from "../../kit/kit";
import { isSorted, linesOf, may, refOf, refText, relatedOf, sequenceOf } from "../../model/entities";
import { useApp, useLive } from "../../model/hooks";
import { namesFor } from "../../model/names";

/** The records whose field points to this one, by whatever name they know it. */
export async function pointingTo(device, entity, field, { id, uid }, where = {}) {
    const names = [id, uid && { uid }].filter((ref) => ref !== null);
    const found = await Promise.all(
        names.map((ref) => device.search(entity, "", { ...where, [field]: ref }, { limit: Infinity })),
    );
    return found.flat();
}

function inOrder({ entity, isRelated }, records) {
    const place = ({ values }) => values.sequence ?? Infinity;
    return isSorted(entity.profile) && !isRelated ? [...records].sort((one, other) => place(one) - place(other) || 0) : records;
}

export class Lines extends Component {
    static template = "offline_base.Lines";
    static components = { Badge, Icon, Row };
    static props = { entity: Object, record: Object };

    setup() {
        this.app = useApp();
        this.live = useLive(
            async () => ({ kinds: await this.read() }),
            () => [this.props.record.ref, this.props.record.id],
        );
    }

    read() {
        const { entity, record } = this.props;
        const { device } = this.app;
        const lines = linesOf(this.app, entity);
        const isLine = (kind) => lines.some((line) => line.entity.name === kind.entity.name && line.field === kind.field);
        const kinds = [...lines, ...relatedOf(this.app, entity).filter((kind) => !isLine(kind))];
        return Promise.all(
            kinds.map(async (kind) => {
                const records = inOrder(kind, await pointingTo(device, kind.entity.name, kind.field, record));
                return { ...kind, rows: await Promise.all(records.map((one) => this.row(kind, one))) };
            }),
        );
    }

    async row({ entity }, record) {
        const names = await namesFor(this.app.device, entity, record.values);
        return {
            record,
            icon: entity.called(record.values) ?? entity.icon,
            title: entity.title(record.values, names) || entity.label,
            subtitle: entity.subtitle(record.values, names),
        };
    }

    isShown(kind) {
        const { when = () => true } = kind;
        return kind.rows.length > 0 || (this.mayAdd(kind) && when(this.props.record.values));
    }

    mayAdd({ entity }) {
        return this.props.record.present && may(entity, "create");
    }

    /** What is added: a screen may have several of these. */
    addLabel({ entity }) {
        return _t("Add: %s", entity.plural);
    }

    async add(kind) {
        const { app } = this;
        const { entity, field } = kind;
        const given = { [field]: refOf(this.props.record) };
        if (kind.isRelated) {
            app.router.go("form", { entity: entity.name, ref: "new", preset: JSON.stringify(given) });
            return;
        }
        const made = await app.messages.open(FormSheet, {
            entity: withoutParent(kind),
            title: _t("New: %s", entity.label),
            changed: { ...(await entity.defaults(app, given)), ...given },
            save: (changed) => app.device.create(entity.name, changed),
        });
        if (made) {
            sayDone(app, _t("Saved on this device."), { seq: made.pending.at(-1) });
        }
    }

    async edit(kind, record) {
        const { app } = this;
        const { entity } = kind;
        if (kind.isRelated || !may(entity, "update")) {
            app.router.go("record", { entity: entity.name, ref: refText(record.ref) });
            return;
        }
        const entry = await app.messages.open(FormSheet, {
            entity: withoutParent(kind),
            title: entity.title(record.values, {}) || entity.label,
            seen: record.values,
            isNew: false,
            save: async (changed, { seen }) =>
                Object.keys(changed).length ? app.device.update(entity.name, record.ref, changed, { base: seen }) : null,
            remove: may(entity, "delete") ? () => app.device.delete(entity.name, record.ref) : undefined,
        });
        if (entry) {
            sayDone(app, entry.verb === "delete" ? _t("Removed on this device.") : _t("Saved on this device."), { seq: entry.seq });
        }
    }

    mayMove({ entity, isRelated }, at) {
        return at > 0 && !isRelated && isSorted(entity.profile) && may(entity, "update");
    }

    upLabel({ title }) {
        return _t("Move %s up", title);
    }

    /** Above the one before: all get the numbers of their places, as few of them as that takes. */
    async up({ entity, rows }, at) {
        const records = rows.map(({ record }) => record);
        [records[at - 1], records[at]] = [records[at], records[at - 1]];
        const last = await this.app.device.unit(async (unit) => {
            let entry = null;
            for (const [place, { ref, values }] of records.entries()) {
                const sequence = sequenceOf(place);
                if (values.sequence !== sequence) {
                    entry = await unit.update(entity.name, ref, { sequence });
                }
            }
            return entry;
        });
        sayDone(this.app, _t("Saved on this device."), { seq: last.seq });
    }
}
