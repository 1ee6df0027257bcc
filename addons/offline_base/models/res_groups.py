from odoo import models


class ResGroups(models.Model):
    """Who is in which group decides which fields a device is told of."""

    _inherit = "res.groups"

    def write(self, vals):
        done = super().write(vals)
        if {"user_ids", "implied_ids", "implied_by_ids"} & vals.keys():
            self.env["offline.profile"]._bump_all()
        return done
