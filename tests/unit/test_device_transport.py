"""What travels, and what failures of a network mean, over a real connection on this machine."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from offline_core.errors import CATALOGUE
from offline_core.routes import ROUTES
from offline_device import Offline, Refused
from offline_device.transport import GZIP_FROM_BYTES, HttpTransport, judge

VECTORS = Path(__file__).parents[1] / "vectors" / "wire"
ANSWERS = {route.path.strip("/"): route.answer for route in ROUTES if route.answer}
PROBLEM = {"content-type": "application/problem+json"}


class Wire:
    """A server of one answer, which remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        wire = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                wire.seen.append((self.command, self.path, dict(self.headers), body))
                status, headers, content = wire.answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = reply

            def log_message(self, format: str, *args: Any) -> None:
                """Stay quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def far() -> Iterator[Wire]:
    found = Wire()
    yield found
    found.close()


@pytest.fixture
def transport(far: Wire) -> Iterator[HttpTransport]:
    found = HttpTransport(far.url + "/", "live")
    yield found
    found.close()


def test_a_call_names_protocol_database_and_token(far: Wire, transport: HttpTransport) -> None:
    assert transport.send("POST", "/push", {"operations": []}, "secret").body == {}
    method, path, headers, body = far.seen[0]
    assert (method, path, json.loads(body)) == ("POST", "/offline/v1/push", {"operations": []})
    assert headers["X-Offline-Protocol"] == "1"
    assert headers["X-Odoo-Database"] == "live"
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Accept-Encoding"] == "gzip"


def test_a_call_without_a_token_carries_none(far: Wire, transport: HttpTransport) -> None:
    transport.send("GET", "/profile", None, None)
    assert "Authorization" not in far.seen[0][2]


def test_large_bodies_are_compressed_and_small_ones_are_not(far: Wire, transport: HttpTransport) -> None:
    transport.send("POST", "/push", {"x": "é" * GZIP_FROM_BYTES}, None)
    transport.send("POST", "/push", {"x": "é"}, None)
    large, small = far.seen
    assert large[2]["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(large[3])) == {"x": "é" * GZIP_FROM_BYTES}
    assert "Content-Encoding" not in small[2]


def test_a_compressed_answer_is_read(far: Wire, transport: HttpTransport) -> None:
    far.answer = (200, {"Content-Encoding": "gzip"}, gzip.compress(b'{"a": 1}'))
    far.answer[1]["Content-Length"] = str(len(far.answer[2]))
    assert transport.send("GET", "/profile", None, None).body == {"a": 1}


def test_a_redirect_is_not_followed_because_the_token_is_not_for_others(
    far: Wire, transport: HttpTransport
) -> None:
    far.answer = (302, {"Location": far.url + "/login"}, b"")
    with pytest.raises(Offline):
        transport.send("GET", "/profile", None, "secret")
    assert len(far.seen) == 1


def test_nobody_there_is_offline(far: Wire, transport: HttpTransport) -> None:
    far.close()
    with pytest.raises(Offline, match="no connection"):
        transport.send("GET", "/profile", None, None)
    far.server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    far.thread = threading.Thread(target=far.server.serve_forever, kwargs={"poll_interval": 0.01})
    far.thread.start()


@pytest.mark.parametrize("status", [301, 302, 408, 429, 500, 502, 503, 504])
def test_a_status_without_a_problem_document_that_may_pass_is_offline(status: int) -> None:
    with pytest.raises(Offline) as offline:
        judge(status, {"retry-after": "5"}, b"<html>")
    assert offline.value.retry_after_s == 5


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_a_status_without_a_problem_document_that_stays_is_refused(status: int) -> None:
    with pytest.raises(Refused) as refused:
        judge(status, {}, b"<html>")
    assert refused.value.code == f"http_{status}"


def test_a_sign_in_page_of_a_hotel_is_offline() -> None:
    with pytest.raises(Offline):
        judge(200, {"content-type": "text/html"}, b"<html>Welcome!</html>")


def test_a_broken_problem_document_is_judged_by_its_status() -> None:
    with pytest.raises(Offline):
        judge(503, PROBLEM, b"{}")


def vectors(problems: bool) -> list[Any]:
    found = []
    for path in sorted(VECTORS.glob("*.json")):
        vector = json.loads(path.read_text())
        if (vector["answer"]["status"] >= 400) == problems and "body" in vector["answer"]:
            found.append(pytest.param(vector, id=vector["name"]))
    return found


@pytest.mark.parametrize("vector", vectors(problems=True))
def test_every_recorded_problem_is_refused_by_its_code(vector: Any) -> None:
    answer = vector["answer"]
    headers = {name.lower(): str(value) for name, value in answer["headers"].items()}
    with pytest.raises(Refused) as refused:
        judge(answer["status"], headers, json.dumps(answer["body"]).encode())
    assert refused.value.code == answer["body"]["code"]
    assert refused.value.transient == (CATALOGUE[refused.value.code].status in (429, 500, 503))


@pytest.mark.parametrize("vector", vectors(problems=False))
def test_every_recorded_answer_is_read(vector: Any) -> None:
    answer = vector["answer"]
    route = vector["request"]["path"].rsplit("/", 1)[-1]
    reply = judge(answer["status"], {}, json.dumps(answer["body"]).encode())
    ANSWERS[route].model_validate(reply.body)
