"""The profile: what a device may hold and do, and for whom."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue

from .basics import Answer, EntityName, FieldName, RecordId


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


class QuestionProfile(Answer):
    """A question that Odoo answers about records of the entity; ``args`` is the JSON Schema of its arguments."""

    name: str
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
    questions: list[QuestionProfile] = []
    parent: str | None
    direction: Literal["pull", "push", "both"]
    policies: dict[FieldName, str]
    delete_policy: Literal["review", "ask", "device", "server"] = "review"
    window: Window | None = None
    #: What the app needs to know besides, as the addon of this kind of records says.
    options: dict[str, JsonValue] = {}


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
