/** What this app does by itself, and what this browser cannot do: said before somebody relies on it. */
import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { persist } from "../../../engine/quota";
import { Card, Icon, Screen } from "../../kit/kit";
import { screens } from "../../registries";

/** What the app would use, and what is different without it. */
export async function abilities(scope = globalThis) {
    const { navigator } = scope;
    const installed = scope.matchMedia?.("(display-mode: standalone)").matches || navigator.standalone === true;
    const kept = await persist(navigator.storage);
    return [
        {
            label: _t("Start without network"),
            there: "serviceWorker" in navigator && scope.isSecureContext,
            without: _t("The address of your office has no secure connection (https). The app works while this page stays open, but cannot be opened without network."),
        },
        {
            label: _t("Installed on this device"),
            there: installed,
            without: _t("Use “Add to home screen” in the menu of your browser: the app then has its own window, and the browser keeps its content longer."),
        },
        {
            label: _t("Kept until you log out"),
            there: kept === "persistent",
            without: _t("The browser may erase everything when room gets short or after weeks without a visit. Sync often; the office sees what was not sent."),
        },
        {
            label: _t("Sync while the app is closed"),
            there: false,
            without: _t("No browser does this reliably. Open the app when you have a network again: it sends by itself."),
        },
        {
            label: _t("Photos on Wi-Fi only"),
            there: Boolean(navigator.connection?.type),
            without: _t("This browser does not tell Wi-Fi from mobile data. Photos are sent over any network, unless you mark the network as metered in the settings."),
        },
        {
            label: _t("Scan codes with the camera"),
            there: "BarcodeDetector" in scope,
            without: _t("Codes are read by the app itself, a little slower."),
        },
        {
            label: _t("One tab at a time is safe"),
            there: Boolean(navigator.locks),
            without: _t("Open the app in one tab only."),
        },
    ];
}

export class Help extends Component {
    static template = "offline_base.Help";
    static components = { Card, Icon, Screen };
    static props = {};

    setup() {
        this.state = useState({ abilities: [] });
        onWillStart(async () => {
            this.state.abilities = await abilities();
        });
    }

    get answers() {
        return [
            [
                _t("Is my work safe without network?"),
                _t("Yes. What you save is on this device at once, and stays there until the office has confirmed it. You can close the app or switch the device off."),
            ],
            [
                _t("What if somebody else changed the same record?"),
                _t("Different fields are put together by themselves. For the same field you or the office decide; until then your value is kept under Unsynchronized."),
            ],
            [
                _t("What if the office refuses something?"),
                _t("It stays under Unsynchronized with the reason. Correct it and send it again, or discard it with a reason."),
            ],
            [
                _t("What if I lose this device?"),
                _t("Tell the office. They stop the device, and it erases itself at its next contact. Set a PIN in the settings, so that nobody reads it before."),
            ],
            [
                _t("What if this device breaks before it has sent everything?"),
                _t("The office sees how many entries were still here at the last contact. If the app still opens, save the outbox as a file in the settings and give it to the office."),
            ],
        ];
    }
}

screens.add("help", { path: "/help", component: Help });
