"""The app's own engine as a device of a history: in a Chromium page, over its own transport, in its own IndexedDB.

Each has an origin of its own, which gives it the engine's modules and passes its calls on to the server, through the
same network with the same faults as those of the reference device. When it is to die, its page's process is ended.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page

from offline_core.errors import Refusal
from offline_core.routes import PREFIX
from offline_core.wire import Digest
from offline_device import Offline, Refused
from tests.engine.browser.site import Files

from .devices import Crash, Handset
from .network import Body, Network
from .truth import DECISIONS

ROOT = Path(__file__).parents[2]
#: A sync meets workers that are killed and calls that are repeated; longer than the slowest of them.
_PATIENCE_MS = 180_000
#: What concerns a connection alone is not passed on.
_OWN_HEADERS = {
    "host",
    "connection",
    "authorization",
    "content-length",
    "accept-encoding",
    "origin",
    "user-agent",
}
_PAGE = b"""<!doctype html><title>A device</title><link rel="icon" href="data:,">
<script type="module" src="/tests/model/app_engine.js"></script>"""


class Origin:
    """Where the page of a device comes from, and where its calls go: to the network of that device."""

    def __init__(self) -> None:
        self.network: Network | None = None
        #: What the model said about a call: raised where the history goes on.
        self.raised: list[BaseException] = []
        self._quiet = threading.Condition()
        self._under_way = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self, directory=str(ROOT)))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def call(self) -> Iterator[None]:
        """A call is under way; what the model objects to is kept."""
        with self._quiet:
            self._under_way += 1
        try:
            yield
        except Exception as error:
            self.raised.append(error)
            raise
        finally:
            with self._quiet:
                self._under_way -= 1
                self._quiet.notify_all()

    def wait_until_quiet(self) -> None:
        """No call of a page that died is under way any more."""
        with self._quiet:
            assert self._quiet.wait_for(lambda: not self._under_way, _PATIENCE_MS / 1000)

    def check(self) -> None:
        """Raise what the model said."""
        if self.raised:
            raise self.raised[0]


class _Handler(Files):
    """The engine's modules, and the calls of the protocol."""

    def __init__(self, origin: Origin, *args: Any, **kwargs: Any) -> None:
        self._origin = origin
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        if self.path.startswith(PREFIX):
            self._pass_on()
        elif self.path == "/":
            self._answer(200, {"Content-Type": "text/html"}, _PAGE)
        else:
            super().do_GET()

    def do_POST(self) -> None:
        self._pass_on()

    def do_PATCH(self) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        path = self.path.removeprefix(PREFIX)
        try:
            with self._origin.call(), suppress(Offline):
                self._answer(*self._asked(path, content, token))
                return
        except Exception:
            pass  # `Origin.check` raises it where the history is
        # Nobody answered: the page finds the connection broken.
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(2)

    def _asked(self, path: str, content: bytes, token: str | None) -> tuple[int, dict[str, str], bytes]:
        network = self._origin.network
        assert network is not None
        try:
            if path.startswith("/blobs"):
                assert token is not None
                headers = {n: v for n, v in self.headers.items() if n.lower() not in _OWN_HEADERS}
                raw = network.exchange(self.command, path, content or None, headers, token)
                kept = ("content-type", "upload-offset", "location", "tus-resumable")
                return 200, {n: v for n, v in raw.headers.items() if n in kept}, raw.content
            if self.headers.get("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            reply = network.send(self.command, path, json.loads(content) if content else None, token)
            wait = {} if reply.retry_after_s is None else {"Retry-After": str(reply.retry_after_s)}
            return 200, {"Content-Type": "application/json", **wait}, json.dumps(reply.body).encode()
        except Refused as refused:
            if refused.problem is None:
                return refused.status, {}, b""
            said = refused.problem.model_dump_json(exclude_none=True).encode()
            return refused.status, {"Content-Type": "application/problem+json"}, said

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)


class AppDevice:
    """What a history asks of a device, asked of the engine in its page; the names are those of the reference device."""

    def __init__(self, context: BrowserContext, origin: Origin, page_size: int) -> None:
        self._origin = origin
        self._page: Page = context.new_page()
        self._page.set_default_timeout(_PATIENCE_MS)
        self._page.goto(f"{origin.url}/")
        self._page.wait_for_function("window.run !== undefined")
        #: After so many steps of the next sync the page's process is ended.
        self.crash_after: int | None = None
        self._ask("open", page_size)

    def close(self) -> None:
        """The page's process is ended where it stands."""
        # The address makes it fall over; it is never arrived at.
        with suppress(Error), self._page.expect_event("crash"):
            self._page.goto("chrome://crash")
        self._page.close()
        self._origin.wait_until_quiet()

    def _ask(self, what: str, *args: Any) -> Any:
        said = json.loads(self._page.evaluate("([what, args]) => run(what, args)", [what, args]))
        if said.get("dies"):
            raise Crash
        self._origin.check()
        if "error" not in said:
            return said["value"]
        error = said["error"]
        match error["name"]:
            case "Offline":
                raise Offline(error["message"])
            case "Refused":
                raise Refused(error["code"], error["status"])
            case "Refusal":
                raise Refusal(error["code"], error["message"], error["fields"])
        raise AssertionError((what, args, error["stack"]))

    # --- the reference device's names ---------------------------------------------------------------------------

    @property
    def settings(self) -> Any:
        return SimpleNamespace(**self._ask("settings"))

    @property
    def records(self) -> Any:
        said = {name: Digest(**sums) for name, sums in self._ask("digests").items()}
        return SimpleNamespace(digests=lambda: said)

    def enrol(self, _server: str, code: str, *, name: str) -> None:
        self._ask("enrol", code, name)

    def sync(self) -> None:
        self._ask("sync", self.crash_after)

    def verify(self) -> Any:
        return SimpleNamespace(**self._ask("verify"))

    def status(self) -> Any:
        return SimpleNamespace(**self._ask("status"))

    def search(self, entity: str, limit: int) -> list[Any]:
        return [_record(one) for one in self._ask("search", entity)][:limit]

    def outbox(self) -> list[Any]:
        return [_entry(one) for one in self._ask("outbox")]

    def journal(self, limit: int) -> list[Any]:
        return [_entry(one) for one in self._ask("journal", limit)]

    def unresolved(self) -> list[Any]:
        return [_entry(one) for one in self._ask("unresolved")]

    def wanted(self, entry: Any) -> dict[str, Any]:
        return dict(self._ask("wanted", entry.op))

    def held(self, entity: str) -> list[dict[str, Any]]:
        return list(self._ask("held", entity))

    def create(self, entity: str, values: dict[str, Any]) -> Any:
        return _record(self._ask("create", entity, values))

    def update(self, entity: str, ref: Any, values: dict[str, Any]) -> Any:
        return _entry(self._ask("update", entity, ref, values))

    def delete(self, entity: str, ref: Any) -> Any:
        return _entry(self._ask("delete", entity, ref))

    def call(self, entity: str, ref: Any, operation: str, args: dict[str, Any]) -> Any:
        return _entry(self._ask("call", entity, ref, operation, args))

    def attach(self, entity: str, ref: Any, path: Path) -> Any:
        return _record(self._ask("attach", entity, ref, path.read_text(), path.name))

    def discard(self, op: str, reason: str) -> None:
        self._ask("discard", op, reason)

    def resolve(self, op: str, by: str, values: dict[str, Any] | None) -> None:
        self._ask("resolve", op, by, values)

    def amend(self, op: str, values: dict[str, Any]) -> None:
        self._ask("amend", op, values)

    @contextmanager
    def unit(self) -> Iterator[AppDevice]:
        """What is asked for inside is one unit."""
        self._ask("begin")
        try:
            yield self
        except BaseException:
            self._ask("end", False)
            raise
        self._ask("end", True)


class AppHandset(Handset):
    """One device of one person that runs the app's engine."""

    device: Any

    def __init__(self, browser: Browser, *args: Any) -> None:
        self._origin = Origin()
        self._context = browser.new_context(timezone_id="UTC", locale="en-US")
        #: {operation: entity} of the call that is being looked at.
        self._entities: dict[str, str] = {}
        super().__init__(*args)

    def sync(self) -> bool:
        self.device.crash_after = self.crash_after
        try:
            return super().sync()
        finally:
            self.device.crash_after = None

    def leave(self) -> None:
        """Its browser forgets everything."""
        self._context.close()
        self._origin.close()

    def _open(self) -> Any:
        self._origin.network = self.network
        return AppDevice(self._context, self._origin, self.page_size)

    def _held_values(self, kind: str) -> list[dict[str, Any]]:
        return list(self.device.held(kind))

    def _heard(self, body: Body, answer: Body) -> None:
        self._note(body)
        super()._heard(body, answer)

    def _lost(self, body: Body) -> None:
        self._note(body)
        super()._lost(body)

    def _note(self, body: Body) -> None:
        for operation in body["operations"]:
            entity = operation.get("entity")
            if operation["verb"] in DECISIONS:
                entity = self._entities.get(operation["args"]["op"], entity)
            self._entities[operation["op"]] = entity

    def _entity_of(self, op: str) -> str | None:
        # The page waits for the answer of this very call: it cannot be asked.
        return self._entities.get(op)


def _record(one: dict[str, Any]) -> Any:
    return SimpleNamespace(**one, ref=one["uid"] if one["uid"] is not None else one["id"])


def _entry(one: dict[str, Any]) -> Any:
    receipt = one["receipt"]
    if receipt is not None:
        conflict = receipt.get("conflict")
        told = conflict and SimpleNamespace(**{**conflict, "fields_": conflict.get("fields") or {}})
        receipt = SimpleNamespace(**{**receipt, "conflict": told})
    return SimpleNamespace(**{**one, "receipt": receipt})
