/**
 * A fake of the server: the protocol's state in memory, written to be read. The twin of `tests/unit/fake_server.py`.
 *
 * It knows no Odoo, no rights and no merge policies. What it does keep is what a device could get wrong: pages, cursors
 * that stay usable, receipts that come again, gaps, resets and replays. The real server has tests of its own.
 */
import { digest, fromHex, toHex } from "../../addons/offline_base/static/src/app/engine/canonical.js";
import { Offline } from "../../addons/offline_base/static/src/app/engine/errors.js";
import { BORN, defaultProfile, newLife, NOW, PARTNER, problem, uid, versionOf } from "./fake_state.js";

export * from "./fake_state.js";

/** Content as it travels. */
const copy = (value) => JSON.parse(JSON.stringify(value));

/** The calls of the protocol, with one enrolled device behind them; see `Api` in `calls.js`. */
export class FakeServer {
    life = newLife();
    profile_data = defaultProfile();
    epoch = uid(1, 0xe);
    /** What was asked: [route, body]. */
    requests = [];
    /** What to say of operations by number instead of applying them: [status, code]. */
    verdicts = {};
    /** What Odoo says to questions: {question: answer}. */
    answers = {};
    decider = "device";
    /** The new records that are ones which are there: {number: id}. Only what these lack is taken over. */
    there = {};
    /** Faults to come: routes whose next answer gets lost, or that refuse their next call. */
    lost = [];
    refuse = {};
    down = false;
    atMost = null;
    retryAt = null;
    wrongDigest = 0n;
    replayFrom = null;
    /** Called before each answer to a pull with the page; may change it. */
    onPage = (page) => page;
    #former = new Set();
    #handles = 0;

    // --- the network -------------------------------------------------------------------------------------------------

    #call(route, body, answer) {
        if (this.down) {
            throw new Offline("no connection");
        }
        if (this.refuse[route]) {
            const refused = this.refuse[route];
            delete this.refuse[route];
            throw refused;
        }
        this.requests.push([route, copy(body)]);
        const reply = copy(answer(copy(body)));
        const at = this.lost.indexOf(route);
        if (at >= 0) {
            this.lost.splice(at, 1);
            throw new Offline("the answer was lost");
        }
        return reply;
    }

    #delivery(route, body) {
        const answer = this.#call(route, body, (request) => this.#take(route, request));
        return { answer, retry_after_s: JSON.stringify(answer).includes('"retry"') ? 7 : null };
    }

    async push(entries, state, cursor) {
        return this.#delivery("push", { operations: entries.map(({ body }) => body), cursor, state });
    }

    async journal(entries, state) {
        return this.#delivery("journal", { operations: entries.map(({ body }) => body), state });
    }

    async pull(request) {
        return this.#call("pull", request, (body) => this.onPage(this.#pull(body)));
    }

    async verify(request) {
        return this.#call("verify", request, ({ entity: name, shards, sums }) => {
            const mine = Array(shards).fill(0n);
            for (const [id, row] of Object.entries(this.life.rows[name])) {
                mine[id % shards] += fromHex(versionOf(name, id, row));
            }
            return { differ: [...mine.keys()].filter((shard) => toHex(mine[shard]) !== sums[shard]) };
        });
    }

    /** Answers what `answers` has for the question: a value, or a function of the request. */
    async ask(request) {
        return this.#call("ask", request, (body) => {
            const answer = this.answers[body.question];
            return { answer: typeof answer === "function" ? answer(body) : answer, answered_at: NOW };
        });
    }

    async profile() {
        return this.#call("profile", null, () => this.profile_data);
    }

    sent(route) {
        return this.requests.filter(([name]) => name === route).map(([, body]) => body);
    }

    // --- the office --------------------------------------------------------------------------------------------------

    /** Create or change a record. */
    put(name, id, values) {
        const row = (this.life.rows[name][id] ??= { values: {}, uid: null, born: BORN });
        Object.assign(row.values, values);
    }

    remove(name, id) {
        delete this.life.rows[name][id];
    }

    /** The office decides about a parked operation. */
    decide(op, status) {
        const receipt = { ...this.life.receipts[op], status, code: null };
        if (status === "applied") {
            this.#effect(this.life.operations[op], receipt);
        }
        this.life.receipts[op] = receipt;
        this.life.outcomes.push(receipt);
    }

    backup() {
        return copy(this.life);
    }

    /** Go back in time; ids that were given out since may be given out again. */
    restore(life) {
        this.life = { ...copy(life), cursors: {} };
        this.epoch = uid(parseInt(this.epoch.slice(-4), 16) + 1, 0xe);
        this.replayFrom = this.life.next_seq;
        for (let number = 1; number <= this.#handles; number++) {
            this.#former.add(`cursor-${number}`);
        }
    }

    content(name = PARTNER) {
        return Object.fromEntries(Object.entries(this.life.rows[name]).map(([id, row]) => [id, row.values]));
    }

    // --- pull --------------------------------------------------------------------------------------------------------

    #pull({ cursor, held: claimed, limit, repair, repair_shards }) {
        let view = this.life.cursors[cursor];
        if (cursor === null) {
            const pairs = Object.entries(claimed ?? {}).flatMap(([name, list]) =>
                list.map(([id, v]) => [`${name} ${id}`, v]),
            );
            view = { held: Object.fromEntries(pairs), outcomes: 0 };
        } else if (!view) {
            return this.#page(null, { complete: false, reset: true, replay_from_seq: this.replayFrom });
        }
        const names = this.profile_data.entities.map((known) => known.name);
        const now = {};
        for (const name of names) {
            for (const [id, row] of Object.entries(this.life.rows[name] ?? {})) {
                now[`${name} ${id}`] = versionOf(name, id, row);
            }
        }
        const isRepaired = (key) => repair?.[key.split(" ")[0]]?.includes(key.split(" ")[1] % repair_shards);
        const gone = Object.keys(view.held)
            .filter((key) => !(key in now))
            .sort();
        const fresh = Object.keys(now)
            .filter((key) => view.held[key] !== now[key] || isRepaired(key))
            .sort();
        const todo = [...gone, ...fresh];
        const page = todo.slice(0, limit);
        const complete = todo.length <= limit;
        const held = { ...view.held };
        const changes = {};
        for (const key of page) {
            const [name, id] = key.split(" ");
            const part = (changes[name] ??= { entity: name, upserts: [], removes: [] });
            if (key in now) {
                held[key] = now[key];
                const { uid: own, born, values } = this.life.rows[name][id];
                part.upserts.push({ id: Number(id), uid: own, born, v: now[key], values });
            } else {
                delete held[key];
                part.removes.push({ id: Number(id), why: "deleted" });
            }
        }
        const outcomes = complete ? this.life.outcomes.slice(view.outcomes) : [];
        const nothing = !todo.length && !outcomes.length && cursor !== null;
        const handle = nothing ? cursor : this.#handle({ held, outcomes: view.outcomes + outcomes.length });
        const digests = complete ? this.#digests(held) : {};
        return this.#page(handle, { complete, changes: Object.values(changes), outcomes, digests });
    }

    #handle(view) {
        const handle = `cursor-${++this.#handles}`;
        this.life.cursors[handle] = view;
        return handle;
    }

    #page(cursor, more) {
        return {
            cursor,
            complete: true,
            reset: false,
            epoch: this.epoch,
            server_time: NOW,
            poll_after_s: 30,
            profile_version: this.profile_data.profile_version,
            applied_seq: this.life.next_seq - 1,
            replay_from_seq: null,
            changes: [],
            refs: {},
            outcomes: [],
            digests: {},
            ...more,
        };
    }

    #digests(held) {
        const digests = {};
        for (const { name } of this.profile_data.entities) {
            const versions = Object.entries(held)
                .filter(([key]) => key.split(" ")[0] === name)
                .map(([, v]) => fromHex(v));
            digests[name] = { count: versions.length, sum: toHex(digest([...versions, this.wrongDigest])) };
        }
        this.wrongDigest = 0n;
        return digests;
    }

    // --- push --------------------------------------------------------------------------------------------------------

    #take(route, { operations, cursor }) {
        if (route === "push" && this.#former.has(cursor)) {
            throw problem("epoch_changed");
        }
        const receipts = [];
        for (const operation of operations) {
            const known = this.life.receipts[operation.op];
            if (known) {
                receipts.push(known);
                this.life.next_seq = Math.max(this.life.next_seq, operation.seq + 1);
                continue;
            }
            if (operation.seq > this.life.next_seq) {
                if (receipts.length) {
                    break;
                }
                throw problem("seq_gap", { expected_seq: this.life.next_seq });
            }
            if (operation.seq < this.life.next_seq) {
                throw problem("seq_reused");
            }
            if (this.retryAt === operation.seq) {
                this.retryAt = null;
                receipts.push(this.#receipt(operation, "retry", "contention"));
                break;
            }
            const receipt = this.#judge(operation);
            this.life.receipts[operation.op] = receipt;
            this.life.operations[operation.op] = operation;
            this.life.next_seq += 1;
            receipts.push(receipt);
            if (receipts.length === this.atMost) {
                break;
            }
        }
        return { receipts, next_seq: this.life.next_seq, server_time: NOW };
    }

    #judge(operation) {
        if (this.verdicts[operation.seq]) {
            return this.#receipt(operation, ...this.verdicts[operation.seq]);
        }
        if (operation.verb === "void") {
            return this.#receipt(operation, "discarded", "superseded");
        }
        if (["amend", "discard", "resolve"].includes(operation.verb)) {
            return this.#decision(operation);
        }
        const receipt = this.#receipt(operation, "applied");
        this.#effect(operation, receipt);
        return receipt;
    }

    #decision(operation) {
        const about = this.life.receipts[operation.args.op];
        if (operation.verb === "amend") {
            this.#effect({ ...this.life.operations[about.op], values: operation.args.values }, about);
        }
        if (operation.args.same_as) {
            const { entity, target, values } = this.life.operations[about.op];
            this.#link(entity, operation.args.same_as, target.uid, this.#named(values), about);
            about.conflict = null;
            this.life.outcomes.push(about);
            return this.#receipt(operation, "applied");
        }
        const status = { amend: "amended", discard: "discarded", resolve: "resolved_server" }[operation.verb];
        const changed = { ...about, status, conflict: null };
        this.life.receipts[about.op] = changed;
        this.life.outcomes.push(changed);
        return this.#receipt(operation, "applied");
    }

    #effect({ op, entity: name, verb, target, values = {}, args }, receipt) {
        this.life.effects[op] = (this.life.effects[op] ?? 0) + 1;
        const rows = this.life.rows[name];
        if (verb === "create" && this.there[receipt.seq]) {
            this.#link(name, this.there[receipt.seq], target.uid, this.#named(values), receipt);
            return;
        }
        if (verb === "create") {
            const id = this.life.next_id++;
            const born = `2026-11-21T10:00:00.${String(id).padStart(6, "0")}Z`;
            rows[id] = { values: { ...this.#empty(name), ...this.#named(values) }, uid: target.uid, born };
            receipt.target = { id, uid: target.uid, born };
            return;
        }
        const id = this.#idOf(name, target);
        if (verb === "update") {
            Object.assign(rows[id].values, this.#named(values));
        } else if (verb === "delete") {
            delete rows[id];
        } else if (verb === "visit") {
            rows[id].values.visits = (rows[id].values.visits ?? 0) + 1;
            if (args?.uid) {
                // Whoever was met there.
                this.#effect({ op, entity: name, verb: "create", target: { uid: args.uid }, values: { name: args.note } }, {});
            }
        }
    }

    #link(name, id, uid, said, receipt) {
        const { values, born } = this.life.rows[name][id];
        this.life.links[uid] = id;
        Object.assign(values, Object.fromEntries(Object.entries(said).filter(([field]) => (values[field] ?? null) === null)));
        const left_out = Object.keys(said).filter((field) => values[field] !== said[field]).sort();
        const status = left_out.length ? "merged" : "applied";
        Object.assign(receipt, { status, target: { id, uid, born }, result: { linked_to: id, left_out } });
    }

    #named(values) {
        const named = ([name, value]) => [name, value?.uid ? this.#idOf(PARTNER, value) : value];
        return Object.fromEntries(Object.entries(values).map(named));
    }

    #idOf(name, ref) {
        if (this.life.links[ref.uid]) {
            return this.life.links[ref.uid];
        }
        return ref.uid
            ? Number(Object.entries(this.life.rows[name]).find(([, row]) => row.uid === ref.uid)[0])
            : ref.id;
    }

    #empty(name) {
        const { fields } = this.profile_data.entities.find((known) => known.name === name);
        return Object.fromEntries(fields.map((one) => [one.name, one.type === "many2many" ? [] : null]));
    }

    #receipt({ seq, op }, status, code = null) {
        const conflict = status === "conflict" ? { kind: "fields", decider: this.decider, fields: {} } : null;
        const message = code && `${code}.`;
        return { seq, op, status, target: null, result: null, code, message, fields: {}, conflict, blocked_by: [] };
    }
}
