"""Receipts as the wire shows them, from stored operations."""

from __future__ import annotations

from typing import Any


def receipt(operation) -> dict[str, Any]:
    """The receipt (core.wire.Receipt) of a stored operation, filtered by what its user may read now.

    ``operation`` is a sudo recordset of one. An operation that came a second time answers with the first.
    """
    first = operation.original_id or operation
    env = operation.device_id._as_user().env
    return {
        "seq": operation.seq,
        "op": operation.op,
        "status": first.status,
        "target": _target(first),
        "result": first.result or None,
        "code": first.code or None,
        "message": (first.status == "discarded" and first.discard_reason) or first.message or None,
        "fields": first.field_errors or {},
        "conflict": _conflict(env, first),
        "blocked_by": first.blocked_by or [],
    }


def _target(operation):
    if not operation.res_id and not operation.target_uid:
        return None
    return {
        "id": operation.res_id or None,
        "uid": operation.target_uid or None,
        "born": operation.born or None,
    }


def _conflict(env, operation):
    conflict = operation.conflict if operation.status == "conflict" else None
    if not conflict:
        return None
    model = env.get(operation.entity)
    readable = {}
    if model is not None and model.browse(operation.res_id or ()).exists().has_access("read"):
        readable = {
            name: sides
            for name, sides in conflict["fields"].items()
            if name in model._fields and model._has_field_access(model._fields[name], "read")
        }
    # To devices a possible duplicate is not as they expected; which records it may be stands in the result.
    kind = "expect" if conflict["kind"] == "duplicate" else conflict["kind"]
    return {"kind": kind, "decider": conflict.get("decider", "office"), "fields": readable}
