import hashlib

import rfc8785

from odoo import api, fields, models
from odoo.addons.offline_base.store import keys
from odoo.tools import float_compare

from . import moments


class OfflineSignature(models.Model):
    """The proof of what a customer saw when they signed on a device. Written once, by the engine, and never changed.

    The device signs with its enrolled key what was shown, the picture of the signature, the name and the time. The
    row says whether that holds, and whether the order still is what was shown.
    """

    _name = "offline.signature"
    _inherit = "offline.kept"
    _description = "Offline Signature"
    _order = "id desc"
    _rec_name = "signed_by"

    order_id = fields.Many2one(
        "sale.order", "Order", required=True, readonly=True, ondelete="restrict", index=True
    )
    signed_by = fields.Char(required=True, readonly=True)
    device_id = fields.Many2one("offline.device", readonly=True, ondelete="set null")
    user_id = fields.Many2one("res.users", "In Front Of", readonly=True)
    device_at = fields.Datetime("Signed at (Device)", readonly=True, help="By the clock of the device.")
    signed_at = fields.Datetime("Signed at", readonly=True, help="By the office's clock.")
    received_at = fields.Datetime("Received at", readonly=True)
    document = fields.Json("What Was Shown", readonly=True)
    document_hash = fields.Char("Hash of What Was Shown (SHA-256)", readonly=True)
    image_hash = fields.Char("Hash of the Picture (SHA-256)", readonly=True)
    statement = fields.Json("What the Device Signed", readonly=True)
    device_signature = fields.Char("Signature of the Device (ES256)", readonly=True)
    public_key = fields.Json("Key of the Device", readonly=True)
    is_verified = fields.Boolean("Signed by the Device's Key", readonly=True)
    amount_total = fields.Float("Total Shown", readonly=True, digits=(16, 2))
    state = fields.Selection(
        [
            ("valid", "Valid"),
            ("changed", "Changed Since"),
            ("unverified", "Not Verified"),
        ],
        compute="_compute_state",
        compute_sudo=True,
    )

    @api.depends(
        "is_verified", "document", "order_id.amount_total", "order_id.currency_id", "order_id.order_line.product_id",
        "order_id.order_line.product_uom_qty", "order_id.order_line.price_unit", "order_id.order_line.discount",
    )  # fmt: skip
    def _compute_state(self):
        for signature in self:
            if not signature.is_verified:
                signature.state = "unverified"
            else:
                signature.state = "valid" if signature._still_holds() else "changed"

    @api.model
    def _keep(self, order, args, named, device):
        """Keep the evidence of one signature; ``named`` is how the device names the order: its id or uid."""
        document = args.document.model_dump(mode="json")
        statement = {
            "purpose": "sale.order",
            "order": named,
            "document": hashlib.sha256(rfc8785.dumps(document)).hexdigest(),
            "image": args.image,
            "name": args.name,
            "at": args.at,
        }
        return self.create(
            {
                "order_id": order.id,
                "signed_by": args.name,
                "device_id": device.id,
                "user_id": device.user_id.id,
                "device_at": moments.by_the_device(args.at),
                "signed_at": moments.worked_at(self.env),
                "received_at": fields.Datetime.now(),
                "document": document,
                "document_hash": statement["document"],
                "image_hash": args.image,
                "statement": statement,
                "device_signature": args.signature or False,
                "public_key": device.public_key,
                "is_verified": keys.is_signed(device.public_key, statement, args.signature),
                "amount_total": args.document.amount_total,
            }
        )

    def _still_holds(self):
        """Whether the order has the lines and the total that the customer saw."""
        order, shown = self.order_id, self.document or {}
        lines = order.order_line.filtered(lambda line: line.product_id)
        seen = [line for line in shown.get("lines", ()) if line["product"] is not None]
        return (
            shown.get("currency") == order.currency_id.name
            and order.currency_id.compare_amounts(shown.get("amount_total", 0), order.amount_total) == 0
            and len(lines) == len(seen)
            and all(self._is_line(line, one) for line, one in zip(lines.sorted(), seen, strict=True))
        )

    def _is_line(self, line, seen):
        product = seen["product"]
        if isinstance(product, dict):
            product = self.env["offline.identity"]._record_id("product.product", product["uid"])
        net = line.price_unit * (100 - line.discount)
        net_seen = seen["price_unit"] * (100 - seen["discount"])
        return (
            product == line.product_id.id
            and float_compare(seen["quantity"], line.product_uom_qty, precision_digits=4) == 0
            and float_compare(net, net_seen, precision_digits=2) == 0
        )
