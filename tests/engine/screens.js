/**
 * Loads modules of the screens in Node: what they take of Odoo's client is replaced by the least that does, and paths
 * get the ending that Odoo's loader does without.
 */
import { registerHooks } from "node:module";

/** `_t` as it is before any translation is loaded: the English source with its parts. */
const TRANSLATION = `export function _t(source, ...parts) {
    const [named] = parts;
    const isNamed = typeof named === "object" && named !== null;
    return isNamed
        ? source.replace(/%\\((\\w+)\\)s/g, (_, name) => named[name])
        : source.replace(/%s/g, () => parts.shift());
}`;
const STANDING_IN = { "@web/core/l10n/translation": TRANSLATION };

registerHooks({
    resolve(specifier, context, next) {
        if (specifier in STANDING_IN) {
            return { url: `data:text/javascript,${encodeURIComponent(STANDING_IN[specifier])}`, shortCircuit: true };
        }
        const hasNoEnding = /^\.{1,2}\//.test(specifier) && !specifier.endsWith(".js");
        return next(hasNoEnding ? `${specifier}.js` : specifier, context);
    },
});

/** A module of `static/src/app/ui` by its path there. */
export function load(path) {
    return import(`../../addons/offline_base/static/src/app/ui/${path}`);
}
