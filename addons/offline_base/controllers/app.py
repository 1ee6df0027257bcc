"""The device app as a browser gets it: a page, its service worker, its manifest, its words. Nobody needs to sign in."""

from __future__ import annotations

import json

from werkzeug.exceptions import NotFound

from odoo.http import Controller, request, route

from ..models.offline_app import SCOPE

_YEAR_S = 365 * 24 * 3600
#: Only what this server gave runs and is shown. OWL compiles its templates, which takes 'unsafe-eval'; nothing else is
#: loose: no inline script, no inline style, no other server, no frame around it.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "font-src": "'self'",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{what} {where}" for what, where in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def app_route(address):
    """An address of the app: for everybody, and without a session of its own."""
    return route(
        f"{SCOPE}{address}", type="http", auth="public", methods=["GET"], sitemap=False, save_session=False
    )


class OfflineApp(Controller):
    """The addresses below the scope of the device app."""

    @app_route("")
    def page(self):
        """The page; all that it shows is made by its bundle."""
        page, _version = request.env["offline.app"]._page()
        return self._answer(page, "text/html; charset=utf-8")

    @app_route("/service-worker.js")
    def worker(self):
        """The service worker. Browsers ask for it again with each visit."""
        script = request.env["offline.app"]._worker()
        return self._answer(script, "text/javascript; charset=utf-8", {"Service-Worker-Allowed": SCOPE})

    @app_route("/manifest.webmanifest")
    def manifest(self):
        """The web app manifest."""
        return self._answer(json.dumps(request.env["offline.app"]._manifest()), "application/manifest+json")

    @app_route("/terms/<string:lang>/<string:version>.json")
    def terms(self, lang, version):
        """The words of one language, under an address that names their version; another version is not there."""
        app = request.env["offline.app"]
        if not any(one["code"] == lang for one in app._languages()) or app._terms_hash(lang) != version:
            raise NotFound
        forever = {"Cache-Control": f"public, max-age={_YEAR_S}, immutable"}
        return self._answer(json.dumps(app._terms(lang)), "application/json", forever)

    def _answer(self, text, kind, more=None):
        headers = {**_HEADERS, "Cache-Control": "no-cache", "Content-Type": kind, **(more or {})}
        return request.make_response(text, headers=list(headers.items()))
