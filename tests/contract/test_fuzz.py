"""Whatever is sent: no crash, no answer that the OpenAPI document does not tell of, nothing of others.

schemathesis makes up the calls from the document that the live server serves. What runs here is small and the same
each time; `make fuzz` runs more of it, by chance.
"""

from __future__ import annotations

import copy
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from offline_core import tus
from offline_core.routes import PREFIX, ROUTES, Route
from tools.provision.server import OdooServer

from .conftest import _QUIET
from .explorer import Explorer
from .planted import MARK, Planted, plant
from .world import World

_EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "4"))
_DEEP = "FUZZ_EXAMPLES" in os.environ
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
_BY_NAME = {route.name: route for route in ROUTES}
#: Calls of a sequence; those that make others possible come more often.
_SEQUENCE = (
    "pull",
    "push",
    "push",
    "push",
    "pull",
    "verify",
    "find",
    "ask",
    "journal",
    "token",
    "escrow",
    "profile",
    "blob",
)

#: Searching for the smallest failure takes minutes of calls: for `make fuzz`.
_PHASES = (Phase.generate, Phase.shrink) if _DEEP else (Phase.generate,)
fuzzed = settings(
    max_examples=_EXAMPLES,
    phases=_PHASES,
    derandomize=not _DEEP,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer(tus.CONTENT_TYPE)
def _bytes(_context: Any, value: Any) -> bytes:
    """Parts of files are bytes as they are; whatever else was made up is sent as text."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@pytest.fixture(scope="module")
def fuzz_server(make_database: Callable[..., str]) -> Iterator[OdooServer]:
    with OdooServer(db=make_database(), extra=["--log-handler", _QUIET]) as running:
        yield running


@pytest.fixture(scope="module")
def field(fuzz_server: OdooServer) -> Iterator[World]:
    with World(fuzz_server.url, fuzz_server.db) as ready:
        yield ready


@pytest.fixture(scope="module")
def planted(field: World) -> Planted:
    return plant(field)


@pytest.fixture(scope="module")
def explorer(field: World, planted: Planted) -> Explorer:
    return Explorer(field, planted, field.rider)


@pytest.fixture(scope="module")
def cases(fuzz_server: OdooServer) -> dict[str, list[Any]]:
    """For each route calls that fit the document, and calls that do not, as schemathesis makes them up."""
    served = requests.get(f"{fuzz_server.url}{PREFIX}/openapi.json", timeout=60).json()
    # Who calls is for the tests to choose; schemathesis would leave the token out now and then.
    for operation in (one for path in served["paths"].values() for one in path.values()):
        operation.pop("security", None)
    served.pop("security")
    schema = schemathesis.openapi.from_dict(served)
    found = {}
    for route in ROUTES:
        operation = schema[PREFIX + route.path][route.method]
        modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        found[route.name] = [case for mode in modes for case in _made_up(operation, mode)]
    return found


def _made_up(operation: Any, mode: GenerationMode) -> list[Any]:
    """Cases, each with its body, headers and path as they were made up."""
    found = []

    @fuzzed
    @given(operation.as_strategy(generation_mode=mode))
    def collect(case: Any) -> None:
        found.append(
            (case, copy.deepcopy(case.body), dict(case.headers or {}), dict(case.path_parameters or {}))
        )

    collect()
    return found


@pytest.fixture(scope="module")
def visitors(field: World) -> Iterator[dict[str, requests.Session]]:
    """A browser in which a manager is signed in, and one in which nobody is."""
    with requests.Session() as manager, requests.Session() as nobody:
        params = {"db": field.office.db, "login": "admin", "password": "admin"}
        body = {"jsonrpc": "2.0", "params": params}
        answer = manager.post(f"{field.url}/web/session/authenticate", json=body, timeout=60)
        assert answer.json()["result"]["uid"]
        yield {"manager": manager, "nobody": nobody}


@pytest.fixture(autouse=True)
def calm_log(fuzz_server: OdooServer) -> Iterator[None]:
    before = len(fuzz_server.log_text())
    yield
    written = fuzz_server.log_text()[before:]
    assert "Traceback" not in written, written[:5000]


def call(url: str, route: Route, case: Any, session: requests.Session, headers: dict[str, str]) -> Any:
    """Send, and hold the answer against the document; nothing marked may be in it."""
    answer = case.call(base_url=url, session=session, headers=headers, timeout=60)
    case.validate_response(answer, checks=_CHECKS)
    shown = answer.content + repr(sorted(answer.headers.items())).encode()
    assert MARK.encode() not in shown, f"{route.name} leaks: {shown[:2000]!r}"
    return answer


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_answers_to_a_device_are_documented_and_show_nothing_of_others(
    route, field, planted, explorer, cases
):
    """Proves I4. Calls that fit the document, calls that do not, calls that name what is of others."""
    if route.name == "wipe":
        explorer = Explorer(field, planted, field.rider)  # it may be gone afterwards
    with requests.Session() as session:
        for number, case in enumerate(cases[route.name]):
            prepared = prepare(explorer, route, case, number)
            answer = call(field.url, route, prepared, session, explorer.headers)
            explorer.learn(route.name, _json(answer))


@pytest.mark.parametrize("who", ["manager", "nobody"])
def test_nobody_is_let_in_without_a_token(who, field, explorer, cases, visitors):
    """Proves I4. A manager's session opens no route of devices; what is refused is documented."""
    for route in ROUTES:
        for number, case in enumerate(cases[route.name]):
            answer = call(field.url, route, prepare(explorer, route, case, number), visitors[who], {})
            assert answer.status_code >= 400, f"{who} was let in: {answer.text[:500]}"


def test_sequences_of_calls_show_nothing_of_others(field, planted, cases):
    """Proves I4. What one answer gave goes into the next call: cursors, numbers, operations, records."""
    steps = st.tuples(st.sampled_from(_SEQUENCE), st.integers(0, 2 * _EXAMPLES - 1), st.integers(0, 2**32))
    ends: Counter[str] = Counter()

    @settings(fuzzed, max_examples=_EXAMPLES + 1)
    @given(st.lists(steps, min_size=8, max_size=16))
    def run(calls: list[tuple[str, int, int]]) -> None:
        explorer = Explorer(field, planted, field.rider)
        with requests.Session() as session:
            for name, number, seed in calls:
                route = _BY_NAME[name]
                case = cases[name][number % len(cases[name])]
                answer = call(
                    field.url, route, prepare(explorer, route, case, seed), session, explorer.headers
                )
                body = _json(answer)
                explorer.learn(name, body)
                ends.update(receipt["status"] for receipt in body.get("receipts") or [])
        explorer.wire.pull()

    run()
    # A fuzzer whose every call is refused at the door shows nothing.
    assert ends["applied"] + ends["merged"] >= 1, ends
    assert ends["rejected"] >= 1, ends


def prepare(explorer: Explorer, route: Route, made_up: Any, seed: int) -> Any:
    """The call with something in it that means something. It is changed in place, from what was made up at first."""
    case, body, headers, path = made_up
    case.headers = dict(headers)
    if seed % 6:
        case.headers.pop("X-Offline-Protocol", None)
    if route.request:
        case.body = explorer.ground(route.name, copy.deepcopy(body), seed)
    if "{hash}" in route.path:
        case.path_parameters = {"hash": explorer.hash(seed)} if seed % 4 else dict(path)
    if "Tus-Resumable" in route.headers and seed % 5:
        case.headers["Tus-Resumable"] = "1.0.0"
    return case


def _json(answer: Any) -> Any:
    """The body; nothing for a problem document or bytes."""
    kinds = answer.headers.get("content-type", [""])
    return answer.json() if answer.status_code < 300 and kinds[0].startswith("application/json") else {}
