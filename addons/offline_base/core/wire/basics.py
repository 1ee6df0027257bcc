"""What the shapes are made of: limits, scalar types, and the two kinds of message."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from ..fields import is_uid, parse_instant

PROTOCOL_VERSION = 1
#: The largest number of records that a page may ask for, and of operations that a push may carry.
PAGE_LIMIT = 10_000
PUSH_LIMIT = 500
BODY_BYTES = 8 * 1024 * 1024


def _check_uid(text: str) -> str:
    if not is_uid(text):
        raise ValueError("must be a UUID in lower case with hyphens")
    return text


def _check_instant(text: str) -> str:
    parse_instant(text)
    return text


def _check_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _check_storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("contains a character that cannot be stored")
    return text


Storable = AfterValidator(_check_storable)
#: The SHA-256 by which a blob is named.
BlobHash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Uid = Annotated[str, AfterValidator(_check_uid), Field(json_schema_extra={"format": "uuid"})]
Instant = Annotated[
    str, AfterValidator(_check_instant), Field(max_length=40, json_schema_extra={"format": "date-time"})
]
Day = Annotated[str, AfterValidator(_check_day), Field(max_length=10, json_schema_extra={"format": "date"})]
Version = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
RecordId = Annotated[int, Field(ge=1, lt=1 << 31)]
Seq = Annotated[int, Field(ge=1, lt=1 << 53)]
EntityName = Annotated[str, Storable, Field(max_length=128)]
FieldName = Annotated[str, Field(max_length=128)]
Values = dict[FieldName, JsonValue]
Count = Annotated[int, Field(ge=0, lt=1 << 53)]
Signature = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{86}$")]
Status = Literal[
    "applied", "merged", "conflict", "rejected", "deferred", "unknown", "retry", "amended",
    "discarded", "resolved_server",
]  # fmt: skip


class Request(BaseModel):
    """Something a device sends: unknown members are refused, types are not guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answer(BaseModel):
    """Something the server sends: unknown members are ignored."""

    model_config = ConfigDict(extra="ignore")
