import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { Component, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { session } from "@web/session";

/** How long an answer is good enough when the window gets the focus again. */
const FRESH_MS = 30_000;

/**
 * What waits for the reader, or for anybody: conflicts to decide and refused work. Reviewers see it.
 * Managers are asked here, too, what a database is that looks like a copy.
 */
export class OfflineSystray extends Component {
    static template = "offline_base.Systray";
    static components = { Dropdown, DropdownItem };
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ conflicts: 0, rejected: 0, suspected: false });
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

    declare(method, body) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Which Database Is This?"),
            body,
            confirm: async () => {
                await this.orm.call("offline.epoch", method, []);
                await this.load();
            },
            cancel: () => {},
        });
    }

    declareLive() {
        const text = _t(
            "All devices start again here and deliver again what this database does not know. Is no other copy of it live?"
        );
        this.declare("declare_live", text);
    }

    declareCopy() {
        this.declare(
            "declare_copy",
            _t("All devices are revoked in this database. Is the live database another one?")
        );
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
