/** One record as this device shows it: own work included, marked where it is not sent yet. */
import { Component, onMounted } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { FieldShow } from "../../fields/field";
import { draftName } from "../../forms/drafts";
import { sayDone } from "../../forms/undo";
import { Ask, Empty, Icon, Screen } from "../../kit/kit";
import { entityOf, may, refFrom, sectionsOf } from "../../model/entities";
import { useApp, useLive } from "../../model/hooks";
import { namesFor } from "../../model/names";
import { Places } from "../../model/places";
import { screens } from "../../registries";
import { pin, unpin } from "../pins/pins";
import { History } from "./history";
import { Lines } from "./lines";
import { Picture } from "./picture";
import { Quick } from "./quick";
import { Timeline } from "./timeline";

/** So many letters of a title are seen in the bar of a phone. */
const TITLE_ROOM = 18;

export class RecordView extends Component {
    static template = "offline_base.RecordView";
    static components = { Empty, FieldShow, History, Icon, Lines, Picture, Quick, Screen, Timeline };
    static props = { entity: String, ref: String };

    setup() {
        this.app = useApp();
        const profile = this.app.entity(this.props.entity);
        this.entity = profile && entityOf(profile);
        this.live = useLive(
            async () => (this.entity ? this.read() : { record: null, own: [], names: {} }),
            () => [this.props.ref],
        );
        this.places = new Places(this.env.app);
        onMounted(() => this.record?.present && this.places.visit(this.place));
    }

    get place() {
        return { entity: this.props.entity, ref: refFrom(this.props.ref) };
    }

    get isFavourite() {
        return this.live.isFavourite;
    }

    async favour() {
        const isMarked = await this.places.toggle(this.place);
        this.app.messages.say(isMarked ? _t("It is on your home screen now.") : _t("It is no longer on your home screen."));
    }

    async read() {
        const { device } = this.app;
        const { entity } = this.props;
        const ref = refFrom(this.props.ref);
        const record = await device.get(entity, ref);
        return {
            record,
            own: record ? await device.history(entity, ref) : [],
            names: record ? await namesFor(device, this.entity, record.values) : {},
            isDraft: (await device.drafts.get(draftName(this.props))) !== null,
            isFavourite: this.places.isFavourite(this.place),
            isPinned: Boolean(record?.id) && device.pins.has(entity, record.id),
        };
    }

    get record() {
        return this.live.record;
    }

    get title() {
        return (this.record && this.entity.title(this.record.values, this.live.names)) || this.entity?.label || _t("Not on this device");
    }

    get subtitle() {
        return this.record ? this.entity.subtitle(this.record.values, this.live.names) : "";
    }

    get sections() {
        const { values } = this.record;
        const { shows } = this.entity;
        return sectionsOf(this.entity).map(({ label, fields }) => ({
            label,
            fields: fields.filter(
                ({ name }) => name !== this.entity.image && !this.entity.above.includes(name) && !this.isTitle(values[name]) && (shows[name]?.(values) ?? true),
            ),
        }));
    }

    /** Whether the bar says this already, and has the room to. */
    isTitle(value) {
        return value === this.title && value.length <= TITLE_ROOM;
    }

    hasValues({ fields }) {
        return fields.some(({ name }) => {
            const value = this.record.values[name] ?? null;
            return value !== null && value !== false && !(Array.isArray(value) && !value.length);
        });
    }

    /** Own operations that the office has not answered yet. */
    get waiting() {
        return this.live.own.filter(({ state }) => state === "pending");
    }

    /** Own operations that wait for a decision, with where that is made. */
    get parked() {
        const tones = { conflict: "warning", rejected: "danger", deferred: "quiet", unknown: "warning" };
        const words = {
            conflict: _t("Somebody else changed this, too. Decide what counts."),
            rejected: _t("Odoo did not take your change. See why, and correct it."),
            deferred: _t("Your change waits for another one to be decided."),
            unknown: _t("Nobody knows yet whether this was done. The office looks into it."),
        };
        return this.live.own
            .filter(({ state }) => state in words)
            .map(({ op, state }) => ({ op, tone: tones[state], text: words[state] }));
    }

    /** Fields that this person changed and the office does not have, with the word for it. */
    mark(name) {
        const isNew = this.waiting.some(({ verb }) => verb === "create");
        const isChanged = this.waiting.some(({ body }) => Object.hasOwn(body.values ?? {}, name));
        return isChanged && !isNew ? _t("not sent yet") : undefined;
    }

    get mayUpdate() {
        return this.record.present && may(this.entity, "update");
    }

    get mayDelete() {
        return this.record.present && may(this.entity, "delete");
    }

    /** Whether it can be kept here by hand: the office knows it, and it does not come with another one. */
    get mayPin() {
        return this.record.present && this.record.id !== null && this.app.device.pins.allows(this.props.entity);
    }

    async pin() {
        if (this.live.isPinned) {
            await unpin(this.app, this.props.entity, this.record.id);
        } else if (await pin(this.app, this.props.entity, this.record.id)) {
            this.app.messages.say(_t("It stays on this device until you let it go."), { kind: "good" });
        }
    }

    edit() {
        this.app.router.go("form", { entity: this.props.entity, ref: this.props.ref });
    }

    decide(op) {
        this.app.router.go("operation", { op });
    }

    async remove() {
        const { device, messages, router } = this.app;
        const { entity } = this.props;
        const sure = await messages.open(Ask, {
            title: _t("Delete “%s”", this.title),
            text: _t("It is deleted in Odoo with the next sync, for everybody."),
            confirm: _t("Delete"),
            danger: true,
        });
        if (sure) {
            const { seq } = await device.delete(entity, refFrom(this.props.ref));
            router.back();
            sayDone(this.app, _t("Deleted on this device."), { seq });
        }
    }
}

screens.add("record", { path: "/record/:entity/:ref", component: RecordView });
