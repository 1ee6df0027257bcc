import { Api } from "../../addons/offline_base/static/src/app/engine/api.js";
import { AnswerInvalid, NotEnrolled } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { HttpTransport } from "../../addons/offline_base/static/src/app/engine/transport.js";
import { assert, describe, test } from "./harness.js";
import { recorded, vectors } from "./vectors.js";

const CALLS = {
    enroll: (api) => api.enrol({}),
    token: (api) => api.rotate(),
    escrow: (api) => api.escrow("a.b.c.d.e"),
    wipe: (api) => api.wiped(),
    profile: (api) => api.profile(),
    pull: (api) => api.pull({ cursor: null }),
    verify: (api) => api.verify({}),
    ask: (api) => api.ask({}),
    push: async (api) => (await api.push([], {}, null)).answer,
    journal: async (api) => (await api.journal([], {})).answer,
};

/** Below these anything may stand; and the names in `fields` of a receipt are those of the model's fields. */
const FREE = ["values", "conflict", "args", "result", "answer"];

const routeOf = ({ request }) => request.path.replace("/offline/v1/", "");

async function successes() {
    const all = await vectors();
    return all.filter((one) => one.answer.status < 300 && one.answer.body && CALLS[routeOf(one)]);
}

function answered(one) {
    const { fetch, sent } = recorded(one);
    const api = new Api(new HttpTransport("https://odoo.example", { fetch }), { token: "secret" });
    return { sent, answer: () => CALLS[routeOf(one)](api) };
}

/** Each object and list within, with where it is. */
function* places(value, path = []) {
    if (value && typeof value === "object") {
        yield [path, value];
        for (const [name, item] of Object.entries(value)) {
            yield* places(item, [...path, name]);
        }
    }
}

/** What the vector says, of the answer: defaults were filled in beside it. */
function said(answer, vector) {
    if (Array.isArray(vector)) {
        return answer.map((item, at) => said(item, vector[at]));
    }
    if (vector && typeof vector === "object" && answer) {
        const names = Object.keys(answer).filter((name) => Object.hasOwn(vector, name));
        return Object.fromEntries(names.map((name) => [name, said(answer[name], vector[name])]));
    }
    return answer;
}

describe("the api", () => {
    test("reads every recorded success as it was sent", async () => {
        const all = await successes();
        assert.deepEqual(new Set(all.map(routeOf)), new Set(Object.keys(CALLS)));
        for (const one of all) {
            const { answer, sent } = answered(one);
            assert.deepEqual(said(await answer(), one.answer.body), one.answer.body, one.name);
            assert.equal(sent[0].method, one.request.method);
            assert.equal(sent[0].headers.authorization, routeOf(one) === "enroll" ? undefined : "Bearer secret");
        }
    });

    test("bears a newer server: members that it does not know are left out", async () => {
        for (const one of await successes()) {
            const newer = structuredClone(one);
            newer.answer.body.brand_new = { a: 1 };
            assert.deepEqual(await answered(newer).answer(), await answered(one).answer(), one.name);
        }
    });

    test("keeps nothing of an answer in which something is missing or of another type", async () => {
        const first = ["device", "token", "profile", "user", "server_time", "receipts", "next_seq", "changes"];
        const rest = ["complete", "cursor", "epoch", "op", "seq", "status", "id", "v", "values", "born", "sum", "limits"];
        const members = [...first, ...rest];
        let tried = 0;
        for (const one of await successes()) {
            for (const [path] of places(one.answer.body)) {
                const at = (body) => path.reduce((value, name) => value[name], body);
                for (const name of members.filter((member) => Object.hasOwn(at(one.answer.body), member))) {
                    if (FREE.some((free) => path.includes(free)) || path.at(-1) === "fields") {
                        continue;
                    }
                    for (const wrong of [undefined, { not: "this" }, [true]]) {
                        if (name === "values" && wrong?.not) {
                            continue;
                        }
                        const broken = structuredClone(one);
                        at(broken.answer.body)[name] = wrong;
                        await assert.rejects(answered(broken).answer(), AnswerInvalid, `${one.name} ${path}.${name}`);
                        tried += 1;
                    }
                }
            }
        }
        assert.ok(tried > 300, String(tried));
    });

    test("fills in what an older server does not say", async () => {
        const one = (await successes()).find((found) => routeOf(found) === "profile");
        for (const name of ["wifi_only_blobs", "escrow_key"]) {
            delete one.answer.body[name];
        }
        delete one.answer.body.entities[0].delete_policy;
        one.answer.body.schedule = {};
        const profile = await answered(one).answer();
        assert.deepEqual([profile.wifi_only_blobs, profile.escrow_key], [false, null]);
        assert.deepEqual(profile.schedule, { poll_interval_s: 30, from_minute: 0, to_minute: 1440 });
        assert.equal(profile.entities[0].delete_policy, "review");
    });

    test("calls nobody without a token", async () => {
        const { fetch, sent } = recorded();
        const api = new Api(new HttpTransport("https://odoo.example", { fetch }), { token: null });
        await assert.rejects(async () => api.pull({}), NotEnrolled);
        await assert.rejects(async () => api.profile(), NotEnrolled);
        assert.deepEqual(sent, []);
    });

    test("tells how long to wait when something is to be sent again", async () => {
        const pushes = (await successes()).filter((found) => routeOf(found) === "push");
        const one = pushes.find((found) => found.answer.headers["Retry-After"]);
        const { fetch } = recorded(one);
        const api = new Api(new HttpTransport("https://odoo.example", { fetch }), { token: "secret" });
        const { retry_after_s } = await api.push([{ body: { seq: 1 } }], {}, null);
        assert.equal(retry_after_s, Number(one.answer.headers["Retry-After"]));
    });
});
