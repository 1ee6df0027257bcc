/** From a page to a working app: words, home, device, screens. */
import { App } from "@odoo/owl";
import { appTranslateFn } from "@web/core/l10n/translation";
import { getTemplate } from "@web/core/templates";
import { OfflineApp } from "./model/app";
import { Elsewhere, Erased, Failed, Locked, Unsupported } from "./screens/gates/gates";
import { Enrol } from "./screens/enrol/enrol";
import { Shell } from "./shell/shell";
import { takeCode } from "./start/code";
import { Install } from "./start/install";
import { speak } from "./start/languages";
import { Lock } from "./start/lock";
import { Opening } from "./start/opening";
import { listen } from "./start/trouble";
import { Update } from "./start/update";

/** What is shown instead of a screen, by the phase of the app. */
const phases = {
    unsupported: Unsupported,
    elsewhere: Elsewhere,
    locked: Locked,
    erased: Erased,
    enrol: Enrol,
    failed: Failed,
};
const translatableAttributes = ["aria-label", "placeholder", "title", "label"];

export async function start() {
    const code = takeCode();
    // The browser may offer it before anything else is there.
    const install = Install.make();
    const words = speak();
    const app = OfflineApp.make();
    Object.assign(app, { code, install, opening: Opening.make(app), lock: Lock.make(app), update: Update.make(app) });
    // For the browser's console: whoever helps a person, and the tests.
    window.offlineApp = app;
    listen(app);
    app.listen();
    // The words are there before anything is shown; the home is opened meanwhile.
    await Promise.all([app.opening.begin(), words]);
    const env = { app, phases };
    const root = new App(Shell, { env, getTemplate, translateFn: appTranslateFn, translatableAttributes });
    await root.mount(document.body);
    // The app works without it, as long as there is a network.
    app.update.register().catch((error) => console.warn("the app is not installed", error));
}
