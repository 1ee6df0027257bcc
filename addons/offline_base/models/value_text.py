"""Values of the wire as people read them: labels instead of names, in the reader's language and time zone."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from odoo.fields import Date
from odoo.tools import format_date, format_datetime, html2plaintext


def may_read(model, record_id: int | None, name: str) -> bool:
    """Whether the environment's user may read a field of a record, or of the model while there is no record."""
    field = model._fields.get(name)
    if field is None or not model._has_field_access(field, "read"):
        return False
    return model.browse(record_id).exists().has_access("read") if record_id else model.has_access("read")


def field_label(model, name: str) -> str:
    """The field's label; its name where the model is gone or never had it."""
    described = model.fields_get([name], ["string"]) if model is not None else {}
    return described.get(name, {}).get("string", name)


def relation_of(
    model, name: str, record_id: int | None = None, sent: dict[str, Any] | None = None
) -> str | None:
    """The model that a reference points to: its own, or the one that another field names, as sent or as it stands."""
    field = model._fields[name]
    if field.type != "many2one_reference":
        return field.comodel_name
    relation = (sent or {}).get(field.model_field)
    record = model.browse(record_id).exists() if record_id else model
    if relation is None and record and record.has_access("read"):
        relation = record[field.model_field]
    return relation if isinstance(relation, str) and relation in model.env else None


def value_text(model, name: str, value: Any, relation: str | None = None) -> str:
    """A canonical value (core.fields) as a person reads it; references by name as far as they may see them.

    ``relation`` is the model that it points to where the field itself does not say so, see `relation_of`.
    """
    env, field = model.env, model._fields[name]
    if field.type == "boolean" and not isinstance(value, str):
        return env._("Yes") if value else env._("No")
    if value is None or value is False or value in ("", []):
        return ""  # zero is a value
    if relation := relation or field.comodel_name:
        if isinstance(value, str):
            return value  # from before the field became a reference
        items = value if isinstance(value, list) else [value]
        records = env[relation].browse([item for item in items if isinstance(item, int)]).exists()
        names = records._filtered_access("read").mapped("display_name")
        return ", ".join(names + [env._("(new)") for item in items if not isinstance(item, int)])
    if field.type == "selection":
        return str(dict(field._description_selection(env)).get(str(value), value))
    try:
        if field.type == "date":
            return format_date(env, Date.to_date(value))
        if field.type == "datetime":
            return format_datetime(env, datetime.fromisoformat(value).replace(tzinfo=None))
    except (TypeError, ValueError):
        return str(value)  # what a device sent by mistake is shown as it is
    if field.type == "html":
        return html2plaintext(str(value)).strip()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
