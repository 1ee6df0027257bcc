/** What the browser tells of the network of the moment: whether it is paid by its volume. */

/**
 * Whether the network is metered; null where the browser does not tell, and the person may say so in the settings.
 *
 * @param {{type?: string, saveData?: boolean}} [connection] `navigator.connection`
 */
export function isMetered(connection = globalThis.navigator?.connection) {
    if (connection?.saveData) {
        return true;
    }
    return connection?.type ? connection.type === "cellular" : null;
}

/**
 * Tell the device, now and whenever it changes. Gives what ends that.
 *
 * @param {import("../../engine/device").Device} device
 */
export function followConnection(device, connection = globalThis.navigator?.connection) {
    const { store, settings } = device.parts;
    const tell = async () => {
        const metered = isMetered(connection);
        if (metered !== null && metered !== settings.metered) {
            await store.change((change) => settings.put(change, { metered }));
        }
    };
    connection?.addEventListener?.("change", tell);
    return { told: tell(), end: () => connection?.removeEventListener?.("change", tell) };
}
