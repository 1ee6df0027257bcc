// @odoo-module ignore
/**
 * Opens the device app without network: keeps the page and all that it needs, and answers from that.
 *
 * The server writes `self.SHELL` in front of this file: the version, the scope, the addresses. Another list makes
 * another worker, and the browser installs it beside this one: whole, or not at all. It takes over when the last page
 * of the app has closed, or when a page says so. What a person made lies in IndexedDB, which this file never touches;
 * calls to the server, and whatever else is asked for, go their way without it.
 */
const { version, scope, files } = self.SHELL;
const FAMILY = "offline-app.";
const NAME = FAMILY + version;

const wanted = files.filter(({ unless }) => !(unless && unless in self));
const kept = new Set(wanted.map(({ address }) => address));
const PAGE = new RegExp(`^${scope}(/[^.]*)?$`);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
    if (event.data?.what === "take_over") {
        event.waitUntil(self.skipWaiting());
    }
});
self.addEventListener("fetch", (event) => {
    const { method, mode, url } = event.request;
    const { origin, pathname, search } = new URL(url);
    if (method !== "GET" || origin !== self.location.origin) {
        return;
    }
    if (mode === "navigate") {
        if (PAGE.test(pathname)) {
            event.respondWith(answer(scope, event.request));
        }
    } else if (kept.has(pathname + search)) {
        event.respondWith(answer(pathname + search, event.request));
    }
});

/** Keep all of this version; if anything of it cannot be had, the version before stays. */
async function install() {
    const cache = await caches.open(NAME);
    try {
        await Promise.all([keepPage(cache), ...wanted.map((file) => keep(cache, file))]);
    } catch (error) {
        await caches.delete(NAME);
        throw error;
    }
}

async function keepPage(cache) {
    const response = await download(scope);
    // The server may have become another between the worker and the page.
    if (!(await response.clone().text()).includes(version)) {
        throw new Error("the page is of another version");
    }
    await cache.put(scope, response);
}

/** An address that says what is there is taken from the version before; everything else comes anew. */
async function keep(cache, { address, forever }) {
    const before = forever && (await caches.match(address, { ignoreVary: true }));
    await cache.put(address, before || (await download(address)));
}

async function download(address) {
    const response = await fetch(address, { cache: "reload", credentials: "same-origin" });
    if (!response.ok || response.redirected) {
        throw new Error(`${address} answered ${response.redirected ? "from elsewhere" : response.status}`);
    }
    return response;
}

/** From now on this version answers, also the pages that are open. */
async function activate() {
    const names = await caches.keys();
    const others = names.filter((name) => name.startsWith(FAMILY) && name !== NAME);
    await Promise.all(others.map((name) => caches.delete(name)));
    await self.clients.claim();
}

async function answer(address, request) {
    const cache = await caches.open(NAME);
    return (await cache.match(address, { ignoreVary: true })) ?? fetch(request);
}
