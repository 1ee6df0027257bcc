"""Searching Odoo from a device that has a network: what it may pin, by Odoo's own search by name."""

from __future__ import annotations

from typing import Any

from ..core.wire import FindRequest
from .scope import Scope


def find(device, request: FindRequest) -> dict[str, Any]:
    """The records (core.wire.FindAnswer) that the device may hold, whatever its profile leaves out.

    Of an entity that the device may not hold, or whose records come with others, there are none.
    """
    user_env = device._as_user().env
    for line, adapter in device.profile_id.with_env(user_env)._lines():
        if adapter._offline_model != request.entity or adapter._offline_parent:
            continue
        if Scope(adapter, line, device).readable:
            domain = adapter._offline_scope(device)
            found = user_env[request.entity].name_search(request.text, domain, limit=request.limit + 1)
            records = [{"id": record_id, "name": name or ""} for record_id, name in found[: request.limit]]
            return {"records": records, "more": len(found) > request.limit}
    return {"records": [], "more": False}
