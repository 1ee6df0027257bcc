/**
 * Loads modules of the screens in Node: what they take of Odoo's client is replaced by the least that does, and paths
 * get the ending that Odoo's loader does without. A page of a browser has an import map in its place.
 */
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { delimiter } from "node:path";
import { pathToFileURL } from "node:url";

const beside = (name) => new URL(name, import.meta.url).href;
const STANDING_IN = {
    "@web/core/l10n/translation": beside("translation.js"),
    "@web/core/registry": beside("registry.js"),
    "@odoo/owl": beside("owl.js"),
};

/** Modules of the installed Odoo that are used as they are. */
const OF_ODOO = {
    "@account/helpers/account_tax": "account/static/src/helpers/account_tax.js",
    "@web/core/utils/numbers": "web/static/src/core/utils/numbers.js",
    "@web/core/utils/strings": "web/static/src/core/utils/strings.js",
    "@web/core/l10n/localization": "web/static/src/core/l10n/localization.js",
};

function ofOdoo(path) {
    const folders = (process.env.ODOO_ADDONS ?? "").split(delimiter);
    const found = folders.map((folder) => `${folder}/${path}`).find((file) => existsSync(file));
    return pathToFileURL(found ?? path).href;
}

registerHooks({
    resolve(specifier, context, next) {
        if (specifier in OF_ODOO) {
            return { url: ofOdoo(OF_ODOO[specifier]), format: "module", shortCircuit: true };
        }
        if (specifier in STANDING_IN) {
            return { url: STANDING_IN[specifier], shortCircuit: true };
        }
        const [, addon, path] = /^@(offline_\w+)\/app\/(.+)$/.exec(specifier) ?? [];
        if (addon) {
            return next(beside(`../../addons/${addon}/static/src/app/${path}.js`), context);
        }
        const hasNoEnding = /^\.{1,2}\//.test(specifier) && !specifier.endsWith(".js");
        return next(hasNoEnding ? `${specifier}.js` : specifier, context);
    },
});

/** A module of `static/src/app/ui` by its path there. */
export function load(path) {
    return import(`../../addons/offline_base/static/src/app/ui/${path}`);
}
