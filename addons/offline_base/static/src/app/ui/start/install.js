/**
 * Putting the app on the home screen or the desk: asked by a button where the browser lets pages ask, else said how.
 */
import { markRaw, reactive } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** Outside of the store, which is the person's: this is about the browser. */
const PLACE = "offline_install_later";

export class Install {
    /** Whether it runs in a window of its own. */
    isInstalled = false;
    /** Whether the person said not to be asked again. */
    isLater = localStorage.getItem(PLACE) !== null;
    /** What the browser gave to ask with, or null. */
    _asking = null;

    static make() {
        const install = reactive(new Install());
        install.isInstalled = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
        addEventListener("beforeinstallprompt", (event) => {
            // The browser would ask at a moment of its own.
            event.preventDefault();
            install._asking = markRaw(event);
        });
        addEventListener("appinstalled", () => Object.assign(install, { isInstalled: true, _asking: null }));
        return install;
    }

    /** Whether the browser can be asked now. */
    get canAsk() {
        return this._asking !== null && !this.isInstalled;
    }

    /** Whether home offers it: there is a button to press, and nobody has put it off. */
    get isOffered() {
        return this.canAsk && !this.isLater;
    }

    /** Let the browser ask; it does so once for each time that it offered. */
    async ask() {
        const asking = this._asking;
        this._asking = null;
        await asking.prompt();
        const { outcome } = await asking.userChoice;
        if (outcome === "dismissed") {
            this.later();
        }
    }

    later() {
        localStorage.setItem(PLACE, "1");
        this.isLater = true;
    }
}

/** What to press where pages may not ask: steps in order. @param {string} [agent] what the browser calls itself */
export function stepsOf(agent = navigator.userAgent, touches = navigator.maxTouchPoints) {
    const isApple = /iphone|ipad|ipod/i.test(agent) || (/macintosh/i.test(agent) && touches > 1);
    if (isApple) {
        return [_t("Press Share, the square with an arrow, in Safari."), _t("Choose “Add to Home Screen”."), _t("Open the app from the home screen from now on.")];
    }
    if (/firefox/i.test(agent) && /android/i.test(agent)) {
        return [_t("Open the menu of Firefox, the three dots."), _t("Choose “Install” or “Add to Home screen”."), _t("Open the app from the home screen from now on.")];
    }
    if (/firefox/i.test(agent)) {
        return [_t("Firefox installs no apps on computers."), _t("Open this address in Chrome, Edge or Safari to install it, or keep it as a bookmark.")];
    }
    if (/macintosh/i.test(agent) && /safari/i.test(agent) && !/chrom|edg/i.test(agent)) {
        return [_t("Open the menu File of Safari."), _t("Choose “Add to Dock”.")];
    }
    return [_t("Open the menu of your browser."), _t("Choose “Install” or “Add to Home screen”.")];
}
