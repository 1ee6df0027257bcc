from odoo import api, fields, models
from odoo.exceptions import UserError

from ..store import review


class OfflineConflictUndo(models.Model):
    """Taking a decision back, while nobody built upon it."""

    _inherit = "offline.conflict"

    undone_by_id = fields.Many2one("res.users", string="Undone by", readonly=True)
    undone_at = fields.Datetime("Undone at", readonly=True)
    can_undo = fields.Boolean(compute="_compute_can_undo")

    @api.depends("state", "outcome", "operation_id")
    def _compute_can_undo(self):
        for conflict in self:
            conflict.can_undo = conflict.state == "done" and bool(conflict._to_write_back())

    def action_undo(self):
        """Take a decision back: what it wrote over is written again, if nobody changed it since."""
        for conflict in self.sorted("id"):
            conflict.check_access("write")
            if conflict.state != "done" or not (wanted := conflict._to_write_back()):
                raise UserError(self.env._("There is nothing to undo in %s.", conflict.name))
            # sudo: the reviewer's right was checked; the record itself is written as the reviewer.
            review.undo(conflict.sudo().operation_id, self.env.user, wanted)
            conflict.sudo().write(
                {"outcome": "undone", "undone_by_id": self.env.uid, "undone_at": fields.Datetime.now()}
            )
            conflict._tell_record()
        return True

    def _to_write_back(self):
        """{field: before, after} that an undo would write; where Odoo's side was kept that is the device's."""
        operation = self.operation_id.sudo()  # sudo: only whether there is something is shown
        if self.outcome == "server" and self.kind == "fields":
            stored = operation.stored or {}
            return {
                name: {"before": value, "after": stored[name]}
                for name, value in (operation.sent or {}).items()
                if name in stored and value != stored[name] and name in self.line_ids.mapped("field_name")
            }
        return {} if self.outcome in ("server", "created", "linked", "undone") else operation.replaced or {}
