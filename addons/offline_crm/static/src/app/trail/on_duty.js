/** The switch on the home screen, what is asked before, and the sign over every screen while on duty. */
import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Ask, Icon, Sheet } from "@offline_base/app/ui/kit/kit";
import { attempt } from "@offline_base/app/ui/model/deeds";
import { formatAgo, formatNumber, formatTime } from "@offline_base/app/ui/model/format";
import { useApp } from "@offline_base/app/ui/model/hooks";
import { bars, tiles } from "@offline_base/app/ui/registries";
import { duty } from "./duty";
import { TRAIL } from "./trail";

/** What is kept, who sees it and for how long; closes with true when the person consents. */
export class ConsentSheet extends Component {
    static template = "offline_crm.ConsentSheet";
    static components = { Icon, Sheet };
    static props = { days: Number, close: Function };

    get howLong() {
        const { days } = this.props;
        if (days === 0) {
            return _t("The positions are deleted on the next day.");
        }
        return days === 1 ? _t("The positions are deleted after one day.") : _t("The positions are deleted after %s days.", formatNumber(days));
    }
}

/** Go off duty, when the person is sure. */
async function end(app) {
    const isSure = await app.messages.open(Ask, {
        title: _t("Go off duty?"),
        text: _t("From then on nothing is kept of where you are. What was kept is sent with the next sync."),
        confirm: _t("Go off duty"),
    });
    if (isSure) {
        await duty.end();
    }
}

export class DutyTile extends Component {
    static template = "offline_crm.DutyTile";
    static components = { Icon };
    static props = {};

    setup() {
        this.app = useApp();
        this.duty = useState(duty);
    }

    get isThere() {
        return this.duty.isOn || this.duty.isAllowed(this.app);
    }

    get text() {
        return this.duty.isOn ? _t("On") : _t("Off");
    }

    async turn() {
        if (this.duty.isOn) {
            await end(this.app);
            return;
        }
        const { keep_days = 0 } = this.app.entity(TRAIL).options ?? {};
        if (await this.app.messages.open(ConsentSheet, { days: keep_days })) {
            await attempt(this.app, () => duty.begin());
        }
    }
}

export class DutyBar extends Component {
    static template = "offline_crm.DutyBar";
    static components = { Icon };
    static props = {};

    setup() {
        this.app = useApp();
        this.duty = useState(duty);
        // It lives as long as the app is open and unlocked, and so does the watch.
        useEffect(
            (device) => {
                if (device) {
                    duty.follow(this.env.app);
                    return () => duty.rest();
                }
            },
            () => [this.app.device],
        );
    }

    get title() {
        return _t("On duty since %s", formatTime(this.duty.from));
    }

    get text() {
        const { trouble, count, lastAt, lookedAt } = this.duty;
        const troubles = {
            denied: () => _t("This app may not know where you are: allow it in the settings of the browser. Duty goes on without."),
            none: () => _t("This device cannot tell where it is. Duty goes on without."),
            lost: () => _t("No signal at the moment: no position comes."),
            full: () => _t("There is no room left on this device: no position is kept."),
        };
        if (trouble) {
            return String(troubles[trouble]());
        }
        if (!lastAt) {
            return String(_t("Waiting for the first position"));
        }
        const said = { count: formatNumber(count), when: formatAgo(lastAt, lookedAt) };
        return count === 1 ? _t("One position, %s", said.when) : _t("%(count)s positions, the last one %(when)s", said);
    }

    end() {
        return end(this.app);
    }
}

tiles.add("on_duty", { component: DutyTile }, { sequence: 40 });
bars.add("on_duty", { component: DutyBar });
