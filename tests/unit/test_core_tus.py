"""Headers of uploads: whatever stands in them is understood or refused by name."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offline_core import tus
from offline_core.errors import Problem

T = TypeVar("T")
# What HTTP can carry in a header, and the shapes that the protocol has for them.
header = st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=80)
encoded = st.binary(max_size=70).map(lambda raw: base64.b64encode(raw).decode())
names = st.sampled_from(["sha256", "filename", "name", "filetype", "type", "other", ""])
pairs = st.lists(st.tuples(names, encoded | header), max_size=5)
metadata = header | pairs.map(lambda found: ",".join(f"{name} {value}" for name, value in found))
lengths = st.none() | header | st.integers(-10, 10**20).map(str)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)


def understood(read: Callable[[], T], names: set[str]) -> T | None:
    """What was read; None when it was refused by naming one of these headers."""
    try:
        return read()
    except Problem as problem:
        refused = problem
    assert refused.code == "blob_request_invalid"
    assert refused.extra["errors"]
    assert set(refused.extra["errors"]) <= names
    return None


@given(lengths, metadata)
def test_whatever_declares_a_blob_is_understood_or_refused_by_the_header(
    length: str | None, text: str
) -> None:
    headers = {"Upload-Metadata": text} | ({} if length is None else {"Upload-Length": length})
    found = understood(lambda: tus.creation(headers), {"Upload-Length", "Upload-Metadata"})
    if found is None:
        return
    assert tus.is_hash(found.sha256)
    assert found.size >= 0
    assert not set(found.name) & set("/\\\x00\n")


@given(hashes, st.integers(0, 10**14), st.text(max_size=40))
def test_what_an_honest_client_declares_is_understood(sha256: str, size: int, name: str) -> None:
    with suppress(UnicodeEncodeError):  # half of a pair of surrogates is no text
        pair = {"sha256": sha256.encode(), "filename": name.encode()}
        text = ",".join(f"{key} {base64.b64encode(value).decode()}" for key, value in pair.items())
        found = tus.creation({"Upload-Length": str(size), "Upload-Metadata": text})
        assert (found.sha256, found.size, found.name) == (sha256, size, tus.safe_name(name))


@given(st.text() | st.text(" ./\\a", max_size=600))
@example("a" * 254 + " b")
def test_a_safe_name_stays_as_it_is_and_leads_nowhere(text: str) -> None:
    safe = tus.safe_name(text)
    assert tus.safe_name(safe) == safe
    assert "/" not in safe
    assert "\\" not in safe
    assert safe not in (".", "..")


@given(st.sampled_from(["sha1", "sha256", "md5", ""]), encoded | header)
def test_a_checksum_is_one_of_the_known_or_refused(algorithm: str, value: str) -> None:
    found = understood(lambda: tus.checksum(f"{algorithm} {value}"), {"Upload-Checksum"})
    assert found is None or len(found[1]) == tus.ALGORITHMS[found[0]]


@given(st.text(st.characters(codec="utf-8")))
def test_a_number_is_plain_digits(text: str) -> None:
    found = tus.number(text)
    assert found is None or str(found) == text.lstrip("0") or (found == 0 and not text.strip("0"))


@pytest.mark.parametrize("text", ["٣", "1_0", "+1", "1.0", "0x1", "", "1\n"])
def test_what_only_looks_like_a_number_is_none(text: Any) -> None:
    assert tus.number(text) is None
