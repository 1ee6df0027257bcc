import io
import json
import re
from unittest.mock import patch

from lxml import html
from PIL import Image

from odoo.tests import HttpCase
from odoo.tools import mute_logger

from ..models.offline_app import SCOPE

_SHELL = re.compile(r"self\.SHELL = (\{.*\});\n")


class TestApp(HttpCase):
    """What a browser gets at the address of the device app, with nobody signed in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.app = cls.env["offline.app"]

    def get(self, address, **options):
        response = self.url_open(address, allow_redirects=False, **options)
        self.assertEqual(200, response.status_code, f"{address}: {response.text[:300]}")
        return response

    def page(self):
        return html.document_fromstring(self.get(SCOPE).text)

    def shell(self):
        return json.loads(_SHELL.match(self.get(f"{SCOPE}/service-worker.js").text)[1])

    def addresses(self):
        return [file["address"] for file in self.shell()["files"]]

    def test_nothing_but_what_this_server_gave_may_run_or_be_shown(self):
        for address in ("", "/service-worker.js", "/manifest.webmanifest"):
            with self.subTest(address):
                headers = self.get(SCOPE + address).headers
                policy = dict(
                    part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
                )
                self.assertEqual("'none'", policy.pop("default-src"))
                self.assertEqual("'self' 'unsafe-eval'", policy.pop("script-src"))
                self.assertEqual("'self' blob: data:", policy.pop("img-src"))
                self.assertEqual("'self' blob:", policy.pop("media-src"))
                own = {"style-src", "font-src", "connect-src", "manifest-src", "worker-src"}
                self.assertEqual(
                    {**dict.fromkeys(own, "'self'"), **dict.fromkeys(policy.keys() - own, "'none'")}, policy
                )
                self.assertLessEqual({"frame-ancestors", "base-uri", "form-action"}, policy.keys())
                self.assertEqual("nosniff", headers["X-Content-Type-Options"])
                self.assertEqual("no-referrer", headers["Referrer-Policy"])
                self.assertEqual("same-origin", headers["Cross-Origin-Opener-Policy"])
                self.assertIn("camera=(self), geolocation=(self)", headers["Permissions-Policy"])
                self.assertEqual("no-cache", headers["Cache-Control"])
                self.assertNotIn("Set-Cookie", headers)

    def test_page_has_no_script_or_style_of_its_own(self):
        page = self.page()
        for script in page.iter("script"):
            self.assertTrue(script.get("src"), html.tostring(script))
            self.assertFalse(script.text)
        self.assertFalse(list(page.iter("style")))
        for element in page.iter(html.etree.Element):
            loose = [name for name in element.attrib if name.startswith("on") or name == "style"]
            self.assertFalse(loose, html.tostring(element)[:200])

    def test_everything_that_the_page_names_is_kept_for_the_time_without_network(self):
        page = self.page()
        kept = self.addresses()
        named = [script.get("src") for script in page.iter("script")]
        named += [link.get("href") for link in page.iter("link") if link.get("rel") == "stylesheet"]
        named += [language["terms"] for language in json.loads(page.get("data-languages"))]
        named.append(page.get("data-scanner"))
        self.assertFalse(set(named) - set(kept))
        self.assertTrue([one for one in kept if "fontawesome-webfont.woff2" in one])

    def test_every_address_of_the_worker_answers_at_once_with_what_it_names(self):
        """One that answers from elsewhere, or not, would keep every browser from installing this version."""
        for address in [SCOPE, *self.addresses()]:
            with self.subTest(address):
                self.assertTrue(self.get(address).content)

    def test_worker_is_allowed_to_serve_the_page_and_nothing_around_it(self):
        response = self.get(f"{SCOPE}/service-worker.js")
        self.assertEqual(SCOPE, response.headers["Service-Worker-Allowed"])
        self.assertIn("javascript", response.headers["Content-Type"])
        self.assertEqual(SCOPE, self.shell()["scope"])

    def test_page_and_worker_name_the_same_version_until_something_changes(self):
        before = self.shell()
        self.assertEqual(before["version"], self.page().get("data-version"))
        self.assertEqual(before, self.shell())
        self.env["res.company"].search([], order="sequence, id", limit=1).name = "Another Name"
        self.env.flush_all()
        after = self.shell()
        self.assertNotEqual(before["version"], after["version"])
        self.assertEqual(after["version"], self.page().get("data-version"))

    def test_version_changes_with_a_font_that_keeps_its_address(self):
        _page, before = self.app._page()
        with patch.object(type(self.app), "_digest", lambda app, address: f"another {address}"):
            self.assertNotEqual(before, self.app._page()[1])

    def test_version_changes_with_the_worker(self):
        _page, before = self.app._page()
        with patch.object(type(self.app), "_worker_source", lambda app: "another worker"):
            self.assertNotEqual(before, self.app._page()[1])

    def test_page_is_the_same_whoever_asks(self):
        nobody = self.get(SCOPE).text
        self.env.ref("base.user_admin").lang = "en_US"
        self.authenticate("admin", "admin")
        self.assertEqual(nobody, self.get(SCOPE, headers={"Accept-Language": "de"}).text)

    def test_words_of_every_language_can_be_had_without_signing_in(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["res.lang"]._activate_lang("ar_001")
        self.env.flush_all()
        languages = {one["code"]: one for one in json.loads(self.page().get("data-languages"))}
        self.assertLessEqual({"en_US", "fr_FR", "ar_001"}, set(languages))
        self.assertEqual("rtl", languages["ar_001"]["direction"])
        kept = self.addresses()
        for language in languages.values():
            self.assertIn(language["terms"], kept)
        response = self.get(languages["fr_FR"]["terms"])
        self.assertIn("immutable", response.headers["Cache-Control"])
        french = response.json()
        self.assertEqual("ltr", french["direction"])
        self.assertEqual(",", french["decimal_point"])
        # Conflicts of the office and of the app are called the same.
        self.assertEqual("Conflits", french["terms"]["offline_base"]["Conflicts"])

    def test_words_that_changed_have_another_address(self):
        with patch.object(type(self.app), "_terms", lambda app, lang: {"terms": {}}):
            self.env.registry.clear_cache()
            other = self.app._terms_hash("en_US")
        self.env.registry.clear_cache()
        self.assertNotEqual(other, self.app._terms_hash("en_US"))

    def test_unknown_language_or_version_of_words_is_not_found(self):
        for address in ("/terms/xx_XX/0.json", "/terms/en_US/0000000000000000.json"):
            self.assertEqual(404, self.url_open(SCOPE + address).status_code)

    def test_notice_of_a_broken_start_is_in_every_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.flush_all()
        notices = self.page().xpath("//section[@data-lang]")
        self.assertEqual(
            {code for code, _name in self.env["res.lang"].get_installed()},
            {notice.get("data-lang") for notice in notices},
        )

    def test_manifest_makes_an_app_with_icons_of_the_sizes_that_it_names(self):
        response = self.get(f"{SCOPE}/manifest.webmanifest")
        self.assertEqual("application/manifest+json", response.headers["Content-Type"])
        manifest = response.json()
        company = self.env["res.company"].search([], order="sequence, id", limit=1)
        self.assertEqual(f"{company.name} Offline", manifest["name"])
        self.assertEqual("standalone", manifest["display"])
        self.assertEqual([SCOPE] * 3, [manifest[name] for name in ("id", "scope", "start_url")])
        drawn = [icon for icon in manifest["icons"] if icon["type"] == "image/png"]
        self.assertEqual(
            {("192x192", "any"), ("512x512", "any"), ("192x192", "maskable"), ("512x512", "maskable")},
            {(icon["sizes"], icon["purpose"]) for icon in drawn},
        )
        for icon in drawn:
            size = Image.open(io.BytesIO(self.get(icon["src"]).content)).size
            self.assertEqual(icon["sizes"], "{}x{}".format(*size))

    def test_shortcuts_lead_to_screens_of_the_app(self):
        bundle = next(one for one in self.addresses() if one.endswith("offline_base.assets_app.min.js"))
        script = self.get(bundle).text
        for shortcut in self.get(f"{SCOPE}/manifest.webmanifest").json()["shortcuts"]:
            address, _, screen = shortcut["url"].partition("#")
            self.assertEqual(SCOPE, address)
            self.assertRegex(script, rf"""path:\s*["']{screen}["']""")

    def test_menu_leads_those_who_may_use_the_app_to_it(self):
        menu = self.env.ref("offline_base.offline_app_menu")
        self.assertEqual(SCOPE, menu.action.url)
        self.assertEqual(self.env.ref("offline_base.offline_base_group_device_user"), menu.group_ids)

    @mute_logger("odoo.http")
    def test_page_takes_no_form(self):
        self.assertEqual(405, self.url_open(SCOPE, data={"a": "b"}).status_code)
