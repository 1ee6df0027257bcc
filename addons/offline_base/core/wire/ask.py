"""Ask: what a device wants Odoo to say of records now; nothing is changed by it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from .basics import Answer, EntityName, Instant, RecordId, Request, Storable
from .push import ById, ByUid

#: How many records one question may be about.
TARGETS_LIMIT = 500


class AskRequest(Request):
    """A question that the profile names, with its arguments, about records of its entity, or about none.

    ``company`` is the one to answer for, in place of the user's own, as in an operation.
    """

    entity: EntityName
    question: Annotated[str, Storable, Field(max_length=64)]
    targets: Annotated[list[ById | ByUid], Field(max_length=TARGETS_LIMIT)] = []
    args: dict[str, JsonValue] = {}
    company: RecordId | None = None


class AskAnswer(Answer):
    """What Odoo says, as the question has it, and when it said so."""

    answer: JsonValue
    answered_at: Instant
