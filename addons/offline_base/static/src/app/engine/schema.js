/**
 * What is in the store. One versioned schema; `UPGRADES[n]` makes version n + 1 of version n.
 *
 * Rows are plain objects. Their `content` is what a person may have written or read, and is sealed when the store has a
 * vault; everything else is what the engine finds rows by.
 *
 * | store | key | row |
 * |---|---|---|
 * | setting | name | what the device knows of itself, see `settings.js` |
 * | record | entity, id | held records: uid, born, v; content {values, text, hash} |
 * | digest | entity | count and sum of v of the held records |
 * | ref | entity, id | names of records that values point to; content is the name |
 * | identity | entity, uid | which uid is which id; id null until the server has named it |
 * | staged, staged_ref, staged_outcome | | the open cut: pages received and not shown yet |
 * | outbox | seq | operations without a final state; content {body, receipt} |
 * | journal | device, seq | delivered operations, kept for good; content {body, receipt} |
 * | blob | file | files by their hash (or hash and size of a small picture); content is the bytes, as a Blob |
 * | draft | name | half-written forms, see `drafts.js`; content is theirs |
 * | answer | entity, question, about | what Odoo said, at when, and of which record; content is that, see `answers.js` |
 * | box | number | sealed work that the server does not have yet, in the order in which it goes there |
 * | incident | number | what should not have happened, for people who look after the device |
 *
 * All work on a record is found by `of_id` and `of_uid`. Rows of outbox and journal that held records do not show yet are found by `by_id`, `by_uid` and `unsettled`, those
 * that decide about another by `decides`: members that are not there are not in the index.
 */

/** @type {((db: IDBDatabase, transaction: IDBTransaction) => void)[]} */
export const UPGRADES = [
    (db) => {
        for (const [name, keyPath] of [
            ["setting", "name"],
            ["record", ["entity", "id"]],
            ["digest", "entity"],
            ["ref", ["entity", "id"]],
            ["staged", ["entity", "id"]],
            ["staged_ref", ["entity", "id"]],
            ["staged_outcome", "op"],
        ]) {
            db.createObjectStore(name, { keyPath });
        }
        db.createObjectStore("identity", { keyPath: ["entity", "uid"] }).createIndex("id", ["entity", "id"]);
        for (const [name, keyPath] of [
            ["outbox", "seq"],
            ["journal", ["device", "seq"]],
        ]) {
            const store = db.createObjectStore(name, { keyPath });
            store.createIndex("op", "op", { unique: true });
            for (const index of ["state", "decides", "unsettled", "by_id", "by_uid"]) {
                store.createIndex(index, index);
            }
        }
        db.createObjectStore("blob", { keyPath: "file" }).createIndex("state", "state");
        db.createObjectStore("box", { keyPath: "number", autoIncrement: true });
        db.createObjectStore("incident", { keyPath: "number", autoIncrement: true });
    },
    (db) => {
        db.createObjectStore("draft", { keyPath: "name" });
    },
    (_db, transaction) => {
        for (const name of ["outbox", "journal"]) {
            transaction.objectStore(name).createIndex("of_id", ["entity", "target_id"]);
            transaction.objectStore(name).createIndex("of_uid", ["entity", "target_uid"]);
        }
    },
    (db) => {
        db.createObjectStore("answer", { keyPath: ["entity", "question", "about"] });
    },
];

export const VERSION = UPGRADES.length;
