"""Another version of the app is installed beside the present one; work in the store is not concerned."""

from __future__ import annotations

from itertools import count

import pytest

_READY = "A new version of the app is ready."
_numbers = count(1)


@pytest.fixture
def release(office):
    """`release()` lets the server give another version: the title of the page is another one."""

    def make() -> None:
        company = office("res.company", "search", [], limit=1, order="sequence, id")[0]
        office.write("res.company", company, name=f"Company {next(_numbers)}")

    return make


def version(device):
    return device.page.evaluate("document.documentElement.dataset.version")


def caches(device):
    return device.page.evaluate("caches.keys()")


def test_update_with_a_full_queue_keeps_every_operation(app, office, release):
    """Proves I8."""
    app.until_installed().only_by_hand()
    for number in range(25):
        app.create("res.partner", name=f"Queued {number}")
    before = version(app)
    release()
    app.page.evaluate("offlineApp.update.ask()")
    app.says(_READY)
    app.button("Update now").click()
    app.page.wait_for_function("before => document.documentElement.dataset.version !== before", arg=before)
    app.until_ready()
    assert app.status()["unsent"] == 25
    assert len(caches(app)) == 1
    assert app.sync()
    assert office("res.partner", "search_count", [("name", "like", "Queued ")]) == 25


def test_version_that_waits_does_not_take_a_half_typed_form_away(app, release):
    app.until_installed()
    before = version(app)
    app.page.evaluate("void offlineApp.router.guard(() => false)")
    release()
    app.page.evaluate("offlineApp.update.ask()")
    app.says(_READY)
    assert app.page.evaluate("offlineApp.isBusy")
    assert version(app) == before
    app.restart().until_ready()
    app.page.wait_for_function("before => document.documentElement.dataset.version !== before", arg=before)


def test_update_that_breaks_off_leaves_the_version_before(app, release):
    app.until_installed().only_by_hand()
    before, kept = version(app), caches(app)
    release()
    # The script of the worker arrives, in up to three pieces, and not all of what it asks for.
    app.network.lose_answers(100, after=3)
    ended = """async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        await registration.update();
        const worker = registration.installing;
        while (worker.state === "installing") {
            await new Promise((resolve) => worker.addEventListener("statechange", resolve, { once: true }));
        }
        return worker.state;
    }"""
    assert app.page.evaluate(ended) == "redundant"
    app.network.mend()
    assert caches(app) == kept
    app.go_offline()
    app.restart().until_ready()
    assert version(app) == before
