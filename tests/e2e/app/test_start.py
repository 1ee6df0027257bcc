"""The app opens whatever is missing: the network, the server, a part of itself. There is never a blank page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


def test_app_opens_with_everything_while_the_server_is_gone(app, office):
    office.create("res.partner", name="Harbour Kiosk", is_company=True)
    assert app.sync()
    app.until_installed()
    app.go_offline()
    app.restart().until_ready()
    assert [record["values"]["name"] for record in app.search("res.partner", "harbour")] == ["Harbour Kiosk"]
    app.create("res.partner", name="Written in the dead spot")
    assert app.status()["unsent"] == 1
    app.go_online()
    app.until_synced()
    assert office("res.partner", "search_count", [("name", "=", "Written in the dead spot")]) == 1


def test_address_of_a_screen_opens_without_network_too(app):
    app.until_installed()
    app.go_offline()
    app.page.close()
    app.page = app.context.new_page()
    app.open("/list/res.partner")
    expect(app.page.get_by_role("searchbox")).to_be_visible()


def test_work_of_a_page_that_crashed_is_there_when_it_opens_again(app, office):
    app.until_installed()
    app.go_offline()
    app.create("res.partner", name="Before the crash")
    app.crash()
    app.open().until_ready()
    app.go_online()
    app.until_synced()
    assert office("res.partner", "search_count", [("name", "=", "Before the crash")]) == 1


@pytest.mark.parametrize("part", ["assets_app.min.js", "assets_app.min.css"])
def test_part_that_does_not_load_is_said_with_ways_on(make_app, part):
    device = make_app(complains=True, service_workers="block")
    device.context.route(f"**/*{part}", lambda route: route.abort())
    device.open()
    expect(device.heading("The app does not start")).to_be_visible()
    expect(device.button("Try again")).to_be_visible()
    expect(device.page.locator(".o_boot_notice:visible pre")).to_contain_text(part)
    device.context.unroute_all()
    device.button("Load the app anew").click()
    expect(device.heading("Welcome to Odoo Offline")).to_be_visible()


def test_app_that_breaks_while_it_starts_says_so(make_app):
    device = make_app(complains=True)
    device.context.add_init_script("IDBFactory.prototype.open = () => { throw new Error('disk on fire') }")
    device.open()
    expect(device.heading("Something went wrong")).to_be_visible()
    device.page.get_by_text("Technical details", exact=True).click()
    device.says("disk on fire")


def test_screen_that_breaks_is_replaced_and_the_rest_stays(app):
    app.page.evaluate(
        """() => {
            const { Component, xml } = odoo.loader.modules.get("@odoo/owl");
            const { screens } = odoo.loader.modules.get("@offline_base/app/ui/registries");
            class Broken extends Component {
                static template = xml`<p t-out="this.there.is.nothing"/>`;
                static props = {};
            }
            screens.add("broken", { path: "/broken", component: Broken });
            location.hash = "/broken";
        }"""
    )
    expect(app.heading("Something went wrong")).to_be_visible()
    expect(app.button("Save unsent work as a file")).to_be_visible()
    app.page.get_by_role("navigation").get_by_role("button").first.click()
    expect(app.heading("Something went wrong")).to_have_count(0)
    app.until_ready()


def test_failure_that_no_screen_expected_is_said_with_its_details(make_app, office, hire):
    device = make_app(complains=True).enrol(office.code(hire("Fay Failure")))
    device.page.evaluate("setTimeout(() => { throw new Error('a wheel came off') })")
    device.says("Something went wrong")
    device.button("Details").click()
    device.page.get_by_text("Technical details", exact=True).click()
    device.says("a wheel came off")


@pytest.mark.parametrize(
    ("lacks", "words"),
    [
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "does not begin with https"),
        ("Object.defineProperty(window, 'indexedDB', {value: undefined})", "private windows"),
        ("Object.defineProperty(navigator, 'locks', {value: undefined})", "too old"),
    ],
)
def test_browser_that_cannot_do_it_is_told_why(make_app, lacks, words):
    device = make_app()
    device.context.add_init_script(lacks)
    device.open()
    expect(device.heading("The app cannot work here")).to_be_visible()
    device.says(words)


#: Opens the store as a version of tomorrow would, whoever has it open now.
_OPEN_NEWER = """() => new Promise((resolve, reject) => {
    const request = indexedDB.open("offline", 99);
    request.onsuccess = () => resolve(request.result.close());
    request.onerror = () => reject(request.error);
})"""


def test_store_of_a_newer_version_is_left_alone(app):
    app.page.evaluate("offlineApp.opening.close()")
    app.page.evaluate(_OPEN_NEWER)
    app.restart()
    expect(app.heading("This version of the app is too old")).to_be_visible()
    expect(app.button("Load the app anew")).to_be_visible()


def test_newer_version_that_opens_the_store_meanwhile_is_told_and_a_half_typed_form_is_a_draft(app):
    app.open("/form/res.partner/new")
    app.page.get_by_label("Name").fill("Half typed")
    other = app.second_tab()
    expect(other.get_by_role("heading", name="The app is open in another tab", exact=True)).to_be_visible()
    other.evaluate(_OPEN_NEWER)
    app.page.bring_to_front()
    expect(app.heading("A newer version of the app is at work")).to_be_visible()
    expect(app.button("Load the app anew")).to_be_visible()
    # What looks again and again finds the store closed, and nobody complains: see `make_app`.
    for look in ("look", "refresh", "sync"):
        app.page.evaluate(f"offlineApp.{look}().catch(() => {{}})")
    drafts = """() => new Promise((resolve) => {
        indexedDB.open("offline").onsuccess = ({ target }) => {
            target.result.transaction("draft").objectStore("draft").count().onsuccess = ({ target: counted }) => {
                target.result.close();
                resolve(counted.result);
            };
        };
    })"""
    assert other.evaluate(drafts) == 1


def test_list_that_reads_from_a_store_that_was_taken_away_says_nothing_more(app):
    app.open("/list/res.partner")
    app.until_ready()
    other = app.second_tab()
    other.evaluate(_OPEN_NEWER)
    app.page.evaluate("() => { offlineApp.edition += 1; }")
    expect(app.heading("A newer version of the app is at work")).to_be_visible()
