/** Sealed work: what a device hands over before it leaves, in boxes that only the office can open. */
import { toBase64 } from "./base64.js";
import { formatInstant } from "./clock.js";
import { seal } from "./keys.js";
import { offerAll } from "./withdrawal.js";

/** Makes boxes of one device's work, and keeps those that the server does not have yet. */
export class Boxes {
    #store;
    #settings;
    #outbox;
    #files;
    #clock;

    constructor({ store, settings, outbox, files, clock }) {
        this.#store = store;
        this.#settings = settings;
        this.#outbox = outbox;
        this.#files = files;
        this.#clock = clock;
    }

    /** Whether the server has a key for sealed work. */
    get possible() {
        return Boolean(this.#settings.profile_data?.escrow_key) && this.#settings.device !== null;
    }

    /**
     * The device's work, box by box; none where the server has no key for it.
     *
     * First the operations: undelivered ones always, and of the journal as much as a call may carry, newest first. Then
     * the files that were not sent, in parts that a call may carry.
     *
     * @returns {AsyncGenerator<string>}
     */
    async *seal({ withFiles = true } = {}) {
        if (!this.possible) {
            return;
        }
        yield this.#box({ operations: await this.#outbox.forEscrow(this.#room) });
        if (withFiles) {
            for await (const part of this.#parts()) {
                yield this.#box({ operations: [], files: [part] });
            }
        }
    }

    /** The boxes that are kept, then the work of the present. @returns {AsyncGenerator<string>} */
    async *all() {
        await offerAll(this.#store, this.#settings);
        const kept = await this.numbers();
        for (const number of kept) {
            yield this.get(number);
        }
        if (!kept.length || (await this.hasWork())) {
            yield* this.seal();
        }
    }

    /** Whether there is anything that the server does not have. */
    async hasWork() {
        const counts = await this.#outbox.counts();
        return Object.keys(counts).length > 0 || (await this.#files.waiting()).length > 0;
    }

    /** The sealed boxes of what is unfinished; null when there is work and no key to seal it with. */
    async fill({ withFiles }) {
        const counts = Object.keys(await this.#outbox.counts()).length;
        if (!(await this.hasWork())) {
            return [];
        }
        if (!this.possible) {
            return null;
        }
        const boxes = [];
        for await (const box of this.seal({ withFiles })) {
            boxes.push(box);
        }
        return counts ? boxes : boxes.slice(1);
    }

    /** Keep boxes until the server has them. */
    keep(change, boxes) {
        for (const sealed of boxes) {
            change.add("box", { sealed });
        }
    }

    /** The boxes that are kept, oldest first. */
    async numbers() {
        return (await this.#store.all("box")).map(({ number }) => number);
    }

    /** A box that is kept. */
    async get(number) {
        return (await this.#store.get("box", number)).sealed;
    }

    /** The server has it. */
    drop(number) {
        return this.#store.change((change) => change.delete("box", number));
    }

    get #room() {
        // A part grows by 16/9 on its way: base64 in the content, and again in the box.
        return Math.floor(this.#settings.profile.limits.body_bytes / 2);
    }

    async *#parts() {
        for (const one of await this.#files.waiting()) {
            for (let offset = 0; offset < Math.max(one.size, 1); offset += this.#room) {
                yield { ...one, offset, data: toBase64(await this.#files.part(one, offset, this.#room)) };
            }
        }
    }

    #box(content) {
        const { device, epoch, key, profile } = this.#settings;
        const head = { device, epoch, made_at: formatInstant(this.#clock()) };
        return seal(profile.escrow_key, { ...head, ...content }, key);
    }
}
