from odoo import fields, models


class OfflineTestNote(models.Model):
    """Something to remember, until it is finished."""

    _name = "offline.test.note"
    _description = "Test Note"

    name = fields.Char(required=True)
    body = fields.Text()
    user_id = fields.Many2one("res.users", default=lambda self: self.env.user, index=True)
    outcome = fields.Char(readonly=True)
    finished_at = fields.Datetime(readonly=True)

    def action_finish(self, outcome=False):
        """Close the notes that are open, with a word on how it went."""
        still_open = self.filtered(lambda note: not note.finished_at)
        still_open.write({"finished_at": fields.Datetime.now(), "outcome": outcome})
