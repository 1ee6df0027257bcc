"""The change feed as a pull reads it: which records changed since a snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from odoo.tools import SQL

from ..core.position import Snapshot

#: The row that a TRUNCATE leaves: every record of the model is meant.
ALL = 0


def current_snapshot(cr) -> Snapshot:
    """The snapshot that every read of this REPEATABLE READ transaction uses."""
    cr.execute("SELECT pg_current_snapshot()::text")
    return Snapshot.parse(cr.fetchone()[0])


def begin(cr) -> Snapshot:
    """Set a transaction up for a pull; its snapshot, as `current_snapshot`.

    Statements are run, not compiled first: scopes with joins, and values from other tables, look dear to PostgreSQL;
    compiling them took three times as long as reading 10,000 contacts. The commit waits for the disk: a cursor of a
    transaction that never reached it could name numbers that PostgreSQL gives out again.
    """
    cr.execute(
        """SELECT pg_current_snapshot()::text, set_config('jit', 'off', true),
                  set_config('synchronous_commit', 'on', true)"""
    )
    return Snapshot.parse(cr.fetchone()[0])


def _since(snapshot: Snapshot) -> SQL:
    # What was not visible then: transactions that began later, or were under way. Never seq, never a date. The first
    # comparison adds nothing but a place in the index to begin at.
    return SQL(
        "xid >= %s::text::xid8 AND (xid >= %s::text::xid8 OR xid = ANY(%s::text[]::xid8[]))",
        str(snapshot.xmin), str(snapshot.xmax), [str(xid) for xid in snapshot.xip],
    )  # fmt: skip


def count_since(cr, snapshot: Snapshot, limit: int) -> int:
    """How many log rows became visible since, counted up to ``limit``."""
    # The order is that of the index: without it a table that was not analyzed lately is read from its beginning.
    cr.execute(
        SQL(
            "SELECT count(*) FROM (SELECT 1 FROM offline_change WHERE %s ORDER BY xid, seq LIMIT %s) AS rows",
            _since(snapshot),
            limit,
        )
    )
    return cr.fetchone()[0]


def changes_since(cr, snapshot: Snapshot) -> dict[str, set[int]]:
    """{model: ids} of what changed and became visible since; `ALL` among the ids means every record."""
    cr.execute(
        SQL(
            "SELECT model, array_agg(DISTINCT res_id) FROM offline_change WHERE %s GROUP BY model",
            _since(snapshot),
        )
    )
    return {model: set(ids) for model, ids in cr.fetchall()}


def any_since(cr, snapshot: Snapshot, models: Iterable[str]) -> bool:
    """Whether a record of these models changed and became visible since."""
    cr.execute(
        SQL(
            "SELECT 1 FROM offline_change WHERE %s AND model = ANY(%s) ORDER BY xid, seq LIMIT 1",
            _since(snapshot),
            list(models),
        )
    )
    return bool(cr.fetchone())


def changed_at(cr, model: str, res_id: int, field: str) -> datetime | None:
    """When a column of a record of an entity was last seen to change, as naive UTC: its transaction's start.

    None: not since the log of it begins; then the record's ``write_date`` is all that is known. Changes of columns
    that the capture did not know count for each of them.
    """
    cr.execute(
        SQL(
            """SELECT max(at) AT TIME ZONE 'UTC' FROM offline_change
                WHERE res_id IN (%s, %s) AND model = %s AND at IS NOT NULL
                  AND (columns IS NULL OR %s = ANY(string_to_array(columns, ',')))""",
            res_id, ALL, model, field,
        )
    )  # fmt: skip
    return cr.fetchone()[0]


def chosen_at(cr, model: str, res_id: int, field: str, moment: datetime | None) -> datetime | None:
    """When what stands in a field was chosen: `changed_at`, the ``moment``; what a device did, from when it was done.

    So it does not matter which of two devices reaches the office first.
    """
    if moment is None:
        return None
    cr.execute(
        SQL(
            """SELECT corrected_at FROM offline_operation
                WHERE entity = %s AND res_id = %s AND timed->>%s = %s ORDER BY seq DESC LIMIT 1""",
            model, res_id, field, moment.isoformat(),
        )
    )  # fmt: skip
    row = cr.fetchone()
    return row[0] if row and row[0] else moment


def oldest_open(cr) -> datetime | None:
    """When the oldest transaction began that has written in this database and is still open, as naive UTC.

    Its changes reach nobody before it commits. Other roles' transactions are seen only with pg_monitor.
    """
    cr.execute(
        """SELECT min(xact_start) AT TIME ZONE 'UTC' FROM pg_stat_activity
            WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"""
    )
    return cr.fetchone()[0]


def log_size(cr) -> tuple[int, int, datetime | None]:
    """The log's rows (as PostgreSQL estimates them), its bytes with indexes, the time of its first change."""
    cr.execute(
        """SELECT greatest(reltuples, 0)::bigint, pg_total_relation_size(oid),
                  (SELECT at AT TIME ZONE 'UTC' FROM offline_change WHERE at IS NOT NULL ORDER BY xid, seq LIMIT 1)
             FROM pg_class WHERE oid = 'offline_change'::regclass"""
    )
    return cr.fetchone()


def is_ahead(cr, snapshot: Snapshot) -> bool:
    """Whether a stored snapshot is of a later life than the database: it was restored from before."""
    return snapshot.xmax > current_snapshot(cr).xmax


def pruned(cr) -> Snapshot | None:
    """The fence up to which the log was pruned: a position must cover it, or it could miss what went."""
    cr.execute("SELECT snapshot FROM offline_fence WHERE pruned ORDER BY id DESC LIMIT 1")
    row = cr.fetchone()
    return row and Snapshot.parse(row[0])


def seen_at(cr, xid: int) -> datetime | None:
    """When a transaction's changes were first seen by a fence, naive UTC: at most one interval after they committed.

    None while no fence has seen them. Exact times are not kept; the log holds none.
    """
    cr.execute(
        SQL(
            """SELECT taken_at FROM offline_fence
                WHERE pg_visible_in_snapshot(%s::text::xid8, snapshot::pg_snapshot) ORDER BY id LIMIT 1""",
            str(xid),
        )
    )
    row = cr.fetchone()
    return row and row[0]


def lag_s(cr) -> float:
    """How far behind the feed is: seconds for which some transaction may have kept its changes to itself.

    0 when none is under way. Measured by fences, so it is known to within their interval; without any fence that
    old it is the time since the oldest one.
    """
    snapshot = current_snapshot(cr)
    if snapshot.xmin >= snapshot.xmax:
        return 0.0
    cr.execute(
        SQL(
            """SELECT extract(epoch FROM now() AT TIME ZONE 'UTC' - coalesce(
                   (SELECT max(taken_at) FROM offline_fence
                     WHERE pg_snapshot_xmax(snapshot::pg_snapshot) <= %s::text::xid8),
                   (SELECT min(taken_at) FROM offline_fence)))""",
            str(snapshot.xmin),
        )
    )
    return float(cr.fetchone()[0] or 0.0)
