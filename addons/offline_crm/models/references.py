"""References to records in the arguments of named operations: by id, or by the uid that a device gave."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from odoo.addons.offline_base.core.fields import FieldSpec
from odoo.addons.offline_base.core.wire import RecordId, Uid
from odoo.addons.offline_base.store import writer

#: As in values of fields: an id, or {"uid": …}.
Reference = RecordId | Annotated[dict[Literal["uid"], Uid], Field(min_length=1)]


def record(env: Any, model: str, name: str, reference: Any) -> Any:
    """The record that the argument ``name`` refers to, none where it is empty.

    Raises the refusal of a value that names nothing the user may read.
    """
    spec = FieldSpec(name, "many2one", relation=model)
    found = writer.resolved(env, {name: spec}, {name: reference}, {})[name]
    return env[model].browse(found or ())


def records(env: Any, model: str, name: str, references: list[Any]) -> Any:
    """The same for a list."""
    spec = FieldSpec(name, "many2many", relation=model)
    return env[model].browse(writer.resolved(env, {name: spec}, {name: references}, {})[name])
