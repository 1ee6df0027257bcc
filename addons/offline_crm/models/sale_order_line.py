from odoo import api, models
from odoo.addons.offline_base.store.at_work import is_device_at_work
from odoo.exceptions import ValidationError
from odoo.tools import float_compare


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._offline_park_if_closed()
        return lines

    def write(self, vals):
        self._offline_park_if_closed()
        done = super().write(vals)
        if "order_id" in vals:
            self._offline_park_if_closed()
        if self._offline_is_agreed(vals):
            for line in self:
                line._offline_settle_price(line.price_unit, line.discount)
        return done

    def unlink(self):
        self._offline_park_if_closed()
        return super().unlink()

    def _offline_park_if_closed(self):
        # Whoever works in the office pays no query for it.
        if is_device_at_work(self.env):
            self.order_id._offline_park_if_closed()

    @api.constrains("product_uom_qty", "product_id")
    def _check_offline_line(self):
        """What Odoo's screens do not offer, and its models let pass, is refused to devices."""
        if not is_device_at_work(self.env):
            return
        for line in self.filtered("product_id"):
            product = line.product_id
            if line.product_uom_qty < 0:
                raise ValidationError(
                    self.env._("%s: the quantity is below zero. Enter what is sold.", product.display_name)
                )
            if not line.reward_id and not (product.active and product.sale_ok):
                raise ValidationError(
                    self.env._(
                        "%s is no longer sold. Take it off, or choose another product.", product.display_name
                    )
                )

    def _offline_is_agreed(self, vals):
        """Whether a device changes what was agreed about the price of a line."""
        return (
            self.env.context.get("offline_base__verb") == "update"
            and (vals.get("price_unit") is not None or vals.get("discount") is not None)
            and not self.env.context.get("offline_crm__settled")
        )

    def _offline_price_of_odoo(self):
        """Price and discount as Odoo would give them to a new line like this one."""
        probe = self.new(
            {
                "order_id": self.order_id.id,
                "product_id": self.product_id.id,
                "product_uom_id": self.product_uom_id.id,
                "product_uom_qty": self.product_uom_qty,
                "product_no_variant_attribute_value_ids": self.product_no_variant_attribute_value_ids.ids,
            }
        )
        return probe.price_unit, probe.discount

    def _offline_settle_price(self, price_unit=None, discount=None, price_total=None):
        """Settle what was agreed for this line with what Odoo says, as the profile has it, and keep the difference."""
        self.ensure_one()
        if not self.product_id or self.reward_id:
            return
        line = self.with_context(offline_crm__settled=True)
        if price_unit is None and discount is None:
            # Nothing was agreed about a line that was made just now: it has Odoo's price.
            line._offline_settle_total(price_total)
            return
        odoo_price, odoo_discount = line._offline_price_of_odoo()
        price = odoo_price if price_unit is None else price_unit
        off = (odoo_discount if price_unit is None else 0) if discount is None else discount
        # sudo: the report is the office's; which policy holds stands in the device's profile.
        variances = self.env["offline.price.variance"].sudo()
        if not line._offline_differs(price * (100 - off), odoo_price * (100 - odoo_discount)):
            # Both say the same: Odoo's own way of saying it lets it go on pricing the line.
            line.write(
                {"price_unit": odoo_price, "discount": odoo_discount, "technical_price_unit": odoo_price}
            )
            variances._offline_forget(line)
            line._offline_settle_total(price_total)
            return
        agreed, odoo = price * (100 - off) / 100, odoo_price * (100 - odoo_discount) / 100
        reason = "price" if line._offline_differs(price, odoo_price) else "discount"
        variance = variances._offline_note(line, agreed, odoo, reason)
        if variance.state == "repriced":
            price, off = odoo_price, odoo_discount
        # Odoo's price beside the agreed one tells Odoo that a person set it: it stays when the quantity changes.
        line.write({"price_unit": price, "discount": off, "technical_price_unit": odoo_price})

    def _offline_settle_total(self, agreed):
        """Keep that the line comes to another amount than was agreed, at the same price."""
        if agreed is not None and self._offline_differs(agreed, self.price_total):
            # sudo: the report is the office's.
            self.env["offline.price.variance"].sudo()._offline_note_tax(self, agreed)

    def _offline_differs(self, one, other):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return float_compare(one, other, precision_digits=digits) != 0
