/** Where the person is: a screen and its parts, kept in the address after `#`, so that Back works as everywhere. */
import { reactive } from "@odoo/owl";
import { screens } from "../registries";

export const HOME = "/home";

/** `/list/:entity` and `/list/res.partner` → `{entity: "res.partner"}`; null where they do not fit. */
export function match(pattern, path) {
    const [wanted, given] = [pattern.split("/"), path.split("/")];
    if (wanted.length !== given.length) {
        return null;
    }
    const parts = {};
    for (const [at, name] of wanted.entries()) {
        if (name.startsWith(":")) {
            parts[name.slice(1)] = decodeURIComponent(given[at]);
        } else if (name !== given[at]) {
            return null;
        }
    }
    return parts;
}

/** `/list/:entity`, `{entity: "res.partner", tab: "mine"}` → `/list/res.partner?tab=mine`. */
export function address(pattern, parts = {}) {
    const left = { ...parts };
    const path = pattern.replace(/:(\w+)/g, (_, name) => {
        const value = left[name];
        delete left[name];
        return encodeURIComponent(value);
    });
    const asked = new URLSearchParams(
        Object.entries(left).filter(([, value]) => value !== undefined && value !== null && value !== ""),
    ).toString();
    return asked ? `${path}?${asked}` : path;
}

export class Router {
    /** `{name, component, parts, path}` of what is shown. */
    current = null;
    _guard = null;
    /** How many screens lie behind this one; each entry of the browser's history keeps its own. */
    _depth = globalThis.history?.state?.depth ?? 0;
    _isReplacing = false;

    static make() {
        const router = reactive(new Router());
        router.follow();
        globalThis.addEventListener("hashchange", () => router.arrive());
        return router;
    }

    /** Show a screen by its name. */
    go(name, parts = {}) {
        location.hash = address(screens.get(name).path, parts);
    }

    /** Show another screen in the place of this one: Back does not come here again. */
    replace(name, parts = {}) {
        const path = address(screens.get(name).path, parts);
        this._isReplacing = path !== location.hash.slice(1);
        location.replace(`#${path}`);
    }

    /** Where the person came from; home, or the screen that is named, when the app was opened here. */
    back(name = "home", parts = {}) {
        if (this._depth > 0) {
            history.back();
        } else {
            this.replace(name, parts);
        }
    }

    /** Ask before this screen is left: `guard` answers whether it may be. Gives what takes the guard away. */
    guard(guard) {
        this._guard = guard;
        return () => {
            if (this._guard === guard) {
                this._guard = null;
            }
        };
    }

    /** Whether the screen asks before it is left: something on it is half done. */
    get isGuarded() {
        return this._guard !== null;
    }

    /** The address has changed. */
    async arrive() {
        const before = this.current?.path;
        const path = location.hash.slice(1);
        if (this._guard && path !== before) {
            const guard = this._guard;
            this._guard = null;
            const { state } = history;
            history.replaceState(state, "", `#${before}`);
            if (!(await guard())) {
                this._guard = guard;
                this._isReplacing = false;
                return;
            }
            history.replaceState(state, "", `#${path}`);
        }
        this._depth = history.state?.depth ?? this._depth + Number(!this._isReplacing);
        this._isReplacing = false;
        history.replaceState({ depth: this._depth }, "");
        this.follow();
    }

    follow() {
        const path = location.hash.slice(1) || HOME;
        const [plain, asked = ""] = path.split("?");
        for (const [name, { path: pattern, component }] of screens.getEntries()) {
            const parts = match(pattern, plain);
            if (parts) {
                this.current = { name, component, path, parts: { ...Object.fromEntries(new URLSearchParams(asked)), ...parts } };
                return;
            }
        }
        this.replace("home");
    }
}
