import { Component, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { session } from "@web/session";

/** How long an answer is good enough when the window gets the focus again. */
const FRESH_MS = 30_000;

/** What waits for the reader, or for anybody: conflicts to decide and refused work. Reviewers see it. */
export class OfflineSystray extends Component {
    static template = "offline_base.Systray";
    static components = { Dropdown, DropdownItem };
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ conflicts: 0, rejected: 0 });
        this.asked = 0;
        const bus = useService("bus_service");
        bus.subscribe("offline_base/to_do", () => this.load());
        useBus(this.env.bus, "OFFLINE:DECIDED", () => this.load());
        useExternalListener(window, "focus", () => {
            if (Date.now() - this.asked > FRESH_MS) {
                this.load();
            }
        });
        onWillStart(() => {
            this.load();
        });
    }

    get count() {
        return this.state.conflicts + this.state.rejected;
    }

    /** Silent: a lost connection is told elsewhere. */
    async load() {
        this.asked = Date.now();
        try {
            Object.assign(this.state, await this.orm.silent.call("offline.conflict", "to_do", []));
        } catch {
            this.asked = 0;
        }
    }

    open(action) {
        return this.action.doAction(`offline_base.${action}`, {
            clearBreadcrumbs: true,
            additionalContext: { search_default_waiting: 1 },
        });
    }
}

if (session.offline_models) {
    registry
        .category("systray")
        .add("offline_base.systray", { Component: OfflineSystray }, { sequence: 24 });
}
