from odoo import fields, models
from odoo.exceptions import UserError


class OfflineTestTill(models.Model):
    """A till that is closed in two steps, with a commit in between, as real ones are."""

    _name = "offline.test.till"
    _description = "Test Till"

    name = fields.Char(required=True)
    begun = fields.Integer(default=0)
    closed = fields.Integer(default=0)
    gate_id = fields.Many2one("offline.test.till", help="Closing waits until nobody has this one locked.")
    refuses = fields.Boolean(help="Closing rolls back and fails.")

    def close_till(self):
        """Note the beginning, commit, wait at the gate, close, commit."""
        self.begun += 1
        self.env.cr.commit()
        if self.refuses:
            self.env.cr.rollback()
            raise UserError("The till does not balance.")
        self.env.cr.execute("SELECT 1 FROM offline_test_till WHERE id = %s FOR UPDATE", [self.gate_id.id])
        self.closed += 1
        self.env.cr.commit()
