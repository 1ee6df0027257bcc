"""What the engine forgets, a bounded piece at a time, and why nobody can miss it.

The log is pruned by fences: what a fence of thirty days ago saw goes. A position that covers that fence saw it as
well, so it never asks for it; one that does not is answered by a reset. A transaction that was under way at the
fence was not seen by it, however old its number is: its rows stay until a later fence saw them.
"""

from __future__ import annotations

from odoo.tools import SQL

from ..core.position import Snapshot
from . import feed

#: Rows that one transaction deletes or empties: short locks, and replicas keep up.
PIECE = 10_000


def place_fence(cr) -> None:
    """Note which transactions are visible now."""
    cr.execute(
        "INSERT INTO offline_fence (taken_at, snapshot, pruned)"
        " VALUES (clock_timestamp() AT TIME ZONE 'UTC', pg_current_snapshot()::text, false)"
    )


def choose_fence(cr, days: int) -> None:
    """Take the newest fence of that age as the one to prune by; older fences have no use any more.

    Never an older one than before: what went by it is gone. And none that saw nothing which is still in the log:
    where nothing happens, positions stand for good.
    """
    cr.execute(
        SQL(
            """SELECT id, snapshot FROM offline_fence
                WHERE taken_at <= now() AT TIME ZONE 'UTC' - make_interval(days => %s) ORDER BY id DESC LIMIT 1""",
            days,
        )
    )
    if not (row := cr.fetchone()):
        return
    newest, seen = row[0], Snapshot.parse(row[1])
    cr.execute(
        SQL(
            """UPDATE offline_fence SET pruned = true
                WHERE id = %s AND id > coalesce((SELECT max(id) FROM offline_fence WHERE pruned), 0)
                  AND EXISTS (SELECT 1 FROM offline_change WHERE %s)""",
            newest, _seen_by(seen),
        )
    )  # fmt: skip
    cr.execute(
        SQL(
            "DELETE FROM offline_fence WHERE id < %s"
            " AND id IS DISTINCT FROM (SELECT max(id) FROM offline_fence WHERE pruned)",
            newest,
        )
    )


def prune_changes(cr, piece: int = PIECE) -> int:
    """Delete log rows that the chosen fence saw; how many."""
    fence = feed.pruned(cr)
    if fence is None:
        return 0
    cr.execute(
        SQL(
            """DELETE FROM offline_change WHERE ctid = ANY(ARRAY(
                   SELECT ctid FROM offline_change
                    WHERE %s ORDER BY xid, seq LIMIT %s))""",
            _seen_by(fence), piece,
        )
    )  # fmt: skip
    return cr.rowcount


def _seen_by(fence: Snapshot) -> SQL:
    """The log rows that a fence saw."""
    return SQL(
        "xid < %s::text::xid8 AND xid <> ALL(%s::text[]::xid8[])",
        str(fence.xmax),
        [str(xid) for xid in fence.xip],
    )


def prune_positions(cr, piece: int = PIECE) -> int:
    """Delete positions that no longer stand: their cursors are answered by a reset; how many."""
    fence = feed.pruned(cr)
    if fence is None:
        return 0
    cr.execute(
        SQL(
            """DELETE FROM offline_position WHERE id IN (
                   SELECT id FROM (SELECT id, coalesce(snapshot, walk_snapshot)::pg_snapshot AS seen
                                     FROM offline_position) AS position
                    WHERE pg_snapshot_xmax(seen) < %(xmax)s::text::xid8
                       OR EXISTS (SELECT 1 FROM pg_snapshot_xip(seen) AS running
                                   WHERE pg_visible_in_snapshot(running, %(fence)s::pg_snapshot))
                    LIMIT %(piece)s)""",
            xmax=str(fence.xmax), fence=str(fence), piece=piece,
        )
    )  # fmt: skip
    return cr.rowcount


def note_finals(cr, parked: tuple[str, ...], piece: int = PIECE) -> int:
    """Note since when operations have had a final state; how many were noted.

    One that was final at once has been so since it came; of others it is known to within the time between two runs.
    """
    cr.execute(
        SQL(
            """UPDATE offline_operation
                  SET final_since = CASE WHEN revision = 0 THEN received_at ELSE now() AT TIME ZONE 'UTC' END
                WHERE id IN (SELECT id FROM offline_operation
                              WHERE final_since IS NULL AND status <> ALL(%s) ORDER BY id LIMIT %s)""",
            list(parked), piece,
        )
    )  # fmt: skip
    return cr.rowcount


def purge_payloads(cr, parked: tuple[str, ...], days: int, piece: int = PIECE) -> int:
    """Empty what operations carried that have been final for so long."""
    cr.execute(
        SQL(
            """SELECT id FROM offline_operation
                WHERE payload IS NOT NULL AND status <> ALL(%s)
                  AND final_since <= now() AT TIME ZONE 'UTC' - make_interval(days => %s)
                ORDER BY final_since LIMIT %s""",
            list(parked), days, piece,
        )
    )  # fmt: skip
    return forget(cr, [operation_id for (operation_id,) in cr.fetchall()])


def forget(cr, operation_ids: list[int]) -> int:
    """Empty what these operations carried, and what their conflicts showed; number, id and receipt stay."""
    cr.execute(
        SQL(
            """UPDATE offline_operation SET payload = NULL, sent = NULL, stored = NULL, conflict = NULL,
                                         wanted = NULL, edited = NULL, decision = NULL, replaced = NULL
                WHERE id = ANY(%s)""",
            operation_ids,
        )
    )
    done = cr.rowcount
    cr.execute(
        SQL(
            """UPDATE offline_conflict_line SET base = NULL, mine = NULL, theirs = NULL, chosen_value = NULL
                WHERE conflict_id IN (SELECT id FROM offline_conflict WHERE operation_id = ANY(%s))""",
            operation_ids,
        )
    )
    return done
