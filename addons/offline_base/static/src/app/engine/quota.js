/**
 * The room that the browser gives: asked for, measured, and missed when it was taken away.
 *
 * A browser may erase everything that a site stored, to make room or after weeks without a visit, unless the storage is
 * persistent. It tells nobody, so a mark elsewhere says that there was something.
 */
import { HomeFull } from "./errors.js";

/** Below this much free room a person is told before work is refused: a few photos, or weeks of operations. */
export const LOW_BYTES = 50 * 1024 * 1024;

/**
 * Ask the browser never to erase what is stored here; best after the person did something that shows they want it.
 *
 * @param {StorageManager} [storage]
 * @returns {Promise<"persistent" | "refused" | "unknown">}
 */
export async function persist(storage = globalThis.navigator?.storage) {
    if (!storage?.persist) {
        return "unknown";
    }
    return (await storage.persisted()) || (await storage.persist()) ? "persistent" : "refused";
}

/**
 * How much is stored and how much room is left; null where the browser does not tell. It tells estimates.
 *
 * @param {StorageManager} [storage]
 * @returns {Promise<{used: number, free: number, low: boolean} | null>}
 */
export async function room(storage = globalThis.navigator?.storage) {
    const { usage, quota } = (await storage?.estimate?.().catch(() => null)) ?? {};
    if (!Number.isFinite(usage) || !Number.isFinite(quota)) {
        return null;
    }
    const free = Math.max(0, quota - usage);
    return { used: usage, free, low: free < LOW_BYTES };
}

/** The error as the engine knows it: `HomeFull` for what a browser throws when there is no room, else the same. */
export function told(error) {
    if (error?.name === "QuotaExceededError" || error?.inner?.name === "QuotaExceededError") {
        return new HomeFull("the browser has no room left: nothing of this was kept", { cause: error });
    }
    return error;
}

/**
 * Notices that a browser erased a home: a mark outside of it says which device was here.
 *
 * @typedef {{get: () => Promise<string | null>, put: (device: string | null) => Promise<any>}} Mark
 */
export class Witness {
    #mark;

    /** @param {Mark} mark */
    constructor(mark) {
        this.#mark = mark;
    }

    /**
     * Compare, at each start: the device that was erased, or null. Its unsent work is gone; the office sees by the
     * device's last word how much that was. Then the mark says what is here now.
     *
     * @param {string | null} device The one that the store knows.
     */
    async erased(device) {
        const marked = await this.#mark.get();
        if (marked && device === null) {
            return marked;
        }
        if (marked !== device) {
            await this.#mark.put(device);
        }
        return null;
    }

    /** The person was told, or the device left on purpose. */
    forget() {
        return this.#mark.put(null);
    }
}

/**
 * A mark in a cookie, which browsers keep apart from what sites store. It holds no secret.
 *
 * @param {CookieStore} [cookies]
 * @param {() => number} [clock]
 * @returns {Mark}
 */
export function cookieMark(name = "offline_home", cookies = globalThis.cookieStore, clock = Date.now) {
    const YEAR = 365 * 86_400_000;
    const place = { name, path: "/offline", sameSite: "strict" };
    return {
        get: async () => (await cookies?.get(name))?.value || null,
        put: async (device) =>
            device === null
                ? cookies?.delete({ name, path: place.path })
                : cookies?.set({ ...place, value: device, expires: clock() + YEAR }),
    };
}
