"""Canonical forms: one content, one form, whichever way it was written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_core import fields
from offline_core.fields import FieldSpec, ValueInvalid, canonical

uid = st.uuids().map(str)
reference = st.integers(1, fields.INTEGER_MAX) | uid.map(lambda text: {"uid": text})
moment = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(9998, 12, 30))
zone = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
blob = st.fixed_dictionaries(
    {"sha256": st.text("0123456789abcdef", min_size=64, max_size=64)},
    optional={"size": st.integers(0, 1 << 40), "type": st.just("image/png")},
)
amount = st.floats(-1e15, 1e15)

VALUES: dict[str, Any] = {
    "char": text | st.none(),
    "text": text | st.none(),
    "html": text | st.none(),
    "selection": text | st.none(),
    "integer": st.integers(-fields.INTEGER_MAX - 1, fields.INTEGER_MAX) | st.none(),
    "float": amount | st.integers(-(10**15), 10**15) | st.none(),
    "monetary": amount | st.none(),
    "boolean": st.booleans(),
    "date": st.dates().map(str) | st.none(),
    "datetime": st.builds(lambda at, tz: at.replace(tzinfo=tz).isoformat(), moment, zone) | st.none(),
    "many2one": reference | st.none(),
    "many2one_reference": reference | st.none(),
    "many2many": st.lists(reference, max_size=6),
    "binary": blob | st.none(),
    "image": blob | st.none(),
}


def test_every_type_that_travels_is_tested_here() -> None:
    assert set(VALUES) == fields.TYPES


@st.composite
def typed(draw: st.DrawFn) -> tuple[FieldSpec, Any]:
    kind = draw(st.sampled_from(sorted(VALUES)))
    return FieldSpec("f", kind, digits=draw(st.none() | st.integers(0, 12))), draw(VALUES[kind])


@given(typed())
def test_a_canonical_value_is_its_own_canonical_form(case: tuple[FieldSpec, Any]) -> None:
    spec, value = case
    once = canonical(spec, value)
    again = canonical(spec, once)
    assert again == once
    assert repr(again) == repr(once)


@given(
    st.sampled_from(sorted(VALUES)),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
)
def test_whatever_is_sent_is_canonical_or_refused(kind: str, value: Any) -> None:
    try:
        found = canonical(FieldSpec("f", kind), value)
    except ValueInvalid:
        return
    assert canonical(FieldSpec("f", kind), found) == found


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_rounding_moves_a_number_by_half_a_digit_at_most(number: float, digits: int) -> None:
    assert (
        abs(fields.round_digits(number, digits) - number) <= 0.5 * 10.0**-digits + 1e-6 + abs(number) * 1e-15
    )


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_rounding_is_symmetric_around_zero(number: float, digits: int) -> None:
    assert fields.round_digits(-number, digits) == -fields.round_digits(number, digits)
    assert repr(fields.round_digits(-0.0, digits)) == "0.0"


@given(moment, zone, zone)
def test_one_moment_has_one_form_in_every_zone(at: datetime, one: timezone, other: timezone) -> None:
    spec = FieldSpec("f", "datetime")
    instant = at.replace(tzinfo=UTC)
    forms = {canonical(spec, instant.astimezone(tz).isoformat()) for tz in (one, other, UTC)}
    assert len(forms) == 1


@given(st.lists(reference, max_size=8), st.randoms())
def test_the_order_of_references_does_not_matter(found: list[Any], chance: Any) -> None:
    mixed = [*found, *found[:2]]
    chance.shuffle(mixed)
    spec = FieldSpec("f", "many2many")
    assert canonical(spec, mixed) == canonical(spec, found)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("char", 1), ("char", "a\x00b"), ("integer", True), ("integer", 1.0), ("integer", 1 << 31), ("float", True),
        ("float", float("nan")), ("float", float("inf")), ("float", 1e16), ("boolean", None), ("boolean", 0),
        ("date", "2026-13-01"), ("date", 20261101), ("datetime", "2026-11-21T10:00:00"), ("datetime", 5),
        ("many2one", 0), ("many2one", -1), ("many2one", True), ("many2one", {"uid": "x"}), ("many2one", {"id": 1}),
        ("many2many", None), ("many2many", "1"), ("many2many", [None]), ("many2many", [[6, 0, [1]]]), ("one2many", []),
        ("image", "aGk="), ("image", {}), ("image", {"sha256": "A" * 64}), ("image", {"sha256": "0" * 64, "size": -1}),
        ("binary", {"sha256": "0" * 64, "url": "x"}), ("binary", {"sha256": "0" * 64, "type": None}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(ValueInvalid):
        canonical(FieldSpec("f", kind), value)


@pytest.mark.parametrize("number", [0, 0xD800, 0xDFFF])
def test_a_text_that_cannot_be_stored_is_refused(number: int) -> None:
    with pytest.raises(ValueInvalid):
        canonical(FieldSpec("name", "char"), f"before{chr(number)}after")
