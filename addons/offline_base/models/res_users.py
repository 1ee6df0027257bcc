from odoo import api, fields, models

#: What decides which fields, labels and companies a device is told.
_TOLD = frozenset({"lang", "group_ids", "company_id", "company_ids"})


class ResUsers(models.Model):
    """A user's devices are told anew what they may hold when the user's language or rights change."""

    _inherit = "res.users"

    offline_device_ids = fields.One2many(
        "offline.device", "user_id", string="Offline Devices", groups="base.group_system"
    )
    offline_device_count = fields.Integer(
        "Offline Devices in Use", compute="_compute_offline_device_count", compute_sudo=True
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "offline_device_count"]

    @api.depends("offline_device_ids.state")
    def _compute_offline_device_count(self):
        for user in self:
            user.offline_device_count = len(user.offline_device_ids.filtered(lambda d: d.state == "active"))

    def action_open_offline_devices(self):
        """The devices of this user, as far as the caller may see them."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Devices"),
            "res_model": "offline.device",
            "view_mode": "list,kanban,form",
            "domain": [("user_id", "in", self.ids)],
        }

    def write(self, vals):
        done = super().write(vals)
        if _TOLD & vals.keys():
            # sudo: whoever changes a user need not know of devices.
            self.env["offline.device"].sudo().search([("user_id", "in", self.ids)])._bump()
        return done
