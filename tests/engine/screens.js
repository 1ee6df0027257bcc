/**
 * Loads modules of the screens in Node: what they take of Odoo's client is replaced by the least that does, and paths
 * get the ending that Odoo's loader does without. A page of a browser has an import map in its place.
 */
import { registerHooks } from "node:module";

const beside = (name) => new URL(name, import.meta.url).href;
const STANDING_IN = {
    "@web/core/l10n/translation": beside("translation.js"),
    "@web/core/registry": beside("registry.js"),
    "@odoo/owl": beside("owl.js"),
};

registerHooks({
    resolve(specifier, context, next) {
        if (specifier in STANDING_IN) {
            return { url: STANDING_IN[specifier], shortCircuit: true };
        }
        const hasNoEnding = /^\.{1,2}\//.test(specifier) && !specifier.endsWith(".js");
        return next(hasNoEnding ? `${specifier}.js` : specifier, context);
    },
});

/** A module of `static/src/app/ui` by its path there. */
export function load(path) {
    return import(`../../addons/offline_base/static/src/app/ui/${path}`);
}
