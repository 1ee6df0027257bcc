from odoo import api, fields, models


class OfflineTestJob(models.Model):
    """A small record that histories make many of: numbers that add up, and values read from its contact."""

    _name = "offline.test.job"
    _description = "Test Job"

    name = fields.Char(required=True)
    note = fields.Text()
    count = fields.Integer()
    best = fields.Integer()
    contact_id = fields.Many2one("res.partner", ondelete="set null", index=True)
    city = fields.Char(related="contact_id.city", string="Its City")
    double = fields.Integer(compute="_compute_double", store=True)

    @api.depends("count")
    def _compute_double(self):
        for job in self:
            job.double = 2 * job.count
