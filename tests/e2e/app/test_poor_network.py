"""A network that is slow, loses what it carries, breaks off in the middle, or answers in the server's place."""

from __future__ import annotations

PARTNER = "res.partner"
#: What a sign-in page of a hotel looks like to the app: a success, and nothing of the server.
_PORTAL = "<!doctype html><title>Welcome</title><p>Please accept the terms of the hotel.</p>"

#: A browser asks again by itself when a connection broke that it had used before.
_TRIES = 6


def test_a_day_over_a_poor_network_ends_drained_and_nothing_is_there_twice(app, office, network):
    """Proves I2, I10."""
    app.only_by_hand()
    app.slow_down(latency_ms=2000, kbit_s=400)
    names = []

    def work() -> bool:
        names.append(f"Poor Network {len(names)}")
        app.create(PARTNER, name=names[-1])
        return app.sync()

    assert work()
    faults = {
        "the server did it, and nobody heard": lambda: network.lose_answers(_TRIES),
        "the request broke off in its body": lambda: [network.cut_request(700) for _try in range(_TRIES)],
        "the answer did": lambda: network.cut_answers(500, _TRIES),
    }
    for what, happens in faults.items():
        # Who has no connection that is kept alive opens another one.
        network.close()
        network.open()
        happens()
        assert not work(), what
        app.says(f"Offline, {app.status()['unsent']} to send")
        network.mend()
    assert work()
    app.until_synced()
    found = office(PARTNER, "search_read", [("name", "in", names)], ["name"])
    assert sorted(one["name"] for one in found) == names
    status = app.status()
    assert (status["unsent"], status["parked"], status["failures"]) == (0, {}, 0)
    app.says("Synced")


def test_captive_portal_is_taken_for_no_answer_of_the_server(app, office):
    """Proves I2, I8."""
    app.only_by_hand()
    app.context.route(
        "**/offline/v1/**",
        lambda route: route.fulfill(status=200, content_type="text/html", body=_PORTAL),
    )
    app.create(PARTNER, name="Behind The Portal")
    assert not app.sync()
    app.says("Offline, 1 to send")
    app.page.evaluate("offlineApp.router.go('status')")
    app.says("The office could not be reached.")
    app.context.unroute("**/offline/v1/**")
    assert app.sync()
    app.until_synced()
    assert office(PARTNER, "search_count", [("name", "=", "Behind The Portal")]) == 1
