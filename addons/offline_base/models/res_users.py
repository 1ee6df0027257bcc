from odoo import models

#: What decides which fields, labels and companies a device is told.
_TOLD = frozenset({"lang", "group_ids", "company_id", "company_ids"})


class ResUsers(models.Model):
    """A user's devices are told anew what they may hold when the user's language or rights change."""

    _inherit = "res.users"

    def write(self, vals):
        done = super().write(vals)
        if _TOLD & vals.keys():
            # sudo: whoever changes a user need not know of devices.
            self.env["offline.device"].sudo().search([("user_id", "in", self.ids)])._bump()
        return done
