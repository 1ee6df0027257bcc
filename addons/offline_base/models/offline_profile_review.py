from odoo import fields, models


class OfflineProfileReview(models.Model):
    """By when the office should decide what devices could not."""

    _inherit = "offline.profile"

    review_within_days = fields.Integer(
        "Decide Within", default=1, help="Days until the reviewer's activity about a conflict is due."
    )

    _review_within_days_positive = models.Constraint(
        "CHECK (review_within_days >= 0)", "A deadline cannot lie in the past."
    )
