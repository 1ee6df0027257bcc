from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

#: {what: (parameter, days by default, fewest days)}. A day is the least that a log must last: devices sleep at night.
_KEPT = {
    "log": ("offline_base.log_days", 30, 1),
    "payload": ("offline_base.payload_days", 90, 1),
    "replay": ("offline_base.replay_days", 7, 0),
}


class OfflineRetention(models.TransientModel):
    """How long the engine keeps what it needs no more; a manager decides."""

    _name = "offline.retention"
    _description = "What the Engine Keeps"

    log_days = fields.Integer(
        "Changes Are Kept for (Days)",
        required=True,
        default=lambda self: self._days("log"),
        help="A device that stays away for longer starts again: it says what it holds and receives the differences.",
    )
    payload_days = fields.Integer(
        "Finished Work Is Kept for (Days)",
        required=True,
        default=lambda self: self._days("payload"),
        help="Then only number, time and outcome of each piece of work are left.",
    )
    replay_days = fields.Integer(
        "After a Restore, Wait for Other Devices for (Days)",
        required=True,
        default=lambda self: self._days("replay"),
        help="Work that refers to a record which no device has brought yet waits so long, then it is rejected.",
    )

    @api.model
    def _days(self, what):
        """For how many days the log, payloads, or the chance to deliver again are kept."""
        parameter, default, _least = _KEPT[what]
        # sudo: parameters are for the system only; this is a number of days.
        return int(self.env["ir.config_parameter"].sudo().get_param(parameter, default))

    @api.model
    def _all_days(self):
        """{"log": days, …}"""
        return {what: self._days(what) for what in _KEPT}

    @api.constrains("log_days", "payload_days", "replay_days")
    def _check_days(self):
        for wizard in self:
            for what, (_parameter, _default, least) in _KEPT.items():
                if wizard[f"{what}_days"] < least:
                    label = wizard._fields[f"{what}_days"]._description_string(self.env)
                    raise ValidationError(self.env._("%(what)s: at least %(days)s.", what=label, days=least))

    def action_apply(self):
        """Keep for so long from now on."""
        self.ensure_one()
        if not self.env.user.has_group("offline_base.offline_base_group_manager"):
            raise AccessError(self.env._("Only an offline manager may decide how long data is kept."))
        # sudo: the right was checked; managers of the engine need not be administrators of Odoo.
        parameters = self.env["ir.config_parameter"].sudo()
        for what, (parameter, _default, _least) in _KEPT.items():
            parameters.set_param(parameter, str(self[f"{what}_days"]))
        return {"type": "ir.actions.act_window_close"}
