"""The device app's signatures and boxes, made by Node's WebCrypto, are what the server's JOSE library takes."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import Any

import pytest

from offline_core.wire import PublicKey
from tools.provision.workspace import Workspace

from .test_keys import server

OFFICE = server.new_key()
#: As JSON text: what is a float and what a whole number is the same question on both sides.
SIGNED = [
    "{}",
    '{"b": [1, null, true], "a": {"é": "Crème brûlée", "\\u20ac": "\\ud83d\\ude00", "\\u0000": "\\u001f\\u2028"}}',
    '{"n": [0, -0.0, 1.5, -1e-7, 1e21, 1.7976931348623157e308, 9007199254740991, 0.1, 100.0]}',
    json.dumps({"made": [{"seq": n, "values": {"name": "x" * n}} for n in range(200)]}),
]
#: Canonical JSON does not know these: a whole number that a float cannot hold, half a character.
UNSIGNED = ['{"n": 1152921504606846976}', '{"n": 9007199254740993}', '{"a": "\\ud800"}']
LARGE = json.dumps({"data": base64.b64encode(bytes(4 * 1024 * 1024)).decode()})


def said(contents: list[str]) -> dict[str, Any]:
    space = Workspace.here()
    done = subprocess.run(
        [space.dev_venv / "bin" / "node", space.root / "tests" / "engine" / "sign_and_seal.js"],
        input=json.dumps({"to": server.public_part(OFFICE), "contents": contents}),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    return said([*SIGNED, *UNSIGNED, LARGE])


def test_the_apps_key_is_one_that_an_enrolment_takes(app: dict[str, Any]) -> None:
    assert PublicKey.model_validate(app["public"]).model_dump() == app["public"]


@pytest.mark.parametrize("number", range(len(SIGNED)))
def test_what_the_app_signs_is_signed_and_nothing_else_is(app: dict[str, Any], number: int) -> None:
    content, signature = json.loads(SIGNED[number]), app["signatures"][number]
    assert server.is_signed(app["public"], content, signature)
    assert not server.is_signed(app["public"], content | {"more": 1}, signature)
    assert not server.is_signed(json.loads(OFFICE), content, signature)


def test_what_canonical_json_does_not_know_is_sealed_without_a_signature(app: dict[str, Any]) -> None:
    first = len(SIGNED)
    for number in range(first, first + len(UNSIGNED)):
        assert app["signatures"][number] is None
        assert json.loads(server.open_box(OFFICE, app["boxes"][number]))["signature"] is None


@pytest.mark.parametrize("number", [*range(len(SIGNED)), -1])
def test_the_office_opens_the_apps_boxes_and_nobody_else_does(app: dict[str, Any], number: int) -> None:
    """Proves I8. The last one is as large as a call may carry."""
    box = app["boxes"][number]
    found = json.loads(server.open_box(OFFICE, box))
    assert found["content"] == json.loads([*SIGNED, *UNSIGNED, LARGE][number])
    assert server.is_signed(app["public"], found["content"], found["signature"])
    with pytest.raises(server.Unreadable):
        server.open_box(server.new_key(), box)


def test_a_box_names_the_key_that_opens_it_and_is_made_with_a_fresh_one(app: dict[str, Any]) -> None:
    heads = [json.loads(base64.urlsafe_b64decode(box.split(".")[0] + "==")) for box in app["boxes"]]
    assert {head["kid"] for head in heads} == {json.loads(OFFICE)["kid"]}
    assert {(head["alg"], head["enc"]) for head in heads} == {("ECDH-ES", "A256GCM")}
    assert len({head["epk"]["x"] for head in heads}) == len(heads)
    assert all(set(head["epk"]) == {"kty", "crv", "x", "y"} for head in heads)
