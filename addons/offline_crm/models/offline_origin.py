from odoo import fields, models

from . import moments


class OfflineOrigin(models.AbstractModel):
    """On which device a record was made."""

    _name = "offline.origin"
    _description = "Made on a Device"

    offline_device_id = fields.Many2one(
        "offline.device",
        "Origin Device",
        default=lambda self: moments.device_at_work(self.env),
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The device on which it was made. Empty where it was made in Odoo.",
    )


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "offline.origin"]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "offline.origin"]
