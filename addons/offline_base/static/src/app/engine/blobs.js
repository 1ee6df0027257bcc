/** Photos and documents on their way: sent piece by piece, fetched on demand. What is here is in `files.js`. */
import { toBase64 } from "./base64.js";
import { AnswerInvalid, DeviceError, Refused } from "./errors.js";
import { FileLost, sha256 } from "./files.js";

/** What one request carries; a broken connection costs at most this much again. */
export const PART_BYTES = 1024 * 1024;
/** What goes over a metered network as well, where the profile keeps files for others: a signature, no photo. */
export const SMALL_BYTES = 64 * 1024;
/** How often one file may start over in one sync: the server forgot it, or a part changed on its way. */
const RESTARTS = 3;
const BEGIN_ANEW = ["blob_unknown", "blob_offset_wrong", "blob_checksum_wrong"];
const TUS = { "Tus-Resumable": "1.0.0" };

/** The way of one home's files to the server and back. */
export class Blobs {
    #files;
    #store;
    #settings;
    #checkpoint;

    constructor(files, store, settings, checkpoint) {
        this.#files = files;
        this.#store = store;
        this.#settings = settings;
        this.#checkpoint = checkpoint;
    }

    /** Send what waits. A refused file is noted and does not hold up others. @returns {{done: number, held: number}} */
    async send(transport, token) {
        const sent = { done: 0, held: 0 };
        for (const one of await this.#files.waiting()) {
            if (this.isHeld(one)) {
                sent.held += 1;
            } else if (await this.#tried(transport, token, one)) {
                await this.#files.sent(one.sha256);
                await this.#checkpoint("blob.done");
                sent.done += 1;
            }
        }
        return sent;
    }

    /** Whether a file waits for a network without a meter. */
    isHeld(one) {
        const { metered, profile } = this.#settings;
        return metered && profile.wifi_only_blobs && one.size > SMALL_BYTES;
    }

    /** The file with these bytes, or a small picture of it; from here if it is here, else from the server. */
    async fetch(transport, token, hash, size = null) {
        if (!/^[0-9a-f]{64}$/.test(hash)) {
            throw new DeviceError("a file is named by its SHA-256: 64 hex digits in lower case");
        }
        const file = size === null ? hash : `${hash}-${size}`;
        const kept = await this.#files.find(file);
        if (kept) {
            return kept;
        }
        const query = size === null ? "" : `?size=${size}`;
        const { headers, content } = await transport.exchange("GET", `/blobs/sha256/${hash}${query}`, null, {}, token);
        if (size === null && (await sha256(content)) !== hash) {
            throw new AnswerInvalid("the bytes that came are not those that were asked for");
        }
        return this.#files.add(file, new Blob([content], { type: headers.get("content-type") ?? "" }));
    }

    // --- sending --------------------------------------------------------------------------------------------------

    async #tried(transport, token, one) {
        try {
            await this.#sendOne(transport, token, one);
            return true;
        } catch (error) {
            if (error instanceof FileLost) {
                await this.#files.lost(one);
                return false;
            }
            if (!(error instanceof Refused) || error.transient || [401, 403].includes(error.status)) {
                throw error;
            }
            const told = { sha256: one.sha256, name: one.name, code: error.code };
            await this.#store.change((change) => this.#store.incident(change, "blob_refused", told));
            return false;
        }
    }

    async #sendOne(transport, token, one) {
        for (let attempt = 1; ; attempt++) {
            try {
                let offset = await this.#begin(transport, token, one);
                while (offset < one.size) {
                    offset = await this.#sendPart(transport, token, one, offset);
                    await this.#checkpoint("blob.part");
                }
                return;
            } catch (error) {
                if (!BEGIN_ANEW.includes(error.code) || attempt === RESTARTS) {
                    throw error;
                }
            }
        }
    }

    async #begin(transport, token, one) {
        const pairs = Object.entries({ sha256: one.sha256, filename: one.name, filetype: one.type });
        const said = pairs.filter(([, value]) => value).map(([name, value]) => `${name} ${toBase64(utf8(value))}`);
        const headers = { ...TUS, "Upload-Length": String(one.size), "Upload-Metadata": said.join(",") };
        await this.#checkpoint("blob.beginning");
        return offsetOf(await transport.exchange("POST", "/blobs", null, headers, token), one);
    }

    async #sendPart(transport, token, one, offset) {
        const part = await this.#files.part(one, offset, PART_BYTES);
        const checksum = toBase64(await crypto.subtle.digest("SHA-256", part));
        const headers = {
            ...TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": String(offset),
            "Upload-Checksum": `sha256 ${checksum}`,
        };
        const path = `/blobs/uploads/${one.sha256}`;
        const after = offsetOf(await transport.exchange("PATCH", path, part, headers, token), one);
        if (after <= offset) {
            throw new AnswerInvalid("the server took a part of a file and stands where it stood");
        }
        return after;
    }
}

function offsetOf({ headers }, one) {
    const said = headers.get("upload-offset") ?? "";
    if (!/^\d{1,15}$/.test(said) || Number(said) > one.size) {
        throw new AnswerInvalid("the answer does not say where the upload stands");
    }
    return Number(said);
}

function utf8(text) {
    return new TextEncoder().encode(text);
}
