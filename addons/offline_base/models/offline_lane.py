from odoo import fields, models
from odoo.tools import SQL


class OfflineLane(models.Model):
    """One row per device and direction. Whoever serves that direction holds it locked and always updates it.

    An advisory lock would be wrong here: authentication already took the transaction's snapshot, so a second
    call could get the lock and still not see what the first one did. An updated row makes that a serialization
    failure instead, and the call starts again.
    """

    _name = "offline.lane"
    _description = "Offline Lane"
    _log_access = False

    device_id = fields.Many2one("offline.device", required=True, ondelete="cascade")
    direction = fields.Selection([("pull", "Pull"), ("push", "Push")], required=True)
    counter = fields.Integer(
        required=True, default=1, help="Push: the next operation number. Pull: the next generation."
    )
    served_at = fields.Datetime()

    _device_direction_unique = models.Constraint(
        "UNIQUE (device_id, direction)", "A device has one lane per direction."
    )

    def _acquire(self, device, direction, wait=False):
        """The lane's counter, with its row locked until the transaction ends; None if somebody else holds it.

        With ``wait`` until they let it go: for what must be written down and never takes long.
        """
        self.env.cr.execute(
            SQL(
                "SELECT counter FROM offline_lane WHERE device_id = %s AND direction = %s FOR UPDATE %s",
                device.id, direction, SQL("" if wait else "SKIP LOCKED"),
            )
        )  # fmt: skip
        row = self.env.cr.fetchone()
        return row and row[0]

    def _release(self, device, direction, counter):
        """Write the counter, so that whoever took the snapshot before us starts again."""
        self.env.cr.execute(
            SQL(
                """UPDATE offline_lane SET counter = %s, served_at = now() AT TIME ZONE 'UTC'
                    WHERE device_id = %s AND direction = %s""",
                counter, device.id, direction,
            )
        )  # fmt: skip
        self.invalidate_model(flush=False)

    def _peek(self, device, direction):
        """The counter as this transaction sees it, without the lock."""
        self.env.cr.execute(
            SQL(
                "SELECT counter FROM offline_lane WHERE device_id = %s AND direction = %s",
                device.id,
                direction,
            )
        )
        return self.env.cr.fetchone()[0]
