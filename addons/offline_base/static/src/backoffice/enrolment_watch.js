import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const SECOND_MS = 1000;
/** How often the server is asked whether the device is in, while somebody looks at the code. */
const ASK_EVERY_S = 3;

/**
 * Below a code: how long it is still good, and then that the device is in.
 *
 * The server says how many seconds are left, so the clock of the browser does not matter.
 */
export class OfflineEnrolmentWatch extends Component {
    static template = "offline_base.EnrolmentWatch";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ code: null, left: null, device: false });
        onWillStart(() => this.ask());
        const timer = browser.setInterval(() => this.tick(), SECOND_MS);
        onWillUnmount(() => browser.clearInterval(timer));
    }

    get isWatching() {
        return this.state.left > 0 && !this.state.device;
    }

    get clock() {
        const seconds = String(this.state.left % 60).padStart(2, "0");
        return `${Math.floor(this.state.left / 60)}:${seconds}`;
    }

    tick() {
        const { code } = this.props.record.data;
        if (this.isWatching) {
            this.state.left -= 1;
        }
        if (code !== this.state.code || (this.isWatching && this.state.left % ASK_EVERY_S === 0)) {
            this.ask();
        }
    }

    async ask() {
        const { resId, data } = this.props.record;
        if (!resId || !data.code) {
            return;
        }
        const code = (this.state.code = data.code);
        try {
            const standing = await this.orm.silent.call("offline.enrolment.wizard", "get_standing", [[resId]]);
            if (code === this.state.code) {
                Object.assign(this.state, { left: standing.left_s, device: standing.device });
            }
        } catch {
            // Without network the clock goes on; it is asked again in a moment.
        }
    }
}

registry.category("view_widgets").add("offline_enrolment_watch", {
    component: OfflineEnrolmentWatch,
    fieldDependencies: [{ name: "code", type: "char" }],
});
