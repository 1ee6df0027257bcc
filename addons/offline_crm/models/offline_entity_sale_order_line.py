from odoo import models


class OfflineEntitySaleOrderLine(models.AbstractModel):
    """Lines of the quotations and orders that the device holds: products, sections and notes.

    Each line is a record of its own: two people who change different lines of one quotation do not meet.
    """

    _name = "offline.entity.sale_order_line"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Line of a Quotation or Order"

    _offline_model = "sale.order.line"
    _offline_parent = ("order_id", "sale.order")
    _offline_fields = (
        "order_id", "sequence", "display_type", "product_id", "name", "product_uom_qty", "product_uom_id",
        "price_unit", "discount", "tax_ids", "price_subtotal", "price_tax", "price_total", "currency_id",
        "qty_delivered", "qty_invoiced", "is_optional", "is_downpayment", "reward_id", "state",
    )  # fmt: skip
    # Taxes follow from product, customer and company: a person in the field decides about none of them.
    _offline_readonly_fields = (
        "tax_ids", "price_subtotal", "price_tax", "price_total", "currency_id", "qty_delivered", "qty_invoiced",
        "is_downpayment", "reward_id", "state",
    )  # fmt: skip
    # Of the taxes those are told that the user may read, by their company.
    _offline_dependencies = {"account.tax": "tax_ids"}
    # Only of drafts: of what is confirmed or cancelled every change from a device is for a person to decide.
    _offline_policies = {
        "product_uom_qty": "sum",
        "sequence": "newest",
        "name": "newest",
        "price_unit": "ask",
        "discount": "ask",
    }

    def _offline_create(self, values):
        """A line is made at Odoo's price; what the person agreed is settled with it, as the profile has it."""
        agreed = {name: values.get(name) for name in ("price_unit", "discount")}
        agreed = {name: None if value is False else value for name, value in agreed.items()}
        rest = {name: value for name, value in values.items() if name not in agreed}
        line = super()._offline_create(rest)
        if not line.display_type:
            line._offline_settle_price(**agreed)
        return line
