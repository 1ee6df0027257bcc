from typing import Annotated

from pydantic import Field

from odoo import fields, models
from odoo.addons.offline_base.core.fields import parse_instant
from odoo.addons.offline_base.core.wire import Day, Instant, Request
from odoo.addons.offline_base.store.operations import named_operation
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html
from odoo.tools.translate import LazyTranslate

from . import references
from .references import Reference

_lt = LazyTranslate(__name__)

Line = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=10_000)]


class ScheduleArgs(Request):
    """What is to be done, when, and by whom: the device's user unless told otherwise."""

    date_deadline: Day
    activity_type: Reference | None = None
    summary: Line = ""
    note: Text = ""
    user: Reference | None = None


class CallArgs(Request):
    """A call that was made: when, how long, and what was said."""

    at: Instant | None = None
    minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    summary: Line = ""
    note: Text = ""


class NoteArgs(Request):
    """What to remember, as plain text."""

    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class MeetingArgs(Request):
    """When and where to meet; the device's user and the customer are invited, and whoever is named besides."""

    start: Instant
    stop: Instant
    name: Line = ""
    location: Line = ""
    description: Text = ""
    attendees: Annotated[list[Reference], Field(max_length=100)] = []


class OfflineEntityCrmLead(models.AbstractModel):
    """What is said and agreed with a customer."""

    _inherit = "offline.entity.crm_lead"

    @named_operation(label=_lt("Schedule Activity"), args=ScheduleArgs)
    def schedule_activity(self, record, args):
        """Plan an activity; an open one that says the same is enough."""
        kind = references.record(self.env, "mail.activity.type", "activity_type", args.activity_type)
        kind = kind or self.env.ref("mail.mail_activity_data_todo")
        user = references.record(self.env, "res.users", "user", args.user) or self.env.user
        day = fields.Date.to_date(args.date_deadline)
        summary = args.summary.strip() or kind.summary
        planned = record.activity_ids.filtered(
            lambda one: (
                (one.activity_type_id, one.user_id, one.date_deadline) == (kind, user, day)
                and (one.summary or "") == (summary or "")
            )
        )
        planned = planned[:1] or record.activity_schedule(
            activity_type_id=kind.id,
            date_deadline=day,
            summary=summary,
            note=plaintext2html(args.note) if args.note.strip() else "",
            user_id=user.id,
            automated=False,
        )
        return {"activity": planned.id}

    @named_operation(label=_lt("Log a Call"), args=CallArgs)
    def log_call(self, record, args):
        """Note a call as an activity that is done, so that it counts where Odoo counts calls."""
        moment = parse_instant(args.at).replace(tzinfo=None) if args.at else fields.Datetime.now()
        local = fields.Datetime.context_timestamp(record, moment)
        call = record.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=local.date(),
            summary=args.summary.strip(),
            user_id=self.env.uid,
            automated=False,
        )
        took = self.env._("Duration: %s minutes", args.minutes) if args.minutes else ""
        told = [local.strftime("%Y-%m-%d %H:%M") if args.at else "", took, args.note.strip()]
        message = call.action_feedback(feedback="\n".join(part for part in told if part) or False)
        return {"activity": call.id, "message": message or None}

    @named_operation(label=_lt("Write a Note"), args=NoteArgs)
    def post_note(self, record, args):
        """Post an internal note."""
        message = record.message_post(
            body=plaintext2html(args.text), message_type="comment", subtype_xmlid="mail.mt_note"
        )
        return {"message": message.id}

    @named_operation(label=_lt("Plan a Meeting"), args=MeetingArgs)
    def plan_meeting(self, record, args):
        """Put a meeting about it into the calendar and invite people; one with that name at that time is enough."""
        start, stop = (
            parse_instant(at).replace(tzinfo=None, microsecond=0) for at in (args.start, args.stop)
        )
        if stop < start:
            raise UserError(self.env._("The meeting ends before it begins. Correct its times."))
        name = args.name.strip() or record.name
        events = self.env["calendar.event"]
        here = [("opportunity_id", "=", record.id), ("user_id", "=", self.env.uid)]
        planned = events.search([*here, ("start", "=", start), ("name", "=", name)], limit=1)
        if not planned:
            named = references.records(self.env, "res.partner", "attendees", args.attendees)
            invited = self.env.user.partner_id | record.partner_id | named
            planned = events.create(
                {
                    "name": name,
                    "start": start,
                    "stop": stop,
                    "location": args.location.strip(),
                    "description": plaintext2html(args.description) if args.description.strip() else False,
                    "partner_ids": [Command.set(invited.ids)],
                    "user_id": self.env.uid,
                    "res_model_id": self.env["ir.model"]._get_id(record._name),
                    "res_id": record.id,
                    "opportunity_id": record.id,
                }
            )
        return {"event": planned.id}
