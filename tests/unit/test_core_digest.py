"""Laws of versions and digests: kept up step by step, in any order, they equal a fresh reading. Proves I6."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_core import digest, fields
from offline_core.fields import json_text

version = st.integers(0, digest.MODULUS - 1)
values = st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=5)


@given(st.lists(version), st.randoms())
def test_the_order_does_not_matter(versions: list[int], chance: Any) -> None:
    mixed = list(versions)
    chance.shuffle(mixed)
    assert digest.digest(mixed) == digest.digest(versions)


@given(
    st.dictionaries(st.integers(1, 9), version), st.lists(st.tuples(st.integers(1, 9), st.none() | version))
)
def test_adding_and_subtracting_equals_counting_anew(
    held: dict[int, int], changes: list[tuple[int, int | None]]
) -> None:
    total = digest.digest(held.values())
    for record_id, new in changes:
        total = (total - held.pop(record_id, 0)) % digest.MODULUS
        if new is not None:
            held[record_id] = new
            total = digest.digest([total, new])
    assert total == digest.digest(held.values())


@given(version)
def test_every_form_of_a_version_reads_back(number: int) -> None:
    assert digest.from_hex(digest.to_hex(number)) == number
    assert digest.from_signed(digest.to_signed(number)) == number
    assert -(1 << 63) <= digest.to_signed(number) < 1 << 63


@given(values, values)
def test_only_equal_content_of_the_same_record_is_hashed_to_one_version(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    text = digest.content_text("a", 1, json_text(one))
    assert text not in (
        digest.content_text("a", 2, json_text(one)),
        digest.content_text("b", 1, json_text(one)),
    )
    assert (text == digest.content_text("a", 1, json_text(other))) == (
        list(one.items()) == list(other.items())
    )


@given(values | st.dictionaries(st.text(max_size=5), st.floats(-1e15, 1e15) | st.booleans()))
def test_the_text_of_content_reads_back(content: dict[str, Any]) -> None:
    read = json.loads(json_text(content))
    for name, value in content.items():
        expected = fields.round_digits(value, None) if isinstance(value, float) else value
        assert read[name] == expected


@pytest.mark.parametrize("text", ["", "ff", "0" * 17, "g" * 16])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hex|invalid literal"):
        digest.from_hex(text)
