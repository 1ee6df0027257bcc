"""What the browser takes away or has no room for is noticed; what was kept before stays."""

from __future__ import annotations

from playwright.sync_api import expect


def test_full_browser_keeps_what_was_there_and_says_that_the_last_was_not(make_app, office, hire):
    """Proves I8."""
    device = make_app(complains=True)
    origin = device.network.url
    # Of a page of its own: the quota lasts as long as the session that set it.
    holder = device.context.new_page()
    holder.goto(f"{origin}/offline_base/static/img/app_icon.svg")
    room = {"origin": origin, "quotaSize": 30_000_000}
    device.context.new_cdp_session(holder).send("Storage.overrideQuotaForOrigin", room)
    device.enrol(office.code(hire("Gus Full"))).only_by_hand()
    device.create("res.partner", name="Fitted before the disk was full")
    [record, *_rest] = device.search("res.partner")
    device.page.evaluate(
        "id => void offlineApp.device.attach('res.partner', id, new Blob(['x'.repeat(40_000_000)]), 'film.mp4')",
        record["id"],
    )
    device.says("There is no room left on this device")
    device.create("res.partner", name="Fitted after it")
    names = "offlineApp.device.outbox().then((entries) => entries.map(({body}) => body.values.name))"
    assert device.page.evaluate(names) == ["Fitted before the disk was full", "Fitted after it"]
    assert device.sync()
    assert office("res.partner", "search_count", [("name", "like", "Fitted %")]) == 2


def test_erased_storage_is_noticed_and_the_device_comes_back(app, office, hire):
    app.devtools().send(
        "Storage.clearDataForOrigin",
        {"origin": app.network.url, "storageTypes": "indexeddb,local_storage,cache_storage,service_workers"},
    )
    # Whoever opens the app twice before they read it is told twice.
    for _start in range(2):
        app.restart()
        expect(app.heading("The browser erased what was stored here")).to_be_visible()
    app.button("Enrol again").click()
    app.page.get_by_label("Enrolment code").fill(office.code(hire("Ida Erased")))
    app.button("Use this code").click()
    app.until_synced()
    app.restart().until_ready()
