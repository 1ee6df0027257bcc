import hashlib
import re

import rfc8785

from odoo import api, fields, models
from odoo.addons.offline_base.store import keys
from odoo.addons.offline_base.store.at_work import device_at_work
from odoo.addons.offline_base.store.outcome import linked_to
from odoo.tools import float_compare
from odoo.tools.mail import html_to_inner_content
from odoo.tools.translate import code_translations

from . import moments

#: What the app sets before and after the words of a quotation, as its `termsText` has it.
_BEFORE = "Valid until %s."
_AFTER = "What is marked “to confirm” is told by our office, and comes on top of the amounts here."


def _words(text):
    r"""What is said, however it is set.

    >>> _words("Left  at\n*the* door.") == _words("Left at the door.")
    True
    >>> _words("1.5 %") == _words("15 %")
    False
    """
    return re.sub(r"[\s*_•]+", "", text or "")


def _text(html):
    return " ".join(html_to_inner_content(html or "").split())


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
        names = {_words(name) for name in (partner.display_name, partner.name, *self._names_linked(partner))}
        if _words(document["customer"]) not in names:
            content |= {"customer": document["customer"], "customer_name": document["customer"]}
        if _words(document["payment_term"]) != _words(order.payment_term_id.name):
            content["payment_term"] = document["payment_term"]
        # General conditions are not on devices: Odoo adds them where a quotation has no words of its own.
        general = order.new({"partner_id": partner.id, "company_id": order.company_id.id}).note
        said = {_words(document["terms"]), _words(self._own_terms(order, document["terms"]))}
        if _words(content["note"]) not in said and not ("" in said and content["note"] == _text(general)):
            content["note"] = document["terms"]
        shown = [None if line["product"] is not None else _words(line["name"]) for line in document["lines"]]
        if shown != [_words(line.name) if line.display_type else None for line in self._lines(order)]:
            content["lines"] = document["lines"]
        return content

    @api.model
    def _names_linked(self, partner):
        """What this device called a new customer who is linked with one that was there."""
        # sudo: what was sent is the engine's.
        created = self.env["offline.operation"].sudo().search(
            [
                ("entity", "=", partner._name),
                ("res_id", "=", partner.id),
                ("verb", "=", "create"),
                ("device_id", "=", device_at_work(self.env).id),
            ]
        )  # fmt: skip
        linked = created.filtered(lambda operation: linked_to(operation.result) == partner.id)
        return [operation._sent_values().get("name") or partner.name for operation in linked]

    @api.model
    def _own_terms(self, order, terms):
        """The words of the quotation itself, without what the app sets around them."""
        lines = [line.strip() for line in terms.splitlines() if line.strip()]
        if lines and lines[-1] in self._said_by_the_app(_AFTER):
            del lines[-1]
        dated = [re.escape(text).replace("%s", ".+") for text in self._said_by_the_app(_BEFORE)]
        if lines and order.validity_date and re.fullmatch("|".join(dated), lines[0]):
            del lines[0]
        return "\n".join(lines)

    @api.model
    def _said_by_the_app(self, text):
        """A text of the app, in each language that its people may have."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        told = [code_translations.get_web_translations("offline_crm", code)["messages"] for code in languages]
        return {text} | {one["string"] for messages in told for one in messages if one["id"] == text}

    @api.model
    def _content(self, order):
        """What a document says of an order, amounts apart, as JSON."""
        return {
            "customer": order.partner_id.id,
            "customer_name": order.partner_id.complete_name or "",
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
        if self.as_signed and not self._is_content(self.as_signed, self._content(order)):
            return False
        lines = self._lines(order).filtered(lambda line: line.product_id)
        seen = [line for line in shown.get("lines", ()) if line["product"] is not None]
        return (
            shown.get("currency") == order.currency_id.name
            and order.currency_id.compare_amounts(shown.get("amount_total", 0), order.amount_total) == 0
            and len(lines) == len(seen)
            and all(self._is_line(line, one) for line, one in zip(lines, seen, strict=True))
        )

    def _is_content(self, signed, content):
        """Whether it says the same. A customer who was merged has another id and the same name."""
        names = [_words(one.get("customer_name")) for one in (signed, content)]
        same = {"customer": content["customer"]} if names[0] and names[0] == names[1] else {}
        return {**signed, **same, "customer_name": ""} == {**content, "customer_name": ""}

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
