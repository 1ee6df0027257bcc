/** What the person pinned: it stays on this device whatever the profile's window says. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Card, Empty, Icon, Row, Screen } from "../../kit/kit";
import { attempt } from "../../model/deeds";
import { entityOf } from "../../model/entities";
import { useApp, useLive } from "../../model/hooks";
import { screens } from "../../registries";

export class Pinned extends Component {
    static template = "offline_base.Pinned";
    static components = { Card, Empty, Icon, Row, Screen };
    static props = {};

    setup() {
        this.app = useApp();
        this.live = useLive(async () => ({ groups: await this.read() }));
    }

    /** `[{label, rows: [{entity, id, title, subtitle, isHere}]}]`, in the order of the profile. */
    async read() {
        const { device } = this.app;
        const profiles = device.settings.profile.entities.filter(({ name }) => device.pins.allows(name));
        const groups = await Promise.all(
            profiles.map(async (profile) => {
                const entity = entityOf(profile);
                const pins = device.pins.all.filter((one) => one.entity === entity.name);
                return { label: entity.plural, rows: await Promise.all(pins.map(({ id }) => this.row(entity, id))) };
            }),
        );
        return groups.filter(({ rows }) => rows.length);
    }

    async row(entity, id) {
        const record = await this.app.device.get(entity.name, id);
        const isHere = Boolean(record?.present);
        const title = isHere ? entity.title(record.values, {}) || _t("Without a name") : _t("Not on this device");
        return {
            entity: entity.name,
            id,
            isHere,
            title,
            icon: isHere ? (entity.called(record.values) ?? entity.icon) : "clock-o",
            let: _t("Keep no longer: %s", title),
            subtitle: isHere
                ? entity.subtitle(record.values, {})
                : _t("It comes with the next sync, unless it was deleted or you may not read it."),
        };
    }

    open({ entity, id, isHere }) {
        if (isHere) {
            this.app.router.go("record", { entity, ref: id });
        }
    }

    unpin({ entity, id }) {
        return unpin(this.app, entity, id);
    }
}

/** Keep a record here; it comes at once where there is a network. Answers whether it is kept. */
export async function pin(app, entity, id) {
    const isKept = await attempt(app, () => app.device.pins.put(entity, id, true));
    if (isKept) {
        await app.sync();
    }
    return isKept;
}

async function isHere(device, entity, id) {
    return Boolean((await device.get(entity, id))?.present);
}

/** `[{id, name, isHere}]` of what Odoo found: which of it is on this device. */
export function foundIn(device, entity, records) {
    return Promise.all(records.map(async (one) => ({ ...one, isHere: await isHere(device, entity, one.id) })));
}

/**
 * Have a record on this device that Odoo found. Answers "kept" when it is here, "lost" when it is pinned and did not
 * come yet, "barred" where the profile lets none be pinned, "failed" when it cannot be kept, which was said.
 */
export async function fetched(app, entity, id) {
    const { device } = app;
    if (await isHere(device, entity, id)) {
        return "kept";
    }
    if (!device.pins.allows(entity)) {
        return "barred";
    }
    if (!(await pin(app, entity, id))) {
        return "failed";
    }
    return (await isHere(device, entity, id)) ? "kept" : "lost";
}

/** Keep it no longer. */
export async function unpin(app, entity, id) {
    if (await attempt(app, () => app.device.pins.put(entity, id, false))) {
        app.messages.say(_t("Not kept any more. It leaves with the next sync, unless your profile brings it anyway."));
    }
}

screens.add("pins", { path: "/pins", component: Pinned });
