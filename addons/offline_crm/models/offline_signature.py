import hashlib
import re

import rfc8785

from odoo import api, fields, models
from odoo.addons.offline_base.store import keys
from odoo.tools import float_compare, html2plaintext

from . import moments


def _words(text):
    r"""What is said, however it is set.

    >>> _words("Left  at\n*the* door.") == _words("Left at the door")
    True
    """
    return re.sub(r"[\W_]+", "", text or "")


def _text(html):
    return _words(html2plaintext(html or "", include_references=False))


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
    as_signed = fields.Json(
        "What the Order Was",
        readonly=True,
        help="What the document says of the order besides its amounts, as Odoo has it; what the customer saw instead "
        "where the order was another before the signature arrived.",
    )
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
        store=True,
    )

    @api.depends(
        "is_verified", "document", "as_signed", "order_id.amount_total", "order_id.currency_id", "order_id.partner_id",
        "order_id.payment_term_id", "order_id.validity_date", "order_id.note", "order_id.order_line.product_id",
        "order_id.order_line.product_uom_qty", "order_id.order_line.product_uom_id", "order_id.order_line.price_unit",
        "order_id.order_line.discount", "order_id.order_line.name", "order_id.order_line.display_type",
        "order_id.order_line.sequence", "order_id.order_line.is_downpayment",
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
                "as_signed": self._seen(order, document),
                "image_hash": args.image,
                "statement": statement,
                "device_signature": args.signature or False,
                "public_key": device.public_key,
                "is_verified": keys.is_signed(device.public_key, statement, args.signature),
                "amount_total": args.document.amount_total,
            }
        )

    @api.model
    def _seen(self, order, document):
        """The content of the order as it was signed, with the document's words where they are of another order.

        Words are compared as a person reads them. Names of products and units are set differently on devices.
        """
        content, partner = self._content(order), order.partner_id
        if _words(document["customer"]) not in (_words(partner.display_name), _words(partner.name)):
            content["customer"] = document["customer"]
        if _words(document["payment_term"]) != _words(order.payment_term_id.name):
            content["payment_term"] = document["payment_term"]
        # General conditions are not on devices: Odoo adds them where a quotation has no words of its own.
        general = order.new({"partner_id": partner.id, "company_id": order.company_id.id}).note
        if content["note"] not in _words(document["terms"]) and content["note"] != _text(general):
            content["note"] = document["terms"]
        shown = [None if line["product"] is not None else _words(line["name"]) for line in document["lines"]]
        if shown != [_words(line.name) if line.display_type else None for line in self._lines(order)]:
            content["lines"] = document["lines"]
        return content

    @api.model
    def _content(self, order):
        """What a document says of an order, amounts apart, as JSON."""
        return {
            "customer": order.partner_id.id,
            "payment_term": order.payment_term_id.id or None,
            "validity_date": fields.Date.to_string(order.validity_date) or None,
            "note": _text(order.note),
            "lines": [
                [line.display_type or None, line.name or "", line.product_uom_id.id or None]
                for line in self._lines(order)
            ],
        }

    @api.model
    def _lines(self, order):
        """The lines that were offered; those of an invoice for a down payment come later, and sell nothing."""
        return order.order_line.filtered(lambda line: not line.is_downpayment).sorted()

    def _still_holds(self):
        """Whether the order is what the customer saw."""
        order, shown = self.order_id, self.document or {}
        if self.as_signed and self.as_signed != self._content(order):
            return False
        lines = self._lines(order).filtered(lambda line: line.product_id)
        seen = [line for line in shown.get("lines", ()) if line["product"] is not None]
        return (
            shown.get("currency") == order.currency_id.name
            and order.currency_id.compare_amounts(shown.get("amount_total", 0), order.amount_total) == 0
            and len(lines) == len(seen)
            and all(self._is_line(line, one) for line, one in zip(lines, seen, strict=True))
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
