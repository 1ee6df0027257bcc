"""An edit is checked where the person still sees the form: nothing that cannot fit enters the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from offline_core.errors import Refusal
from offline_core.fields import FieldSpec, ValueInvalid, canonical
from offline_core.wire import EntityProfile, FieldProfile, OperationProfile

#: Turns an id into the uid of the same record when there is one: (Odoo model, id) → uid or None.
UidOf = Callable[[str, int], str | None]


def spec_of(field: FieldProfile) -> FieldSpec:
    """The field as the core's canonical forms need it.

    >>> spec_of(FieldProfile(name="a", type="char", label="A", required=True, readonly=False)).required
    True
    """
    selection = None if field.selection is None else tuple(key for key, _label in field.selection)
    return FieldSpec(
        field.name,
        field.type,
        digits=field.digits,
        selection=selection,
        relation=field.relation,
        readonly=field.readonly,
        required=field.required,
    )


def check_values(entity: EntityProfile, values: Mapping[str, Any], uid_of: UidOf) -> dict[str, Any]:
    """The values in canonical form, references by uid where there is one; or `Refusal` naming every wrong field."""
    specs = {field.name: spec_of(field) for field in entity.fields_}
    checked: dict[str, Any] = {}
    wrong: dict[str, tuple[str, str]] = {}
    for name, value in values.items():
        spec = specs.get(name)
        if spec is None:
            wrong[name] = ("field_unknown", "is not in the profile of this device")
        elif spec.readonly:
            wrong[name] = ("field_read_only", "cannot be changed")
        else:
            try:
                checked[name] = _by_uid(spec, canonical(spec, value), uid_of)
            except ValueInvalid as error:
                wrong[name] = ("value_invalid", str(error))
            else:
                if spec.required and checked[name] is None:
                    wrong[name] = ("required_missing", "must not be empty")
    if wrong:
        code = next(iter(wrong.values()))[0]
        said = "; ".join(f"{name}: {sentence}" for name, (_code, sentence) in wrong.items())
        raise Refusal(code, said, {name: sentence for name, (_code, sentence) in wrong.items()})
    return checked


def references(entity: EntityProfile, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The (Odoo model, uid) pairs that values refer to."""
    relations = {field.name: field.relation for field in entity.fields_}
    found = []
    for name, value in values.items():
        relation = relations.get(name)
        for item in value if isinstance(value, list) else [value]:
            if relation is not None and isinstance(item, Mapping) and "uid" in item:
                found.append((relation, item["uid"]))
    return found


def check_args(operation: OperationProfile, args: Mapping[str, Any]) -> None:
    """Raise `Refusal` when an argument is missing or unknown; their types are judged by the server.

    >>> confirm = OperationProfile(name="confirm", label="", args={"required": ["date"], "properties": {"date": {}}})
    >>> check_args(confirm, {"date": "2026-11-21"})
    """
    wrong = {name: "is missing" for name in operation.args.get("required", []) if name not in args}
    if operation.args.get("additionalProperties", True) is False:
        known = operation.args.get("properties", {})
        wrong |= {name: "is no argument of this operation" for name in args if name not in known}
    if wrong:
        said = "; ".join(f"{name} {sentence}" for name, sentence in wrong.items())
        raise Refusal("operation_invalid", said, wrong)


def _by_uid(spec: FieldSpec, value: Any, uid_of: UidOf) -> Any:
    if spec.relation is None:
        return value
    if isinstance(value, list):
        return canonical(spec, [_one_by_uid(spec.relation, item, uid_of) for item in value])
    return _one_by_uid(spec.relation, value, uid_of)


def _one_by_uid(relation: str, value: Any, uid_of: UidOf) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        uid = uid_of(relation, value)
        if uid is not None:
            return {"uid": uid}
    return value
