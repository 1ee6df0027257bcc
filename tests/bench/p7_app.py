"""P7: the device app in Chromium with 10,000 contacts on its disk: start without network, search, save."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.app.device import SCOPE, AppDevice
from tests.e2e.conftest import PHONE
from tools.stage.chromium import chromium_with_profile
from tools.stage.network import Network

from .bed import Bed
from .data import PARTNER, SMALL
from .measure import Claim, Result, Seconds

_ROUNDS = 5
_SLOWER = 4
_PATIENCE_MS = 120_000
#: Goals of the design, in milliseconds.
_START_MS, _SEARCH_MS, _SAVE_MS = 1000, 50, 20
#: Digits that are typed one after the other; each one more finds less.
_TYPED = ("7", "73", "735", "7351")

#: In every page: `drawn(holds)` resolves with the moment at which the frame ends in which this holds. Notes when home
#: is there: its tiles are drawn, a tap would be taken. Counted from the begin of the navigation.
_WATCH = """
    window.drawn = (holds) => new Promise((resolve) => {
        const look = () => {
            if (holds()) {
                setTimeout(() => resolve(performance.now()));
            } else {
                requestAnimationFrame(look);
            }
        };
        requestAnimationFrame(look);
    });
    drawn(() => document.querySelector(".o_tile") !== null).then((at) => (window.shownAt = at));
"""
#: Types, and answers with the milliseconds until a picture shows other rows and another count.
_TYPE = """
    async (text) => {
        const said = () => document.querySelector(".o_bar_title p")?.textContent;
        const [field, before] = [document.querySelector("input[type=search]"), said()];
        const began = performance.now();
        field.value = text;
        field.dispatchEvent(new InputEvent("input", { bubbles: true }));
        return (await drawn(() => said() !== before)) - began;
    }
"""
#: Taps Save, and answers with the milliseconds until the store has kept it, and until a picture says so.
_SAVE = """
    async () => {
        let kept = null;
        const { store } = offlineApp.device.parts;
        window.keeps ??= store.watch(() => () => window.keptAt?.()) ?? true;
        const save = [...document.querySelectorAll(".o_foot button")].at(-1);
        const began = performance.now();
        window.keptAt = () => (kept ??= performance.now() - began);
        save.click();
        const shown = await drawn(() => kept !== null && document.querySelector(".o_note") !== null);
        return [kept, shown - began];
    }
"""
_numbers = count(1)

_START = "start without network, until home can be tapped"
_FIRST_LIST = "first list after a start, until its rows are there"
_KEYSTROKE = "a letter more in the search, until its rows are drawn"
_DURABLE = "Save, until it is in IndexedDB"
_SHOWN = "Save, until a picture says so"


def measure(bed: Bed) -> Result:
    """Start, search and save, each round in a new process of the browser."""
    quick, slow = in_rounds(bed, bed.office.code(bed.person()[0], bed.profile), _play)
    return Result(
        f"The device app with {SMALL:,} contacts, in Chromium, without network",
        claims=[
            in_ms("start without network", quick[_START], _START_MS),
            in_ms("a letter more in a search", quick[_KEYSTROKE], _SEARCH_MS),
            in_ms("saving, until it is durable", quick[_DURABLE], _SAVE_MS),
        ],
        seconds=by_processor(quick, slow),
        notes=[
            "Each round is a new process of the browser with the profile of the one before, on the disk. Counted "
            "from the begin of the navigation, from the input event and from the tap, to the end of the frame that "
            "shows the outcome; a frame is 16.7 ms. Contents lie sealed (AES-256-GCM). A list reads its records "
            "once; what the first one takes is that."
        ],
    )


def in_rounds(bed: Bed, code: str, play: Callable[[Page, Seconds], None]) -> tuple[Seconds, Seconds]:
    """Enrol, sync, take the network away; then a browser for each round, with this processor and a slower one.

    ``play(page, taken)`` begins on the home screen, and notes the seconds of what it did.
    """
    times: dict[int, Seconds] = {1: defaultdict(list), _SLOWER: defaultdict(list)}
    expect.set_options(timeout=_PATIENCE_MS)
    with tempfile.TemporaryDirectory() as folder, Network(bed.server.port) as network:
        _install(Path(folder), network, code)
        network.close()
        for number in range(_ROUNDS + 1):
            for slower, taken in times.items():
                # The first round warms the disk's caches, and nothing of the browser: that starts anew.
                with _started(Path(folder), network, slower) as page:
                    play(page, taken if number else defaultdict(list))
    return times[1], times[_SLOWER]


def by_processor(quick: Seconds, slow: Seconds) -> dict[str, Seconds]:
    """The tables of what was measured in rounds."""
    return {"this machine's processor": quick, f"slowed down {_SLOWER} times": slow}


def in_ms(what: str, taken: Sequence[float], goal_ms: float) -> Claim:
    """A claim about seconds, said in milliseconds."""
    runs = [1000 * second for second in taken]
    return Claim(what, median(runs), goal_ms, unit="ms", runs=runs)


def _install(folder: Path, network: Network, code: str) -> None:
    """Let a device in, and wait until it has everything and its page is kept."""
    with chromium_with_profile(folder, **PHONE) as context:
        context.set_default_timeout(_PATIENCE_MS)
        device = AppDevice(context, network).enrol(code)
        device.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        held = device.status()["held"][PARTNER]
        if held < SMALL:
            raise RuntimeError(f"{held} contacts arrived, not {SMALL}")


@contextmanager
def _started(folder: Path, network: Network, slower: int) -> Iterator[Page]:
    with chromium_with_profile(folder, **PHONE) as context:
        context.set_default_timeout(_PATIENCE_MS)
        context.set_offline(True)
        device = AppDevice(context, network)
        device.slow_processor(slower)
        page = device.page
        page.add_init_script(_WATCH)
        page.goto(f"{network.url}{SCOPE}")
        page.wait_for_function("window.shownAt !== undefined")
        yield page


def _play(page: Page, taken: Seconds) -> None:
    taken[_START].append(page.evaluate("window.shownAt") / 1000)
    taken[_FIRST_LIST].append(_first_list(page))
    for text in _TYPED:
        taken[_KEYSTROKE].append(page.evaluate(_TYPE, text) / 1000)
    for _time in range(len(_TYPED)):
        durable, shown = _save(page)
        taken[_DURABLE].append(durable / 1000)
        taken[_SHOWN].append(shown / 1000)


def _first_list(page: Page) -> float:
    """Seconds from a tap on the tile to the list's rows."""
    return float(
        page.evaluate(
            """async () => {
                const began = performance.now();
                document.querySelector(".o_tile").click();
                return ((await drawn(() => document.querySelector(".o_list_item") !== null)) - began) / 1000;
            }"""
        )
    )


def _save(page: Page) -> Any:
    """Milliseconds from a tap on Save: until it is kept, and until that is said."""
    contact = page.evaluate(
        f"offlineApp.device.search('{PARTNER}', '', {{}}, {{limit: 1}}).then(([one]) => one.id)"
    )
    page.evaluate("[...offlineApp.messages.notes].forEach((note) => offlineApp.messages.hide(note.id))")
    page.goto(f"{page.url.partition('#')[0]}#/form/{PARTNER}/{contact}")
    page.get_by_label("Phone", exact=True).fill(f"555-{next(_numbers):04}")
    expect(page.locator(".o_note")).to_have_count(0)
    return page.evaluate(_SAVE)
