from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .offline_token import LIFE_DAYS

_GROUP_MANAGER = "offline_base.offline_base_group_manager"


class ResConfigSettings(models.TransientModel):
    """What administrators who are offline managers set for the whole database.

    The view shows it to them alone. The fields have no groups of their own: saving reads all fields of the settings,
    and another administrator's saving must go on.
    """

    _inherit = "res.config.settings"

    offline_profile_id = fields.Many2one(
        "offline.profile",
        "Default Profile",
        config_parameter="offline_base.default_profile_id",
        help="Codes are for this profile when none is named.",
    )
    offline_token_days = fields.Integer(
        "Tokens Are Good for (Days)",
        config_parameter="offline_base.token_days",
        default=LIFE_DAYS,
        help="From a device's next token on.",
    )
    offline_log_days = fields.Integer("Changes Are Kept for (Days)")
    offline_payload_days = fields.Integer("Finished Work Is Kept for (Days)")
    offline_replay_days = fields.Integer("After a Restore, Wait for Other Devices for (Days)")

    @api.model
    def get_values(self):
        days = self.env["offline.retention"]._all_days()
        return super().get_values() | {f"offline_{what}_days": number for what, number in days.items()}

    def set_values(self):
        super().set_values()
        if not self.env.user.has_group(_GROUP_MANAGER):
            return
        if self.offline_token_days < 1:
            raise ValidationError(self.env._("Tokens have to be good for a day at least."))
        retention = self.env["offline.retention"]
        wanted = {what: self[f"offline_{what}_days"] for what in retention._all_days()}
        if wanted != retention._all_days():
            retention.create({f"{what}_days": number for what, number in wanted.items()}).action_apply()
