from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .common import EVENT, LEAD, CrmCase


class TestContact(CrmCase):
    """Activities, calls, notes and meetings of a lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead.partner_id = cls.partner
        cls.partner.email = "azure@example.com"
        cls.start = fields.Datetime.now().replace(microsecond=0) + timedelta(days=3)

    def meet(self, **args):
        stop = args.pop("stop", self.start + timedelta(hours=1))
        return self.do(
            "plan_meeting", start=self.start.isoformat() + "Z", stop=stop.isoformat() + "Z", **args
        )

    def test_activity_is_scheduled_once(self):
        call = self.env.ref("mail.mail_activity_data_call")
        args = {"date_deadline": "2099-12-01", "activity_type": call.id, "summary": "Ring", "note": "At noon"}
        for _time in range(2):
            receipt = self.do("schedule_activity", **args)
            self.assert_status("applied", receipt)
        activity = self.lead.activity_ids
        self.assertEqual({"activity": activity.id}, receipt["result"])
        self.assertEqual(
            (call, self.seller, "Ring", "2099-12-01", False),
            (
                activity.activity_type_id,
                activity.user_id,
                activity.summary,
                str(activity.date_deadline),
                activity.automated,
            ),
        )
        self.assertIn("At noon", activity.note)
        self.assertIn(activity.id, self.held("mail.activity"))

    def test_activity_of_a_kind_that_is_gone_is_refused(self):
        receipt = self.do("schedule_activity", date_deadline="2099-12-01", activity_type=2**31 - 1)
        self.assert_rejected(receipt, "reference_unknown", "activity_type")

    def test_activity_for_no_day_is_refused(self):
        receipt = self.do("schedule_activity", date_deadline="soon")
        self.assert_rejected(receipt, "operation_invalid", "date_deadline")

    def test_call_is_an_activity_that_is_done_with_what_was_said(self):
        receipt = self.do(
            "log_call", at="2026-11-20T09:30:00Z", minutes=12, summary="First call", note="Prefers <oak>"
        )
        self.assert_status("applied", receipt)
        call = self.env["mail.activity"].browse(receipt["result"]["activity"])
        self.assertEqual(
            (False, "phonecall", "2026-11-20"),
            (call.active, call.activity_type_id.category, str(call.date_deadline)),
        )
        message = self.env["mail.message"].browse(receipt["result"]["message"])
        self.assertEqual(
            (LEAD, self.lead.id, self.seller.partner_id), (message.model, message.res_id, message.author_id)
        )
        for words in ("First call", "12 minutes", "Prefers &lt;oak&gt;"):
            self.assertIn(words, message.body)
        self.assertFalse(self.lead.activity_ids)

    def test_call_without_a_word_is_a_call(self):
        self.assert_status("applied", self.do("log_call"))

    def test_call_longer_than_a_day_is_refused(self):
        self.assert_rejected(self.do("log_call", minutes=2000), "operation_invalid", "minutes")

    def test_note_is_internal_and_plain(self):
        receipt = self.do("post_note", text="Ask for <b>Ann</b>\nnot for Bob")
        message = self.env["mail.message"].browse(receipt["result"]["message"])
        self.assertEqual(self.env.ref("mail.mt_note"), message.subtype_id)
        self.assertIn("Ask for &lt;b&gt;Ann&lt;/b&gt;<br", message.body)
        self.assertEqual(self.seller.partner_id, message.author_id)

    def test_empty_note_is_refused(self):
        self.assert_rejected(self.do("post_note", text=""), "operation_invalid", "text")

    def test_meeting_is_planned_once_and_invites_the_customer(self):
        for _time in range(2):
            receipt = self.meet(location="Library", attendees=[self.colleague.partner_id.id])
            self.assert_status("applied", receipt)
        event = self.lead.calendar_event_ids
        self.assertEqual({"event": event.id}, receipt["result"])
        self.assertEqual(
            (self.start, self.start + timedelta(hours=1), "Library", self.lead.name, self.seller),
            (event.start, event.stop, event.location, event.name, event.user_id),
        )
        self.assertEqual((self.seller | self.colleague).partner_id | self.partner, event.partner_ids)
        self.assertEqual((LEAD, self.lead.id), (event.res_model, event.res_id))
        self.assertEqual(self.lead.id, self.held(EVENT)[event.id]["opportunity_id"])

    def test_meeting_that_ends_before_it_begins_is_refused(self):
        self.assert_refused(self.meet(stop=self.start - timedelta(hours=1)), "Correct its times")
        self.assertFalse(self.lead.calendar_event_ids)

    def test_meeting_with_somebody_unknown_is_refused(self):
        self.assert_rejected(self.meet(attendees=[2**31 - 1]), "reference_unknown", "attendees")

    def test_event_of_a_device_on_an_opportunity_is_one_of_its_meetings(self):
        uid = "018f4d2e-7c1a-7b3c-8d4e-5f60718293c1"
        values = {
            "name": "Visit", "start": self.start.isoformat() + "Z", "res_model": LEAD, "res_id": self.lead.id,
            "stop": (self.start + timedelta(hours=1)).isoformat() + "Z",
            "partner_ids": self.seller.partner_id.ids,
        }  # fmt: skip
        self.assert_status("applied", self.phone.push_one(self.phone.create(values, uid, entity=EVENT)))
        self.assertEqual(self.by_uid(uid, EVENT), self.lead.calendar_event_ids)

    def test_nothing_is_written_on_a_lead_that_the_user_may_not_read(self):
        """Proves I4."""
        work = {
            "post_note": {"text": "Hello"},
            "log_call": {},
            "schedule_activity": {"date_deadline": "2099-12-01"},
            "mark_won": {},
            "mark_lost": {},
            "restore": {},
            "convert": {"customer": "new"},
            "set_stage": {"stage": self.stages[1].id},
            "next_stage": {"seen": self.stages[0].id},
            "plan_meeting": {"start": "2099-01-01T10:00:00Z", "stop": "2099-01-01T11:00:00Z"},
            "quote": {"uid": "018f4d2e-7c1a-7b3c-8d4e-5f60718293c2"},
            "check_in": {},
        }
        self.assertEqual(set(self.adapter(LEAD)._offline_operations()), set(work))
        for verb, args in work.items():
            with self.subTest(verb):
                foreign = self.new_lead("The mate's", self.mate)
                before = self.told(foreign)
                self.assert_status("conflict", self.do(verb, foreign, **args))
                self.assertEqual(before, self.told(foreign))

    def told(self, lead):
        return lead.message_ids, lead.activity_ids, lead.calendar_event_ids, lead.stage_id, lead.won_status

    def test_colleague_without_sales_rights_can_do_none_of_it(self):
        """Proves I4."""
        group = self.env.ref("sales_team.group_sale_salesman")
        self.seller.group_ids = [Command.unlink(group.id)]
        self.assert_status("conflict", self.do("mark_won"))
        self.assertEqual("pending", self.lead.won_status)
