/** What the app needs of the browser and its address, and cannot do without. */

/**
 * The first thing that is missing, or null: `secure` (the address does not begin with https), `storage` (IndexedDB is
 * switched off, as in some private windows), `locks` (an old browser).
 */
export function missing(place = globalThis) {
    if (!place.isSecureContext || !place.crypto?.subtle) {
        return "secure";
    }
    if (!place.indexedDB) {
        return "storage";
    }
    return place.navigator.locks ? null : "locks";
}
