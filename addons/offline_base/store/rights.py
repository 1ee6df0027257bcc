"""What a worker remembers of rights, against what another worker changed."""

from __future__ import annotations

from ..core.position import Snapshot
from . import feed


def drop_stale_caches(env, snapshot: Snapshot) -> None:
    """Forget what this worker remembers of rights if they changed since it last looked.

    Odoo commits before it tells the other workers to drop their caches. In between, a pull would see the change in
    the log and read through rules that are no longer in force.
    """
    registry = env.registry
    seen = getattr(registry, "offline_rights_seen", None)
    if seen is None or feed.any_since(env.cr, seen, env["offline.capture"]._remembered_models()):
        # Nothing of rights is in the others, and the map of routes alone takes a second and more to make again.
        registry.clear_cache("default", "stable", "groups")
        # The worker that made the change tells the others.
        registry.cache_invalidated.clear()
        env.invalidate_all()
    if seen is None or snapshot.xmax >= seen.xmax:
        registry.offline_rights_seen = snapshot
