"""Signatures and boxes of the server: nothing that a device could send breaks them, nothing wrong is taken."""

from __future__ import annotations

import base64
import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offline_core.wire import BODY_BYTES, EscrowKey, PublicKey
from offline_device import keys as device_keys
from tools.provision.workspace import Workspace


def _load() -> ModuleType:
    """The server's module by its path: importing it as part of the addon would need Odoo."""
    path = Workspace.here().addons / "offline_base" / "store" / "keys.py"
    spec = importlib.util.spec_from_file_location("server_keys", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


server = _load()
DEVICE = device_keys.new_key()
PUBLIC = device_keys.public_part(DEVICE).model_dump()
OFFICE = server.new_key()
OFFICE_PUBLIC = EscrowKey(**server.public_part(OFFICE))
content = st.dictionaries(
    st.text(max_size=5), st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=9), max_size=4
)
coordinate = st.text(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", min_size=43, max_size=43
)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@given(content)
@settings(max_examples=30)
def test_what_a_device_signs_is_signed_and_nothing_else_is(said: dict[str, Any]) -> None:
    signature = device_keys.sign(DEVICE, said)
    assert server.is_signed(PUBLIC, said, signature)
    assert not server.is_signed(PUBLIC, said | {"more": 1}, signature)


@given(st.text(max_size=100) | st.binary(max_size=70).map(_b64))
def test_any_other_text_is_no_signature(text: str) -> None:
    assert server.is_signed(PUBLIC, {"a": 1}, text) is False


@given(coordinate, coordinate)
def test_a_key_off_the_curve_has_signed_nothing(x: str, y: str) -> None:
    key = PublicKey(kty="EC", crv="P-256", x=x, y=y).model_dump()
    assert server.is_signed(key, {"a": 1}, device_keys.sign(DEVICE, {"a": 1})) is False


@pytest.mark.parametrize("said", [1e400, {"a": float("nan")}, {1: 2}, {"a": 2**60}, "\ud800", object()])
def test_what_canonical_json_does_not_know_is_not_signed(said: Any) -> None:
    assert server.is_signed(PUBLIC, said, _b64(bytes(64))) is False


@given(content)
@settings(max_examples=20)
def test_a_box_opens_with_its_key_and_with_no_other(work: dict[str, Any]) -> None:
    box = device_keys.seal(OFFICE_PUBLIC, work, DEVICE)
    found = json.loads(server.open_box(OFFICE, box))
    assert found["content"] == work
    assert server.is_signed(PUBLIC, found["content"], found["signature"])
    with pytest.raises(server.Unreadable):
        server.open_box(server.new_key(), box)


def test_a_box_as_large_as_a_call_opens() -> None:
    """Proves I8. A part of a file, or a week of work: the most that fits once it has grown by 16/9."""
    work = {"data": base64.b64encode(bytes(4 * 1024 * 1024)).decode()}
    box = device_keys.seal(OFFICE_PUBLIC, work, DEVICE)
    assert 7_000_000 < len(box) <= BODY_BYTES
    found = json.loads(server.open_box(OFFICE, box))
    assert server.is_signed(PUBLIC, found["content"], found["signature"])


members = st.sampled_from(["alg", "enc", "epk", "apu", "apv", "zip", "crit", "kid", "p2c", "p2s", "cty"])
values = (
    st.sampled_from(["ECDH-ES", "A256GCM", "dir", "none", "PBES2-HS256+A128KW", "RSA1_5", "DEF"])
    | st.integers()
    | st.none()
    | st.lists(st.text(max_size=3), max_size=2)
    | st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "d"]), st.text(max_size=5) | st.integers(), max_size=4
    )
)
part = st.text(max_size=30) | st.binary(max_size=40).map(_b64)
headers = st.dictionaries(members, values, max_size=6).map(lambda found: _b64(json.dumps(found).encode()))


@given(st.lists(part, max_size=7).map(".".join) | st.tuples(headers, part, part, part, part).map(".".join))
def test_whatever_else_comes_as_a_box_is_unreadable(text: str) -> None:
    with pytest.raises(server.Unreadable):
        server.open_box(OFFICE, text)


@given(st.integers(0, 400), st.sampled_from("ABCxyz019-_."))
def test_a_box_in_which_one_letter_was_changed_is_unreadable(place: int, letter: str) -> None:
    box = device_keys.seal(OFFICE_PUBLIC, {"work": "of a day"}, None)
    place %= len(box)
    if _meaning(box) == _meaning(changed := box[:place] + letter + box[place + 1 :]):
        return
    with pytest.raises(server.Unreadable):
        server.open_box(OFFICE, changed)


def _meaning(box: str) -> list[bytes] | str:
    """The bytes of the parts: unused bits of a last letter say nothing."""
    try:
        return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in box.split(".")]
    except ValueError:
        return box
