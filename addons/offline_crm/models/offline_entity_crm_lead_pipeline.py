from typing import Annotated, Literal

from pydantic import Field

from odoo import models
from odoo.addons.offline_base.core.wire import Request
from odoo.addons.offline_base.store.operations import named_operation
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html
from odoo.tools.translate import LazyTranslate

from . import references
from .references import Reference

_lt = LazyTranslate(__name__)


class ConvertArgs(Request):
    """Who the customer is: a new one, made of what the lead says; one that is there; or none yet."""

    customer: Literal["new", "existing", "none"]
    #: With "existing". Without it the one whom Odoo finds by the lead's e-mail.
    partner: Reference | None = None


class WonArgs(Request):
    """Nothing more to say."""


class LostArgs(Request):
    """Why it was lost."""

    reason: Reference | None = None
    feedback: Annotated[str, Field(max_length=10_000)] = ""


class RestoreArgs(Request):
    """Nothing more to say."""


class SetStageArgs(Request):
    """The stage to move to."""

    stage: Reference


class NextStageArgs(Request):
    """The stage that the person saw it in: one that somebody moved on meanwhile is not moved twice."""

    seen: Reference


class OfflineEntityCrmLead(models.AbstractModel):
    """The way through the pipeline, by Odoo's own functions; its dialogs are answered by the arguments."""

    _inherit = "offline.entity.crm_lead"

    @named_operation(label=_lt("Convert to Opportunity"), args=ConvertArgs)
    def convert(self, record, args):
        """Make the lead an opportunity; one that is an opportunity stays as it is.

        The result names the customer, and the leads that Odoo's dialog would offer to merge with, as far as the user
        may read them.
        """
        if record.type == "lead":
            self._offline_refuse_lost(record)
            self._offline_refuse_won(record)
            partner = self._offline_customer(record, args)
            dialog = (
                self.env["crm.lead2opportunity.partner"]
                .with_context(active_model=record._name, active_id=record.id, active_ids=record.ids)
                .create(
                    {
                        "lead_id": record.id,
                        "name": "convert",
                        "action": "create" if args.customer == "new" else "exist",
                        "partner_id": partner.id,
                    }
                )
            )
            # Before the customer's address takes the place of the lead's.
            similar = dialog.duplicated_lead_ids
            dialog.action_apply()
        else:
            similar = record._get_lead_duplicates(record.partner_id, record.email_from, include_lost=True)
        return {"partner": record.partner_id.id or None, "duplicates": (similar - record).ids}

    def _offline_customer(self, record, args):
        if args.customer != "existing":
            return self.env["res.partner"]
        named = references.record(self.env, "res.partner", "partner", args.partner)
        partner = named or record._find_matching_partner()
        if not partner:
            raise UserError(
                self.env._("No customer has the e-mail address of this lead. Choose one, or make a new one.")
            )
        return partner

    @named_operation(label=_lt("Mark Won"), args=WonArgs)
    def mark_won(self, record, args):
        """Win the opportunity; one that is won stays as it is."""
        if record.won_status == "won":
            return
        self._offline_refuse_lost(record)
        if record.type == "lead":
            raise UserError(self.env._("This is a lead still. Convert it to an opportunity first."))
        record.action_set_won()

    @named_operation(label=_lt("Mark Lost"), args=LostArgs)
    def mark_lost(self, record, args):
        """Lose it, with a reason; one that is lost for this reason stays as it is."""
        reason = references.record(self.env, "crm.lost.reason", "reason", args.reason)
        if record.won_status == "lost":
            if record.lost_reason_id != reason:
                self._offline_refuse_lost(record)
            return
        self._offline_refuse_won(record)
        dialog = self.env["crm.lead.lost"].create(
            {
                "lead_ids": [Command.set(record.ids)],
                "lost_reason_id": reason.id,
                "lost_feedback": plaintext2html(args.feedback) if args.feedback.strip() else False,
            }
        )
        dialog.action_lost_reason_apply()

    @named_operation(label=_lt("Restore"), args=RestoreArgs)
    def restore(self, record, args):
        """Bring a lost one back; one that is open stays as it is."""
        if not record.active:
            record.action_restore()

    @named_operation(label=_lt("Move to Stage"), args=SetStageArgs)
    def set_stage(self, record, args):
        """Move it to a stage of its team, whichever it is in."""
        stage = references.record(self.env, "crm.stage", "stage", args.stage)
        if record.stage_id == stage:
            return
        self._offline_refuse_lost(record)
        record.stage_id = stage

    @named_operation(label=_lt("Next Stage"), args=NextStageArgs)
    def next_stage(self, record, args):
        """Move it one stage on from the one that was seen; one that is further already stays where it is."""
        seen = references.record(self.env, "crm.stage", "seen", args.seen)
        self._offline_refuse_lost(record)
        order = (record._stage_find(limit=None) | seen | record.stage_id).sorted()
        now, then = (list(order).index(stage) for stage in (record.stage_id, seen))
        if now > then:
            return
        if now < then:
            raise UserError(
                self.env._(
                    "Somebody moved this back to the stage %s meanwhile. Look at it, then choose the stage.",
                    record.stage_id.display_name,
                )
            )
        if now + 1 == len(order):
            raise UserError(self.env._("%s is the last stage.", seen.display_name))
        record.stage_id = order[now + 1]

    def _offline_refuse_lost(self, record):
        """What is lost has to be restored before anything else."""
        if record.won_status == "lost":
            reason = record.lost_reason_id.display_name
            raise UserError(
                self.env._("This is lost already (%s). Restore it first, if that is wrong.", reason)
                if reason
                else self.env._("This is lost already. Restore it first, if that is wrong.")
            )

    def _offline_refuse_won(self, record):
        """What is won leaves that stage only by a person's choice of another one."""
        if record.won_status == "won":
            raise UserError(
                self.env._("This is won already. Move it to another stage first, if that is wrong.")
            )
