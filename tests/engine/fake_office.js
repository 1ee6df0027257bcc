/**
 * The server as a transport sees it: enrolment, tokens, boxes and files around the rules of `FakeServer`.
 *
 * A device that is opened on it is put together as in the app; only HTTP is missing.
 */
import { sha256 } from "../../addons/offline_base/static/src/app/engine/files.js";
import { Device } from "../../addons/offline_base/static/src/app/engine/device.js";
import { Offline } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { network } from "../../addons/offline_base/static/src/app/engine/network.js";
import { FakeServer, NOW, problem, uid, uids } from "./fake_server.js";
import { freshIndexedDB } from "./harness.js";

export const TOKEN_ENDS = "2027-05-20T10:00:00Z";
export const SERVER = "https://odoo.example";
const copy = (value) => JSON.parse(JSON.stringify(value));
const status = (code, at, more) => Object.assign(problem(code, more), { status: at });

export class FakeOffice {
    server = new FakeServer();
    user = { id: 2, name: "Mitchell", lang: null, tz: null, company: 1, companies: [1] };
    now = NOW;
    /** What was asked: [route, body]; and the tokens of the calls. */
    requests = [];
    tokens = [];
    devices = 0;
    given = 0;
    boxes = [];
    forgotDevices = false;
    /** Faults to come: routes whose next answer gets lost, or that refuse their next call; no network at all. */
    lost = [];
    refuse = {};
    down = false;
    /** How many bytes of the next part arrive before the line is cut; null: all. */
    cutAfter = null;
    uploads = new Map();
    files = new Map();

    async send(method, path, body, token) {
        const route = path.slice(1);
        this.#begin(route);
        this.requests.push([route, copy(body)]);
        this.tokens.push(token);
        const reply = await this.#answer(route, copy(body));
        this.#end(route);
        return { body: copy(reply.answer ?? reply), retry_after_s: reply.retry_after_s ?? null };
    }

    sent(route) {
        return this.requests.filter(([name]) => name === route).map(([, body]) => body);
    }

    #begin(route) {
        if (this.down) {
            throw new Offline("no connection");
        }
        const refused = this.refuse[route];
        if (refused) {
            delete this.refuse[route];
            throw refused;
        }
    }

    #end(route) {
        const at = this.lost.indexOf(route);
        if (at >= 0) {
            this.lost.splice(at, 1);
            throw new Offline("the answer was lost");
        }
    }

    #answer(route, body) {
        const entries = (body?.operations ?? []).map((operation) => ({ body: operation }));
        const answers = {
            enroll: () => this.#enrol(body),
            token: () => ({ ...this.#token(), server_time: this.now }),
            escrow: () => ({ sha256: String(this.boxes.push(body.sealed)), server_time: this.now }),
            wipe: () => ({ state: "wiped", server_time: this.now }),
            profile: () => this.server.profile(),
            push: () => this.server.push(entries, body.state, body.cursor ?? null),
            journal: () => this.server.journal(entries, body.state),
            pull: () => this.server.pull(body),
            verify: () => this.server.verify(body),
            ask: () => this.server.ask(body),
        };
        return answers[route]();
    }

    #token() {
        return { token: `token ${++this.given}`, token_expires_at: TOKEN_ENDS };
    }

    #enrol({ proof, code }) {
        if (proof && this.forgotDevices) {
            throw status("proof_invalid", 403);
        }
        if (proof && Math.abs(Date.parse(proof.time) - Date.parse(this.now)) > 600_000) {
            throw status("proof_outdated", 403, { server_time: this.now });
        }
        const device = proof ? proof.device : uid((this.devices += 1), 0xd);
        const profile = copy(this.server.profile_data);
        const common = { epoch: this.server.epoch, user: this.user, profile, server_time: this.now };
        return { device, ...this.#token(), ...common, code };
    }

    // --- files ----------------------------------------------------------------------------------------------------

    async exchange(method, path, content, headers, token) {
        const route = `${method} blobs`;
        this.#begin(route);
        this.requests.push([route, path]);
        this.tokens.push(token);
        const hash = path.replace(/\?.*/, "").split("/").at(-1);
        const answers = {
            GET: () => this.#get(hash),
            POST: () => this.#create(headers),
            PATCH: () => this.#add(hash, content, headers),
        };
        const reply = await answers[method]();
        this.#end(route);
        return reply;
    }

    #get(hash) {
        if (!this.files.has(hash)) {
            throw status("blob_unknown", 404);
        }
        return { headers: new Headers({ "Content-Type": "image/png" }), content: this.files.get(hash) };
    }

    #create(headers) {
        const said = Object.fromEntries(headers["Upload-Metadata"].split(",").map((pair) => pair.split(" ")));
        const hash = atob(said.sha256);
        if (!this.uploads.has(hash)) {
            this.uploads.set(hash, { size: Number(headers["Upload-Length"]), come: new Uint8Array(), said });
        }
        return this.#stands(hash);
    }

    async #add(hash, content, headers) {
        const upload = this.uploads.get(hash);
        if (Number(headers["Upload-Offset"]) !== upload.come.length) {
            throw status("blob_offset_wrong", 409);
        }
        const cut = this.cutAfter;
        const come = cut === null ? content : content.subarray(0, cut);
        upload.come = new Uint8Array(await new Blob([upload.come, come]).arrayBuffer());
        if (cut !== null) {
            this.cutAfter = null;
            throw new Offline("the line was cut");
        }
        return this.#stands(hash);
    }

    async #stands(hash) {
        const { size, come } = this.uploads.get(hash);
        if (come.length === size) {
            if ((await sha256(come)) !== hash) {
                throw status("blob_hash_wrong", 460);
            }
            this.files.set(hash, come);
        }
        return { headers: new Headers({ "Upload-Offset": String(come.length) }), content: new Uint8Array() };
    }
}

/** The app closed here; nothing in the engine may catch it. */
export class Closed extends Error {}

/** A store on which the app is opened, dies, and is opened again. */
export class EdgeHome {
    office = new FakeOffice();
    indexedDB = freshIndexedDB();
    newUid = uids();
    now = Date.parse(NOW);
    #open = null;

    /** The parts of the device as a new start of the app finds them, with the device itself as `device`. */
    async open({ dieAt = null, vault } = {}) {
        this.#open?.close();
        let made;
        const compose = network({ connect: () => this.office, device: { name: "Phone", platform: "test" } });
        const checkpoint = (name) => {
            if (name === dieAt) {
                throw new Closed(name);
            }
        };
        const device = await Device.open({
            indexedDB: this.indexedDB,
            network: (parts) => (made = compose(parts)),
            clock: () => this.now,
            chance: () => 0.5,
            newUid: this.newUid,
            checkpoint,
            vault,
        });
        this.#open = device;
        return { device, ...device.parts, ...made };
    }

    /** A device with a token. */
    async enrolled(options) {
        const parts = await this.open(options);
        await parts.enrol(SERVER, "CODE-1");
        return parts;
    }

    pass(seconds) {
        this.now += seconds * 1000;
    }
}
