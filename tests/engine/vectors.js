/** The wire vectors (`tests/vectors/wire`) as recorded traffic. */
import { listFiles, readJson } from "./harness.js";

const FOLDER = "tests/vectors/wire/";

/** One vector by its name. */
export function vector(name) {
    return readJson(`${FOLDER}${name}.json`);
}

/** All vectors whose name begins so, by name. */
export async function vectors(prefix = "") {
    const files = (await listFiles(FOLDER)).filter((file) => file.startsWith(prefix));
    return Promise.all(files.map((file) => readJson(FOLDER + file)));
}

/** The answer of a vector as `fetch` would give it. */
export function answerOf({ answer }) {
    const content = answer.body === undefined ? (answer.text ?? null) : JSON.stringify(answer.body);
    const empty = [204, 304].includes(answer.status);
    return new Response(empty ? null : content, { status: answer.status, headers: answer.headers });
}

/**
 * A `fetch` that answers with these vectors in turn. `sent` lists what was asked: method, path, headers and JSON body.
 */
export function recorded(...traffic) {
    const sent = [];
    const left = [...traffic];
    const fetch = async (address, { method = "GET", headers = {}, body = null } = {}) => {
        const { pathname, search } = new URL(address);
        sent.push({ method, path: pathname + search, headers: Object.fromEntries(new Headers(headers)), body });
        const next = left.shift();
        if (!next) {
            throw new TypeError(`nothing is recorded for ${method} ${pathname}`);
        }
        return answerOf(next);
    };
    return { fetch, sent };
}
