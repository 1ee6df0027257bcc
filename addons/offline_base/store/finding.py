"""Searching Odoo from a device that has a network: what it may pin, and what a new record may be a duplicate of."""

from __future__ import annotations

from typing import Any

from odoo.fields import Domain

from ..core.errors import Refusal
from ..core.wire import FindRequest
from . import writer
from .apply import suspects
from .scope import scope_of


def find(device, request: FindRequest) -> dict[str, Any]:
    """The records (core.wire.FindAnswer) that the device may hold, whatever its profile leaves out.

    Of an entity that the device may not hold, or whose records come with others, there are none.
    """
    user_env = device._as_user().env
    scope = scope_of(device, user_env, request.entity)
    if scope is None or scope.adapter._offline_parent:
        return {"records": [], "more": False}
    domain = scope.adapter._offline_scope(device)
    if request.like is not None:
        domain = Domain(domain) & Domain("id", "in", _like(scope.line, scope.adapter, request.like))
    # Odoo's own search by name, with no words for those that are named by their ids.
    found = user_env[request.entity].name_search(request.text or "", domain, limit=request.limit + 1)
    records = [{"id": record_id, "name": name or ""} for record_id, name in found[: request.limit]]
    return {"records": records, "more": len(found) > request.limit}


def _like(line, adapter, like) -> list[int]:
    """What a new record with these values may be a duplicate of, by the rule that holds when it is synced."""
    specs = adapter._offline_specs()
    try:
        sent = writer.checked(adapter.env, specs, like)
        values = writer.resolved(adapter.env, specs, sent, {})
    except Refusal:
        return []  # What does not fit is refused when it is sent, and said then; it is no duplicate of anything.
    prepared = adapter._offline_prepare(writer.orm_values(specs, values))
    return suspects(adapter, line, prepared).ids
