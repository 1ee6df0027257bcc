/** Small helps around IndexedDB. */

/** Resolve with what a request of IndexedDB gives. @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function done(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

/** All keys that begin with these parts. */
export function beginning(...parts) {
    // An array sorts after every number, date, text and binary key.
    return IDBKeyRange.bound(parts, [...parts, []]);
}

/** The key that a key path finds in a row; undefined where the row has none, and so is not in that index. */
export function pick(row, path) {
    if (!Array.isArray(path)) {
        return row[path] ?? undefined;
    }
    const parts = path.map((name) => row[name]);
    return parts.every((part) => part !== undefined && part !== null) ? parts : undefined;
}

/** One text for each key. */
export function keyText(key) {
    return JSON.stringify(key);
}
