/**
 * The files of a home: kept by the hash of their bytes, with what is known of them, in one row each.
 *
 * @typedef {{sha256: string, size: number, name: string, type: string}} Waiting A file that the server does not have in
 *     full yet.
 */
import { toHex } from "./base64.js";
import { formatInstant } from "./clock.js";
import { DeviceError } from "./errors.js";

/** A file waits until the server has it all; then it is sent. Others were kept when they were fetched. */
export const WAITING = "waiting";
export const SENT = "sent";
export const KEPT = "kept";
/** A file of a form that is not saved yet, or was taken back; it goes when nobody uses it, never to make room. */
export const DRAFT = "draft";
/** How long a sent file stays at least: a server that was restored from a backup asks for it again. */
const SENT_DAYS = 7;
/** How long a file stays that nobody asks for. */
const UNUSED_DAYS = 30;
/** That a file was used is noted once in so many hours: reading need not write. */
const USED_HOURS = 12;
const HOUR = 3_600_000;

/** The browser gave the row back, and not its bytes: they are gone. */
export class FileLost extends DeviceError {}

/** The hashes that a content may name files by: values and arguments of operations name them in more than one way. */
export function hashesIn(content) {
    return [...new Set(JSON.stringify(content ?? null).match(/\b[0-9a-f]{64}\b/g) ?? [])];
}

/** The SHA-256 of bytes, in hex. @param {BufferSource} bytes */
export async function sha256(bytes) {
    return toHex(await crypto.subtle.digest("SHA-256", bytes));
}

export class Files {
    #store;
    #clock;
    /** The file that was read last: parts are read one after another, and a sealed file is opened as a whole. */
    #last = null;

    /** @param {import("./store.js").Store} store @param {() => number} clock */
    constructor(store, clock) {
        this.#store = store;
        this.#clock = clock;
    }

    // --- in -------------------------------------------------------------------------------------------------------

    /** What a file is called by; nothing is stored before `note`. @param {Blob} blob */
    async keep(blob, name = blob.name ?? "") {
        const bytes = await blob.arrayBuffer();
        const content = new Blob([bytes], { type: blob.type });
        return { sha256: await sha256(bytes), size: blob.size, name, type: blob.type, content };
    }

    /**
     * Let a file wait for the server, in the change of the work that names it.
     *
     * Also one that was sent or fetched before: a server that has it takes no bytes, and says so.
     */
    note(change, { sha256: file, size, name, type, content }) {
        change.put("blob", { file, size, name, type, state: WAITING, used: this.#ago(0), content });
    }

    /** Keep a file for a form; answers what a field says of it. @param {Blob} blob */
    async draft(blob, name) {
        const { content, ...kept } = await this.keep(blob, name);
        const { sha256: file, size, type } = kept;
        const row = { file, size, name: kept.name, type, state: DRAFT, used: this.#ago(0), content };
        await this.#store.change(async (change) => {
            const [there] = await change.all("blob", { range: IDBKeyRange.only(file), sealed: true });
            if (!there) {
                change.put("blob", row);
            }
        });
        return { sha256: file, size, type };
    }

    /** Let the files wait for the server that this content names and that are here: values, or arguments. */
    async offer(change, content) {
        for (const file of hashesIn(content)) {
            const [row] = await change.all("blob", { range: IDBKeyRange.only(file), sealed: true });
            if (row && row.state !== WAITING) {
                change.put("blob", { ...row, state: WAITING }, { sealed: true });
            }
        }
    }

    /** A file that waits does not any more. */
    async holdBack(change, file) {
        const [row] = await change.all("blob", { range: IDBKeyRange.only(file), sealed: true });
        if (row?.state === WAITING) {
            change.put("blob", { ...row, state: DRAFT }, { sealed: true });
        }
    }

    /** Keep what was fetched; `file` is its hash, or hash and size of a small picture. */
    async add(file, content) {
        const { size, type } = content;
        const row = { file, size, name: "", type, state: KEPT, used: this.#ago(0), content };
        await this.#store.change((change) => change.put("blob", row));
        return content;
    }

    // --- what is here ---------------------------------------------------------------------------------------------

    /** Those of these files that are not here; none is opened for it. @param {string[]} files */
    async lacking(files) {
        const rows = await this.#store.many("blob", files);
        return files.filter((_file, at) => !rows[at]);
    }

    /** A file, or null; it counts as used now. @returns {Promise<Blob | null>} */
    async find(file) {
        const row = await this.#store.get("blob", file);
        if (!row) {
            return null;
        }
        if (row.used < this.#ago(USED_HOURS)) {
            await this.#set(file, { used: this.#ago(0) });
        }
        return row.content;
    }

    /** What has to be sent, the smallest first: a signature does not wait for a film. @returns {Promise<Waiting[]>} */
    async waiting() {
        const rows = (await this.#rows()).filter(({ state }) => state === WAITING);
        rows.sort((one, other) => one.size - other.size || (one.file < other.file ? -1 : 1));
        return rows.map(({ file, size, name, type }) => ({ sha256: file, size, name, type }));
    }

    /** Some bytes of a file, or `FileLost`. */
    async part(one, offset, size) {
        if (this.#last?.file !== one.sha256) {
            const content = (await this.#store.get("blob", one.sha256))?.content;
            this.#last = { file: one.sha256, content };
        }
        try {
            return new Uint8Array(await this.#last.content.slice(offset, offset + size).arrayBuffer());
        } catch (error) {
            this.#last = null;
            throw new FileLost(`the bytes of ${one.name || one.sha256} are gone`, { cause: error });
        }
    }

    /** What is here and does not wait. */
    async cachedBytes() {
        return sizeOf((await this.#rows()).filter(({ state }) => state !== WAITING));
    }

    // --- on and out -----------------------------------------------------------------------------------------------

    /** The server has it. */
    sent(file) {
        return this.#set(file, { state: SENT, used: this.#ago(0) });
    }

    /** Its bytes are gone: nothing is left to wait for. */
    lost(one) {
        return this.#store.change((change) => {
            this.#store.incident(change, "file_lost", { sha256: one.sha256, name: one.name });
            change.delete("blob", one.sha256);
        });
    }

    /**
     * Make room; answers how many files went. What waits for the server is never touched.
     *
     * What nobody used for 30 days goes, then the least recently used until `mostBytes` are left. What was sent stays
     * for a week, whatever room it takes.
     */
    prune(mostBytes) {
        return this.#store.change(async (change) => {
            const rows = (await this.#rows(change)).filter(({ state }) => state !== WAITING);
            const recent = this.#ago(24 * SENT_DAYS);
            const unused = this.#ago(24 * UNUSED_DAYS);
            let over = sizeOf(rows) - mostBytes;
            let gone = 0;
            rows.sort((one, other) => (`${one.used} ${one.file}` < `${other.used} ${other.file}` ? -1 : 1));
            for (const { file, size, state, used } of rows) {
                const mayGo = state === KEPT || (state === SENT && used < recent);
                if (used < unused || (mayGo && over > 0)) {
                    change.delete("blob", file);
                    over -= size;
                    gone += 1;
                }
            }
            return gone;
        });
    }

    /** Let go of all files, and of those that wait for the server only where asked. */
    async forget(change, { waiting }) {
        this.#last = null;
        for (const { file, state } of await this.#rows(change)) {
            if (waiting || state !== WAITING) {
                change.delete("blob", file);
            }
        }
    }

    #rows(reader = this.#store) {
        return reader.all("blob", { sealed: true });
    }

    #set(file, values) {
        return this.#store.change(async (change) => {
            const [row] = await change.all("blob", { range: IDBKeyRange.only(file), sealed: true });
            if (row) {
                change.put("blob", { ...row, ...values }, { sealed: true });
            }
        });
    }

    #ago(hours) {
        return formatInstant(this.#clock() - hours * HOUR);
    }
}

function sizeOf(rows) {
    return rows.reduce((sum, { size }) => sum + size, 0);
}
