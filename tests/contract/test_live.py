"""A real server answers every vector that can be provoked, and stays calm under bad input."""

from __future__ import annotations

import ast
import gzip
import json
from pathlib import Path

import pytest
import requests

from offline_core import openapi, routes
from offline_core.errors import CATALOGUE
from tests.faults.wire import uuid7

from .vectors import Vector, differences, load

PROVOKED = [vector for vector in load() if vector.given != "unprovoked"]
MANIFEST = Path(__file__).resolve().parents[2] / "addons" / "offline_base" / "__manifest__.py"
PROBLEM = "application/problem+json"
TIMEOUT_S = 60

pytestmark = pytest.mark.usefixtures("quiet_log")


def send(url: str, vector: Vector) -> requests.Response:
    request = vector.request
    return requests.request(
        request["method"],
        url + request["path"],
        headers=request["headers"],
        data=vector.content(),
        timeout=TIMEOUT_S,
    )


def media_type(answer: requests.Response) -> str:
    return answer.headers.get("Content-Type", "").partition(";")[0]


def assert_problem(answer: requests.Response, code: str) -> None:
    """The answer is the problem document of this code, complete."""
    assert media_type(answer) == PROBLEM, answer.text[:500]
    if answer.request.method == "HEAD":
        assert answer.status_code == CATALOGUE[code].status
        return
    body, entry = answer.json(), CATALOGUE[code]
    assert body["code"] == code
    assert answer.status_code == body["status"] == entry.status
    assert (body["title"], body["remedy"]) == (entry.title, entry.remedy)


@pytest.mark.parametrize("vector", PROVOKED, ids=lambda vector: vector.name)
def test_server_answers_as_the_vector_says(vector, server, world):
    with world.given(vector.given) as named:
        bound = vector.bind(named)
        answer = send(server.url, bound)
    assert (answer.status_code, media_type(answer)) == (
        bound.answer["status"],
        bound.answer["headers"].get("Content-Type", ""),
    ), answer.text[:2000]
    for name, value in bound.answer["headers"].items():
        live = answer.headers.get(name, "")
        if name == "Retry-After":
            assert live.isdigit()
        elif name != "Content-Type":
            assert live == value
    if "body" not in bound.answer:
        assert answer.text == bound.answer.get("text", "")
        return
    found = differences(bound, answer.json())
    assert not found, "\n".join(found)


@pytest.fixture
def device(world):
    """The headers of a device that may call."""
    return {"Authorization": f"Bearer {world.device().token}", "Content-Type": "application/json"}


def test_served_openapi_document_is_the_generated_one(server):
    version = ast.literal_eval(MANIFEST.read_text(encoding="utf-8"))["version"]
    answer = requests.get(f"{server.url}/offline/v1/openapi.json", timeout=TIMEOUT_S)
    assert (answer.status_code, media_type(answer)) == (200, "application/json")
    assert answer.json() == json.loads(json.dumps(openapi.document(version)))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/pull/more", "/blobs/md5/00", "/%00", "/..%2f..%2fweb"]
)
def test_unknown_address_below_the_prefix_is_a_problem(server, method, path):
    url = f"{server.url}{routes.PREFIX}{path}"
    answer = requests.request(method, url, timeout=TIMEOUT_S)
    assert_problem(answer, "unknown_route")


@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: route.name)
def test_wrong_method_is_a_problem(server, device, route):
    path = route.path.replace("{hash}", "0" * 64)
    answer = requests.request("PUT", f"{server.url}{routes.PREFIX}{path}", headers=device, timeout=TIMEOUT_S)
    assert_problem(answer, "method_not_allowed")


@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: route.name)
def test_no_route_hands_out_a_session(server, device, route):
    path = route.path.replace("{hash}", "0" * 64)
    answer = requests.request(
        route.method, f"{server.url}{routes.PREFIX}{path}", headers=device, data=b"{}", timeout=TIMEOUT_S
    )
    assert "Set-Cookie" not in answer.headers


def post(server, route: str, headers: dict[str, str], content: bytes) -> requests.Response:
    return requests.post(
        f"{server.url}{routes.PREFIX}/{route}", headers=headers, data=content, timeout=TIMEOUT_S
    )


def test_compressed_request_is_read(server, device):
    content = gzip.compress(json.dumps({"operations": []}).encode())
    answer = post(server, "push", {**device, "Content-Encoding": "gzip"}, content)
    assert answer.json()["next_seq"] == 1


def test_answer_is_compressed_when_the_device_takes_gzip(server, device):
    plain = post(server, "pull", {**device, "Accept-Encoding": "identity"}, b'{"cursor": null}')
    packed = post(server, "pull", {**device, "Accept-Encoding": "gzip"}, b'{"cursor": null}')
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json()["digests"] == plain.json()["digests"]


def test_decompression_bomb_is_refused_with_the_limit(server, device):
    bomb = gzip.compress(b" " * 100_000_000)
    answer = post(server, "push", {**device, "Content-Encoding": "gzip"}, bomb)
    assert_problem(answer, "body_too_large")
    assert answer.json()["limit"]["body_bytes"] > 0


def test_bomb_within_a_bomb_is_not_unpacked_twice(server, device):
    answer = post(
        server, "push", {**device, "Content-Encoding": "gzip, gzip"}, gzip.compress(gzip.compress(b"{}"))
    )
    assert_problem(answer, "content_type_unsupported")


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "identity, gzip"])
def test_other_encodings_are_refused(server, device, encoding):
    answer = post(server, "push", {**device, "Content-Encoding": encoding}, b'{"operations": []}')
    assert_problem(answer, "content_type_unsupported")


def test_broken_gzip_is_malformed(server, device):
    whole = gzip.compress(b'{"operations": []}')
    for content in (b"", b"no gzip", whole[:-6], whole[:4]):
        assert_problem(
            post(server, "push", {**device, "Content-Encoding": "gzip"}, content), "body_malformed"
        )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"\xff\xfe{}",
        b'{"cursor": "\xc3\x28"}',
        b'{"cursor": NaN}',
        b'{"cursor": Infinity}',
        b'{"cursor": 1e999}',
        b"{'cursor': null}",
        b'{"cursor": null} trailing',
        b"[" * 1_000,
        b'{"a":' * 50_000,
        b'{"state": ' + b"[" * 500 + b"]" * 500 + b"}",
        b"1" * 10_000,
        b"null",
        b"[]",
        b'"text"',
    ],
    ids=lambda content: repr(content[:24]),
)
@pytest.mark.parametrize("route", ["pull", "push", "enroll"])
def test_unreadable_body_is_a_problem_of_the_caller(server, device, route, content):
    answer = post(server, route, device, content)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("body_malformed", "envelope_invalid", "envelope_unknown_field")


def bad_values() -> list[object]:
    deep: object = "x"
    for _level in range(60):
        deep = [deep]
    return [
        "a\x00b",
        "\ud800",
        "x" * 1_000_000,
        10**30,
        -1,
        1.5,
        True,
        [],
        {},
        [[6, 0, [1]]],
        {"uid": "no uid"},
        {"uid": uuid7(), "id": 3},
        deep,
    ]


@pytest.mark.parametrize(
    "field", ["name", "phone", "country_id", "category_id", "is_company", "comment", "type"]
)
@pytest.mark.parametrize("value", bad_values(), ids=lambda value: repr(value)[:24])
def test_any_value_of_any_type_gets_a_receipt(server, device, field, value):
    operation = {
        "seq": 1,
        "op": uuid7(),
        "entity": "res.partner",
        "verb": "create",
        "target": {"uid": uuid7()},
        "values": {"name": "Odd values", field: value},
        "at": "2026-11-21T09:58:12Z",
    }
    answer = post(server, "push", device, json.dumps({"operations": [operation]}).encode())
    if answer.status_code == 400:
        # Texts that are no Unicode are no JSON for the wire either, and may be refused with the whole body.
        assert value == "\ud800" or isinstance(value, list)
        assert answer.json()["code"] == "body_malformed"
        return
    [receipt] = answer.json()["receipts"]
    assert receipt["status"] in ("applied", "rejected")
    assert answer.json()["next_seq"] == 2


@pytest.mark.parametrize(
    "token",
    ["", "x", "Bearer", "Bearer ", "Basic YWRtaW46YWRtaW4=", "Bearer \xe9\xe8", "Bearer " + "x" * 5_000],
)
@pytest.mark.parametrize("route", [r for r in routes.ROUTES if r.token], ids=lambda r: r.name)
def test_bad_token_is_a_problem_on_every_route(server, route, token):
    answer = requests.request(
        route.method,
        f"{server.url}{routes.PREFIX}{route.path}",
        headers={"Authorization": token.encode("latin-1"), "Content-Type": "application/json"},
        data=b"{}",
        timeout=TIMEOUT_S,
    )
    assert answer.status_code == 401
    if route.method != "HEAD":
        assert answer.json()["code"] in ("token_missing", "token_invalid")


@pytest.mark.parametrize("seq", [0, -1, 2**53, 1.5, "1", None])
def test_unreadable_number_refuses_the_whole_push(server, device, seq):
    operation = {
        "seq": seq,
        "op": uuid7(),
        "entity": "res.partner",
        "verb": "void",
        "at": "2026-11-21T09:58:12Z",
    }
    answer = post(server, "push", device, json.dumps({"operations": [operation]}).encode())
    assert_problem(answer, "envelope_invalid")


def test_one_bad_operation_does_not_hold_up_the_others(server, device):
    good, bad = (
        {"seq": seq, "op": uuid7(), "entity": "res.partner", "verb": "create", "target": {"uid": uuid7()}}
        | {"values": {"name": "Good"}, "at": "2026-11-21T09:58:12Z"}
        for seq in (2, 1)
    )
    bad["values"] = {"shoe_size": 43}
    answer = post(server, "push", device, json.dumps({"operations": [bad, good]}).encode())
    assert [receipt["status"] for receipt in answer.json()["receipts"]] == ["rejected", "applied"]


@pytest.mark.parametrize(
    "odd",
    [
        {"at": "9999-12-31T23:59:59-14:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "0001-01-01T00:00:00Z"},
        {"at": "2026-11-21T09:58:12"},
        {"at": "2026-11-21"},
        {"at": 5},
        {"entity": "x" * 10_000},
        {"entity": "res.users"},
        {"entity": "offline.adapter"},
        {"entity": None},
        {"verb": "_register_hook"},
        {"verb": "unlink"},
        {"verb": "_create"},
        {"verb": ""},
        {"verb": "delete", "target": {"id": 2_147_483_647}},
        {"verb": "delete", "target": {"uid": uuid7()}},
        {"verb": "delete"},
        {"verb": "update", "target": {"id": 0}},
        {"verb": "update", "target": {"id": 1, "uid": uuid7()}},
        {"verb": "update", "target": {"id": 2**31}},
        {"verb": "update", "target": 7},
        {"verb": "create", "target": {"id": 7}, "values": {"name": "By id"}},
        {"values": []},
        {"values": {"": 1}},
        {"values": {"x" * 200: 1}},
        {"base_v": "not hex"},
        {"expect": {"shoe_size": 1}, "verb": "update", "target": {"id": 1}},
        {"after": [2**60]},
        {"after": [1, 2, 3]},
        {"after": list(range(1, 502))},
        {"company": 0},
        {"unit": {"id": uuid7(), "size": 501}},
        {"colour": "red"},
        {"op": "x"},
        {"args": {"reason": "x" * 100_000}},
    ],
    ids=lambda odd: repr(odd)[:40],
)
def test_any_odd_operation_gets_a_receipt_or_a_problem_of_the_caller(server, device, odd):
    operation = {
        "seq": 1,
        "op": uuid7(),
        "entity": "res.partner",
        "verb": "void",
        "at": "2026-11-21T09:58:12Z",
    }
    answer = post(server, "push", device, json.dumps({"operations": [operation | odd]}).encode())
    if "op" in odd:
        assert_problem(answer, "envelope_invalid")
        return
    assert answer.status_code == 200, answer.text
    [receipt] = answer.json()["receipts"]
    assert receipt["status"] in ("rejected", "discarded", "applied", "conflict")
    assert receipt["code"] != "internal_error"
    assert answer.json()["next_seq"] == 2


def test_record_that_was_never_readable_looks_like_one_that_never_was(server, world, device):
    """What a receipt says does not tell the two apart. Proves I4."""
    company = world.office.create("res.company", name="Closed books")
    hidden = world.contact(company_id=company)
    receipts = []
    for seq, record_id in enumerate((hidden, 2_147_483_000), 1):
        operation = {"seq": seq, "op": uuid7(), "entity": "res.partner", "verb": "update"}
        operation |= {"target": {"id": record_id}, "values": {"phone": "1"}, "base": {"phone": "+1 555 0100"}}
        operation |= {"at": "2026-11-21T09:58:12Z"}
        answer = post(server, "push", device, json.dumps({"operations": [operation]}).encode())
        [receipt] = answer.json()["receipts"]
        del receipt["seq"], receipt["op"], receipt["target"]["id"]
        receipts.append(receipt)
    assert receipts[0] == receipts[1]


def test_same_operation_sent_again_does_nothing_twice(server, world):
    """Also many times, and when the office undid the effect meanwhile. Proves I2."""
    with world.given("pushed_one") as named:
        world.office.write("res.partner", named["partner_id"], phone="+1 555 0199")
        again = world.repeat(named)
        assert [again(), again(), again()] == [named["receipt"]] * 3
        found = world.office("res.partner", "read", [named["partner_id"]], ["phone"])
        assert found[0]["phone"] == "+1 555 0199"
