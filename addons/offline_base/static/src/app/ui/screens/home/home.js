/** Home: what needs the person, what is today, what there is on this device. */
import { Component, onMounted } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Card, Icon, Row, Screen } from "../../kit/kit";
import { itemsOn, lateOn, readAgenda } from "../../model/agenda";
import { dayOf, formatDay } from "../../model/days";
import { entityOf, homeEntities } from "../../model/entities";
import { formatTime } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { Places } from "../../model/places";
import { warm } from "../../model/warm";
import { destinations, screens, tiles } from "../../registries";

const TODAY_SHOWN = 4;

export class Home extends Component {
    static template = "offline_base.Home";
    static components = { Card, Icon, Row, Screen };
    static props = {};

    setup() {
        this.app = useApp();
        this.places = new Places(this.env.app);
        this.live = useLive(() => this.read());
        onMounted(() => warm(this.env.app));
    }

    async read() {
        const [counts, items, favourites, recent] = await Promise.all([
            this.readTiles(),
            readAgenda(this.app),
            this.places.shown(this.places.favourites),
            this.places.shown(this.places.recent),
        ]);
        const today = dayOf(Date.now());
        return {
            tiles: counts,
            late: lateOn(items, today).length,
            today: itemsOn(items, today),
            favourites,
            recent: recent.filter(({ entity, ref }) => !this.places.isFavourite({ entity, ref })),
        };
    }

    async readTiles() {
        const { device } = this.app;
        return Promise.all(homeEntities(this.app).map(async (entity) => ({ ...entity, count: await device.count(entity.name) })));
    }

    /** Tiles that addons bring. */
    get more() {
        return tiles.getAll();
    }

    get title() {
        return this.app.status.user ?? _t("Home");
    }

    get today() {
        return formatDay(dayOf(Date.now()));
    }

    get firstToday() {
        return this.live.today.slice(0, TODAY_SHOWN);
    }

    get restToday() {
        const rest = this.live.today.length - TODAY_SHOWN;
        return rest > 0 ? _t("%s more today", rest) : "";
    }

    get waiting() {
        const { waiting } = this.app;
        return waiting === 1 ? _t("One thing needs you") : _t("%s things need you", waiting);
    }

    get lateText() {
        return this.live.late === 1 ? _t("One activity is late") : _t("%s activities are late", this.live.late);
    }

    when({ at, subtitle }) {
        return [at ? formatTime(at) : _t("Today"), subtitle].filter(Boolean).join(" · ");
    }

    entity({ entity }) {
        return entityOf(this.app.entity(entity));
    }

    open({ entity, ref }) {
        this.app.router.go("record", { entity, ref });
    }
}

screens.add("home", { path: "/home", component: Home });
destinations.add("home", { label: _t("Home"), icon: "home", screen: "home" }, { sequence: 10 });
