import hashlib
import json
import re

from odoo import api, models, tools
from odoo.tools import file_open

SCOPE = "/offline/app"
BUNDLE = "offline_base.assets_app"
#: Shows what is wrong when the app itself cannot: small, old-fashioned, and apart from it.
BOOT_BUNDLE = "offline_base.assets_app_boot"
#: Reads codes where the browser cannot; loaded when a camera is opened.
SCAN_BUNDLE = "offline_base.assets_app_scan"
_WORKER = "offline_base/static/src/app_worker/service_worker.js"
_IMAGES = "/offline_base/static/img/"
_LIGHT, _DARK = "#f3f6f5", "#0b1211"
_IN_CSS = re.compile(r"""url\(["']?(/[^"')#]+)["']?\)""")
#: Of the kinds that a font comes in, every browser that runs the app takes this one.
_KEPT = (".woff2", ".png", ".svg", ".webp", ".jpg", ".gif")
#: Stands for the version in the page until it is known: the version is made from the page.
_UNKNOWN = "version-of-the-app"


class OfflineApp(models.AbstractModel):
    """What a browser installs to open the device app without network: the same for everybody who asks.

    The version stands for all of it. A change of any file, term, language or of the page makes another version, which
    the service worker installs beside the one before.
    """

    _name = "offline.app"
    _description = "Offline Device App"

    # --- what is installed ----------------------------------------------------------------------------------------

    @api.model
    def _page(self):
        """(The page, its version). Nothing in it depends on who asks."""
        page = str(self._render_page(_UNKNOWN))
        # What has a hash in its address is in the page; of the rest the content counts.
        seen = [page, self._worker_source(), *map(self._digest, self._unnamed())]
        version = hashlib.sha256("\n".join(seen).encode()).hexdigest()[:16]
        return page.replace(_UNKNOWN, version), version

    @api.model
    def _files(self):
        """What the page needs without network: [{"address", "forever", "unless"}].

        ``forever``: another content would have another address. ``unless``: not needed by browsers that have this.
        """
        scripts, styles = self._links()
        terms = [language["terms"] for language in self._languages()]
        named = [{"address": address, "forever": True} for address in (*styles, *scripts, *terms)]
        scanner = [
            {"address": address, "forever": True, "unless": "BarcodeDetector"}
            for address in self._bundle(SCAN_BUNDLE)
        ]
        return named + [{"address": address, "forever": False} for address in self._unnamed()] + scanner

    @api.model
    def _worker(self):
        """The service worker: its list in front of its source, so that another list is another worker."""
        _page, version = self._page()
        shell = {"version": version, "scope": SCOPE, "files": self._files()}
        return f"self.SHELL = {json.dumps(shell)};\n{self._worker_source()}"

    @api.model
    def _manifest(self):
        """What an installed app is called and looks like."""
        icon = _IMAGES + "app_icon"
        pictures = [
            {
                "src": f"{icon}{kind}_{size}.png",
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for kind, purpose in (("", "any"), ("_maskable", "maskable"))
            for size in (192, 512)
        ]
        drawn = {"src": f"{icon}.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
        return {
            "id": SCOPE,
            "name": self._title(),
            "short_name": "Offline",
            "description": self.env._("Work with Odoo without network."),
            "lang": "en",
            "start_url": SCOPE,
            "scope": SCOPE,
            "display": "standalone",
            "orientation": "any",
            "background_color": _LIGHT,
            "theme_color": _LIGHT,
            "categories": ["business", "productivity"],
            "icons": [drawn, *pictures],
            "shortcuts": self._shortcuts(),
        }

    @api.model
    def _shortcuts(self):
        """What a long press on the icon offers; addons may add to it."""
        screens = {
            "agenda": self.env._("Agenda"),
            "ready": self.env._("Get ready to leave"),
            "unsynchronized": self.env._("Unsynchronized data"),
        }
        return [{"name": name, "url": f"{SCOPE}#/{screen}"} for screen, name in screens.items()]

    @api.model
    def _terms(self, lang):
        """The words and formats of a language: {"lang", "direction", …, "terms": {addon: {source: translation}}}."""
        words, formats = self.env["ir.http"]._get_translations_for_webclient(self._addons(), lang)
        terms = {
            addon: {message["id"]: message["string"] for message in said["messages"]}
            for addon, said in words.items()
        }
        return {**formats, "terms": {addon: said for addon, said in terms.items() if said}}

    # --- the parts of it ------------------------------------------------------------------------------------------

    @api.model
    def _title(self):
        # sudo: the name of the company stands on Odoo's own sign-in page.
        company = self.env["res.company"].sudo().search([], order="sequence, id", limit=1)
        return f"{company.name} Offline"

    @api.model
    def _languages(self):
        """The languages of the database: [{"code", "name", "direction", "terms": where its words are}]."""
        # sudo: which languages are installed is no secret, the sign-in page offers them.
        installed = self.env["res.lang"].sudo().search([], order="code")
        return [
            {
                "code": lang.code,
                "name": lang.name.split(" / ")[-1],
                "direction": lang.direction,
                "terms": f"{SCOPE}/terms/{lang.code}/{self._terms_hash(lang.code)}.json",
            }
            for lang in installed
        ]

    @api.model
    @tools.ormcache("lang")
    def _terms_hash(self, lang):
        text = json.dumps(self._terms(lang), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @api.model
    def _addons(self):
        """The addons whose screens and words are in the app. Odoo's own words would be a hundred times as many."""
        # sudo: reading declarations of bundles.
        paths = self.env["ir.asset"].sudo()._get_asset_paths(bundle=BUNDLE, assets_params={})
        return sorted({path.strip("/").split("/")[0] for path, *_ in paths} - {"web"})

    @api.model
    def _render_page(self, version):
        scripts, styles = self._links()
        languages = self._languages()
        return self.env["ir.qweb"]._render(
            "offline_base.offline_app_page",
            {
                "title": self._title(),
                "database": self.env.cr.dbname,
                "version": version,
                "languages": json.dumps(languages),
                "scanner": self._bundle(SCAN_BUNDLE)[0],
                "manifest": f"{SCOPE}/manifest.webmanifest",
                "worker": f"{SCOPE}/service-worker.js",
                "images": _IMAGES,
                "styles": styles,
                "scripts": scripts,
                "light": _LIGHT,
                "dark": _DARK,
                "notices": [{**language, "text": self._notice(language["code"])} for language in languages],
            },
            minimal_qcontext=True,
        )

    @api.model
    def _notice(self, lang):
        """What the page says in this language while the app is not there, by name."""
        _ = self.with_context(lang=lang).env._
        return {
            "heading": _("The app does not start"),
            "what": _("Your work on this device is kept. What helps most often is to load the app again."),
            "again": _("Try again"),
            "repair": _("Load the app anew"),
            "repair_what": _("This needs a network. It replaces the app and leaves your work as it is."),
            "copy": _("Copy the technical details"),
            "old": _("This browser is too old for the app. Update it, or use another one."),
            "script": _("This app needs JavaScript. Allow it for this address."),
        }

    @api.model
    def _links(self):
        """(Scripts, styles) of the page, in order."""
        links = self._bundle(BOOT_BUNDLE) + self._bundle(BUNDLE)
        return [one for one in links if one.endswith(".js")], [one for one in links if one.endswith(".css")]

    @api.model
    def _bundle(self, name):
        # One style sheet for both directions: the app lays itself out by the start and end of lines.
        left_to_right = self.env["ir.qweb"].with_context(lang="en_US")
        return left_to_right._get_asset_links(name, css=True, js=True)

    @api.model
    def _unnamed(self):
        """Addresses without a hash of what is there: fonts and pictures that style sheets name, and icons."""
        found = []
        for style in self._links()[1]:
            found += self._named_in(style)
        return [*dict.fromkeys(found), _IMAGES + "app_icon.svg", _IMAGES + "app_icon_192.png"]

    @api.model
    @tools.ormcache("style", cache="assets")
    def _named_in(self, style):
        name = style.rpartition("/")[2].removesuffix(".min.css")
        # sudo: the style sheet is made when it is first asked for, and kept as a file that everybody may read.
        text = self.env["ir.qweb"].sudo()._get_asset_bundle(name, css=True, js=False).css().raw.decode()
        return [one for one in _IN_CSS.findall(text) if one.partition("?")[0].endswith(_KEPT)]

    @api.model
    @tools.ormcache("address", cache="assets")
    def _digest(self, address):
        with file_open(address.partition("?")[0].lstrip("/"), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()

    @api.model
    def _worker_source(self):
        with file_open(_WORKER) as file:
            return file.read()
