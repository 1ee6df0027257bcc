/**
 * The app's engine in a page of its own, as a history drives it: one call at a time, and a death where it is told to die.
 *
 * `run(what, args)` answers `{value}`, `{error}`, or `{dies: true}` when the engine stands at the step where the page
 * ends; whoever hears that ends it.
 */
import { Device } from "../../addons/offline_base/static/src/app/engine/device.js";
import { beginning } from "../../addons/offline_base/static/src/app/engine/idb.js";
import { network } from "../../addons/offline_base/static/src/app/engine/network.js";
import { keeper, Vault } from "../../addons/offline_base/static/src/app/engine/vault.js";

const NAME = "oracle";
const ALL = 100_000;

let device = null;
/** So many steps are left until the page dies; null: it lives. */
let left = null;
let shown = null;
let unit = null;
let die;
const died = new Promise((resolve) => {
    die = () => resolve({ dies: true });
});

async function checkpoint(step) {
    if (step === "pull.sending" || step === "pull.staged") {
        // I5: until the closing page is here nothing of a cut is seen.
        const shows = JSON.stringify(await device.parts.records.digests());
        if (step === "pull.staged" && shows !== shown) {
            throw new Error("a part of a cut is seen");
        }
        shown = shows;
    }
    if (left !== null) {
        left -= 1;
        if (left < 0) {
            die();
            await new Promise(() => {});
        }
    }
}

const work = () => unit?.inside ?? device;

const acts = {
    async open(page) {
        const vault = await Vault.open({ keep: keeper({ name: NAME }) });
        device = await Device.open({ name: NAME, vault, network: network(), checkpoint, page });
    },

    enrol: (code, name) => device.enrol(location.origin, code, { name }),

    async sync(after) {
        left = after;
        shown = null;
        try {
            await device.sync();
        } finally {
            left = null;
        }
    },

    verify: () => device.verify(),

    // --- work ---------------------------------------------------------------------------------------------------------

    create: (entity, values) => work().create(entity, values),
    update: (entity, ref, values) => work().update(entity, ref, values),
    delete: (entity, ref) => work().delete(entity, ref),
    call: (entity, ref, operation, args) => work().call(entity, ref, operation, args),
    attach: (entity, ref, text, name) => device.attach(entity, ref, new Blob([text], { type: "text/plain" }), name),
    discard: (op, reason) => device.discard(op, reason),
    resolve: (op, by, values) => device.resolve(op, by, values),
    amend: (op, values) => device.amend(op, values),

    /** What follows is one unit, until `end` says whether it is kept. */
    async begin() {
        unit = {};
        const begun = new Promise((resolve) => {
            unit.begun = resolve;
        });
        unit.ended = new Promise((resolve, reject) => Object.assign(unit, { keep: resolve, drop: reject }));
        unit.done = device.unit((inside) => {
            unit.inside = inside;
            unit.begun();
            return unit.ended;
        });
        await Promise.race([begun, unit.done]);
    },

    async end(isKept) {
        const { keep, drop, done } = unit;
        unit = null;
        if (isKept) {
            keep();
            await done;
        } else {
            drop(new Error("not kept"));
            await done.catch(() => {});
        }
    },

    // --- what it shows ------------------------------------------------------------------------------------------------

    search: (entity) => device.search(entity, "", {}, { limit: ALL }),
    outbox: () => device.outbox(),
    journal: (limit) => device.journal(limit),
    unresolved: () => device.unresolved(),
    status: () => device.status(),
    digests: () => device.parts.records.digests(),

    async wanted(op) {
        return device.wanted(await device.operation(op));
    },

    /** What the server sent of an entity, own work left out. */
    async held(entity) {
        const rows = await device.parts.store.all("record", { range: beginning(entity) });
        return rows.map(({ content }) => content.values);
    },

    settings() {
        const { token, cursor, epoch } = device.settings;
        return { token, cursor, epoch };
    },
};

window.run = async (what, args) => {
    try {
        const done = (async () => ({ value: (await acts[what](...args)) ?? null }))();
        return JSON.stringify(await Promise.race([done, died]));
    } catch (error) {
        const { name, message, code = null, status = 0, fields = {} } = error;
        return JSON.stringify({ error: { name, message, code, status, fields, stack: error.stack } });
    }
};
