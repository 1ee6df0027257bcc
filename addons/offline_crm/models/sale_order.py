from odoo import fields, models
from odoo.addons.offline_base.core.merge import Conflict
from odoo.addons.offline_base.store.at_work import device_at_work, is_device_at_work
from odoo.addons.offline_base.store.outcome import Parked

#: The verbs that write fields; named operations are whole functions, which look at the state themselves.
_WRITING = ("create", "update", "delete")


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "offline.origin"]
    _offline_engine_fields = ("offline_device_id", "offline_state_device_id")

    offline_signature_ids = fields.One2many("offline.signature", "order_id", readonly=True, copy=False)
    offline_signature_state = fields.Selection(
        related="offline_signature_ids.state",
        string="Signature on a Device",
        groups="sales_team.group_sale_salesman",
    )

    offline_state_device_id = fields.Many2one(
        "offline.device",
        "Brought Here by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def write(self, vals):
        self._offline_park_if_closed()
        done = super().write(vals)
        if "state" in vals:
            device = device_at_work(self.env)
            # sudo: the engine says it, whoever changes the state.
            others = self.sudo().filtered(lambda order: order.offline_state_device_id != device)
            super(SaleOrder, others).write({"offline_state_device_id": device.id})
        return done

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """Odoo tells the new salesperson with the rights of whoever gave the order away, who may see it no more."""
        # sudo: what is told goes to the new salesperson alone.
        orders = self.sudo() if is_device_at_work(self.env) else self
        return super(SaleOrder, orders)._message_auto_subscribe_notify(partner_ids, template)

    def unlink(self):
        self._offline_park_if_closed()
        return super().unlink()

    def _offline_park_if_closed(self):
        """Work of a device changes fields of quotations: what was confirmed or cancelled meanwhile is for a person."""
        context = self.env.context
        if context.get("offline_base__verb") not in _WRITING or context.get("offline_base__decided"):
            return
        for order in self:
            if order.state in ("sale", "cancel"):
                raise Parked("expect", {"state": Conflict("draft", "draft", order.state)})

    def _get_confirmed_tx_create_date(self):
        """The day whose promotions count: for a device that on which the customer agreed, as for prices."""
        at = self.env["offline.entity.sale_order"]._offline_agreed_at()
        if at is None:
            return super()._get_confirmed_tx_create_date()
        return fields.Datetime.context_timestamp(
            self.with_context(tz=self._get_program_timezone()), at
        ).date()
