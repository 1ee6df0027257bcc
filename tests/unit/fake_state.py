"""What the fake server of the unit tests begins with, and what it keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from offline_core.digest import content_text
from offline_core.errors import CATALOGUE
from offline_core.fields import json_text
from offline_core.wire import ProblemDocument
from offline_device.errors import Refused

#: Half a year after `NOW`.
TOKEN_ENDS = "2027-05-20T10:00:00Z"
NOW = "2026-11-21T10:00:00Z"
BORN = "2026-11-01T08:00:00.000000Z"
PARTNER, TAG = "res.partner", "res.partner.category"


def uid(number: int, kind: int = 0) -> str:
    """A UUIDv7 that a person can tell from another.

    >>> uid(18)
    '01900000-0000-7000-8000-000000000012'
    """
    return f"01900000-0000-7000-8{kind:03x}-{number:012x}"


def uids(kind: int = 1) -> Callable[[], str]:
    """A source of uids, one after the other."""
    numbers: Iterator[int] = iter(range(1, 1 << 40))
    return lambda: uid(next(numbers), kind)


def field_profile(name: str, kind: str = "char", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": name.title(), "required": False, "readonly": False, **more}


def entity_profile(name: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": name, "label": name, "schema": 1, "fields": list(fields), "operations": [], "parent": None,
        "direction": "both", "policies": {}, **more,
    }  # fmt: skip


def default_profile() -> dict[str, Any]:
    partner = entity_profile(
        PARTNER,
        field_profile("name", required=True),
        field_profile("phone"),
        field_profile("city"),
        field_profile("visits", "integer"),
        field_profile("parent_id", "many2one", relation=PARTNER),
        field_profile("category_id", "many2many", relation=TAG),
        field_profile("type", "selection", selection=[["contact", "Contact"], ["other", "Other"]]),
        field_profile("ref", readonly=True),
        operations=[
            {
                "name": "visit",
                "label": "Visit",
                "args": {
                    "properties": {"note": {}, "uid": {}},
                    "required": ["note"],
                    "additionalProperties": False,
                },
            }
        ],
    )
    tag = entity_profile(TAG, field_profile("name"), direction="pull")
    return {
        "profile_version": 1,
        "name": "Sales",
        "entities": [partner, tag],
        "modes": ["automatic", "always_online", "always_offline"],
        "schedule": {},
        "limits": {"body_bytes": 100_000, "operations": 50, "page": 1000},
        "minimum_app_version": None,
    }


@dataclass
class Row:
    """A record on the server."""

    values: dict[str, Any]
    uid: str | None = None
    born: str = BORN


Rows = dict[str, dict[int, Row]]


@dataclass
class View:
    """What a cursor stands for: the versions that its device holds, and the outcomes that it knows."""

    held: dict[tuple[str, int], str]
    outcomes: int


@dataclass
class Life:
    """Everything that a restore of the database takes back."""

    rows: Rows = field(default_factory=lambda: {PARTNER: {}, TAG: {}})
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    next_seq: int = 1
    cursors: dict[str, View] = field(default_factory=dict)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    next_id: int = 100
    effects: dict[str, int] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)


def content_version(entity: str, record_id: int, values: dict[str, Any]) -> int:
    """The server's hash is its own affair; any will do."""
    text = content_text(entity, record_id, json_text(dict(sorted(values.items()))))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def problem(code: str, **extra: Any) -> Refused:
    """The refusal that the transport makes of a problem document."""
    entry = CATALOGUE[code]
    status = entry.status or 400
    document = {
        "type": f"urn:{code}",
        "title": entry.title,
        "status": status,
        "code": code,
        "remedy": entry.remedy,
    }
    return Refused(
        code, status, ProblemDocument.model_validate({**document, **extra}), extra.get("retry_after_s")
    )
