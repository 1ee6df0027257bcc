/** From a page to a working app: home, device, screens. */
import { App } from "@odoo/owl";
import { appTranslateFn, translatedTerms, translationLoaded } from "@web/core/l10n/translation";
import { getTemplate } from "@web/core/templates";
import { Device } from "../engine/device";
import { OfflineApp } from "./model/app";
import { Enrol } from "./screens/enrol/enrol";
import { Shell } from "./shell/shell";

/** What is shown instead of a screen, by the phase of the app. */
const phases = { enrol: Enrol };

export async function start() {
    translatedTerms[translationLoaded] = true;
    const app = OfflineApp.make();
    const device = await Device.open({ progress: (progress) => app.progress(progress) });
    await app.take(device);
    const root = new App(Shell, { env: { app, phases }, getTemplate, translateFn: appTranslateFn, translatableAttributes: ["aria-label", "placeholder", "title", "label"] });
    await root.mount(document.body);
}
