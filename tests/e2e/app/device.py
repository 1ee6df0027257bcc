"""The device app as a person has it: a browser of its own, and a network that can be taken away."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Error, Locator, Page, expect

from tests.e2e.conftest import PATIENCE_MS
from tools.stage.network import Network

SCOPE = "/offline/app"
#: What a browser says about every call that found no network, or that the server refused: the app shows it elsewhere.
_EXPECTED = re.compile(r"Failed to load resource|net::ERR_")
_BYTES_PER_KILOBIT = 125


class AppDevice:
    """One device: a browser context, of which one page at a time is looked at.

    It collects what the browser complains about. `app` calls run in the page, as `window.offlineApp`.
    """

    def __init__(self, context: BrowserContext, network: Network) -> None:
        self.context = context
        self.network = network
        self.complaints: list[str] = []
        self.page = self._new_page()

    # --- the browser --------------------------------------------------------------------------------------------

    def open(self, after_hash: str = "") -> AppDevice:
        """Go to the app, and to a screen of it or with an enrolment code."""
        self.page.goto(f"{self.network.url}{SCOPE}{after_hash and '#' + after_hash}")
        return self

    def restart(self) -> AppDevice:
        """Close the page and open the app again in another one, as after the phone was put away."""
        self.page.close()
        self.page = self._new_page()
        return self.open()

    def go(self, path: str) -> None:
        """To a screen of the app that is open, by its address."""
        self.page.evaluate("(path) => { location.hash = path; }", path)

    def second_tab(self) -> Page:
        """The app in another tab of the same browser."""
        page = self._new_page()
        page.goto(f"{self.network.url}{SCOPE}")
        return page

    def crash(self) -> None:
        """The page's process dies where it is; another page takes its place, and nothing is open in it yet."""
        dead = self.page
        # The address makes the page's process fall over where it stands; it is never arrived at.
        with dead.expect_event("crash"), suppress(Error):
            dead.goto("chrome://crash")
        dead.close()
        self.page = self._new_page()

    def until_installed(self) -> AppDevice:
        """Wait until the app can be opened without network."""
        self.page.wait_for_function("navigator.serviceWorker.controller?.state === 'activated'")
        return self

    def devtools(self) -> CDPSession:
        """What Chromium offers those who look after it, for the page that is open."""
        return self.context.new_cdp_session(self.page)

    def close(self) -> None:
        self.context.close()

    # --- the network --------------------------------------------------------------------------------------------

    def go_offline(self) -> None:
        """The dead spot: open connections are cut, new ones refused, and the browser knows it."""
        self.network.close()
        self.context.set_offline(True)

    def go_online(self) -> None:
        self.network.open()
        self.context.set_offline(False)

    def slow_down(self, *, latency_ms: float, kbit_s: float) -> None:
        """A poor network, for the page that is open."""
        speed = kbit_s * _BYTES_PER_KILOBIT
        self.devtools().send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": latency_ms,
                "downloadThroughput": speed,
                "uploadThroughput": speed,
            },
        )

    def slow_processor(self, times: float) -> None:
        """A processor that takes so many times as long; 1 is this machine's own."""
        self.devtools().send("Emulation.setCPUThrottlingRate", {"rate": times})

    # --- the app ------------------------------------------------------------------------------------------------

    def enrol(self, code: str) -> AppDevice:
        """Type a code, and wait until the device is in and has everything."""
        self.open()
        self.page.get_by_label("Enrolment code").fill(code)
        self.button("Use this code").click()
        return self.until_synced()

    def until_ready(self) -> AppDevice:
        """Wait until the app shows its screens."""
        expect(self.page.locator(".o_shell")).to_be_visible()
        self.page.wait_for_function("offlineApp.phase === 'ready'")
        return self

    def until_synced(self) -> AppDevice:
        """Wait until the app has synced by itself and has nothing to send."""
        self.until_ready()
        # What the screens show of the status comes a moment after a change: this asks for it.
        self.page.evaluate("offlineApp.refresh()")
        self.page.wait_for_function(
            "() => offlineApp.status?.last_sync_at && !offlineApp.syncing && !offlineApp.status.unsent"
        )
        return self

    def until(self, holds: str) -> None:
        """Wait until an asynchronous function in the page answers true: `wait_for_function` waits for no promise."""
        self.page.evaluate(
            f"""async (patience) => {{
                const end = performance.now() + patience;
                while (!(await ({holds})())) {{
                    if (performance.now() > end) throw new Error("still not so");
                    await new Promise(requestAnimationFrame);
                }}
            }}""",
            PATIENCE_MS,
        )

    def sync(self) -> bool:
        """Ask for a sync; whether it succeeded."""
        return bool(self.page.evaluate("offlineApp.sync()"))

    def status(self) -> dict[str, Any]:
        """What the engine says of the device."""
        return dict(self.page.evaluate("offlineApp.device.status()"))

    def search(self, entity: str, text: str = "") -> list[dict[str, Any]]:
        """The records that the device shows."""
        return list(
            self.page.evaluate(
                "([entity, text]) => offlineApp.device.search(entity, text, {}, {limit: 10000})",
                [entity, text],
            )
        )

    def create(self, entity: str, **values: Any) -> dict[str, Any]:
        """Make a record without a screen, where a test is not about screens."""
        script = "([entity, values]) => offlineApp.device.create(entity, values)"
        return dict(self.page.evaluate(script, [entity, values]))

    def work(self, button: Locator) -> None:
        """Press what makes work, and wait until the work stands in the outbox: that is a moment after the press."""
        before = self.status()["given"]
        button.click()
        self.until(f"async () => (await offlineApp.device.status()).given > {before}")

    def hold_up(self, method: str, about: str | None = None) -> None:
        """What a method of the engine is asked, or is asked about one thing, is done after `window.letGo()` alone."""
        self.page.evaluate(
            """([method, about]) => {
                const { device } = offlineApp;
                const asked = device[method].bind(device);
                const held = new Promise((resolve) => { window.letGo = resolve; });
                device[method] = async (...how) => {
                    await (about === null || how[0] === about ? held : null);
                    return asked(...how);
                };
            }""",
            [method, about],
        )

    def only_by_hand(self) -> None:
        """Sync only when somebody asks for it."""
        self.page.evaluate("offlineApp.device.chooseMode('always_offline')")

    def edit(self, entity: str, record_id: int, **values: Any) -> None:
        """Change a record without a screen, where a test is not about screens."""
        script = "([entity, id, values]) => offlineApp.device.update(entity, id, values).then(() => null)"
        self.page.evaluate(script, [entity, record_id, values])

    # --- what is seen -------------------------------------------------------------------------------------------

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, exact=True)

    def says(self, text: str) -> None:
        """The page shows this text, in whatever place."""
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def _new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        return page

    def _note(self, text: str) -> None:
        if not _EXPECTED.search(text):
            self.complaints.append(text)
