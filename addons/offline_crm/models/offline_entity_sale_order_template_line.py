from odoo import models


class OfflineEntitySaleOrderTemplateLine(models.AbstractModel):
    """Lines of the quotation templates that the device holds."""

    _name = "offline.entity.sale_order_template_line"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Line of a Quotation Template"

    _offline_model = "sale.order.template.line"
    _offline_parent = ("sale_order_template_id", "sale.order.template")
    _offline_direction = "pull"
    _offline_fields = (
        "sale_order_template_id", "sequence", "display_type", "product_id", "name", "product_uom_qty",
        "product_uom_id", "is_optional",
    )  # fmt: skip
