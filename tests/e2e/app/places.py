"""Every screen of the app with the worst that it may have to show: long names, thousands of rows, none, refused work.

`PLACES` is the table: what a screen is called, and how to get there. A screen that the app registers and nobody visits
fails `test_every_screen.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import psycopg2
from playwright.sync_api import expect

from tests.e2e.app.device import AppDevice
from tools.provision import database
from tools.stage.office import Office

#: 300 characters, once as words and once without any place to break.
WORDS = ("Bakery of the three brothers at the old mill behind the church " * 5)[:300].strip()
ONE_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 4
ROWS = 5000


@dataclass
class Visit:
    """A device that stands in for every case, and what its screens are about."""

    device: AppDevice
    company: int
    ops: dict[str, str] = field(default_factory=dict)

    def show(self, path: str) -> None:
        """Go to a screen by its address; what lies over the one before is turned away, unsaved words with it."""
        self.device.page.evaluate(
            """() => {
                const { messages, router } = offlineApp;
                router._guard = null;
                while (messages.sheets.length) messages.turnAway();
                messages.notes.splice(0);
            }"""
        )
        self.device.go(path)
        self.device.page.wait_for_function(
            "(path) => offlineApp.router.current?.path === path && document.querySelector('.o_screen')",
            arg=path,
        )


def _record(visit: Visit) -> None:
    visit.show(f"/record/res.partner/{visit.company}")


def _form(visit: Visit) -> None:
    visit.show(f"/form/res.partner/{visit.company}")


def _week(visit: Visit) -> None:
    visit.show("/agenda")
    visit.device.page.locator(".o_agenda_views .o_chip").nth(1).click()
    expect(visit.device.page.locator(".o_week")).to_be_visible()


def _operation(state: str, screen: str) -> Callable[[Visit], None]:
    return lambda visit: visit.show(f"/{screen}/{visit.ops[state]}")


def _list(entity: str, text: str = "") -> Callable[[Visit], None]:
    def show(visit: Visit) -> None:
        visit.show(f"/list/{entity}")
        if text:
            visit.device.page.get_by_role("searchbox").fill(text)

    return show


def _at(path: str) -> Callable[[Visit], None]:
    return lambda visit: visit.show(path)


def _pins(visit: Visit) -> None:
    visit.device.page.evaluate(
        "(id) => Promise.all([id, 987654321].map((one) => offlineApp.device.pins.put('res.partner', one, true)))",
        visit.company,
    )
    visit.show("/pins")


def _sheet(path: str, *buttons: str) -> Callable[[Visit], None]:
    """What opens over a screen after these buttons (selectors) were pressed one after the other."""

    def show(visit: Visit) -> None:
        visit.show(path.format(company=visit.company, **visit.ops))
        for button in buttons:
            visit.device.page.locator(button).first.click()
        expect(visit.device.page.get_by_role("dialog").last).to_be_visible()

    return show


def _leaving(visit: Visit) -> None:
    visit.show(f"/form/res.partner/{visit.company}")
    visit.device.page.locator(".o_form input[type=tel]").first.fill("555-0123")
    visit.device.page.locator(".o_foot .o_button").first.click()
    expect(visit.device.page.get_by_role("dialog")).to_be_visible()


def _picking(visit: Visit) -> None:
    visit.show("/unsynchronized")
    page = visit.device.page
    page.locator(".o_bar_actions button").click()
    expect(page.locator(".o_picked_bar")).to_be_visible()
    page.locator(".o_piece:not([disabled])").first.click()


def _deciding(visit: Visit) -> None:
    """One question about many conflicts, of which one is left out."""
    page = visit.device.page
    # Another screen in between: what was chosen before is no longer.
    visit.show("/home")
    expect(page.locator(".o_home")).to_be_visible()
    visit.show("/unsynchronized")
    page.locator(".o_bar_actions button:has(.fa-check-square-o)").click()
    expect(page.locator(".o_piece_pick").first).to_be_visible()
    for piece in page.locator(".o_piece:not([disabled])").all():
        piece.click()
    page.locator(".o_picked_bar .o_button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _offered(visit: Visit) -> None:
    visit.show("/home")
    page = visit.device.page
    page.evaluate("Object.assign(offlineApp.install, { _asking: {}, isInstalled: false, isLater: false })")
    expect(page.locator(".o_install")).to_be_visible()


def _locked(visit: Visit) -> None:
    visit.device.page.evaluate(
        "offlineApp.phase = 'ready'; offlineApp.lock.setPin('2580').then(() => offlineApp.lock.now())"
    )
    visit.device.page.wait_for_function("offlineApp.phase === 'locked'")


def _phase(phase: str) -> Callable[[Visit], None]:
    def show(visit: Visit) -> None:
        visit.device.page.evaluate("(phase) => { offlineApp.phase = phase; }", phase)
        expect(visit.device.page.locator(".o_gate")).to_be_visible()

    return show


def _failed(visit: Visit) -> None:
    visit.device.page.evaluate("(text) => offlineApp.fail(new Error(text))", ONE_WORD)
    expect(visit.device.page.locator(".o_gate")).to_be_visible()


#: In this order: what comes last does not let the others be seen any more.
PLACES: dict[str, Callable[[Visit], None]] = {
    "home": _at("/home"),
    "agenda": _at("/agenda"),
    "agenda of a week": _week,
    "list": _list("res.partner"),
    "list of what was found": _list("res.partner", "bakery of the three"),
    "list where nothing was found": _list("res.partner", "zzz nobody"),
    "list without rows": _list("calendar.event"),
    "list without its entity": _list("not.there"),
    "record": _record,
    "record that is not here": _at("/record/res.partner/999999"),
    "form": _form,
    "form of a new one": _at("/form/res.partner/new"),
    "unsynchronized": _at("/unsynchronized"),
    "operation": _operation("rejected", "operation"),
    "conflict": _operation("conflict", "conflict"),
    "journal": _at("/journal"),
    "status": _at("/status"),
    "settings": _at("/settings"),
    "pins": _pins,
    "ready": _at("/ready"),
    "help": _at("/help"),
    "how to install": _sheet("/settings", ".o_row:has(.fa-mobile)"),
    "setting a PIN": _sheet("/settings", ".o_row:has(.fa-lock)"),
    "handing over": _sheet("/settings", ".o_row:has(.fa-users)"),
    "logging out": _sheet("/settings", ".o_leave"),
    "leaving a form": _leaving,
    "choosing a record": _sheet("/form/res.partner/{company}", "[data-field=country_id] button"),
    "writing a note": _sheet("/record/res.partner/{company}", ".o_quick_action:has(.fa-sticky-note-o)"),
    "deleting a record": _sheet("/record/res.partner/{company}", ".o_remove .o_button_danger_quiet"),
    "discarding work": _sheet("/operation/{rejected}", ".o_button:has(.fa-trash-o)"),
    "several pieces of work": _picking,
    "deciding several conflicts": _deciding,
    "home with an offer to install": _offered,
    "failed": _failed,
    "elsewhere": _phase("elsewhere"),
    "erased": _phase("erased"),
    "enrol": _phase("enrol"),
    "locked": _locked,
}


def crowd(office: Office, db: str) -> int:
    """A company of its own with so many contacts that only its people see; its id."""
    company = office.create("res.company", name=f"{WORDS[:60]} Ltd")
    with closing(psycopg2.connect(**database.reach(db))) as connection:
        connection.autocommit = True
        connection.cursor().execute(
            """INSERT INTO res_partner (name, complete_name, active, type, phone, city, lang, company_id,
                                        partner_share, create_date, write_date, create_uid, write_uid)
               SELECT 'Contact ' || n, 'Contact ' || n, true, 'contact', '555-' || n, 'Town ' || n %% 50, 'en_US', %s,
                      true, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 1, 1
                 FROM generate_series(1, %s) AS n""",
            [company, ROWS],
        )
    return company


def prepare(device: AppDevice, office: Office, user: int, company: int) -> Visit:
    """Give a synced device everything that its screens could trip over."""
    mine = {"company_id": company, "city": "Oldtown", "phone": "555-0100"}
    bakery = office.create("res.partner", name=WORDS, is_company=True, street=ONE_WORD, **mine)
    office.create("res.partner", name=ONE_WORD, parent_id=bakery, function=WORDS, **mine)
    wished = office.create("res.partner", name=f"{WORDS} II", **mine)
    activity = {"res_model_id": office.find("ir.model", ("model", "=", "res.partner")), "user_id": user}
    for summary in (WORDS, ONE_WORD):
        office.create("mail.activity", res_id=bakery, summary=summary, **activity)
    device.sync()
    device.go_offline()
    device.edit("res.partner", wished, city=ONE_WORD)
    device.create("res.partner", email=f"{ONE_WORD}@example.com")
    office.write("res.partner", wished, city=WORDS)
    device.go_online()
    device.sync()
    device.go_offline()
    device.edit("res.partner", bakery, phone=WORDS)
    ops = device.page.evaluate(
        "offlineApp.device.outbox().then((all) => Object.fromEntries(all.map(({state, op}) => [state, op])))"
    )
    return Visit(device, bakery, ops)
