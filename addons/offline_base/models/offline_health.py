import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..store import feed, tables

#: Work that is open for longer than this keeps its changes from the devices for longer than anybody expects. Fences
#: are a few minutes apart, so the lag is not known more finely.
LATE_S = 15 * 60


class OfflineHealth(models.TransientModel):
    """Whether changes are captured as they should be, at this moment; and the repair when they are not."""

    _name = "offline.health"
    _description = "Offline Health"

    state = fields.Selection([("ok", "All Is Well"), ("problems", "Needs Repair")], readonly=True)
    checked_at = fields.Datetime("Checked", readonly=True)
    log_rows = fields.Float("Changes in the Log", digits=(20, 0), readonly=True)
    log_mb = fields.Float("Size of the Log (MB)", digits=(20, 1), readonly=True)
    log_since = fields.Datetime("Log Begins", readonly=True)
    open_since = fields.Datetime(
        "Oldest Unfinished Work",
        readonly=True,
        help="Somebody has been writing in the database since then and is not done. These changes reach devices "
        "afterwards; nothing else waits for them.",
    )
    open_s = fields.Float(
        "Unfinished For (Seconds)",
        digits=(20, 0),
        readonly=True,
        help="How long the oldest unfinished work has been under way.",
    )
    lag_s = fields.Float(
        "Changes Late By (Seconds)",
        digits=(20, 0),
        readonly=True,
        help="How long some work may have kept its changes to itself, measured every few minutes. 0: none is under "
        "way. Work in other databases of the same PostgreSQL counts as well.",
    )
    is_late = fields.Boolean("Changes Are Late", readonly=True)
    line_ids = fields.One2many("offline.health.table", "health_id", readonly=True)
    size_ids = fields.One2many("offline.health.size", "health_id", readonly=True)

    def _compute_display_name(self):
        self.display_name = self.env._("Health")

    @api.model
    def _findings(self):
        rows, size, since = feed.log_size(self.env.cr)
        lines = [
            {
                "table": source.table,
                "name": ", ".join(self._labels(source)),
                "state": state,
            }
            for source, state in self.env["offline.capture"]._states()
        ]
        open_since, lag_s = feed.oldest_open(self.env.cr), feed.lag_s(self.env.cr)
        open_s = max(0.0, (fields.Datetime.now() - open_since).total_seconds()) if open_since else 0.0
        lines.sort(key=lambda line: (line["state"] == "ok", line["table"]))
        return {
            "state": "ok" if all(line["state"] == "ok" for line in lines) else "problems",
            "checked_at": fields.Datetime.now(),
            "log_rows": rows,
            "log_mb": size / 1e6,
            "log_since": since or False,
            "open_since": open_since or False,
            "open_s": open_s,
            "lag_s": lag_s,
            "is_late": max(open_s, lag_s) > LATE_S,
        }, lines

    def _labels(self, source):
        names = dict.fromkeys([source.model, *(owner.model for owner in source.owners)])
        return [self.env["ir.model"]._get(name).display_name for name in names if name]

    @api.model
    def _sizes(self):
        """The engine's tables, with what they keep; those without a model, such as relations, by their name."""
        labels = self.env["ir.model"]
        ours = [name for name in self.env.registry if name.startswith("offline.")]
        kept = {self.env[name]._table: labels._get(name).name for name in ours}
        kept["offline_change"] = self.env._("Changes in the Log")
        return [
            {"table": table, "name": kept.get(table, table), "rows": rows, "bytes": size}
            for table, rows, size in tables.sizes(self.env.cr)
        ]

    @api.model
    def report(self):
        """What the screen shows, for RPC: {"state", "log_rows", …, "tables": [{"table", "name", "state"}], "sizes"}."""
        self.check_access("create")
        values, lines = self._findings()
        return values | {"tables": lines, "sizes": self._sizes()}

    @api.model
    def repair(self):
        """Have every table captured as it should be; answers the report afterwards. Managers only.

        Where changes were missed, all devices compare the records concerned with their next pull.
        """
        self.check_access("create")
        try:
            self.env["offline.capture"]._install()
        except psycopg2.errors.LockNotAvailable:
            raise UserError(
                self.env._("Others are working in a table right now. Nothing was changed: try again later.")
            ) from None
        return self.report()

    @api.model
    def action_open(self):
        """The screen, with what is so now."""
        self.check_access("create")
        values, lines = self._findings()
        shown = {"line_ids": lines, "size_ids": self._sizes()}
        shown = {name: [Command.create(line) for line in rows] for name, rows in shown.items()}
        health = self.create(values | shown)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Health"),
            "res_model": self._name,
            "res_id": health.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_repair(self):
        """The screen's button."""
        self.repair()
        return self.action_open()


class OfflineHealthTable(models.TransientModel):
    """One table that has to be watched."""

    _name = "offline.health.table"
    _description = "Offline Health: Table"
    _order = "id"

    health_id = fields.Many2one("offline.health", required=True, ondelete="cascade")
    name = fields.Char("Kind of Records", readonly=True)
    table = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("ok", "Captured"),
            ("outdated", "Captured, More Than Needed"),
            ("missing", "Not Captured"),
        ],
        readonly=True,
    )
