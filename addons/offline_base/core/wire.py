"""The shapes of the wire, declared once: what the server reads and writes, what devices send and expect.

Requests forbid unknown members (the server refuses them by name); answers ignore them (an older device meets a
newer server). ``openapi.json`` is generated from these models. Times are RFC 3339 in UTC, versions and sums 16
hex digits, field values in the canonical form of `offline_core.fields`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from .fields import is_uid, parse_instant

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


# --- enrolment and profile ------------------------------------------------------------------------------------


class PublicKey(Request):
    """An EC P-256 public key as JWK (RFC 7517); coordinates are base64url of 32 bytes."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]
    y: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class DeviceDescription(Request):
    """What a device says of itself when it enrols."""

    name: Annotated[str, Storable, Field(min_length=1, max_length=100)]
    platform: Annotated[str, Storable, Field(max_length=100)] = ""
    app_version: Annotated[str, Storable, Field(max_length=50)] = ""
    public_key: PublicKey | None = None


Signature = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{86}$")]


class DeviceProof(Request):
    """That the caller is an enrolled device: its key signs {device, epoch, nonce, time} as canonical JSON."""

    device: Uid
    epoch: Annotated[str, Storable, Field(max_length=64)] | None
    time: Instant
    signature: Signature


class EnrolRequest(Request):
    """The same code with the same nonce gives a fresh token again (the answer was lost).

    With a ``proof`` the device stays the same one; a code is needed then only if its token had not expired.
    """

    code: Annotated[str, Storable, Field(min_length=4, max_length=64)] | None = None
    nonce: Annotated[str, Field(min_length=16, max_length=128)]
    device: DeviceDescription
    proof: DeviceProof | None = None

    @model_validator(mode="after")
    def _code_or_proof(self) -> EnrolRequest:
        if self.code is None and self.proof is None:
            raise ValueError("a code or a proof is needed")
        return self


class User(Answer):
    """The person that the device works as. ``companies`` are the ids that operations may name."""

    id: RecordId
    name: str
    lang: str | None
    tz: str | None
    company: RecordId
    companies: list[RecordId]


class FieldProfile(Answer):
    """One field of an entity, as the device needs it for forms, lists and comparison."""

    name: FieldName
    type: str
    label: str
    required: bool
    readonly: bool
    selection: list[tuple[str, str]] | None = None
    relation: str | None = None
    digits: int | None = None


class OperationProfile(Answer):
    """A named operation: a complete business function; ``args`` is the JSON Schema of its arguments."""

    name: str
    label: str
    args: dict[str, Any]


class Window(Answer):
    """The device holds the records whose ``field`` lies in these days around its user's today; null: no end."""

    field: FieldName
    past_days: Annotated[int, Field(ge=0)]
    future_days: Annotated[int, Field(ge=0)] | None


class EntityProfile(Answer):
    """One kind of record that the device may hold; ``name`` is its Odoo model."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, protected_namespaces=())

    name: EntityName
    label: str
    version: Annotated[int, Field(alias="schema")]
    fields_: Annotated[list[FieldProfile], Field(alias="fields")]
    operations: list[OperationProfile]
    parent: str | None
    direction: Literal["pull", "push", "both"]
    policies: dict[FieldName, str]
    delete_policy: Literal["review", "ask", "device", "server"] = "review"
    window: Window | None = None


class Limits(Answer):
    """What one call may carry. Past a limit comes an error that names it, never a silent cut."""

    body_bytes: int
    operations: int
    page: int
    blob_bytes: int | None = None
    records: int | None = None


class Schedule(Answer):
    """How often a device syncs by itself, and between which minutes of its user's day."""

    poll_interval_s: Annotated[int, Field(ge=1)] = 30
    from_minute: Annotated[int, Field(ge=0, le=1440)] = 0
    to_minute: Annotated[int, Field(ge=0, le=1440)] = 1440


class EscrowKey(Answer):
    """The public key (EC P-256, JWK) to which devices seal their work; ``kid`` is its thumbprint (RFC 7638)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str


class Profile(Answer):
    """What this device may hold and do. A higher ``profile_version`` in a pull says: fetch it again."""

    profile_version: int
    name: str
    entities: list[EntityProfile]
    modes: list[Literal["automatic", "always_online", "always_offline"]]
    schedule: Schedule
    limits: Limits
    wifi_only_blobs: bool = False
    minimum_app_version: str | None
    escrow_key: EscrowKey | None = None


class EnrolAnswer(Answer):
    """201: the device exists. The token is shown once and stored on the server only as a hash."""

    device: Uid
    token: str
    token_expires_at: Instant
    epoch: str
    user: User
    profile: Profile
    server_time: Instant


class TokenRequest(Request):
    """Nothing needs to be said: the token that is shown is the one to be replaced."""


class TokenAnswer(Answer):
    """The new token. The old one stays good until the new one is first used, or until it expires."""

    token: str
    token_expires_at: Instant
    server_time: Instant


class EscrowRequest(Request):
    """The device's work, sealed: a JWE in compact form (ECDH-ES, A256GCM) of an `EscrowEnvelope`."""

    sealed: Annotated[
        str, Field(min_length=20, max_length=BODY_BYTES, pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){4}$")
    ]


class EscrowAnswer(Answer):
    """201: the box is kept. ``sha256`` is that of the sealed text as it arrived."""

    sha256: str
    server_time: Instant


class EscrowEnvelope(Request):
    """What is inside a box: the content, and the device's signature over it as canonical JSON (RFC 8785)."""

    content: dict[str, JsonValue]
    signature: Signature | None = None


class WipeRequest(Request):
    """The device has forgotten its records, its work and its key, and will forget its token."""

    done: Literal[True]


class WipeAnswer(Answer):
    """The device's state on the server: ``wiped``, for good."""

    state: Literal["wiped"]
    server_time: Instant


# --- pull -----------------------------------------------------------------------------------------------------


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
    state: DeviceState | None = None

    @model_validator(mode="after")
    def _held_only_from_nothing(self) -> PullRequest:
        if self.held is not None and self.cursor is not None:
            raise ValueError("held goes only with cursor null")
        return self


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


# --- push -----------------------------------------------------------------------------------------------------


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
    """The arguments of ``resolve``: which side counts in a conflict, or the values that do."""

    op: Uid
    by: Literal["server", "device", "values"]
    values: Values | None = None

    @model_validator(mode="after")
    def _values_if_by_values(self) -> ResolveArgs:
        if (self.by == "values") != bool(self.values):
            raise ValueError("values go with by values")
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


class EscrowFile(Request):
    """A part of a file that was not sent: its bytes from ``offset`` on, in base64."""

    sha256: BlobHash
    size: Annotated[int, Field(ge=0)]
    name: Annotated[str, Field(max_length=255)] = ""
    type: Annotated[str, Field(max_length=255)] = ""
    offset: Annotated[int, Field(ge=0)]
    data: Annotated[str, Field(max_length=BODY_BYTES)]


class EscrowContent(Request):
    """The operations of a device, delivered and undelivered, in the order of their numbers; or parts of files."""

    device: Uid
    epoch: Annotated[str, Field(max_length=64)] | None
    made_at: Instant
    operations: list[OperationHead]
    files: list[EscrowFile] = []


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


# --- errors ---------------------------------------------------------------------------------------------------


class ProblemDocument(Answer):
    """RFC 9457 problem details; ``code`` stands in the error catalogue."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    remedy: str
    detail: str | None = None
    errors: dict[str, str] | None = None
    expected_seq: Seq | None = None
    seq: Seq | None = None
    limit: dict[str, int] | None = None
    wipe: bool | None = None
    retry_after_s: int | None = None
    server_time: Instant | None = None
    minimum_app_version: str | None = None
    epoch: str | None = None
