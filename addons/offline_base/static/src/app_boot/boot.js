// @odoo-module ignore
/**
 * The page is never blank: until the app says that it is there, this looks after it.
 *
 * A script that does not load or does not run, a browser that is too old, a start that never ends: the notice of the
 * page shows, with what happened and what to do. Written for old browsers, and without anything of the app.
 */
(function () {
    "use strict";

    var PATIENCE_MS = 30000;
    var FAMILY = "offline-app.";
    var page = document.documentElement;
    var details = [];
    var timer = null;

    function find(selector, root) {
        return (root || document).querySelector(selector);
    }

    /** The notice in the language of the app, else of the browser, else the first. */
    function notice() {
        var all = Array.prototype.slice.call(document.querySelectorAll(".o_boot_notice"));
        var asked = [];
        try {
            asked.push(localStorage.getItem("offline_lang"));
        } catch (error) {
            details.push("storage: " + error);
        }
        asked = asked.concat(navigator.languages || [navigator.language]);
        for (var i = 0; i < asked.length; i++) {
            var wanted = String(asked[i] || "-").replace("-", "_");
            for (var pass = 0; pass < 2; pass++) {
                for (var k = 0; k < all.length; k++) {
                    var code = all[k].getAttribute("data-lang");
                    if (code === wanted || (pass && code.slice(0, 2) === wanted.slice(0, 2))) {
                        return all[k];
                    }
                }
            }
        }
        return all[0];
    }

    function describe(error) {
        return String((error && (error.stack || error.message)) || error);
    }

    function show(what) {
        if (page.hasAttribute("data-started")) {
            return;
        }
        details.push(what);
        var shown = notice();
        shown.hidden = false;
        find(".o_boot_wait").hidden = true;
        find(".o_boot_old", shown).hidden = isNew();
        find(".o_boot_details", shown).textContent = said();
    }

    function said() {
        return [page.getAttribute("data-version"), navigator.userAgent].concat(details).join("\n");
    }

    /** Whether the browser knows what the app is written in. */
    function isNew() {
        try {
            new Function("class A { #b = 1; static c = 2; d() { return this.#b ?? null; } }");
            return typeof structuredClone === "function" && typeof Object.hasOwn === "function";
        } catch {
            return false;
        }
    }

    /** The address of a style sheet that did not come, or nothing: scripts run only after all have come or failed. */
    function lostStyle() {
        var links = document.querySelectorAll("link[rel=stylesheet]");
        for (var i = 0; i < links.length; i++) {
            try {
                // Of one that did not come there is no sheet, or its rules cannot be read.
                if (links[i].sheet.cssRules.length) {
                    continue;
                }
            } catch (error) {
                details.push(describe(error));
            }
            return links[i].href;
        }
    }

    /** Take the app away and load it again; what the person made lies elsewhere and stays. */
    function repair() {
        // Without a network there would be nothing to load: this address is never answered from here.
        return fetch(page.getAttribute("data-worker"), { cache: "no-store" })
            .then(function (response) {
                if (!response.ok) {
                    throw new Error("the server answered " + response.status);
                }
                return navigator.serviceWorker ? navigator.serviceWorker.getRegistrations() : [];
            })
            .then(function (all) {
                return Promise.all(
                    all.map(function (one) {
                        return new URL(one.scope).pathname === location.pathname ? one.unregister() : null;
                    }),
                );
            })
            .then(function () {
                return window.caches ? caches.keys() : [];
            })
            .then(function (names) {
                return Promise.all(
                    names.map(function (name) {
                        return name.indexOf(FAMILY) === 0 ? caches.delete(name) : null;
                    }),
                );
            })
            .then(function () {
                location.reload();
            });
    }

    var acts = {
        again: function () {
            location.reload();
        },
        repair: function () {
            repair().catch(function (error) {
                show(describe(error));
            });
        },
        copy: function () {
            navigator.clipboard.writeText(said()).catch(function (error) {
                show(describe(error));
            });
        },
    };

    window.offlineBoot = {
        /** The app is there and speaks for itself from now on. */
        started: function () {
            clearTimeout(timer);
            var lost = lostStyle();
            if (lost) {
                // Without its looks the app cannot be read: the notice stays above it.
                show("not loaded: " + lost);
                return;
            }
            page.setAttribute("data-started", "");
            find("#offline_boot").hidden = true;
        },
        /** The app cannot start, or nothing of it is left on the screen. */
        failed: function (error) {
            page.removeAttribute("data-started");
            find("#offline_boot").hidden = false;
            show(describe(error));
        },
        repair: repair,
    };

    window.addEventListener(
        "error",
        function (event) {
            var where = event.target && (event.target.src || event.target.href);
            show(where ? "not loaded: " + where : describe(event.error || event.message));
        },
        true,
    );
    window.addEventListener("unhandledrejection", function (event) {
        show(describe(event.reason));
    });
    document.addEventListener("click", function (event) {
        var act = event.target.getAttribute && acts[event.target.getAttribute("data-act")];
        if (act) {
            act();
        }
    });
    if (!isNew()) {
        show("too old");
    }
    timer = setTimeout(function () {
        show("nothing after " + PATIENCE_MS / 1000 + " s");
    }, PATIENCE_MS);
})();
