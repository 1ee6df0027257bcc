"""Laws of the three-way merge. Proves I6 and I8 for its part: nobody's change is lost, and both orders agree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_core import merge

FIELD = "field"
number = st.integers(-1000, 1000)
references = st.lists(st.integers(1, 12), unique=True, max_size=8).map(sorted)
lines = st.lists(st.text("abc", min_size=1, max_size=3), max_size=4).map(
    lambda found: "\n".join(found) or None
)
value = st.none() | number
policy = st.sampled_from(merge.POLICIES)
#: Values that each policy is made for.
VALUES: dict[str, Any] = {merge.UNION: references, merge.APPEND: lines}
#: `sum` counts a delta each time: that it arrives once is the receipts' part.
IDEMPOTENT = [name for name in merge.POLICIES if name != merge.SUM]


def merged(
    base: Any, mine: Any, theirs: Any, policy_name: str, *, newer: bool = False
) -> tuple[Any, merge.Merge]:
    """The value after the merge, and how it came about."""
    result = merge.Merge()
    merge.merge_field(result, FIELD, base, mine, theirs, policy_name, mine_is_newer=newer)
    return result.write.get(FIELD, theirs), result


@st.composite
def cases(draw: st.DrawFn, policies: Any = policy) -> tuple[str, Any, Any, Any]:
    name = draw(policies)
    kind = VALUES.get(name, value)
    return name, draw(kind), draw(kind), draw(kind)


@given(cases(), st.booleans())
def test_equal_sides_change_nothing(case: tuple[str, Any, Any, Any], newer: bool) -> None:
    name, base, mine, _ = case
    # Two equal differences count both: `test_sum_adds_both_deltas`.
    if name != merge.SUM or mine == base:
        assert merged(base, mine, mine, name, newer=newer)[1] == merge.Merge()


@given(cases(), st.booleans())
def test_what_only_the_server_changed_stays(case: tuple[str, Any, Any, Any], newer: bool) -> None:
    name, base, _, theirs = case
    assert merged(base, base, theirs, name, newer=newer)[1] == merge.Merge()


@given(cases(), st.booleans())
def test_what_only_the_device_changed_is_written_as_it_is(
    case: tuple[str, Any, Any, Any], newer: bool
) -> None:
    name, base, mine, _ = case
    after, result = merged(base, mine, base, name, newer=newer)
    assert after == mine
    assert (result.merged, result.conflicts) == (set(), {})


@given(cases(st.sampled_from(IDEMPOTENT)), st.booleans())
def test_merging_again_changes_nothing(case: tuple[str, Any, Any, Any], newer: bool) -> None:
    name, base, mine, theirs = case
    after, _ = merged(base, mine, theirs, name, newer=newer)
    again, _ = merged(base, mine, after, name, newer=newer)
    # A result that is the base again looks untouched: then the device's value is due, as for any untouched field.
    assert again == (mine if after == base else after)


@given(cases())
def test_a_conflict_writes_nothing_and_keeps_all_three_sides(case: tuple[str, Any, Any, Any]) -> None:
    name, base, mine, theirs = case
    _, result = merged(base, mine, theirs, name)
    if result.conflicts:
        assert name in (merge.ASK, merge.REVIEW)
        assert (result.write, result.merged) == ({}, set())
        assert result.conflicts[FIELD] == merge.Conflict(base, mine, theirs)


@given(st.dictionaries(st.sampled_from("abcdef"), value), st.data())
def test_edits_of_different_fields_never_conflict(base: dict[str, Any], data: st.DataObject) -> None:
    mine_names = data.draw(st.sets(st.sampled_from(sorted(base)))) if base else set()
    mine = {name: data.draw(value) for name in mine_names}
    theirs = {name: base[name] if name in mine_names else data.draw(value) for name in base}
    policies = {name: data.draw(policy) for name in base}
    result = merge.merge_record(base, mine, theirs, policies)
    assert result.conflicts == {}
    assert {**theirs, **result.write} == {**theirs, **mine}


@given(number, number, number)
def test_sum_adds_both_deltas(base: int, mine: int, theirs: int) -> None:
    after, _ = merged(base, mine, theirs, merge.SUM)
    assert after - base == (mine - base) + (theirs - base)
    assert after == merged(base, theirs, mine, merge.SUM)[0]


@given(value, value, value)
def test_max_takes_the_larger_change_whichever_side_it_is(base: Any, mine: Any, theirs: Any) -> None:
    after, _ = merged(base, mine, theirs, merge.MAX)
    assert after == merged(base, theirs, mine, merge.MAX)[0]
    if base not in (mine, theirs):
        assert after == max((one for one in (mine, theirs) if one is not None), default=None)


@given(references, references, references)
def test_union_keeps_what_either_added_and_drops_what_either_removed(
    base: list[int], mine: list[int], theirs: list[int]
) -> None:
    after, _ = merged(base, mine, theirs, merge.UNION)
    old, here, there = set(base), set(mine), set(theirs)
    assert set(after) == (here - old) | (there - old) | (old & here & there)
    assert after == sorted(set(after))
    assert after == merged(base, theirs, mine, merge.UNION)[0]


@given(lines, lines, lines)
def test_append_loses_no_line_of_either_side(base: str | None, added: str | None, theirs: str | None) -> None:
    mine = "\n".join(part for part in (base, added) if part) or None
    after, _ = merged(base, mine, theirs, merge.APPEND)
    kept = (after or "").split("\n")
    assert set((theirs or "").split("\n")) - {""} <= set(kept)
    assert set((added or "").split("\n")) - {""} <= set(kept)


def test_append_does_not_take_a_part_of_a_word_for_the_added_line() -> None:
    assert merged("a", "a\nok", "a\nbook", merge.APPEND)[0] == "a\nbook\nok"


@given(value, value, value, st.booleans())
def test_the_simple_policies_choose_one_side(base: Any, mine: Any, theirs: Any, newer: bool) -> None:
    if base in (mine, theirs):
        return
    assert merged(base, mine, theirs, merge.SERVER)[0] == theirs
    assert merged(base, mine, theirs, merge.DEVICE)[0] == mine
    assert merged(base, mine, theirs, merge.NEWEST, newer=newer)[0] == (mine if newer else theirs)


def test_a_field_without_a_policy_is_for_review() -> None:
    assert "a" in merge.merge_record({"a": 1}, {"a": 2}, {"a": 3}, {}).conflicts


@pytest.mark.parametrize("field_type", [*merge.BY_TYPE, "boolean", "char"])
def test_every_allowed_policy_can_be_carried_out(field_type: str) -> None:
    samples: dict[str, tuple[Any, Any, Any]] = {
        "many2many": ([1], [1, 2], [1, 3]),
        "text": ("a", "a\nb", "a\nc"),
        "html": ("a", "a\nb", "a\nc"),
        "date": ("2026-11-01", "2026-11-02", "2026-11-03"),
        "datetime": ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"),
    }
    for name in merge.allowed_policies(field_type):
        result = merged(*samples.get(field_type, (1, 2, 3)), name)[1]
        assert bool(result.conflicts) == (name in (merge.ASK, merge.REVIEW))


@given(cases(st.just(merge.NEWEST)))
def test_newest_takes_the_same_side_whoever_asks(case: tuple[str, Any, Any, Any]) -> None:
    name, base, mine, theirs = case
    if base not in (mine, theirs):
        assert merged(base, mine, theirs, name, newer=True)[0] == merged(base, theirs, mine, name)[0] == mine


def test_newest_is_decided_field_by_field() -> None:
    base, mine, theirs = ({"a": side, "b": side} for side in (1, 2, 3))
    result = merge.merge_record(base, mine, theirs, dict.fromkeys("ab", merge.NEWEST), newer={"a"})
    assert (result.write, result.merged) == ({"a": 2}, {"a", "b"})
