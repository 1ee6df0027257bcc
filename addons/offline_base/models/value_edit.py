"""Values on their way to an input of Odoo's web client and back: the office edits what a device sent."""

from __future__ import annotations

from typing import Any

from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tools import html_sanitize, is_html_empty

from ..core.fields import ValueInvalid, canonical, format_instant, parse_instant
from .value_text import field_label, relation_of

#: Types whose input in the web client is that of another type: amounts are numbers, and a reference whose model is
#: in another field is one to that model.
_SHOWN_AS = {"monetary": "float", "many2one_reference": "many2one"}
_DESCRIBED = ("type", "string", "required", "selection", "relation", "digits", "help")


def described(model, specs, names, record_id=None, sent=None) -> dict[str, dict[str, Any]]:
    """What the web client has to know of these fields to offer an input; fields without one are left out.

    ``record_id`` and ``sent`` (the values of the operation) say which model a reference points to.
    """
    result = model.fields_get([n for n in names if n in specs and may_edit(specs[n])], _DESCRIBED)
    for name, field in list(result.items()):
        if field["type"] == "many2one_reference":
            field["relation"] = relation_of(model, name, record_id, sent)
            if field["relation"] is None:
                del result[name]
        field["type"] = _SHOWN_AS.get(field["type"], field["type"])
    return result


def may_edit(spec) -> bool:
    """Whether the office can enter a value here."""
    return not spec.readonly


def for_input(model, spec, value: Any, relation: str | None = None) -> Any:
    """A canonical value as the web client's record takes it; what its reader may not see is left empty."""
    if spec.type in ("many2one", "many2many", "many2one_reference"):
        found = _visible(model, relation or spec.relation, value if isinstance(value, list) else [value])
        if spec.type == "many2many":
            return found.ids
        return {"id": found.id, "display_name": found.display_name} if len(found) == 1 else False
    try:
        value = canonical(spec, value)
    except ValueInvalid:
        return False  # what a device sent by mistake is shown beside the input, which starts empty
    if value is None:
        return False
    if spec.type == "datetime":
        return Datetime.to_string(parse_instant(value).replace(tzinfo=None))
    if spec.type == "html":
        # It goes into the reader's page as markup: nothing that a device sent may run there.
        return str(html_sanitize(value, sanitize_attributes=True, sanitize_form=True))
    return value


def from_input(model, spec, value: Any) -> Any:
    """What a person entered, as it travels (canonical), or an error that names the field.

    Times may come as Odoo writes them (``2026-11-22 10:00:00``, UTC); rich text is HTML; False is empty, as
    everywhere in Odoo.
    """
    label = field_label(model, spec.name)
    if not may_edit(spec):
        raise UserError(model.env._("%s cannot be changed.", label))
    try:
        if value is False and spec.type != "boolean":
            value = [] if spec.type == "many2many" else None
        elif spec.type == "datetime" and isinstance(value, str) and "T" not in value:
            value = format_instant(Datetime.to_datetime(value))
        elif spec.type == "html" and isinstance(value, str):
            value = None if is_html_empty(value) else value
        result = canonical(spec, value)
    except ValueInvalid as error:
        raise UserError(model.env._("%(field)s: %(reason)s", field=label, reason=error)) from None
    except ValueError:
        raise UserError(model.env._("%s does not fit its field.", label)) from None
    if spec.required and result is None:
        raise UserError(model.env._("%s must not be empty.", label))
    return result


def _visible(model, relation, references):
    ids = [item for item in references if isinstance(item, int) and not isinstance(item, bool)]
    if relation is None:
        return model.browse()
    records = model.env[relation].with_context(active_test=False).browse(ids).exists()
    return records._filtered_access("read")
