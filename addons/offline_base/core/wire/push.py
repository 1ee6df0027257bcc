"""Push and journal: what devices did."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from .basics import (
    PUSH_LIMIT,
    Answer,
    EntityName,
    Instant,
    RecordId,
    Request,
    Seq,
    Storable,
    Uid,
    Values,
    Version,
)
from .pull import FOUND_LIMIT, DeviceState
from .receipt import Receipt


class ById(Request):
    """A record by its id; ``born`` as received with it."""

    id: RecordId
    born: Instant | None = None


class ByUid(Request):
    """A record by the uid that a device gave it."""

    uid: Uid


class Unit(Request):
    """Operations that succeed or fail together."""

    id: Uid
    size: Annotated[int, Field(ge=1, le=PUSH_LIMIT)]


class Operation(Request):
    """One thing a person did, numbered by its device. Only ``void`` and follow-ups name no entity."""

    seq: Seq
    op: Uid
    entity: EntityName | None = None
    verb: Annotated[str, Field(max_length=64)]
    target: ById | ByUid | None = None
    base_v: Version | None = None
    values: Values = {}
    base: Values = {}
    expect: Values = {}
    args: dict[str, JsonValue] = {}
    company: RecordId | None = None
    at: Instant
    unit: Unit | None = None
    after: Annotated[list[Seq], Field(max_length=PUSH_LIMIT)] = []
    #: Of a create: what the person was shown that it may be a duplicate of, and said that it is none of them.
    distinct_from: Annotated[list[RecordId], Field(max_length=FOUND_LIMIT)] = []


class AmendArgs(Request):
    """The arguments of ``amend``: what replaces the values, or the arguments, of a rejected operation."""

    op: Uid
    values: Values | None = None
    args: dict[str, JsonValue] | None = None

    @model_validator(mode="after")
    def _values_or_args(self) -> AmendArgs:
        if (self.values is None) == (self.args is None):
            raise ValueError("values or args, one of them")
        return self


class DiscardArgs(Request):
    """The arguments of ``discard``: what is given up, and why."""

    op: Uid
    reason: Annotated[str, Storable, Field(max_length=1000)] = ""


class ResolveArgs(Request):
    """The arguments of ``resolve``: which side counts in a conflict, or the values that do.

    ``same_as``: by server, the id of the record that a new one is, of those that it may be a duplicate of.
    """

    op: Uid
    by: Literal["server", "device", "values"]
    values: Values | None = None
    same_as: RecordId | None = None

    @model_validator(mode="after")
    def _values_if_by_values(self) -> ResolveArgs:
        # None of them is a decision, too: the server's side of what is in question, the device's of the rest.
        if (self.by == "values") != (self.values is not None):
            raise ValueError("values go with by values")
        if self.same_as is not None and self.by != "server":
            raise ValueError("same_as goes with by server")
        return self


class OperationHead(BaseModel):
    """What must be readable of an operation for the call to be accepted at all; the rest is judged alone."""

    model_config = ConfigDict(extra="allow", strict=True)

    seq: Seq
    op: Uid


class Delivery(Request):
    """Operations in the order of their numbers.

    ``cursor``, the device's present one, lets the server notice that it was restored before it takes anything.
    """

    operations: list[OperationHead]
    cursor: Annotated[str, Field(max_length=200)] | None = None
    state: DeviceState | None = None


class PushRequest(Delivery):
    """A delivery of new operations; an empty list asks for ``next_seq``.

    With ``dry_run`` the receipts are those that the push would give now, and nothing is done.
    """

    dry_run: bool = False


class JournalRequest(Delivery):
    """Operations that were delivered before, from ``replay_from_seq`` on; answered as a push."""


class PushAnswer(Answer):
    """Receipts of a prefix of what was sent; the device goes on at ``next_seq``.

    With ``dry_run`` no number was taken: ``next_seq`` is what it was before.
    """

    receipts: list[Receipt]
    next_seq: Seq
    server_time: Instant
    dry_run: bool = False
