"""Receipts as the wire shows them, from stored operations."""

from __future__ import annotations

from typing import Any

from . import reader


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
        "message": first.message or None,
        "fields": first.field_errors or {},
        "conflict": _conflict(env, first),
        "blocked_by": first.blocked_by or [],
    }


def _target(operation):
    if not operation.res_id and not operation.target_uid:
        return None
    born = reader.births(operation.env, operation.entity, [operation.res_id]) if operation.res_id else {}
    uid = operation.target_uid or operation.env["offline.identity"]._uids(
        operation.entity, [operation.res_id]
    ).get(operation.res_id)
    return {"id": operation.res_id or None, "uid": uid or None, "born": born.get(operation.res_id)}


def _conflict(env, operation):
    conflict = operation.conflict if operation.status == "conflict" else None
    if not conflict:
        return None
    model = env[operation.entity]
    readable = {
        n: f for n, f in conflict["fields"].items() if model._has_field_access(model._fields[n], "read")
    }
    return {"kind": conflict["kind"], "fields": readable}
