/**
 * The open cut: pages are kept as they come, and shown all at once when the closing page is here.
 *
 * Each page is stored with its cursor in one change, so a crash costs at most one page. Nothing of it is read by
 * anybody before `Cut.close`, which applies it together with the cursor, the outcomes and the digests.
 */
import { toHex } from "./canonical.js";
import { rowOf, SHARDS, sumOf } from "./records.js";
import { searchable } from "./text.js";

export class Cut {
    #store;
    #settings;
    #records;
    #outbox;
    #answers;
    #checkpoint;

    constructor(store, settings, records, outbox, answers, checkpoint) {
        this.#store = store;
        this.#settings = settings;
        this.#records = records;
        this.#outbox = outbox;
        this.#answers = answers;
        this.#checkpoint = checkpoint;
    }

    /** Begin again from nothing or from what is held; records and operations stay. */
    startOver(change) {
        this.#clear(change);
        this.#settings.put(change, { cursor: null });
    }

    /**
     * Claims for a first page with cursor null; null when there is nothing to claim.
     *
     * Rotten rows are not claimed but staged as gone: they come back only when the server sends them again.
     */
    async begin() {
        const { held, rotten } = await this.#records.claims(this.#settings.profile.entities.map(({ name }) => name));
        await this.#store.change((change) => {
            this.#clear(change);
            for (const [entity, id] of rotten) {
                this.#store.incident(change, "row_rotten", { entity, id });
                change.put("staged", { entity, id, gone: "rot" });
            }
        });
        return rotten.length || Object.values(held).some((pairs) => pairs.length) ? held : null;
    }

    /** Stage everything held as gone: the claims are too large for one request, so all is sent again. */
    claimNothing() {
        return this.#stageHeld(() => true, "resent");
    }

    /** Stage what is held in these shards as gone: it comes back only if the server sends it again. */
    beginRepair(shards) {
        return this.#stageHeld(({ entity, id }) => shards[entity]?.includes(id % SHARDS), "repair");
    }

    #stageHeld(wanted, gone) {
        return this.#store.change(async (change) => {
            this.#clear(change);
            for (const row of await change.all("record", { sealed: true })) {
                if (wanted(row)) {
                    change.put("staged", { entity: row.entity, id: row.id, gone });
                }
            }
        });
    }

    /** Keep a page and its cursor; a later page of the cut replaces what an earlier one said. */
    stage(page, fromNull) {
        return this.#store.change((change) => this.#stage(change, page, fromNull));
    }

    #stage(change, page, fromNull) {
        for (const { entity, upserts, removes } of page.changes) {
            const profile = this.#settings.entity(entity);
            for (const upsert of upserts) {
                change.put("staged", rowOf(entity, upsert, searchable(profile, upsert.values)));
            }
            for (const { id, why } of removes) {
                change.put("staged", { entity, id, gone: why });
            }
        }
        for (const [entity, names] of Object.entries(page.refs)) {
            for (const [id, name] of Object.entries(names)) {
                change.put("staged_ref", { entity, id: Number(id), content: name });
            }
        }
        for (const receipt of page.outcomes) {
            change.put("staged_outcome", { op: receipt.op, content: receipt });
        }
        this.#settings.put(change, { cut: { cursor: page.cursor, from_null: fromNull } });
    }

    /**
     * Stage the closing page and show the whole cut, in one change.
     *
     * Answers the entities whose digest differs from the server's; they have been noted as incidents, and the cursor is
     * null, so that the next pull reads everything again.
     *
     * @returns {Promise<string[]>}
     */
    close(page, fromNull) {
        return this.#store.change(async (change) => {
            this.#stage(change, page, fromNull);
            await this.#checkpoint("pull.applying");
            await this.#applyRecords(change);
            await this.#records.dropEntitiesBut(
                change,
                this.#settings.profile.entities.map(({ name }) => name),
            );
            await this.#answers.prune(change, this.#settings.profile, page.server_time);
            if (fromNull || this.#settings.repair !== null) {
                await this.#records.recount(change);
            }
            for (const { content: receipt } of await change.all("staged_outcome")) {
                await this.#outbox.takeReceipt(change, receipt, { outcome: true });
            }
            await this.#outbox.settle(change, page.applied_seq);
            this.#clear(change);
            const differ = await this.#compare(change, page);
            this.#settings.put(change, {
                repair: null,
                applied_seq: page.applied_seq,
                cursor: differ.length ? null : page.cursor,
                heals: this.#settings.heals + (differ.length ? 1 : 0),
            });
            await this.#checkpoint("pull.committing");
            return differ;
        });
    }

    async #applyRecords(change) {
        const staged = await change.all("staged", { sealed: true });
        const keys = staged.map(({ entity, id }) => [entity, id]);
        const before = await change.many("record", keys);
        const identities = await change.all("identity");
        const byId = new Map(identities.filter(({ linked }) => !linked).map((row) => [`${row.entity} ${row.id}`, row]));
        const linked = identities.filter((row) => row.linked);
        const parts = new Map(); // entity → the rows that go and come
        staged.forEach((row, at) => {
            const { entity, id, uid, gone } = row;
            const part = parts.get(entity) ?? { old: [], new: [] };
            parts.set(entity, part);
            if (before[at]) {
                part.old.push(before[at]);
            }
            if (gone) {
                change.delete("record", [entity, id]);
                return;
            }
            part.new.push(row);
            change.put("record", row, { sealed: true });
            const known = byId.get(`${entity} ${id}`);
            // An id that was re-issued after a restore no longer carries the uid that it had.
            if (known && known.uid !== uid && (uid !== null || known.born !== row.born)) {
                change.delete("identity", [entity, known.uid]);
            }
            for (const other of linked.filter((one) => one.entity === entity && one.id === id && one.born !== row.born)) {
                change.delete("identity", [entity, other.uid]);
            }
            if (uid !== null) {
                change.put("identity", { entity, uid, id, born: row.born });
            }
        });
        for (const [entity, part] of parts) {
            const total = sumOf(part.new) - sumOf(part.old);
            await this.#records.addToDigest(change, entity, part.new.length - part.old.length, total);
        }
        for (const row of await change.all("staged_ref", { sealed: true })) {
            change.put("ref", row, { sealed: true });
        }
    }

    async #compare(change, page) {
        const ours = await this.#records.digests(change);
        const differ = [];
        for (const [entity, { count, sum }] of Object.entries(page.digests)) {
            const here = ours[entity] ?? { count: 0, sum: toHex(0n) };
            if (here.count !== count || here.sum !== sum) {
                const sides = { here: [here.count, here.sum], server: [count, sum] };
                this.#store.incident(change, "digest_mismatch", { entity, ...sides });
                differ.push(entity);
            }
        }
        return differ.sort();
    }

    #clear(change) {
        for (const name of ["staged", "staged_ref", "staged_outcome"]) {
            change.clear(name);
        }
        this.#settings.put(change, { cut: null });
    }
}
