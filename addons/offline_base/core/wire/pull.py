"""Pull and verify: what devices receive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from .basics import (
    PAGE_LIMIT,
    Answer,
    Count,
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
from .receipt import Receipt

#: How many records a person may pin on a device.
PINS_LIMIT = 500
#: How many records a search answers at most.
FOUND_LIMIT = 30


class DeviceState(Request):
    """The device's own view, for the people who watch over it; never trusted for anything else."""

    outbox: Count = 0
    oldest_seq: Seq | None = None
    highest_seq: Seq | None = None
    unresolved: Count = 0
    storage_bytes: Count | None = None
    app_version: Annotated[str, Storable, Field(max_length=50)] | None = None
    clock: Instant | None = None


class PullRequest(Request):
    """``cursor`` null starts from nothing, or from what ``held`` says: {entity: [[id, version], …]}.

    ``pins`` are all records that the person wants to hold whatever the profile's window says, in place of those told
    before; null: as before. They come as far as the user may read them and the entity's own scope reaches.

    ``repair`` names shards whose records are sent whatever the server believes: those whose id modulo
    ``repair_shards`` is listed.
    """

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True, protected_namespaces=())

    cursor: Annotated[str, Field(max_length=200)] | None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = 1000
    versions: Annotated[dict[EntityName, int], Field(alias="schema", default_factory=dict)]
    held: dict[EntityName, list[tuple[RecordId, Version]]] | None = None
    repair: dict[EntityName, list[Annotated[int, Field(ge=0, lt=4096)]]] | None = None
    repair_shards: Annotated[int, Field(ge=1, le=4096)] = 64
    pins: dict[EntityName, list[RecordId]] | None = None
    state: DeviceState | None = None

    @model_validator(mode="after")
    def _few_pins(self) -> PullRequest:
        if self.pins is not None and sum(map(len, self.pins.values())) > PINS_LIMIT:
            raise ValueError(f"pins may hold {PINS_LIMIT} records")
        return self

    @model_validator(mode="after")
    def _held_only_from_nothing(self) -> PullRequest:
        if self.held is not None and self.cursor is not None:
            raise ValueError("held goes only with cursor null")
        return self


class FindRequest(Request):
    """What to search the records of an entity by that the device may hold, also those that its profile leaves out.

    Words; or in ``like`` what a new record would have, which finds those that it may be a duplicate of.
    """

    entity: EntityName
    text: Annotated[str, Storable, Field(min_length=1, max_length=200)] | None = None
    like: Values | None = None
    limit: Annotated[int, Field(ge=1, le=FOUND_LIMIT)] = FOUND_LIMIT

    @model_validator(mode="after")
    def _one_of_both(self) -> FindRequest:
        if (self.text is None) == (self.like is None):
            raise ValueError("text or like, one of them")
        return self


class Found(Answer):
    """A record and what it is called."""

    id: RecordId
    name: str


class FindAnswer(Answer):
    """What was found, best first; ``more``: there are others."""

    records: list[Found]
    more: bool


class Upsert(Answer):
    """A record as it is now; ``uid`` if it was born on a device, ``born`` its creation time, ``v`` its version."""

    id: RecordId
    uid: Uid | None
    born: Instant
    v: Version
    values: Values


class Remove(Answer):
    """A record that the device must let go: it was deleted, or left the device's scope."""

    id: RecordId
    why: Literal["deleted", "scope"]


class EntityChanges(Answer):
    """The changes of one entity in a page."""

    entity: EntityName
    upserts: list[Upsert]
    removes: list[Remove]


class Digest(Answer):
    """How many records of the entity the device holds now, and the sum of their versions modulo 2^64."""

    count: Count
    sum: Version


class PullAnswer(Answer):
    """One page. The device shows what it received only when ``complete`` is true."""

    cursor: str | None
    complete: bool
    reset: bool
    epoch: str
    server_time: Instant
    poll_after_s: Annotated[int, Field(ge=0)]
    profile_version: int
    applied_seq: Count
    replay_from_seq: Seq | None = None
    changes: list[EntityChanges]
    refs: dict[EntityName, dict[str, str]]
    outcomes: list[Receipt]
    digests: dict[EntityName, Digest]


class VerifyRequest(Request):
    """What the device holds of an entity: for each shard, ids modulo their number, the sum of versions modulo 2^64.

    ``cursor`` is the position that the sums are of; without it the last complete one given out is meant.
    """

    entity: EntityName
    shards: Annotated[int, Field(ge=1, le=4096)] = 64
    sums: Annotated[list[Version], Field(max_length=4096)]
    cursor: Annotated[str, Field(max_length=200)] | None = None

    @model_validator(mode="after")
    def _one_sum_each(self) -> VerifyRequest:
        if len(self.sums) != self.shards:
            raise ValueError("sums must hold one sum for each shard")
        return self


class VerifyAnswer(Answer):
    """The shards that differ: a pull with ``repair`` sends them again."""

    differ: list[int]
