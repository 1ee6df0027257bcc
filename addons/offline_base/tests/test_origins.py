from odoo.exceptions import ValidationError

from ..core.routes import PREFIX
from .test_device_life import DeviceLifeCase


class TestOrigins(DeviceLifeCase):
    """Browser apps of other origins: none, unless the profile names them."""

    APP = "https://app.example.com"

    def ask(self, method, path="/profile", origin=APP, **headers):
        self.env.flush_all()
        headers |= {"Origin": origin, "Authorization": f"Bearer {self.token}"}
        return self.opener.request(method, self.base_url() + PREFIX + path, headers=headers, timeout=12)

    def allowed(self, answer):
        return answer.headers.get("Access-Control-Allow-Origin")

    def preflight(self, path="/pull", **options):
        headers = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        return self.ask("OPTIONS", path, **headers, **options)

    def test_no_origin_is_allowed_by_itself(self):
        self.assertIsNone(self.allowed(self.ask("GET")))
        self.assertIsNone(self.allowed(self.preflight()))

    def test_origin_of_the_profile_may_ask_and_read(self):
        self.profile.allowed_origins = f"{self.APP}\nhttps://other.example.com"
        for path in ("/pull", "/enroll", "/token", "/blobs"):
            answer = self.preflight(path)
            self.assertEqual((204, self.APP), (answer.status_code, self.allowed(answer)), path)
            self.assertIn("authorization", answer.headers["Access-Control-Allow-Headers"].lower())
            self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])
        self.assertEqual(self.APP, self.allowed(self.ask("GET")))

    def test_refusals_are_readable_too(self):
        self.profile.allowed_origins = self.APP
        self.device.action_revoke()
        answer = self.ask("GET")
        self.assertEqual((403, self.APP), (answer.status_code, self.allowed(answer)))
        self.token = "x" * 43
        self.assertEqual(self.APP, self.allowed(self.ask("GET")))

    def test_origin_that_is_not_named_exactly_is_not_allowed(self):
        self.profile.allowed_origins = self.APP
        for origin in (
            "https://app.example.com.evil.org",
            "http://app.example.com",
            "null",
            "https://evil.org",
        ):
            with self.subTest(origin):
                self.assertIsNone(self.allowed(self.ask("GET", origin=origin)))
                self.assertIsNone(self.allowed(self.preflight(origin=origin)))

    def test_origin_of_another_profile_does_not_read_what_a_device_gets(self):
        """Proves I4."""
        self.profile.copy({"name": "Other", "allowed_origins": self.APP})
        self.assertIsNone(self.allowed(self.ask("GET")))

    def test_origins_are_checked_when_they_are_saved(self):
        for text in ("*", "app.example.com", "https://app.example.com/path", "null"):
            with self.subTest(text), self.assertRaises(ValidationError):
                self.profile.allowed_origins = text
