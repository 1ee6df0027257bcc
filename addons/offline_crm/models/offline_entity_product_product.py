from odoo import api, models
from odoo.addons.offline_base.store.operations import question

from .sale_arguments import NothingArgs


class OfflineEntityProductProduct(models.AbstractModel):
    """What the price of a variant is made of: what its attributes add, and its cost, on which price lists may build.

    Where Odoo counts stock, devices ask what is free of it.
    """

    _inherit = "offline.entity.product_product"

    _offline_fields = ("standard_price", "product_template_attribute_value_ids", "additional_product_tag_ids")
    _offline_dependencies = {"ir.default": "*"}

    @api.model
    def _offline_questions(self):
        found = super()._offline_questions()
        if "free_qty" not in self.env["product.product"]._fields:
            found.pop("stock", None)  # without `stock` Odoo counts nothing
        return found

    @question(args=NothingArgs)
    def stock(self, records, args):
        """What is free of the products that Odoo counts, where a new quotation of the user would take them from.

        A list of ``{"product", "template", "free", "uom"}``: quantities in the product's own unit. Empty where a new
        quotation would have no warehouse.
        """
        warehouse = self._offline_warehouse()
        if not warehouse:
            return []  # Odoo would add up those of all companies of the user.
        counted = records.with_context(warehouse_id=warehouse.id).filtered("is_storable")
        return [
            {
                "product": product.id,
                "template": product.product_tmpl_id.id,
                "free": product.free_qty,
                "uom": product.uom_id.id,
            }
            for product in counted
        ]

    def _offline_warehouse(self):
        """The warehouse of a new quotation of the user: Odoo's default."""
        orders = self.env["sale.order"]
        if "warehouse_id" in orders._fields:
            return orders.new({"user_id": self.env.uid, "company_id": self.env.company.id}).warehouse_id
        return self.env.user._get_default_warehouse_id()
