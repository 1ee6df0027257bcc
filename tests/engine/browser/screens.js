/** `../screens.js` for a page in a browser: its import map has what stands in for Odoo's client, and the endings. */
export function load(path) {
    return import(`/addons/offline_base/static/src/app/ui/${path}`);
}
