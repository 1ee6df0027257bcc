/**
 * HTTP, and what its failures mean: `Offline` when nobody answered usefully, `Refused` when the server said no.
 *
 * Redirects are not followed: a token goes to the server that gave it, never to a hotel's sign-in page.
 *
 * @typedef {{body: object, retry_after_s: number | null}} Reply A success: the JSON object, and the Retry-After that
 *     may come with receipts.
 * @typedef {{headers: Headers, content: Uint8Array}} RawReply A success that is no JSON.
 */
import { AnswerInvalid, Offline, Refused } from "./errors.js";

export const PREFIX = "/offline/v1";
export const PROTOCOL_VERSION = 1;
/** Smaller bodies do not win from compression: one network packet. */
export const GZIP_FROM_BYTES = 1400;
/** How long nothing may come: until the answer begins, and then between two pieces of it. */
export const SILENCE_S = 90;
/** A network that is slower than this counts as none; faster ones get the time that a body needs on its way. */
const SLOWEST_BYTES_PER_S = 4096;

// What HTTP allows as a date in a header; `Date.parse` takes a lot more.
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Seconds to wait, from the header's seconds or date (counted from the answer's own Date); else null. */
export function retryAfter(header, date = null) {
    const text = header?.trim() ?? "";
    if (/^\d{1,15}$/.test(text)) {
        return Number(text);
    }
    if (HTTP_DATE.test(text) && HTTP_DATE.test(date?.trim() ?? "")) {
        return Math.max(0, Math.round((Date.parse(text) - Date.parse(date)) / 1000)) || 0;
    }
    return null;
}

/** What an answer means. @returns {Reply} */
export function judge(status, headers, content) {
    const wait = retryAfter(headers.get("retry-after"), headers.get("date"));
    if (status >= 200 && status < 300) {
        const body = parse(content);
        if (body === undefined) {
            // A captive portal or a proxy stands between: its page is no answer of the server.
            throw new Offline("something that is not the server answered");
        }
        if (!isObject(body)) {
            throw new AnswerInvalid("the answer is no JSON object");
        }
        return { body, retry_after_s: wait };
    }
    if ((headers.get("content-type") ?? "").startsWith("application/problem+json")) {
        const problem = parse(content);
        if (isProblem(problem)) {
            // Of another origin the header may be hidden: the body says it as well.
            throw new Refused(problem.code, status, problem, wait ?? problem.retry_after_s ?? null);
        }
    }
    if (status >= 500 || [408, 425, 429].includes(status) || (status >= 300 && status < 400)) {
        throw new Offline(`the address answered with status ${status}`, wait);
    }
    throw new Refused(`http_${status}`, status, null, wait);
}

function parse(content) {
    try {
        return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
    } catch {
        return undefined;
    }
}

function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 9457, with the members that every refusal of this protocol has. */
function isProblem(value) {
    return (
        isObject(value) &&
        ["type", "title", "code", "remedy"].every((name) => typeof value[name] === "string") &&
        Number.isInteger(value.status) &&
        (value.retry_after_s == null || Number.isInteger(value.retry_after_s))
    );
}

async function gzip(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The protocol's calls over HTTP. Tests, and whoever embeds the engine, may bring anything with these two methods. */
export class HttpTransport {
    #base;
    #database;
    #fetch;
    #silenceS;

    /**
     * @param {string} server The address of Odoo.
     * @param {{database?: string | null, fetch?: typeof fetch, silenceS?: number}} options `database`: its name, where
     *     the server's host filter cannot tell.
     */
    constructor(server, { database = null, fetch = globalThis.fetch, silenceS = SILENCE_S } = {}) {
        this.#base = new URL(server).href.replace(/\/+$/, "") + PREFIX;
        this.#database = database;
        // A browser's own fetch wants no other `this` than the window's.
        this.#fetch = (...asked) => fetch(...asked);
        this.#silenceS = silenceS;
    }

    /**
     * Call a route (path below the prefix) and give its answer, or throw `Offline` or `Refused`.
     *
     * @param {string} method @param {string} path @param {object | null} body @param {string | null} token
     * @returns {Promise<Reply>}
     */
    async send(method, path, body, token) {
        const headers = { Accept: "application/json, application/problem+json" };
        let data = null;
        if (body !== null) {
            headers["Content-Type"] = "application/json";
            data = new TextEncoder().encode(JSON.stringify(body));
            if (data.length >= GZIP_FROM_BYTES && globalThis.CompressionStream) {
                data = await gzip(data);
                headers["Content-Encoding"] = "gzip";
            }
        }
        const answer = await this.#request(method, path, data, headers, token);
        return judge(answer.status, answer.headers, answer.content);
    }

    /**
     * The same for bytes instead of JSON.
     *
     * @param {string} method @param {string} path @param {Uint8Array | null} content
     * @param {Record<string, string>} headers @param {string} token
     * @returns {Promise<RawReply>}
     */
    async exchange(method, path, content, headers, token) {
        const answer = await this.#request(method, path, content, { ...headers, Accept: "*/*" }, token);
        if (answer.status < 200 || answer.status >= 300) {
            judge(answer.status, answer.headers, answer.content);
        }
        return { headers: answer.headers, content: answer.content };
    }

    async #request(method, path, body, said, token) {
        const headers = new Headers({ ...said, "X-Offline-Protocol": String(PROTOCOL_VERSION) });
        if (token) {
            headers.set("Authorization", `Bearer ${token}`);
        }
        if (this.#database) {
            headers.set("X-Odoo-Database", this.#database);
        }
        const watch = new Watch(this.#silenceS, (body?.length ?? 0) / SLOWEST_BYTES_PER_S);
        const asked = { method, headers, body, redirect: "manual", credentials: "omit", cache: "no-store" };
        try {
            const answer = await watch.over(this.#fetch(this.#base + path, { ...asked, signal: watch.signal }));
            if (answer.type === "opaqueredirect") {
                return { status: 302, headers: new Headers(), content: new Uint8Array() };
            }
            const content = await watch.read(answer.body);
            return { status: answer.status, headers: answer.headers, content };
        } catch (error) {
            const why = watch.fired ? "silence" : error.name;
            throw new Offline(`no connection to ${this.#base}: ${why}`, null, { cause: error });
        } finally {
            watch.stop();
        }
    }
}

/** Ends a call when nothing has come for so long. It does not rely on `fetch` to heed its signal. */
class Watch {
    #seconds;
    #timer;
    #controller = new AbortController();
    #silence;

    constructor(seconds, onTheWayS) {
        this.#seconds = seconds;
        this.#silence = new Promise((_resolve, reject) => {
            this.signal.addEventListener("abort", () => reject(this.signal.reason), { once: true });
        });
        this.#silence.catch(() => {});
        this.#start(seconds + onTheWayS);
    }

    get signal() {
        return this.#controller.signal;
    }

    get fired() {
        return this.signal.aborted;
    }

    over(promise) {
        return Promise.race([promise, this.#silence]);
    }

    async read(stream) {
        const parts = [];
        const reader = stream?.getReader();
        for (let next; reader && !(next = await this.over(reader.read())).done; ) {
            parts.push(next.value);
            this.stop();
            this.#start(this.#seconds);
        }
        return new Uint8Array(await new Blob(parts).arrayBuffer());
    }

    stop() {
        clearTimeout(this.#timer);
    }

    #start(seconds) {
        this.#timer = setTimeout(() => this.#controller.abort(), seconds * 1000);
    }
}
