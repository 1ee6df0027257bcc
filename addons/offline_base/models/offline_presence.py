import logging
from datetime import UTC, datetime, timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.fields import parse_instant

_logger = logging.getLogger(__name__)
#: A contact that tells nothing new is written after so long; devices poll every half minute.
_EVERY = timedelta(minutes=5)
#: Clocks and networks jitter: an offset that moved by less is the same one.
_SAME_OFFSET_S = 5
_REPORTED = ("outbox", "oldest_seq", "highest_seq", "unresolved", "app_version")


class OfflinePresence(models.Model):
    """When a device last called, and what it said of itself. For people: nothing of the engine depends on it.

    The table is UNLOGGED: it costs no write-ahead log, and PostgreSQL empties it after a crash.
    """

    _name = "offline.presence"
    _description = "Offline Presence"
    _log_access = False
    _rec_name = "device_id"

    device_id = fields.Many2one("offline.device", required=True, ondelete="cascade")
    contact_at = fields.Datetime("Last Contact", required=True)
    outbox = fields.Integer("Unsent")
    oldest_seq = fields.Integer("Oldest Unsent Number")
    highest_seq = fields.Integer("Highest Number")
    unresolved = fields.Integer("Waiting for a Decision")
    storage_bytes = fields.Float("Storage", digits=(20, 0))
    app_version = fields.Char()
    clock_offset_s = fields.Integer("Clock Ahead By (s)")

    _device_unique = models.Constraint("UNIQUE (device_id)", "A device has one presence.")

    def init(self):
        self.env.cr.execute("SELECT relpersistence FROM pg_class WHERE oid = 'offline_presence'::regclass")
        if self.env.cr.fetchone()[0] != "u":
            self.env.cr.execute("ALTER TABLE offline_presence SET UNLOGGED")

    @api.model
    def _note(self, device_id, known, state):
        """Write that the device called, in a small transaction of its own, when it tells something new.

        ``known`` is the row as the call's first query found it, ``state`` the device's own report or None. What
        goes wrong here is not worth refusing the call for.
        """
        now = datetime.now(UTC).replace(tzinfo=None)
        report = self._report(state, now)
        if known and now - datetime.fromisoformat(known["contact_at"]) < _EVERY:
            offset = report.get("clock_offset_s", known["clock_offset_s"]) or 0
            if (
                all(report.get(name, known[name]) == known[name] for name in _REPORTED)
                and abs(offset - (known["clock_offset_s"] or 0)) < _SAME_OFFSET_S
            ):
                return
        try:
            with self.env.registry.cursor() as cr:
                self._write_row(cr, device_id, report | {"contact_at": now})
        except psycopg2.Error as error:
            _logger.info("The presence of device %s was not written: %s", device_id, error)

    def _report(self, state, now):
        if state is None:
            return {}
        report = state.model_dump(exclude={"clock"})
        if state.clock:
            ahead = parse_instant(state.clock).replace(tzinfo=None) - now
            report["clock_offset_s"] = max(-(1 << 31), min((1 << 31) - 1, round(ahead.total_seconds())))
        # PostgreSQL's integer; a device that says more says nonsense.
        for name in ("outbox", "oldest_seq", "highest_seq", "unresolved"):
            report[name] = None if report[name] is None else min(report[name], (1 << 31) - 1)
        return report

    def _write_row(self, cr, device_id, row):
        # The caller's transaction waits for this one: never wait long for a lock.
        cr.execute("SET LOCAL lock_timeout = '200ms'")
        names = [SQL.identifier(name) for name in row]
        cr.execute(
            SQL(
                """INSERT INTO offline_presence (device_id, %s) VALUES (%s, %s)
                   ON CONFLICT (device_id) DO UPDATE SET %s""",
                SQL(", ").join(names),
                device_id,
                SQL(", ").join(SQL("%s", value) for value in row.values()),
                SQL(", ").join(SQL("%s = EXCLUDED.%s", name, name) for name in names),
            )
        )
        if row.get("app_version"):
            cr.execute(
                SQL(
                    "UPDATE offline_device SET app_version = %s WHERE id = %s AND app_version IS DISTINCT FROM %s",
                    row["app_version"], device_id, row["app_version"],
                )
            )  # fmt: skip
