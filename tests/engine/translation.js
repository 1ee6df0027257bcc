/** Stands in for Odoo's `@web/core/l10n/translation` before any translation is loaded: the source with its parts. */
export function _t(source, ...parts) {
    const [named] = parts;
    const isNamed = typeof named === "object" && named !== null;
    return isNamed
        ? source.replace(/%\((\w+)\)s/g, (_, name) => named[name])
        : source.replace(/%s/g, () => parts.shift());
}
