from odoo import api, fields, models
from odoo.addons.offline_base.store import reader
from odoo.addons.offline_base.store.at_work import is_device_at_work
from odoo.exceptions import ValidationError


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "offline.origin"]

    offline_visit_count = fields.Integer(
        "Visits", compute="_compute_offline_visit_count", groups="sales_team.group_sale_salesman"
    )

    @api.depends_context("uid")
    def _compute_offline_visit_count(self):
        visits = self.env["offline.visit"]
        for lead in self:
            lead.offline_visit_count = visits.search_count([("lead_id", "in", lead._origin.ids)])

    @api.constrains("stage_id", "team_id")
    def _check_offline_stage(self):
        """Work of a device leaves no lead in a stage that its team does not have.

        Odoo's screens offer no such stage and its models do not look; a device may have held stages that were given
        to another team since. What the office does is not for this addon to judge.
        """
        if not is_device_at_work(self.env):
            return
        for lead in self:
            # sudo: the user may name the stage; whose it is decides about the lead, whatever they may read of teams.
            teams = lead.stage_id.sudo().team_ids
            if lead.team_id and teams and lead.team_id not in teams:
                raise ValidationError(
                    self.env._(
                        "The stage %(stage)s is not one of the team %(team)s. Choose another stage.",
                        stage=lead.stage_id.display_name,
                        team=lead.team_id.sudo().display_name,
                    )
                )

    def _merge_opportunity(self, *args, **kwargs):
        """Devices that still know one of the others work on the one that is left."""
        births = reader.births(self.env, self._name, self.ids)
        left = super()._merge_opportunity(*args, **kwargs)
        # sudo: nobody reads or writes these rows; who may merge was decided by Odoo.
        self.env["offline.merged.lead"].sudo()._keep(births, left)
        return left
