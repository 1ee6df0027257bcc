from collections import defaultdict

from psycopg2.extras import execute_values

from odoo import fields, models
from odoo.tools import SQL

from ..core.digest import from_signed, to_signed

#: Records of an entity are spread over this many rows by id, so that a small change rewrites a small row.
SHARDS = 64


class OfflineHolding(models.Model):
    """What a device holds for certain: ids and content versions, confirmed by its cursor, as compact shard rows.

    The arrays ``ids`` and ``versions`` (signed 64 bits) run in parallel; they are columns of PostgreSQL that the
    ORM does not know.
    """

    _name = "offline.holding"
    _description = "Offline Holding"
    _log_access = False

    device_id = fields.Many2one("offline.device", required=True, ondelete="cascade")
    entity = fields.Char(required=True)
    shard = fields.Integer(required=True)

    _shard_unique = models.Constraint("UNIQUE (device_id, entity, shard)", "A shard has one row.")

    def init(self):
        self.env.cr.execute(
            """ALTER TABLE offline_holding ADD COLUMN IF NOT EXISTS ids integer[] NOT NULL DEFAULT '{}',
               ADD COLUMN IF NOT EXISTS versions bigint[] NOT NULL DEFAULT '{}'"""
        )

    def _load(self, device):
        """{entity: {id: version}} of all that the device holds for certain; versions unsigned."""
        self.env.cr.execute(
            SQL("SELECT entity, ids, versions FROM offline_holding WHERE device_id = %s", device.id)
        )
        held = defaultdict(dict)
        for entity, ids, versions in self.env.cr.fetchall():
            held[entity].update(zip(ids, map(from_signed, versions), strict=True))
        return held

    def _given(self, device):
        """{entity: ids} of what the device was given. What it merely claims to hold has version 0."""
        given = defaultdict(set)
        for entity, rows in self._load(device).items():
            given[entity].update(record_id for record_id, version in rows.items() if version)
        return given

    def _clear(self, device):
        """The device starts from nothing, or from what it will say."""
        self.env.cr.execute(SQL("DELETE FROM offline_holding WHERE device_id = %s", device.id))

    def _apply(self, device, held, changed):
        """Write the shards that ``changed`` ({entity: ids}) touched from ``held`` ({entity: {id: version}})."""
        rows = []
        for entity, ids in changed.items():
            shards = {record_id % SHARDS for record_id in ids}
            content = {shard: ([], []) for shard in shards}
            for record_id, version in held[entity].items():
                if record_id % SHARDS in shards:
                    shard_ids, versions = content[record_id % SHARDS]
                    shard_ids.append(record_id)
                    versions.append(to_signed(version))
            rows += [(device.id, entity, shard, *arrays) for shard, arrays in content.items()]
        if rows:
            execute_values(
                self.env.cr._obj,
                """INSERT INTO offline_holding (device_id, entity, shard, ids, versions) VALUES %s
                   ON CONFLICT (device_id, entity, shard)
                   DO UPDATE SET ids = EXCLUDED.ids, versions = EXCLUDED.versions""",
                rows,
                template="(%s, %s, %s, %s::integer[], %s::bigint[])",
            )
