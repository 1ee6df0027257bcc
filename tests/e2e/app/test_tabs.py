"""One tab works at a time; another one says so, and takes over when it is asked to or left alone."""

from __future__ import annotations

from playwright.sync_api import expect

ELSEWHERE = "The app is open in another tab"


def heading(page, name):
    return page.get_by_role("heading", name=name, exact=True)


def test_second_tab_takes_over_with_all_work_and_the_first_waits(app, office):
    app.only_by_hand()
    app.create("res.partner", name="Written in the first tab")
    second = app.second_tab()
    expect(heading(second, ELSEWHERE)).to_be_visible()
    second.get_by_role("button", name="Work here instead").click()
    expect(second.locator(".o_shell")).to_be_visible()
    app.page.bring_to_front()
    expect(heading(app.page, ELSEWHERE)).to_be_visible()
    outbox = second.evaluate("offlineApp.device.outbox()")
    assert [entry["body"]["values"]["name"] for entry in outbox] == ["Written in the first tab"]
    second.evaluate("offlineApp.device.create('res.partner', {name: 'Written in the second tab'})")
    second.close()
    app.until_ready()
    assert app.status()["unsent"] == 2
    assert app.sync()
    assert (
        app.page.evaluate("offlineApp.device.journal().then((all) => all.map(({state}) => state))")
        == ["applied"] * 2
    )
    found = office("res.partner", "search_read", [("name", "like", "Written in the % tab")], ["name"])
    assert sorted(one["name"] for one in found) == ["Written in the first tab", "Written in the second tab"]


def test_takeover_waits_for_the_change_that_the_other_tab_is_keeping(app):
    second = app.second_tab()
    expect(heading(second, ELSEWHERE)).to_be_visible()
    app.only_by_hand()
    app.page.evaluate(
        """() => {
            for (let number = 0; number < 30; number++) {
                offlineApp.device.create("res.partner", {name: `Hurried ${number}`});
            }
        }"""
    )
    second.get_by_role("button", name="Work here instead").click()
    expect(second.locator(".o_shell")).to_be_visible()
    assert second.evaluate("offlineApp.device.status().then(({unsent}) => unsent)") == 30
    app.page.bring_to_front()
    expect(heading(app.page, ELSEWHERE)).to_be_visible()
