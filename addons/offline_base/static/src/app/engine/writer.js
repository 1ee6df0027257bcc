/**
 * One tab writes: it holds a lock that ends with it, however it ends. The others wait, or ask it to let go.
 *
 * A tab that does not write opens no store. It shows what the writer last told, or asks to become the writer when the
 * person turns to it: the writer finishes the change under way, closes its store, and lets go.
 */
import { DeviceError, HomeBusy } from "./errors.js";

export class Writer {
    #name;
    #locks;
    #channel;
    #letGo = null;
    #released = Promise.resolve();
    #listeners = new Map();

    /**
     * @param {object} [options]
     * @param {string} [options.name] of the home
     * @param {LockManager} [options.locks]
     * @param {BroadcastChannel} [options.channel] to the other tabs
     */
    constructor({ name = "offline", locks = globalThis.navigator?.locks, channel = new BroadcastChannel(name) } = {}) {
        if (!locks) {
            throw new DeviceError("this browser keeps tabs apart only at a secure address (https)");
        }
        this.#name = `${name}.writer`;
        this.#locks = locks;
        this.#channel = channel;
        channel.onmessage = ({ data }) => this.#told(data);
    }

    /** Whether this tab may write. */
    get writes() {
        return this.#letGo !== null;
    }

    /**
     * Become the tab that writes. `HomeBusy` where another does; with `wait`, when it has ended or let go.
     *
     * @param {{wait?: boolean, signal?: AbortSignal}} [options]
     */
    begin({ wait = false, signal } = {}) {
        if (this.writes) {
            return Promise.resolve();
        }
        return new Promise((resolve, reject) => {
            const held = (lock) => {
                if (!lock) {
                    reject(new HomeBusy("another tab is at work here"));
                    return undefined;
                }
                return new Promise((letGo) => {
                    this.#letGo = letGo;
                    resolve();
                });
            };
            const asked = wait ? { signal } : { ifAvailable: true };
            this.#released = this.#locks.request(this.#name, asked, held).catch((error) => {
                if (!this.writes) {
                    reject(error);
                    return;
                }
                // Somebody broke the lock: this tab must not write any more.
                this.#letGo = null;
                this.#call("lost");
            });
        });
    }

    /** Let another tab write; resolves when it may. Close the store before. */
    end() {
        const released = this.#letGo ? this.#released : Promise.resolve();
        this.#letGo?.();
        this.#letGo = null;
        return released;
    }

    /** Leave for good. */
    close() {
        this.end();
        this.#channel.close();
    }

    /** Ask the tab that writes to let go as soon as it can, and write then. */
    takeOver({ signal } = {}) {
        const begun = this.begin({ wait: true, signal });
        this.#channel.postMessage({ what: "asked" });
        return begun;
    }

    /** Tell the other tabs something, such as that records changed. */
    tell(news) {
        this.#channel.postMessage({ what: "news", news });
    }

    /**
     * Be told: `asked` (another tab wants to write; the writer alone hears it), `news` (see `tell`), `lost` (this tab
     * may not write any more). One listener each; it may be async, and after `asked` the tab lets go when it has ended.
     *
     * @param {"asked" | "news" | "lost"} what @param {(news?: any) => any} listener
     */
    on(what, listener) {
        this.#listeners.set(what, listener);
    }

    async #told({ what, news }) {
        if (what === "news") {
            this.#call("news", news);
        } else if (what === "asked" && this.writes) {
            try {
                await this.#call("asked");
            } finally {
                this.end();
            }
        }
    }

    #call(what, news) {
        return this.#listeners.get(what)?.(news);
    }
}
