from odoo import api, fields, models
from odoo.addons.offline_base.store.at_work import device_at_work
from odoo.exceptions import AccessError, UserError

from . import moments


def _percent(difference, odoo):
    return difference / abs(odoo) * 100 if odoo else 100


class OfflinePriceVariance(models.Model):
    """What a person without network told a customer, where Odoo says something else: one row for each such line.

    Written by the engine alone. What is to be reviewed keeps its order from being confirmed by the device.
    """

    _name = "offline.price.variance"
    _inherit = "offline.kept"
    _description = "Offline Price Difference"
    _order = "id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "sale.order", "Order", required=True, readonly=True, ondelete="cascade", index=True
    )
    order_state = fields.Selection(related="order_id.state", string="Order State")
    line_id = fields.Many2one(
        "sale.order.line", "Line", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null")
    partner_id = fields.Many2one(related="order_id.partner_id", store=True, string="Customer")
    user_id = fields.Many2one("res.users", "Agreed by", readonly=True, index=True)
    device_id = fields.Many2one("offline.device", readonly=True, ondelete="set null")
    pricelist_id = fields.Many2one("product.pricelist", "Price List", readonly=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    currency_id = fields.Many2one(related="order_id.currency_id", store=True)
    agreed_at = fields.Datetime("Agreed at", readonly=True)
    reason = fields.Selection(
        [
            ("price", "Another Price"),
            ("discount", "Another Discount"),
            ("tax", "Other Taxes"),
            ("total", "Another Total"),
        ],
        required=True,
        readonly=True,
    )
    quantity = fields.Float(readonly=True, digits="Product Unit", aggregator="sum")
    agreed_price = fields.Float("Agreed", readonly=True, digits="Product Price", aggregator=None)
    odoo_price = fields.Float("By Odoo", readonly=True, digits="Product Price", aggregator=None)
    # Prices are kept as they are shown; a hundred pieces tell what was rounded off.
    difference_unit = fields.Float("Difference per Unit", readonly=True, aggregator=None)
    difference_amount = fields.Monetary(
        "Difference",
        readonly=True,
        help="What the customer pays more than by Odoo's price; less is below zero.",
    )
    difference_percent = fields.Float("Difference (%)", readonly=True, digits=(16, 2), aggregator="avg")
    state = fields.Selection(
        [
            ("review", "To Review"),
            ("kept", "Agreed Price Kept"),
            ("repriced", "Odoo's Price Taken"),
            ("accepted", "Accepted"),
        ],
        required=True,
        readonly=True,
        index=True,
    )

    # --- written by the engine -------------------------------------------------------------------------------

    @api.model
    def _offline_note(self, line, agreed, odoo, reason):
        """Keep that a line was agreed at another price; what the profile says of it is its state."""
        return self._offline_keep(line, agreed, odoo, reason, line.product_uom_qty)

    @api.model
    def _offline_note_tax(self, line, agreed_total):
        """Keep that a line comes to another amount at the same price: Odoo's taxes stand."""
        variance = self._offline_keep(line, agreed_total, line.price_total, "tax", 1)
        if variance.state == "kept":
            variance.state = "repriced"

    @api.model
    def _offline_note_total(self, order, agreed):
        """Keep that the whole comes to another amount than its lines explain. The same difference is told once."""
        currency, rows = order.currency_id, self.search([("order_id", "=", order.id)])
        known = rows.filtered(lambda row: row.reason == "total")
        to_review = known.filtered(lambda row: row.state == "review")
        if currency.compare_amounts(agreed, order.amount_total) == 0:
            to_review.unlink()
            return
        taken = (rows - known).filtered(lambda row: row.state == "repriced" or not row._is_of_price())
        missing = currency.round(agreed - order.amount_total - sum(row._offline_taxed() for row in taken))
        # Each row is rounded by itself, the order as its company has it.
        if currency.compare_amounts(abs(missing), currency.rounding * len(taken)) <= 0:
            to_review.unlink()
            return
        if known and currency.compare_amounts(known[0].difference_amount, missing) == 0:
            return
        values = self._offline_values(order, agreed, order.amount_total, "total", 1)
        values |= {
            "difference_amount": missing,
            "difference_percent": _percent(missing, order.amount_total),
        }
        state = self._offline_profile()._offline_price_state(values["difference_percent"])
        values["state"] = "repriced" if state == "kept" else state
        if known:
            known.write(values)
        else:
            self.create(values)

    @api.model
    def _offline_open_of(self, order):
        """What a person has to look at before a device may confirm the order."""
        return self.search([("order_id", "=", order.id), ("state", "=", "review")])

    @api.model
    def _offline_total_by_odoo(self, order):
        """What the order would come to at Odoo's prices, as far as nobody looked at the others."""
        open_ones = self._offline_open_of(order).filtered(lambda row: row._is_of_price())
        return order.currency_id.round(order.amount_total - sum(row._offline_taxed() for row in open_ones))

    def _is_of_price(self):
        """Whether the line stands at the agreed price until somebody takes Odoo's; other amounts are Odoo's always."""
        return self.reason in ("price", "discount")

    def _offline_taxed(self):
        """The difference as the customer pays it, for as much as the line has now."""
        if not self._is_of_price():
            return self.difference_amount
        line, difference = self.line_id, self.difference_unit or self.agreed_price - self.odoo_price
        agreed, odoo = (
            line.tax_ids.compute_all(
                price,
                self.currency_id,
                line.product_uom_qty,
                self.product_id,
                self.order_id.partner_shipping_id,
            )["total_included"]
            for price in (self.odoo_price + difference, self.odoo_price)
        )
        return agreed - odoo

    @api.model
    def _offline_forget(self, line):
        """The line agrees with Odoo again."""
        self.search([("line_id", "=", line.id)]).unlink()

    def _offline_keep(self, line, agreed, odoo, reason, quantity):
        values = self._offline_values(line.order_id, agreed, odoo, reason, quantity)
        values |= {"line_id": line.id, "product_id": line.product_id.id}
        values["state"] = self._offline_profile()._offline_price_state(values["difference_percent"])
        known = self.search([("line_id", "=", line.id)], limit=1)
        if known:
            known.write(values)
            return known
        return self.create(values)

    def _offline_values(self, order, agreed, odoo, reason, quantity):
        device = device_at_work(self.env)
        return {
            "order_id": order.id,
            "user_id": device.user_id.id or self.env.uid,
            "device_id": device.id,
            "pricelist_id": order.pricelist_id.id,
            "agreed_at": moments.worked_at(self.env),
            "reason": reason,
            "quantity": quantity,
            "agreed_price": agreed,
            "odoo_price": odoo,
            "difference_unit": agreed - odoo,
            "difference_amount": order.currency_id.round((agreed - odoo) * quantity),
            "difference_percent": _percent(agreed - odoo, odoo),
        }

    def _offline_profile(self):
        return device_at_work(self.env).profile_id

    # --- decided by a person ---------------------------------------------------------------------------------

    def action_accept(self):
        """Let the agreed price stand: nothing of the order waits for it any more."""
        self._check_may_decide()
        # sudo: the right was checked; which state a row has is the engine's to write.
        self.sudo().filtered(lambda one: one.state == "review").state = "accepted"
        return True

    def action_take_odoos_price(self):
        """Give the lines Odoo's price, as long as nothing was confirmed."""
        self._check_may_decide()
        for variance in self.filtered(lambda one: one.state == "review"):
            variance._check_may_take()
            line = variance.line_id
            price, discount = line._offline_price_of_odoo()
            line.write({"price_unit": price, "discount": discount, "technical_price_unit": price})
            variance.sudo().state = "repriced"  # sudo: as above
        return True

    def _check_may_take(self):
        name = self.order_id.name
        if not self._is_of_price():
            raise UserError(
                self.env._("Taxes and totals of %s are Odoo's already. Accept the difference.", name)
            )
        if self.order_id.state == "sale":
            raise UserError(
                self.env._(
                    "%s is confirmed: its prices stay. Accept the difference, or change the order itself.",
                    name,
                )
            )
        if self.order_id.state == "cancel":
            raise UserError(
                self.env._("%s is cancelled: its prices do not count. Accept the difference.", name)
            )

    def _check_may_decide(self):
        self.check_access("read")
        groups = ("offline_base.offline_base_group_reviewer", "sales_team.group_sale_manager")
        if not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(self.env._("Only a reviewer or a sales administrator may decide about prices."))
