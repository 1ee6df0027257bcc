"""Three-way merge, field by field: a pure function of base, mine, theirs and the policy.

*base* is what the person on the device saw, *mine* what they made of it, *theirs* what the server holds now.
Values are canonical (`offline_core.fields.canonical`), so equality is plain ``==``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

SERVER = "server"
DEVICE = "device"
NEWEST = "newest"
SUM = "sum"
MAX = "max"
UNION = "union"
APPEND = "append"
ASK = "ask"
REVIEW = "review"

#: All policies, in the order in which screens offer them.
POLICIES = (SERVER, DEVICE, NEWEST, SUM, MAX, UNION, APPEND, ASK, REVIEW)
#: What these make of a field holds the changes of both sides.
COMBINING = (SUM, MAX, UNION, APPEND)
#: The policies that make sense for a field type besides server, device, newest, ask and review.
BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "integer": (SUM, MAX),
    "float": (SUM, MAX),
    "monetary": (SUM, MAX),
    "date": (MAX,),
    "datetime": (MAX,),
    "many2many": (UNION,),
    "text": (APPEND,),
    "html": (APPEND,),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that only a person can decide."""

    base: Any
    mine: Any
    theirs: Any


@dataclass(slots=True)
class Merge:
    """The outcome for a record: what to write, which fields a policy merged, which need a person."""

    write: dict[str, Any] = field(default_factory=dict)
    merged: set[str] = field(default_factory=set)
    conflicts: dict[str, Conflict] = field(default_factory=dict)


def allowed_policies(field_type: str) -> tuple[str, ...]:
    """The policies that a field of this type can have.

    >>> allowed_policies("boolean")
    ('server', 'device', 'newest', 'ask', 'review')
    """
    return tuple(
        p for p in POLICIES if p in (SERVER, DEVICE, NEWEST, ASK, REVIEW) or p in BY_TYPE.get(field_type, ())
    )


def countable(policies: Mapping[str, str], base: Mapping[str, Any]) -> dict[str, str]:
    """The policies, with review for fields whose base is of before they got another type: it stands as text.

    >>> countable({"qty": "sum", "note": "append"}, {"qty": "ten", "note": "text"})
    {'qty': 'review', 'note': 'append'}
    """
    lost = {n for n, seen in base.items() if isinstance(seen, str) and policies.get(n) in (SUM, UNION)}
    return {**policies, **dict.fromkeys(lost, REVIEW)}


def merge_record(
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    policies: Mapping[str, str],
    *,
    newer: Collection[str] = (),
) -> Merge:
    """Merge every field of ``mine``; a field without a policy is for review. ``newer``: fields that mine changed last.

    >>> merge_record({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 3}, {"b": "server"})
    Merge(write={'a': 2}, merged={'b'}, conflicts={})
    """
    result = Merge()
    for name, my_value in mine.items():
        merge_field(
            result,
            name,
            base[name],
            my_value,
            theirs[name],
            policies.get(name, REVIEW),
            mine_is_newer=name in newer,
        )
    return result


def both_changed(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """The fields of ``mine`` that have another value than the base on both sides.

    >>> both_changed({"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2, "c": 1}, {"a": 1, "b": 3, "c": 4})
    ['b']
    """
    return [name for name, value in mine.items() if base[name] not in (value, theirs[name])]


def merge_field(
    result: Merge, name: str, base: Any, mine: Any, theirs: Any, policy: str, *, mine_is_newer: bool = False
) -> None:
    """Merge one field into ``result``. Unchanged on one side: the other wins. Equal: nothing, unless both are
    differences that count. Else the policy.

    >>> result = Merge(); merge_field(result, "tags", [1, 2], [2, 3], [1, 2, 4], "union"); result.write
    {'tags': [2, 3, 4]}
    >>> result = Merge(); merge_field(result, "qty", 10.0, 8.0, 9.0, "sum"); result.write
    {'qty': 7.0}
    >>> result = Merge(); merge_field(result, "qty", 10.0, 9.0, 9.0, "sum"); result.write
    {'qty': 8.0}
    >>> result = Merge(); merge_field(result, "phone", None, "1", "2", "review"); result.conflicts
    {'phone': Conflict(base=None, mine='1', theirs='2')}
    """
    if mine == base or (mine == theirs and policy != SUM):
        return
    if theirs == base:
        result.write[name] = mine
        return
    if policy in (ASK, REVIEW):
        result.conflicts[name] = Conflict(base, mine, theirs)
        return
    value = _RESOLVERS[policy](base, mine, theirs, mine_is_newer)
    result.merged.add(name)
    if value != theirs:
        result.write[name] = value


def _sum(base: Any, mine: Any, theirs: Any, mine_is_newer: bool) -> Any:
    return (theirs or 0) + ((mine or 0) - (base or 0))


def _max(base: Any, mine: Any, theirs: Any, mine_is_newer: bool) -> Any:
    return max((value for value in (mine, theirs) if value is not None), default=None)


def _union(base: Any, mine: Any, theirs: Any, mine_is_newer: bool) -> Any:
    base, mine, theirs = base or [], mine or [], theirs or []
    kept = [item for item in theirs if item in mine or item not in base]
    return sorted(kept + [item for item in mine if item not in base and item not in kept], key=str_key)


def str_key(item: Any) -> tuple[bool, Any]:
    """The order of references: ids by number, then uids by text.

    >>> sorted([{"uid": "b"}, 10, 9], key=str_key)
    [9, 10, {'uid': 'b'}]
    """
    return (isinstance(item, Mapping), str(item) if isinstance(item, Mapping) else item)


def _append(base: Any, mine: Any, theirs: Any, mine_is_newer: bool) -> Any:
    base, mine, theirs = base or "", mine or "", theirs or ""
    added = mine[len(base) :] if mine.startswith(base) else mine
    added = added.strip("\n")
    # Whole lines only: "ok" is not there already because somebody wrote "book".
    if not added or f"\n{added}\n" in f"\n{theirs}\n":
        return theirs or None
    return f"{theirs}\n{added}" if theirs else added


_RESOLVERS = {
    SERVER: lambda base, mine, theirs, mine_is_newer: theirs,
    DEVICE: lambda base, mine, theirs, mine_is_newer: mine,
    NEWEST: lambda base, mine, theirs, mine_is_newer: mine if mine_is_newer else theirs,
    SUM: _sum,
    MAX: _max,
    UNION: _union,
    APPEND: _append,
}
