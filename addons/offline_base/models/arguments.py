"""Arguments of named operations as inputs: a JSON schema in the few shapes that people can type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}


def argument_inputs(schema: Mapping[str, Any], args: Any) -> list[dict[str, Any]]:
    """One input per argument: name, label, type (text, integer, number, boolean, choice, json), choices, value.

    What has no simple input (lists, objects) is edited as JSON text.

    >>> schema = {"properties": {"n": {"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "N"}}}
    >>> argument_inputs(schema, {"n": 3})
    [{'name': 'n', 'label': 'N', 'type': 'integer', 'choices': [], 'required': False, 'value': 3}]
    """
    given = args if isinstance(args, Mapping) else {}
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "label": part.get("description") or part.get("title") or name,
            **_shape(_resolved(part, schema)),
            "required": name in required,
            "value": given.get(name, part.get("default")),
        }
        for name, part in schema.get("properties", {}).items()
    ]


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part behind a reference, and the one shape of an optional one."""
    shapes = [shape for shape in part.get("anyOf", ()) if shape.get("type") != "null"]
    if len(shapes) == 1:
        part = shapes[0]
    if "$ref" in part:
        part = schema.get("$defs", {}).get(part["$ref"].rpartition("/")[2], {})
    return part


def _shape(part: Mapping[str, Any]) -> dict[str, Any]:
    if choices := part.get("enum"):
        return {"type": "choice", "choices": list(choices)}
    return {"type": _TYPES.get(str(part.get("type")), "json"), "choices": []}
