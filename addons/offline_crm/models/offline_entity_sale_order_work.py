import re
from datetime import datetime, timedelta

from odoo import fields, models
from odoo.addons.offline_base.core.errors import Refusal
from odoo.addons.offline_base.core.merge import Conflict
from odoo.addons.offline_base.store import blob_uses
from odoo.addons.offline_base.store.at_work import device_at_work
from odoo.addons.offline_base.store.operations import named_operation
from odoo.addons.offline_base.store.outcome import Parked
from odoo.addons.offline_base.store.story import where_from
from odoo.exceptions import UserError
from odoo.tools import plaintext2html
from odoo.tools.translate import LazyTranslate

from . import references
from .sale_arguments import (
    CancelArgs,
    CodeArgs,
    ConfirmArgs,
    NothingArgs,
    ReopenArgs,
    RewardChoice,
    SendArgs,
    SignArgs,
    TemplateArgs,
)

_lt = LazyTranslate(__name__)
#: Which states are one to a person who closes an order or opens it again.
_KINDS = {"draft": "quotation", "sent": "quotation", "sale": "order", "cancel": "cancelled"}


class OfflineEntitySaleOrder(models.AbstractModel):
    """The way from quotation to order, by Odoo's own functions; its dialogs are answered by the arguments."""

    _inherit = "offline.entity.sale_order"

    # --- named operations -----------------------------------------------------------------------------------

    @named_operation(label=_lt("Confirm"), args=ConfirmArgs)
    def confirm(self, record, args):
        """Make the quotation an order; one that is an order stays as it is.

        What only a person of the office may wave through waits for them: agreed prices that are too far from Odoo's,
        a total that is not what the customer agreed to, a customer whose credit is used up.
        """
        if record.state != "sale":
            self._offline_refuse_cancelled(record)
            if not any(line.product_id for line in record.order_line):
                raise UserError(self.env._("There is nothing on this quotation yet. Add a product first."))
            if record.opportunity_id and not record.opportunity_id.has_access("read"):
                # Odoo writes there what was ordered, and would say only that the lead may not be read.
                raise UserError(
                    self.env._(
                        "This order belongs to an opportunity of somebody else. Ask the office to confirm it, "
                        "or to hand the opportunity over to you."
                    )
                )
            self._offline_compare_total(record, args.amount_total)
            self._offline_ask_the_office(record, args.amount_total)
            record.with_context(send_email=args.send_email).action_confirm()
        return self._offline_told(record)

    @named_operation(label=_lt("Cancel"), args=CancelArgs)
    def cancel(self, record, args):
        """Cancel it; one that is cancelled stays as it is.

        An order that the office confirmed since the person looked waits for the office.
        """
        if record.state != "cancel":
            self._offline_park_unseen(record, args.seen, "draft")
            record.action_cancel()
            if args.reason.strip():
                record.message_post(body=plaintext2html(args.reason), subtype_xmlid="mail.mt_note")
        return self._offline_told(record)

    @named_operation(label=_lt("Back to Quotation"), args=ReopenArgs)
    def reset_to_draft(self, record, args):
        """Open a cancelled or sent one again; Odoo takes the customer's signature off it, the evidence stays.

        One that is another than the person saw waits for the office.
        """
        if record.state == "sale":
            raise UserError(self.env._("This is a confirmed order. Cancel it first, if that is wrong."))
        if record.state != "draft":
            self._offline_park_unseen(record, args.seen, "cancel")
            record.action_draft()
        return self._offline_told(record)

    @named_operation(label=_lt("Apply Template"), args=TemplateArgs)
    def apply_template(self, record, args):
        """Replace the lines by those of a template, with its terms, as choosing it in Odoo does."""
        self._offline_refuse_closed(record)
        self._offline_use_template(record, self._offline_template(args.template))
        return self._offline_told(record)

    @named_operation(label=_lt("Apply Promotion Code"), args=CodeArgs)
    def apply_code(self, record, args):
        """Enter a promotion or coupon code; one that is on it already stays so."""
        self._offline_refuse_closed(record)
        self._offline_apply_code(record, args.code, args.reward)
        return self._offline_told(record)

    @named_operation(label=_lt("Claim Reward"), args=RewardChoice)
    def claim_reward(self, record, args):
        """Put a reward on it that its promotions give; one that is on it already stays so."""
        self._offline_refuse_closed(record)
        self._offline_claim(record, args)
        return self._offline_told(record)

    @named_operation(label=_lt("Update Promotions"), args=NothingArgs)
    def update_promotions(self, record, args):
        """Have Odoo look which promotions the lines are entitled to now."""
        self._offline_refuse_closed(record)
        record._update_programs_and_rewards()
        return self._offline_told(record)

    @named_operation(label=_lt("Send by Email"), args=SendArgs)
    def send_by_email(self, record, args):
        """Send it to the customer with Odoo's template, and mark a draft as sent."""
        self._offline_refuse_cancelled(record)
        if not record.partner_id.email:
            raise UserError(
                self.env._(
                    "%s has no e-mail address. Add one, then send again.", record.partner_id.display_name
                )
            )
        action = record.action_quotation_send()
        dialog = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        dialog.action_send_mail()
        return self._offline_told(record)

    @named_operation(label=_lt("Customer Signs"), args=SignArgs)
    def sign(self, record, args):
        """Keep the customer's signature with the proof of what they saw."""
        self._offline_refuse_cancelled(record)
        self._offline_sign(record, args)
        return self._offline_told(record)

    # --- parts ----------------------------------------------------------------------------------------------

    def _offline_create(self, values):
        """A quotation is of the moment at which the person made it: prices in force then count."""
        return super()._offline_create({**self._offline_moment(), **values})

    def _offline_moment(self):
        at = self._offline_agreed_at()
        return {} if at is None else {"date_order": at.replace(microsecond=0)}

    def _offline_agreed_at(self):
        """When the person did it, by the office's clock: never ahead; what is older than a month counts as of today."""
        at, now = self.env.context.get("offline_base__at"), fields.Datetime.now()
        return at if isinstance(at, datetime) and now - timedelta(days=31) < at <= now else None

    def _offline_new_order(self, values, lead):
        """The quotation of an opportunity, made with what Odoo's button hands over."""
        given = lead._prepare_opportunity_quotation_context()
        made = self.env["sale.order"].with_context(**given).create({**self._offline_moment(), **values})
        order = self.env["sale.order"].browse(made.id)
        device = device_at_work(self.env)
        order._message_log(body=where_from(self.env, device, self.env.context.get("offline_base__at")))
        return order

    def _offline_name(self, model, record, uid):
        """Remember the name that the device gave to what a function made."""
        # sudo: the map of identities is the engine's.
        self.env["offline.identity"].sudo()._remember(model, record.id, uid)

    def _offline_html(self, text):
        return plaintext2html(text) if text.strip() else False

    def _offline_template(self, reference):
        template = references.record(self.env, "sale.order.template", "template", reference)
        return self._offline_in_use(
            template, self.env._("The template %s is no longer in use. Choose another.")
        )

    def _offline_pricelist(self, reference):
        pricelist = references.record(self.env, "product.pricelist", "pricelist", reference)
        return self._offline_in_use(
            pricelist, self.env._("The price list %s is no longer in use. Choose another one.")
        )

    def _offline_in_use(self, record, refusal):
        """The record, unless it was archived since the device got it."""
        if record and not record.active:
            raise UserError(refusal % record.display_name)
        return record

    def _offline_use_template(self, order, template):
        order.sale_order_template_id = template
        order._onchange_sale_order_template_id()

    def _offline_add_lines(self, order, lines):
        """The new lines, after those that are there: {uid: line} of those that the device named."""
        named = {}
        last = max(order.order_line.mapped("sequence"), default=0)
        for number, line in enumerate(lines, 1):
            made = self.env["sale.order.line"].create(self._offline_line_values(order, line, number, last))
            if line.product is not None:
                made._offline_settle_price(line.price_unit, line.discount, line.price_total)
            if line.uid is not None:
                self._offline_name("sale.order.line", made, line.uid)
                named[line.uid] = made
        return named

    def _offline_line_values(self, order, line, number, last):
        values = {"order_id": order.id, "sequence": last + number}
        if line.display_type:
            return values | {"display_type": line.display_type, "name": line.name}
        product = self._offline_of_line("product.product", "product", line, number)
        values |= {
            "product_id": product.id,
            "product_uom_qty": line.quantity,
            "product_uom_id": self._offline_of_line("uom.uom", "uom", line, number).id or product.uom_id.id,
            "is_optional": line.optional,
        }
        return values | ({"name": line.name} if line.name.strip() else {})

    def _offline_of_line(self, model, name, line, number):
        """What a line refers to; where that is not there, the refusal says which line it is."""
        try:
            return references.record(self.env, model, name, getattr(line, name))
        except Refusal as refusal:
            if refusal.code != "reference_unknown":
                raise
            called = line.name.strip().split("\n")[0]
            place = f"{number} ({called})" if called else number
            told = (
                self.env._(
                    "Line %s: the product is not there any more, or not for you. Choose another.", place
                )
                if name == "product"
                else self.env._(
                    "Line %s: the unit is not there any more, or not for you. Choose another.", place
                )
            )
            raise Refusal(refusal.code, told, fields={f"lines.{number - 1}.{name}": told}) from None

    def _offline_apply_code(self, order, code, choice=None):
        # How often it was used is not reckoned anew by itself within one call, which may bring several orders.
        self.env["loyalty.program"].invalidate_model(["order_count", "total_order_count"])
        used = order.code_enabled_rule_ids.mapped("code") + order.applied_coupon_ids.mapped("code")
        if code not in used:
            found = order._try_apply_code(code)
            if "error" in found:
                raise UserError(
                    self.env._(
                        "The code %(code)s does not count here: %(why)s Take it off, or ask the office.",
                        code=code,
                        why=found["error"],
                    )
                )
            rewards = [(coupon, reward) for coupon, several in found.items() for reward in several]
            if choice is None and len(rewards) == 1 and not rewards[0][1].multi_product:
                self._offline_put_reward(order, *rewards[0])
        if choice is not None:
            self._offline_claim(order, choice)

    def _offline_claim(self, order, choice):
        reward = references.record(self.env, "loyalty.reward", "reward", choice.reward)
        product = references.record(self.env, "product.product", "product", choice.product)
        if reward in order.order_line.reward_id:
            return
        order._update_programs_and_rewards()
        if reward in order.order_line.reward_id:
            return
        found = [coupon for coupon, rewards in order._get_claimable_rewards().items() if reward in rewards]
        if not found:
            raise UserError(
                self.env._(
                    "The lines of this quotation are not entitled to %s (any more). Take it off, or change the lines.",
                    reward.description,
                )
            )
        self._offline_put_reward(order, found[0], reward, product)

    def _offline_put_reward(self, order, coupon, reward, product=None):
        told = order._apply_program_reward(reward, coupon, **({"product": product} if product else {}))
        if "error" in told:
            raise UserError(told["error"])
        order._update_programs_and_rewards()

    def _offline_check_currency(self, order, code):
        if code and code != order.currency_id.name:
            raise UserError(
                self.env._(
                    "This was offered in %(mine)s, and the price list of the quotation is in %(theirs)s. "
                    "Choose a price list in %(mine)s, or offer it again.",
                    mine=code,
                    theirs=order.currency_id.name,
                )
            )

    def _offline_compare_total(self, order, agreed):
        """Keep for the report that the total is not the one that the customer was told."""
        if agreed is not None:
            self.env["offline.price.variance"].sudo()._offline_note_total(order, agreed)

    def _offline_ask_the_office(self, order, agreed):
        """Park what only a person may wave through, with all reasons at once; what somebody saw is waved through."""
        # sudo: the report is the office's; what is open in it decides here.
        variances = self.env["offline.price.variance"].sudo()
        open_ones, reasons = variances._offline_open_of(order), {}
        if open_ones:
            told = agreed if agreed is not None else order.amount_total
            reasons["amount_total"] = Conflict(told, told, variances._offline_total_by_odoo(order))
        if order.partner_credit_warning:
            reasons["partner_credit_warning"] = Conflict(None, None, order.partner_credit_warning)
        if not self.env.context.get("offline_base__decided"):
            if reasons:
                raise Parked("expect", reasons)
            return
        self._offline_refuse_unseen(order, reasons)
        open_ones.state = "accepted"

    def _offline_refuse_unseen(self, order, reasons):
        """What came up since a person was asked goes back to the device: sent again, it is asked about as well."""
        # sudo: what the office was shown; the engine alone reads it here.
        shown = self.env["offline.conflict"].sudo().search(
            [
                ("operation_id.op", "=", self.env.context.get("offline_base__op")),
                ("device_id", "=", device_at_work(self.env).id),
                ("state", "=", "open"),
            ]
        )  # fmt: skip
        seen = {line.field_name: (line.mine, line.theirs) for line in shown.line_ids}
        new = {
            name
            for name, asked in reasons.items()
            if not self._offline_is_seen(order, seen.get(name), (asked.mine, asked.theirs))
        }
        if "partner_credit_warning" in new:
            raise UserError(
                self.env._(
                    "%s Somebody was asked before that. Send it again: the office decides with it.",
                    order.partner_credit_warning,
                )
            )
        if new:
            raise UserError(
                self.env._(
                    "The total is not what was agreed any more. Send it again: the office decides with it."
                )
            )

    def _offline_is_seen(self, order, seen, sides):
        """Whether a person was shown these sides; words are of whoever works, their figures tell them apart."""
        if seen is None:
            return False
        return all(
            re.sub(r"\D", "", one or "") == re.sub(r"\D", "", other or "")
            if isinstance(other, str | None)
            else order.currency_id.compare_amounts(one or 0, other) == 0
            for one, other in zip(seen, sides, strict=True)
        )

    def _offline_park_unseen(self, order, seen, usual):
        """Park work on an order that is in another state than the person saw, unless this very device brought it there.

        Sent or not, a quotation is a quotation. ``usual`` is taken as seen where the device does not say.
        """
        if self.env.context.get("offline_base__decided"):
            return
        if order.offline_state_device_id == device_at_work(self.env):
            return
        # Other addons have states of their own.
        if _KINDS[seen or usual] != _KINDS.get(order.state, order.state):
            raise Parked("expect", {"state": Conflict(seen, seen, order.state)})

    def _offline_refuse_cancelled(self, order):
        if order.state == "cancel":
            raise UserError(
                self.env._("This was cancelled meanwhile. Open it again first, if that is wrong.")
            )

    def _offline_refuse_closed(self, order):
        self._offline_refuse_cancelled(order)
        if order.state == "sale":
            raise UserError(
                self.env._(
                    "This was confirmed meanwhile (%s). Ask the office to change the order.", order.name
                )
            )

    def _offline_told(self, order):
        """What the device is told at once; the rest comes with its next pull."""
        claimable = [
            {"coupon": coupon.id, "reward": reward.id, "description": reward.description or ""}
            for coupon, rewards in (
                order._get_claimable_rewards() if order.state in ("draft", "sent") else {}
            ).items()
            for reward in rewards
        ]
        return {
            "order": order.id,
            "name": order.name,
            "state": order.state,
            "amount_total": order.amount_total,
            "claimable": claimable,
        }

    def _offline_sign(self, order, args, uid=None):
        """Fill Odoo's own signature, and keep the evidence beside it."""
        device = device_at_work(self.env)
        # sudo: how devices name the order is the engine's; evidence is nobody's to write.
        named = uid or self.env["offline.identity"].sudo()._uids("sale.order", order.ids).get(
            order.id, order.id
        )
        evidence = self.env["offline.signature"].sudo()._keep(order, args, named, device)
        order.write({"signed_by": args.name, "signed_on": evidence.signed_at})
        blob_uses.fill(device, order, {"signature": {"sha256": args.image}})
