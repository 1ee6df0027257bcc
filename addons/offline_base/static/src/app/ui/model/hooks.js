/** How a component gets at the app and at what the store holds. */
import { onWillStart, useEffect, useEnv, useState } from "@odoo/owl";
import { HomeClosed } from "../../engine/errors";

/** The app, see `model/app.js`; the component is shown anew when what it reads of it changes. */
export function useApp() {
    return useState(useEnv().app);
}

/**
 * What `read` answers, read again whenever the store has changed or `deps` have.
 *
 *     setup() {
 *         this.app = useApp();
 *         this.live = useLive(async () => ({ records: await this.app.device.search(this.props.entity) }));
 *     }
 *
 * An object with the members that `read` answered. An older answer never takes the place of a newer one.
 *
 * @param {() => Promise<object>} read @param {() => any[]} [deps]
 */
export function useLive(read, deps = () => []) {
    const app = useApp();
    const live = useState({});
    let asked = 0;
    const fill = async () => {
        const turn = ++asked;
        const answer = await read().catch(unlessClosed);
        if (turn === asked) {
            Object.assign(live, answer);
        }
    };
    onWillStart(fill);
    let first = true;
    useEffect(
        () => {
            if (!first && app.device) {
                fill();
            }
            first = false;
        },
        () => [app.edition, ...deps()],
    );
    return live;
}

/** Of a store that was let go nothing more is read: something else is about to be shown, and nobody waits for this. */
function unlessClosed(error) {
    if (error instanceof HomeClosed) {
        return new Promise(() => {});
    }
    throw error;
}
