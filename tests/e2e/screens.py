"""What a person does on Odoo's screens, by what they see: menus, lists, forms, dialogs."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
#: What README and guides embed stays small.
IMAGE_BYTES = 150_000
#: Odoo's Debian package lacks one optional file of video calls; Odoo says so on every page.
_KNOWN = "selfie_segmentation.js"


class SideBySide:
    """One field of a conflict on the review screen: what it was, both sides, and what will be written."""

    def __init__(self, row: Locator) -> None:
        self.row = row
        self.base = row.locator(".o_offline_base")
        self.device = row.locator(".o_offline_side.o_offline_device")
        self.odoo = row.locator(".o_offline_side.o_offline_odoo")
        self.outcome = row.locator(".o_offline_outcome")
        self.edit = row.locator(".o_offline_edit")

    def shows(self, before: str, device: str, odoo: str) -> None:
        for side, text in ((self.base, before), (self.device, device), (self.odoo, odoo)):
            expect(side).to_have_text(text)

    def choose(self, side: str) -> None:
        getattr(self, side).locator("input[type=radio]").check()

    def will_be(self, text: str) -> None:
        expect(self.outcome.locator(".o_offline_text")).to_have_text(text)


class Screens:
    """One signed-in browser page. It collects what the browser complains about."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))

    def _note(self, text: str) -> None:
        if _KNOWN not in text:
            self.complaints.append(text)

    def sign_in(self, login: str) -> None:
        """Sign in as a user whose password is the login."""
        self.page.goto(f"{self.url}/web/login")
        self.page.get_by_label("Email", exact=True).fill(login)
        self.page.get_by_label("Password", exact=True).fill(login)
        self.page.get_by_role("button", name="Log in", exact=True).click()
        expect(self.page.locator(".o_main_navbar")).to_be_visible()

    def apps(self) -> Locator:
        """The entries of the menu of apps, opened."""
        self.page.goto(f"{self.url}/odoo")
        self.page.locator(".o_navbar_apps_menu button").click()
        entries = self.page.get_by_role("menuitem")
        expect(entries.first).to_be_visible()
        return entries

    def menu(self, *names: str) -> None:
        """Open the Offline app and go through its menus (desktop only)."""
        self.apps().filter(has_text=re.compile("^Offline$")).click()
        expect(self.page.locator(".o_menu_brand")).to_have_text("Offline")
        for name in names:
            self.page.locator(".o_main_navbar").get_by_text(name, exact=True).or_(
                self.page.get_by_role("menuitem", name=name, exact=True)
            ).first.click()
        expect(self.page.locator(".o_last_breadcrumb_item, .o_breadcrumb .active").first).to_contain_text(
            names[-1]
        )

    def action(self, xml_id: str, record_id: int | None = None) -> None:
        """Go straight to a window action of the addon, or to a record of it."""
        self.page.goto(
            f"{self.url}/odoo/action-offline_base.{xml_id}" + (f"/{record_id}" if record_id else "")
        )
        expect(self.page.locator(".o_action .o_content")).to_be_visible()

    def row(self, *texts: str) -> Locator:
        """The row of a list that shows all of these texts."""
        found = self.page.locator("tr.o_data_row")
        for text in texts:
            found = found.filter(has_text=text)
        return found

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.locator(f".o_field_widget[name='{name}']")

    def choose(self, field: str, text: str) -> None:
        """Pick an entry of a many-to-one or selection field by its text."""
        self.field(field).locator("input").fill(text)
        self.page.locator(".o-autocomplete--dropdown-item, .o_select_menu_item").filter(
            has_text=text
        ).first.click()

    def side_by_side(self, field: str) -> SideBySide:
        """A field of a conflict."""
        return SideBySide(self.page.locator(f".o_offline_row[data-field='{field}']"))

    def sent(self, field: str) -> Locator:
        """The row of a field of refused work."""
        return self.page.locator(f".o_offline_sent .o_offline_row[data-field='{field}']")

    def state(self, text: str) -> None:
        """Wait until the status bar says so."""
        expect(self.page.locator(".o_statusbar_status .o_arrow_button_current")).to_have_text(text)

    def confirm(self) -> None:
        """Say yes to the question on the screen."""
        dialog = self.page.get_by_role("dialog")
        dialog.locator("footer .btn-primary").click()
        expect(dialog).to_be_hidden()

    def shot(self, name: str) -> None:
        """Write docs/images/<name>.png where SCREENSHOTS=1 asks for it, so that other runs leave the tree clean."""
        if os.environ.get("SCREENSHOTS") != "1":
            return
        IMAGES.mkdir(parents=True, exist_ok=True)
        expect(self.page.locator(".o_loading_indicator, .o_blockUI")).to_have_count(0)
        self.page.mouse.move(0, 0)
        image = self.page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", caret="hide")
        assert len(image) < IMAGE_BYTES, f"{name}.png is too large"
