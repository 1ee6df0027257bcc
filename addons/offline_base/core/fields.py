"""Field values in their canonical wire form, typed by field.

Both sides compare and hash only canonical values, so "0 and 0.0", an empty text and a missing one, or times
written in two ways never look like a change.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: Fields whose bytes travel apart, as blobs; their value names the hash.
BLOB_TYPES = frozenset({"binary", "image"})
#: PostgreSQL's integer: ids and integer fields beyond it cannot be stored.
INTEGER_MAX = (1 << 31) - 1


class ValueInvalid(ValueError):
    """A value does not fit its field; the text says what would."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What the wire knows of one field of an entity.

    ``digits`` is the number of decimals that count; ``selection`` the allowed keys; ``relation`` the Odoo model
    that a many2one or many2many points to; ``model_field`` the field that names the model of a
    many2one_reference.
    """

    name: str
    type: str
    digits: int | None = None
    selection: tuple[str, ...] | None = None
    relation: str | None = None
    model_field: str | None = None
    readonly: bool = False
    required: bool = False


def canonical(spec: FieldSpec, value: Any) -> Any:
    """The one form in which a value of this field travels, is compared and is hashed, or raise `ValueInvalid`.

    Empty is None; texts are not blank; floats are rounded to the field's digits; times are RFC 3339 in UTC to the
    second; references are ids (int) or ``{"uid": …}``; lists of references are sorted and without repeats.

    >>> canonical(FieldSpec("name", "char"), "")
    >>> canonical(FieldSpec("amount", "float", digits=2), 0.125)
    0.13
    >>> canonical(FieldSpec("amount", "float", digits=2), 3)
    3.0
    >>> canonical(FieldSpec("at", "datetime"), "2026-11-21T11:00:00+01:00")
    '2026-11-21T10:00:00Z'
    >>> canonical(FieldSpec("tags", "many2many"), [3, 1, 3])
    [1, 3]
    >>> canonical(FieldSpec("active", "boolean"), "yes")
    Traceback (most recent call last):
    ...
    offline_core.fields.ValueInvalid: must be true or false
    """
    try:
        read = _READERS[spec.type]
    except KeyError:
        raise ValueInvalid(f"fields of type {spec.type} do not travel") from None
    return read(spec, value)


def empty(spec: FieldSpec) -> Any:
    """What a field of this type shows before anybody filled it.

    >>> empty(FieldSpec("tags", "many2many")), empty(FieldSpec("active", "boolean")), empty(FieldSpec("n", "float"))
    ([], False, None)
    """
    return {"many2many": [], "boolean": False}.get(spec.type)


def canonical_values(specs: Mapping[str, FieldSpec], values: Mapping[str, Any]) -> dict[str, Any]:
    """`canonical` for a record's values.

    >>> canonical_values({"n": FieldSpec("n", "integer")}, {"n": 4})
    {'n': 4}
    """
    return {name: canonical(specs[name], value) for name, value in values.items()}


def json_text(values: Mapping[str, Any]) -> str:
    """Canonical values as the one JSON text that travels and is hashed, the same as PostgreSQL's ``row_to_json``.

    Numbers carry no needless zeros, lists no blanks; the order is that of the fields.

    >>> print(json_text({"n": 3.0, "t": "a b", "r": None, "l": [1, 2], "b": False}))
    {"n":3,"t":"a b","r":null,"l":[1,2],"b":false}
    """
    return "{" + ",".join(f"{json.dumps(name)}:{_json_value(value)}" for name, value in values.items()) + "}"


def _json_value(value: Any) -> str:
    if isinstance(value, float):
        return format(Decimal(f"{value:.15g}").normalize(), "f")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_uid(value: Any) -> bool:
    """Whether a value is a UUID in its canonical text form.

    >>> is_uid("018f4d2e-7c1a-7b3c-8d4e-5f60718293a4"), is_uid("7"), is_uid(7)
    (True, False, False)
    """
    return isinstance(value, str) and bool(_UID.fullmatch(value))


def round_digits(value: float, digits: int | None) -> float:
    """Round half away from zero, as people and Odoo's currencies do, on the 15 digits that a float can be trusted for.

    So does PostgreSQL when it makes a ``numeric`` of a float: both ways of reading come to the same number.

    >>> round_digits(2.675, 2), round_digits(-0.0, 2), round_digits(1.5, None), round_digits(1e15, 16)
    (2.68, 0.0, 1.5, 1000000000000000.0)
    >>> round_digits(0.1 + 0.2, None)
    0.3
    """
    number = Decimal(f"{value:.15g}")
    if digits is not None:
        # The default context holds 28 digits, which a large amount with many decimals passes.
        step = Decimal(1).scaleb(-digits)
        number = number.quantize(step, rounding=ROUND_HALF_UP, context=Context(prec=60))
    return float(number) + 0.0


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 time into UTC.

    >>> parse_instant("2026-11-21T11:00:00+01:00").isoformat()
    '2026-11-21T10:00:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueInvalid("must be a time such as 2026-11-21T10:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueInvalid("must name its time zone, such as Z for UTC")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueInvalid("is out of range") from None


def format_instant(moment: datetime, *, micro: bool = False) -> str:
    """Write a time as RFC 3339 in UTC, to the second or with six decimals. A naive time is UTC, as in Odoo.

    >>> format_instant(datetime(2026, 11, 21, 10))
    '2026-11-21T10:00:00Z'
    >>> format_instant(datetime(2026, 11, 21, 10), micro=True)
    '2026-11-21T10:00:00.000000Z'
    """
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds" if micro else "seconds") + "Z"


def _text(spec: FieldSpec, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueInvalid("must be a text")
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueInvalid("contains a character that cannot be stored")
    return value


def _selection(spec: FieldSpec, value: Any) -> str | None:
    text = _text(spec, value)
    if text is not None and spec.selection is not None and text not in spec.selection:
        raise ValueInvalid(f"must be one of {', '.join(spec.selection)}")
    return text


def _integer(spec: FieldSpec, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueInvalid("must be a whole number")
    if not -INTEGER_MAX - 1 <= value <= INTEGER_MAX:
        raise ValueInvalid("is out of range")
    return value


def _float(spec: FieldSpec, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueInvalid("must be a number")
    try:
        number = float(value)
    except OverflowError:
        raise ValueInvalid("is out of range") from None
    if not math.isfinite(number) or abs(number) > 1e15:
        raise ValueInvalid("is out of range")
    return round_digits(number, spec.digits)


def _boolean(spec: FieldSpec, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueInvalid("must be true or false")
    return value


def _date(spec: FieldSpec, value: Any) -> str | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise ValueInvalid("must be a date such as 2026-11-21") from None


def _datetime(spec: FieldSpec, value: Any) -> str | None:
    return None if value is None else format_instant(parse_instant(value).replace(microsecond=0))


def _reference(spec: FieldSpec, value: Any) -> int | dict[str, str] | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= INTEGER_MAX:
        return value
    if isinstance(value, Mapping) and set(value) == {"uid"} and is_uid(value["uid"]):
        return {"uid": value["uid"]}
    raise ValueInvalid('must be an id or {"uid": "…"}')


def _references(spec: FieldSpec, value: Any) -> list[Any]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueInvalid("must be a list of references")
    found = {repr(item): item for item in (_reference(spec, item) for item in value)}
    if None in found.values():
        raise ValueInvalid("must be a list of references")
    return sorted(
        found.values(),
        key=lambda item: (isinstance(item, Mapping), str(item) if isinstance(item, Mapping) else item),
    )


def _blob(spec: FieldSpec, value: Any) -> dict[str, Any] | None:
    """What is in a file or picture, by the hash of its bytes; a device that writes one need only name the hash.

    >>> _blob(FieldSpec("image_1920", "image"), {"sha256": "0" * 64})["sha256"][:4]
    '0000'
    """
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) - {"sha256", "size", "type"}:
        raise ValueInvalid('must be {"sha256": "…"}')
    sha256, size, mimetype = value.get("sha256"), value.get("size", 0), value.get("type", "")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise ValueInvalid("must name a SHA-256 of 64 hex digits in lower case")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0 or not isinstance(mimetype, str):
        raise ValueInvalid("must have a size in bytes and a type, or neither")
    return dict(value)


_READERS: Mapping[str, Callable[[FieldSpec, Any], Any]] = {
    "char": _text,
    "text": _text,
    "html": _text,
    "selection": _selection,
    "integer": _integer,
    "float": _float,
    "monetary": _float,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "many2one": _reference,
    "many2one_reference": _reference,
    "many2many": _references,
    "binary": _blob,
    "image": _blob,
}
#: The field types that travel in this version.
TYPES = frozenset(_READERS)
