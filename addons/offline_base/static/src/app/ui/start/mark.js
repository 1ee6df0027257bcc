/** The mark by which the app notices that its storage was erased: see `Witness` of the engine. */
import { cookieMark } from "../../engine/quota";

/** Cookies as `cookieStore` has them, for browsers without it. */
const byDocument = {
    async get(name) {
        const [, value] = document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`)) ?? [];
        return value ? { value: decodeURIComponent(value) } : null;
    },
    async set({ name, value, path, expires }) {
        const until = new Date(expires).toUTCString();
        document.cookie = `${name}=${encodeURIComponent(value)}; path=${path}; expires=${until}; samesite=strict`;
    },
    async delete({ name, path }) {
        document.cookie = `${name}=; path=${path}; max-age=0; samesite=strict`;
    },
};

/** @param {string} home its name */
export function markOfHome(home) {
    return cookieMark(`${home}_home`, globalThis.cookieStore ?? byDocument);
}
