from odoo import api, fields, models
from odoo.tools import SQL


class OfflinePosition(models.Model):
    """An answer that was given to a device: the snapshot behind its cursor, and what it changed on the device.

    The confirmed one (``confirmed``) is in the holdings; those given out after it are kept until the device shows
    by its next cursor which of them it received; what they changed is in `offline.delta`.
    """

    _name = "offline.position"
    _description = "Offline Position"
    _log_access = False
    _order = "device_id, generation desc"

    device_id = fields.Many2one("offline.device", required=True, ondelete="cascade")
    generation = fields.Integer(required=True)
    nonce = fields.Char(required=True)
    confirmed = fields.Boolean()
    root = fields.Boolean(help="The device started from nothing, or from what it said it holds.")
    complete = fields.Boolean()
    snapshot = fields.Char(help="The closing snapshot of the last complete cut; empty before the first.")
    walk_snapshot = fields.Char(help="While pages are under way: the snapshot of the first one.")
    walk_entity = fields.Char()
    walk_id = fields.Integer()
    fingerprints = fields.Json(
        help="How each entity was read in the last complete cut: fields, language, companies, schema."
    )
    walk_fingerprints = fields.Json(help="How each entity is read while pages are under way.")
    scopes = fields.Json(
        help="How each entity's scope was evaluated in the last complete cut: {entity: [fingerprint, live]}."
    )
    scope_day = fields.Char(help="The day, in the user's zone, of the last complete cut.")
    compared_at = fields.Datetime(help="When all ids were last compared with their scope.")
    walk_repair = fields.Json(
        help="While pages are under way: the shards to send anew, {entity: [count, [shard]]}."
    )
    digests = fields.Json(help="What the device holds with this answer: {entity: [count, sum of versions]}.")
    taken_at = fields.Datetime(required=True, default=fields.Datetime.now)

    _generation_unique = models.Constraint(
        "UNIQUE (device_id, generation)", "A generation is given out once."
    )

    @api.model
    def _of(self, device):
        """The answers of a device that are kept, a few, the newest first; their fields are read with them."""
        stored = [name for name, field in self._fields.items() if field.store]
        return self.search_fetch([("device_id", "=", device.id)], stored, order="generation desc")

    def _forget(self):
        """Delete these answers and what they changed; the ORM would search every table that may refer to them."""
        if self:
            self.env.cr.execute(SQL("DELETE FROM offline_position WHERE id = ANY(%s)", self.ids))
            self.invalidate_recordset(flush=False)
