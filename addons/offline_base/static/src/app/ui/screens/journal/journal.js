/** What this device did: delivered and decided work, newest first, kept for recovery. */
import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Badge, Empty, Icon, Screen } from "../../kit/kit";
import { dayOf } from "../../model/days";
import { formatDate, formatDateTime, formatNumber } from "../../model/format";
import { useApp, useLive } from "../../model/hooks";
import { describe } from "../../model/pieces";
import { screens } from "../../registries";

const PAGE = 50;

export class Journal extends Component {
    static template = "offline_base.Journal";
    static components = { Badge, Empty, Icon, Screen };
    static props = {};

    setup() {
        this.app = useApp();
        this.state = useState({ limit: PAGE });
        this.live = useLive(
            async () => {
                const entries = await this.app.device.journal(this.state.limit);
                return { pieces: await Promise.all(entries.map((entry) => describe(this.app, { entry, state: entry.state }))) };
            },
            () => [this.state.limit],
        );
    }

    get subtitle() {
        const { delivered } = this.app.status;
        return delivered === 1 ? _t("One piece of work") : _t("%s pieces of work", formatNumber(delivered));
    }

    /** `[{day, pieces}]`, newest first. */
    get days() {
        const days = new Map();
        for (const piece of this.live.pieces) {
            const day = formatDate(dayOf(piece.at));
            days.set(day, [...(days.get(day) ?? []), piece]);
        }
        return [...days].map(([day, pieces]) => ({ day, pieces }));
    }

    get more() {
        return this.live.pieces.length < this.app.status.delivered;
    }

    when({ at }) {
        return formatDateTime(at);
    }
}

screens.add("journal", { path: "/journal", component: Journal });
