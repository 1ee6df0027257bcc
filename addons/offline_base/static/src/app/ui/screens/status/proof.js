/** The proof that nothing is missing, on either side: work received by the office, contents equal. */
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Icon } from "../../kit/kit";
import { formatAgo, formatNumber } from "../../model/format";
import { useApp } from "../../model/hooks";

export class Proof extends Component {
    static template = "offline_base.Proof";
    static components = { Icon };
    static props = {};

    setup() {
        this.app = useApp();
    }

    get given() {
        return this.app.status.given;
    }

    get received() {
        return this.given - this.app.status.unsent;
    }

    get records() {
        return Object.values(this.app.status.held).reduce((sum, count) => sum + count, 0);
    }

    /** `[{isGood, icon, text, more}]`, the work first. */
    get lines() {
        return [this.ofWork, this.ofFiles, this.ofContents].filter(Boolean);
    }

    get ofWork() {
        const [received, given] = [formatNumber(this.received), formatNumber(this.given)];
        if (!this.given) {
            return { isGood: true, text: String(_t("No work of this device yet")) };
        }
        return { isGood: this.received === this.given, text: _t("Work received by the office: %(received)s of %(given)s", { received, given }) };
    }

    get ofFiles() {
        const { files_waiting } = this.app.status;
        return files_waiting ? { isGood: false, text: _t("Files still to send: %s", formatNumber(files_waiting)) } : null;
    }

    /** Each sync that ends well has compared the digests of both sides. */
    get ofContents() {
        const { last_sync_at, receiving, verified } = this.app.status;
        const records = formatNumber(this.records);
        if (!last_sync_at || receiving || this.app.device.settings.cursor === null) {
            return { isGood: false, text: _t("Receiving: %s records so far", records) };
        }
        const at = verified && verified.at > last_sync_at ? verified.at : last_sync_at;
        return {
            isGood: true,
            text: _t("Contents equal to the office's: %s records", records),
            more: _t("Compared %s", formatAgo(at)),
        };
    }
}
