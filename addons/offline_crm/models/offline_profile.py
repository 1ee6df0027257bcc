from odoo import fields, models


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
        help="Days after which the position of a check-in is forgotten. The visit itself stays.",
    )

    _price_tolerance_positive = models.Constraint(
        "CHECK (price_tolerance >= 0)", "The tolerance of prices cannot be negative."
    )
    _visit_position_days_positive = models.Constraint(
        "CHECK (visit_position_days >= 0)", "Positions cannot be kept for a negative number of days."
    )

    def _offline_price_state(self, percent):
        """What becomes of a price that differs by so much: the state of its row in the report."""
        if self.price_policy == "odoo":
            return "repriced"
        beyond = abs(percent) > self.price_tolerance
        return "review" if self.price_policy == "review" and beyond else "kept"
