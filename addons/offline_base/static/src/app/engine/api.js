/** The routes that this device uses: wire shapes in, wire shapes out. */
import { NotEnrolled } from "./errors.js";
import * as shapes from "./shapes.js";

/** Calls the server with this device's token; an answer of the wrong shape is `AnswerInvalid`. */
export class Api {
    #transport;
    #settings;

    /**
     * @param {import("./transport.js").HttpTransport} transport
     * @param {import("./settings.js").Settings} settings
     */
    constructor(transport, settings) {
        this.#transport = transport;
        this.#settings = settings;
    }

    /** Exchange a code, or a proof, for a device and its token. */
    async enrol(request) {
        return read(shapes.EnrolAnswer, await this.#transport.send("POST", "/enroll", request, null));
    }

    /** A new token; the one in use stays good until the new one is first used. */
    rotate() {
        return this.#post("/token", {}, shapes.TokenAnswer);
    }

    /** Hand over sealed work. */
    escrow(sealed) {
        return this.#post("/escrow", { sealed }, shapes.EscrowAnswer);
    }

    /** Say that this device has forgotten everything. */
    wiped() {
        return this.#post("/wipe", { done: true }, shapes.WipeAnswer);
    }

    /** What this device may hold and do. */
    async profile() {
        return read(shapes.Profile, await this.#transport.send("GET", "/profile", null, this.#token));
    }

    /** One page. */
    pull(request) {
        return this.#post("/pull", request, shapes.PullAnswer);
    }

    /** Records that this device may hold, by words, whether they are held or not. */
    find(request) {
        return this.#post("/find", request, shapes.FindAnswer);
    }

    /** What Odoo answers to a question about records that this device may hold. */
    ask(request) {
        return this.#post("/ask", request, shapes.AskAnswer);
    }

    /** Which shards of what this device holds differ from what the server says. */
    verify(request) {
        return this.#post("/verify", request, shapes.VerifyAnswer);
    }

    /** Send the files that wait. */
    sendBlobs(blobs) {
        return blobs.send(this.#transport, this.#token);
    }

    /** A file by its hash, or a small picture of it. */
    fetchBlob(blobs, sha256, size = null) {
        return blobs.fetch(this.#transport, this.#token, sha256, size);
    }

    /**
     * Hand over operations; answers also how long to wait when some are to be sent again.
     *
     * By the `cursor` the server notices that it was restored, before it takes anything.
     *
     * @param {{body: object}[]} entries @param {object} state @param {string | null} cursor
     */
    push(entries, state, cursor) {
        return this.#deliver("/push", { operations: entries.map(({ body }) => body), cursor, state });
    }

    /** Hand over again what a server had answered before it was restored; as a push. */
    journal(entries, state) {
        return this.#deliver("/journal", { operations: entries.map(({ body }) => body), state });
    }

    async #deliver(path, request) {
        const reply = await this.#transport.send("POST", path, request, this.#token);
        return { answer: read(shapes.PushAnswer, reply), retry_after_s: reply.retry_after_s };
    }

    async #post(path, request, shape) {
        return read(shape, await this.#transport.send("POST", path, request, this.#token));
    }

    get #token() {
        if (this.#settings.token === null) {
            throw new NotEnrolled("this device has no token: use an enrolment code");
        }
        return this.#settings.token;
    }
}

function read(shape, reply) {
    return shape(reply.body, "");
}
