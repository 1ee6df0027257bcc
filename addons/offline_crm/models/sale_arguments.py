"""What devices say of quotations: the arguments of the named operations on leads and orders."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odoo.addons.offline_base.core.wire import Day, Instant, Request, Uid
from odoo.addons.offline_base.core.wire.basics import BlobHash, Signature

from .references import Reference

Line = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=10_000)]
Code = Annotated[str, Field(min_length=1, max_length=100)]
#: Money and quantities; larger numbers lose their cents on the way.
Amount = Annotated[float, Field(gt=-1e12, lt=1e12)]
Percent = Annotated[float, Field(ge=0, le=100)]
State = Literal["draft", "sent", "sale", "cancel"]
#: What is below zero is refused by the name of its product, not for its shape.
Quantity = Annotated[float, Field(gt=-1e9, lt=1e9)]


class DocumentLine(Request):
    """A line as the customer saw it."""

    product: Reference | None = None
    name: Text = ""
    quantity: Amount = 0
    price_unit: Amount = 0
    discount: Amount = 0
    price_total: Amount | None = None


class Document(Request):
    """What the customer saw when they signed. Its canonical JSON (RFC 8785) is what was signed."""

    customer: Line
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    lines: Annotated[list[DocumentLine], Field(max_length=500)]
    amount_untaxed: Amount
    amount_tax: Amount
    amount_total: Amount
    payment_term: Line = ""
    terms: Text = ""


class SignArgs(Request):
    """A customer's signature, and the device's own over what was shown, who signed, and the picture."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    image: BlobHash
    document: Document
    #: The device's time at which the customer signed.
    at: Instant
    #: By the device's enrolled key, over {purpose, order, document, image, name, at}: see the guide.
    signature: Signature | None = None


class QuoteLine(Request):
    """A line: a product with what was agreed about it, or a section, or a note."""

    uid: Uid | None = None
    display_type: Literal["line_section", "line_subsection", "line_note"] | None = None
    product: Reference | None = None
    name: Text = ""
    quantity: Quantity = 1
    uom: Reference | None = None
    optional: bool = False
    #: What the person agreed with the customer; Odoo's price where nothing is said.
    price_unit: Amount | None = None
    discount: Percent | None = None
    #: With taxes, as the device reckoned it: a difference is told.
    price_total: Amount | None = None

    @model_validator(mode="after")
    def _product_or_text(self) -> QuoteLine:
        if (self.product is None) == (self.display_type is None):
            raise ValueError("a product or a display_type, one of them")
        if self.display_type and not self.name.strip():
            raise ValueError("a section or a note has a name")
        return self


class RewardChoice(Request):
    """A reward of a promotion, and which of its products where there are several."""

    reward: Reference
    product: Reference | None = None


class QuoteArgs(Request):
    """A quotation as it was made in front of the customer."""

    #: The name that the device gives it: what follows (confirm, sign) names it so.
    uid: Uid
    partner: Reference | None = None
    template: Reference | None = None
    #: False where the device has put the template's lines among its own, as the customer wants them.
    template_lines: bool = True
    pricelist: Reference | None = None
    payment_term: Reference | None = None
    client_order_ref: Line = ""
    validity_date: Day | None = None
    note: Text = ""
    lines: Annotated[list[QuoteLine], Field(max_length=300)] = []
    codes: Annotated[list[Code], Field(max_length=20)] = []
    rewards: Annotated[list[RewardChoice], Field(max_length=20)] = []
    #: The currency and the total that the customer was told.
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    amount_total: Amount | None = None
    signature: SignArgs | None = None


class ConfirmArgs(Request):
    """The total that the customer agreed to, if it is known."""

    amount_total: Amount | None = None
    #: Whether Odoo writes to the customer that the order is confirmed.
    send_email: bool = False


class CreditArgs(Request):
    """A customer, and the total of a quotation that Odoo does not have yet."""

    partner: Reference
    amount_total: Amount = 0
    #: Of the total; without it the company's.
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None


class ReopenArgs(Request):
    """What the person saw when they did it."""

    #: The state of the order. Where the device does not say: a quotation, or to open it again a cancelled one.
    seen: State | None = None


class CancelArgs(ReopenArgs):
    """Why it was cancelled, and what the person saw."""

    reason: Text = ""


class NothingArgs(Request):
    """Nothing more to say."""


class TemplateArgs(Request):
    """The template whose lines take the place of those that are there."""

    template: Reference


class CodeArgs(Request):
    """A promotion code, and what is chosen of what it gives where there is a choice."""

    code: Code
    reward: RewardChoice | None = None


class SendArgs(Request):
    """To the customer, by Odoo's template for quotations or orders."""
