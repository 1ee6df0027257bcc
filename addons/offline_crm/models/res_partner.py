from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    offline_visit_count = fields.Integer(
        "Visits", compute="_compute_offline_visit_count", groups="sales_team.group_sale_salesman"
    )

    @api.depends_context("uid")
    def _compute_offline_visit_count(self):
        visits = self.env["offline.visit"]
        for partner in self:
            at = [("partner_id", "child_of", partner._origin.ids)]
            partner.offline_visit_count = visits.search_count(at)
