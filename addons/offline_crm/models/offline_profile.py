from odoo import api, fields, models
from odoo.fields import Command

#: The kind of records that a profile has if it allows a trail.
_TRAIL = "offline.trail"


class OfflineProfile(models.Model):
    """What salespeople may agree without network, and how long it is known where they were."""

    _inherit = "offline.profile"

    price_policy = fields.Selection(
        [
            ("keep", "Keep the Agreed Price"),
            ("odoo", "Take Odoo's Price"),
            ("review", "Keep It, and Ask Beyond the Tolerance"),
        ],
        "When an Agreed Price Differs",
        default="review",
        required=True,
        help="Odoo prices every line anew when a device syncs. Differences are listed under Offline / Sales. Asking "
        "means that the device's confirmation of the order waits for the office.",
    )
    price_tolerance = fields.Float("Price Tolerance (%)", default=2.0, digits=(16, 2))
    visit_position_days = fields.Integer(
        "Keep Positions For",
        default=90,
        help="Days after which positions of check-ins and trails are forgotten. The visit, or the time on duty, stays.",
    )
    has_trail = fields.Boolean(
        "Trail While on Duty",
        compute="_compute_has_trail",
        inverse="_inverse_has_trail",
        help="People may say on their device that they are on duty, and let it keep where they are until they end it. "
        "Each of them is asked for consent. It puts trails among the kinds of records of the profile.",
    )

    _price_tolerance_positive = models.Constraint(
        "CHECK (price_tolerance >= 0)", "The tolerance of prices cannot be negative."
    )
    _visit_position_days_positive = models.Constraint(
        "CHECK (visit_position_days >= 0)", "Positions cannot be kept for a negative number of days."
    )

    @api.depends("entity_ids.entity", "entity_ids.direction")
    def _compute_has_trail(self):
        for profile in self:
            lines = profile.entity_ids.filtered(lambda line: line.entity == _TRAIL)
            profile.has_trail = any(line.direction != "pull" for line in lines)

    def _inverse_has_trail(self):
        for profile in self:
            lines = profile.entity_ids.filtered(lambda line: line.entity == _TRAIL)
            if not profile.has_trail:
                lines.unlink()
            elif lines:
                lines.direction = "both"
            else:
                profile.entity_ids = [Command.create({"entity": _TRAIL, "direction": "both"})]

    def _offline_price_state(self, percent):
        """What becomes of a price that differs by so much: the state of its row in the report."""
        if self.price_policy == "odoo":
            return "repriced"
        beyond = abs(percent) > self.price_tolerance
        return "review" if self.price_policy == "review" and beyond else "kept"
