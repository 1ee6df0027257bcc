/** Home: what there is to do, and what there is on this device. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Icon, Screen } from "../../kit/kit";
import { entityOf } from "../../model/entities";
import { useApp, useLive } from "../../model/hooks";
import { destinations, screens } from "../../registries";

export class Home extends Component {
    static template = "offline_base.Home";
    static components = { Icon, Screen };
    static props = {};

    setup() {
        this.app = useApp();
        this.live = useLive(async () => ({ tiles: await this.readTiles() }));
    }

    async readTiles() {
        const { device } = this.app;
        const shown = device.settings.profile.entities.map(entityOf).filter(({ isHome }) => isHome);
        return Promise.all(shown.map(async (entity) => ({ ...entity, count: await device.count(entity.name) })));
    }

    get greeting() {
        return _t("Hello, %s", this.app.status.user ?? "");
    }
}

screens.add("home", { path: "/home", component: Home });
destinations.add("home", { label: _t("Home"), icon: "home", screen: "home" }, { sequence: 10 });
