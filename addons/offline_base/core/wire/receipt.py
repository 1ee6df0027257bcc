"""The server's word on an operation, in the answers of pulls and pushes alike."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from .basics import Answer, FieldName, Instant, RecordId, Seq, Status, Uid


class ConflictField(Answer):
    """The three sides of one field."""

    base: JsonValue
    mine: JsonValue
    theirs: JsonValue


class ConflictView(Answer):
    """Why an operation is parked for a decision, and for whose: the ``decider``. The office may always decide."""

    kind: Literal["fields", "deleted", "scope", "expect"]
    decider: Literal["device", "office"] = "office"
    fields_: Annotated[dict[FieldName, ConflictField], Field(alias="fields", default_factory=dict)]

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Target(Answer):
    """Which record an operation was about; ``born`` is null while the device cannot know it."""

    id: RecordId | None
    uid: Uid | None
    born: Instant | None


class Receipt(Answer):
    """The server's word on one operation. The same operation sent again gives the same receipt."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    seq: Seq
    op: Uid
    status: Status
    target: Target | None
    result: JsonValue = None
    code: str | None
    message: str | None
    fields_: Annotated[dict[FieldName, str], Field(alias="fields", default_factory=dict)]
    conflict: ConflictView | None = None
    blocked_by: list[Seq] = []
