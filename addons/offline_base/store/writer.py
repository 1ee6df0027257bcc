"""Wire values on their way into Odoo: checked against the profile's fields, references resolved, ORM forms made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from odoo import fields
from odoo.fields import Command

from ..core.errors import Refusal
from ..core.fields import FieldSpec, ValueInvalid, canonical, empty, parse_instant
from .reader import wire_value


def checked(
    env, specs: Mapping[str, FieldSpec], values: Mapping[str, Any], *, writing: bool = True
) -> dict[str, Any]:
    """Canonical values of fields that exist and may be written, or `Refusal` naming each that does not fit.

    With ``writing`` False (bases: what the device once saw) null means that nobody had filled the field yet, and what
    the field cannot hold any more stands as text: it is compared, and equals nothing that is there now.
    """
    if unknown := {name: env._("This field is not in the profile.") for name in values if name not in specs}:
        raise Refusal("field_unknown", fields=unknown)
    if writing and (
        fixed := {name: env._("This field cannot be changed.") for name in values if specs[name].readonly}
    ):
        raise Refusal("field_read_only", fields=fixed)
    if writing and (
        missing := [n for n, value in values.items() if specs[n].required and value in (None, "")]
    ):
        raise Refusal(
            "required_missing", fields={name: env._("A required field is empty.") for name in missing}
        )
    result, wrong = {}, {}
    for name, value in values.items():
        try:
            blank = value is None and not writing
            result[name] = empty(specs[name]) if blank else canonical(specs[name], value)
        except ValueInvalid as error:
            if writing:
                wrong[name] = str(error)
            else:
                result[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if wrong:
        raise Refusal("value_invalid", fields=wrong)
    return result


def resolved(
    env,
    specs: Mapping[str, FieldSpec],
    values: Mapping[str, Any],
    beside: Mapping[str, Any],
    *,
    must_exist: bool = True,
    readable: Readable | None = None,
) -> dict[str, Any]:
    """The same values with every reference as an id of a record that the user may read.

    Missing and unreadable records look alike. ``beside`` are the record's other values, where the model of a
    many2one_reference may stand. With ``must_exist`` False (bases: what the device once saw) an unknown
    reference becomes None. ``readable`` remembers what was found readable, for operations that run as one.
    """
    readable = readable or Readable()
    result = dict(values)
    if must_exist:
        # A reference whose model changes leads to another record, which must be there for the user as well.
        turned = [
            n for n, s in specs.items() if s.model_field in values and n not in values and beside.get(n)
        ]
        values = {**values, **{name: beside[name] for name in turned}}
    for name, value in values.items():
        spec = specs[name]
        if value is None or spec.type not in ("many2one", "many2many", "many2one_reference"):
            continue
        model = spec.relation or _referred_model(env, {**beside, **values}, specs[name], name)
        ids = [_id(env, model, item) for item in (value if isinstance(value, list) else [value])]
        if must_exist and None not in ids and not readable.covers(env, model, ids):
            ids = [_merged_into(env, model, i) for i in ids]
        if must_exist and (None in ids or not readable.covers(env, model, ids)):
            raise Refusal(
                "reference_unknown", fields={name: env._("This record is not known, or may not be read.")}
            )
        result[name] = sorted(i for i in ids if i is not None) if isinstance(value, list) else ids[0]
    return result


def _referred_model(env, values, spec, name):
    model = values.get(spec.model_field)
    if model not in env or env[model]._abstract or env[model]._transient:
        raise Refusal(
            "reference_unknown", fields={name: env._("This record is not known, or may not be read.")}
        )
    return model


def _id(env, model, reference):
    if isinstance(reference, Mapping):
        # sudo: the map of identities is the engine's; what it leads to is checked as the user.
        return env["offline.identity"].sudo()._record_id(model, reference["uid"])
    return reference


def _merged_into(env, model, record_id):
    """The record that one which is gone was merged into; else the same."""
    adapter = env["offline.adapter"]._offline_adapter(model)
    merged = adapter._offline_successor(record_id, None) if adapter is not None else None
    return merged[0] if merged else record_id


class Readable:
    """Which records the user may read, asked once for each while nothing is written in between."""

    def __init__(self) -> None:
        self._known: dict[str, set[int]] = {}

    def covers(self, env, model: str, ids) -> bool:
        """Whether all of them may be read."""
        known = self._known.setdefault(model, set())
        missing = set(ids) - known
        if missing and env[model].has_access("read"):
            known.update(
                env[model].with_context(active_test=False).search([("id", "in", list(missing))])._ids
            )
        return missing <= known


def present(record, spec: FieldSpec) -> Any:
    """A field's value as the transaction has it now, in canonical wire form."""
    value = record[spec.name]
    if spec.type == "many2one":
        value = value.id
    elif spec.type == "many2many":
        value = value.ids
    return wire_value(spec, value)


def orm_values(specs: Mapping[str, FieldSpec], values: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical, resolved values as `create` and `write` take them."""
    return {name: _orm_value(specs[name], value) for name, value in values.items()}


def _orm_value(spec, value):
    if spec.type == "many2many":
        return [Command.set(value or [])]
    if value is None:
        return False
    if spec.type == "datetime":
        return fields.Datetime.to_string(parse_instant(value).replace(tzinfo=None))
    return value
