/** Reads what home leads to while nobody waits for it, so that the first list and the first search are instant. */
import { homeEntities } from "./entities";

const soon = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 200));
/** The device for which this was done: once in its life. */
let done = null;

/** @param {import("./app").OfflineApp} app */
export function warm(app) {
    const { device } = app;
    if (done === device) {
        return;
    }
    done = device;
    const names = homeEntities(app).map(({ name }) => name);
    const next = async () => {
        const name = names.shift();
        if (name === undefined || app.device !== device || app.phase !== "ready") {
            return;
        }
        try {
            await device.search(name, "", {}, { limit: 0 });
        } catch {
            return; // the home was closed meanwhile; who searches is told what is wrong
        }
        soon(next);
    };
    soon(next);
}
