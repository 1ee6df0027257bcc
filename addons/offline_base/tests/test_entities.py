from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .common import ACTIVITY, PARTNER, PushCase

EVENT = "calendar.event"
ATTENDEE = "calendar.attendee"
#: What the profile that a device gets by itself has for looking things up.
LOOK_UPS = (
    "product.template", "product.product", "product.category", "uom.uom", "mail.activity.type",
    "res.partner.category", "res.country", "res.country.state",
)  # fmt: skip


class TestDefaultProfile(PushCase):
    """What a device holds when nobody named a profile."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.default = cls.env.ref("offline_base.offline_profile_contacts")

    def test_it_is_what_a_device_gets_when_none_is_named(self):
        issued = self.env["offline.device"].with_user(self.user).issue_enrolment_code(self.user.id)
        device = self.env["offline.device"]._enrol(self.enrol_request(issued["code"]))[0]
        self.assertEqual(self.default, device.profile_id)

    def test_it_has_every_entity_of_the_addon_as_its_adapter_wants_it(self):
        for line, adapter in self.default._lines():
            with self.subTest(line.entity):
                self.assertEqual(adapter._offline_direction, line.direction)
        self.assertLessEqual(
            {PARTNER, ACTIVITY, EVENT, ATTENDEE, *LOOK_UPS}, set(self.default.entity_ids.mapped("entity"))
        )

    def test_look_ups_go_to_the_device_and_never_back(self):
        self.device.profile_id = self.default
        self.phone.sync()
        for model in LOOK_UPS:
            with self.subTest(model):
                record = self.env[model].browse(next(iter(self.phone.held[model])))
                receipt = self.phone.push_one(self.phone.update(record, {"name": "Mine"}, entity=model))
                self.assert_rejected(receipt, "entity_read_only")

    def test_device_holds_products_for_sale_with_what_a_salesperson_needs(self):
        self.device.profile_id = self.default
        category = self.env["product.category"].create({"name": "Chairs"})
        sold, bought, archived = self.env["product.template"].create(
            [
                {"name": "Chair", "list_price": 12.5, "categ_id": category.id, "barcode": "5901234123457"},
                {"name": "Glue", "sale_ok": False},
                {"name": "Old chair", "active": False},
            ]
        )
        self.phone.sync()
        products = self.phone.held["product.template"]
        self.assertTrue(sold.id in products and not {bought.id, archived.id} & products.keys())
        values = products[sold.id]["values"]
        self.assertEqual(
            ("Chair", 12.5, category.id), (values["name"], values["list_price"], values["categ_id"])
        )
        variant = self.phone.held["product.product"][sold.product_variant_id.id]["values"]
        self.assertEqual(("5901234123457", sold.id), (variant["barcode"], variant["product_tmpl_id"]))
        self.assertNotIn(bought.product_variant_id.id, self.phone.held["product.product"])
        sold.list_price = 13
        self.phone.sync()
        self.assertEqual(13, self.phone.held["product.template"][sold.id]["values"]["list_price"])

    def test_device_holds_countries_states_tags_and_units(self):
        self.device.profile_id = self.default
        tag = self.env["res.partner.category"].create({"name": "Bakery"})
        self.phone.sync()
        self.assertEqual("BE", self.phone.held["res.country"][self.env.ref("base.be").id]["values"]["code"])
        self.assertIn(self.env.ref("base.state_us_5").id, self.phone.held["res.country.state"])
        self.assertIn(tag.id, self.phone.held["res.partner.category"])
        self.assertIn(self.env.ref("uom.product_uom_unit").id, self.phone.held["uom.uom"])
        self.assertIn(self.env.ref("mail.mail_activity_data_call").id, self.phone.held["mail.activity.type"])

    def test_product_of_another_company_stays_away(self):
        """Proves I4."""
        self.device.profile_id = self.default
        foreign = self.env["product.template"].create(
            {"name": "Foreign", "company_id": self.env["res.company"].create({"name": "Another"}).id}
        )
        self.phone.sync()
        self.assertNotIn(foreign.id, self.phone.held["product.template"])
        self.assertNotIn(foreign.product_variant_id.id, self.phone.held["product.product"])


class TestActivities(PushCase):
    """Activities are scheduled, postponed and completed by Odoo's own methods."""

    def test_activity_is_scheduled_from_a_device(self):
        uid = "018f4d2e-7c1a-7b3c-8d4e-5f60718293a4"
        call = self.env.ref("mail.mail_activity_data_call")
        values = {
            "res_model": PARTNER,
            "res_id": self.partner.id,
            "activity_type_id": call.id,
            "summary": "Call back",
            "date_deadline": "2026-12-01",
            "user_id": self.user.id,
        }
        self.assert_status("applied", self.phone.push_one(self.phone.create(values, uid, entity=ACTIVITY)))
        activity = self.by_uid(uid, ACTIVITY)
        self.assertEqual(activity, self.partner.activity_ids)
        self.assertEqual(("Azure Interior", call), (activity.res_name, activity.activity_type_id))

    def test_activity_is_postponed_once_it_is_open_and_left_when_it_is_done(self):
        activity = self.new_activity(self.partner, self.user, date_deadline="2026-11-21")
        args = {"args": {"date_deadline": "2026-11-28"}, "target": {"id": activity.id}}
        self.assert_status("applied", self.phone.push_one(self.phone.operation("postpone", ACTIVITY, **args)))
        self.assertEqual("2026-11-28", str(activity.date_deadline))
        activity.action_feedback()
        args["args"] = {"date_deadline": "2027-01-01"}
        self.phone.push_one(self.phone.operation("postpone", ACTIVITY, **args))
        self.assertEqual("2026-11-28", str(activity.date_deadline))

    def test_postponing_to_no_day_is_refused(self):
        activity = self.new_activity(self.partner, self.user)
        operation = self.phone.operation(
            "postpone", ACTIVITY, target={"id": activity.id}, args={"date_deadline": "soon"}
        )
        self.assert_rejected(self.phone.push_one(operation), "operation_invalid", "date_deadline")


class TestEvents(PushCase):
    """The calendar of the device's user, changed by Odoo's own methods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile.entity_ids = [Command.create({"entity": EVENT}), Command.create({"entity": ATTENDEE})]
        cls.start = fields.Datetime.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(
            days=2
        )
        cls.user.email, cls.colleague.email = "rider@example.com", "colleague@example.com"

    def new_event(self, *people, organizer=None, start=None, **values):
        organizer = organizer or self.colleague
        start = start or self.start
        return (
            self.env[EVENT]
            .with_user(organizer)
            .with_context(mail_create_nolog=True)
            .create(
                {
                    "name": "Meeting",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "partner_ids": [Command.set([person.partner_id.id for person in people])],
                    **values,
                }
            )
        )

    def weekly(self):
        """Three occurrences of a meeting of both, one a week."""
        event = self.new_event(
            self.user, self.colleague, organizer=self.user,
            recurrency=True, rrule_type="weekly", end_type="count", count=3, interval=1,
            **{self.start.strftime("%a").lower(): True},
        )  # fmt: skip
        return event.recurrence_id.calendar_event_ids.sorted("start")

    def attendee(self, event, user=None):
        partner = (user or self.user).partner_id
        return event.attendee_ids.filtered(lambda one: one.partner_id == partner)

    def mails(self):
        """How many messages of the test's events were sent to people by mail."""
        self.env.flush_all()
        return self.env["mail.notification"].search_count([("notification_type", "=", "email")])

    def reply(self, event, verb):
        return self.phone.push_one(self.phone.operation(verb, EVENT, target={"id": event.id}))

    # --- down -------------------------------------------------------------------------------------------------

    def test_device_holds_events_that_its_user_attends_or_organizes(self):
        """Proves I4."""
        attended = self.new_event(self.user, self.colleague)
        organized = self.new_event(self.colleague, organizer=self.user)
        foreign = self.new_event(self.colleague)
        private = self.new_event(self.colleague, privacy="private")
        self.phone.sync()
        held = self.phone.held[EVENT]
        self.assertTrue({attended.id, organized.id} <= held.keys())
        self.assertFalse({foreign.id, private.id} & held.keys())
        self.assertEqual(
            sorted((self.user | self.colleague).partner_id.ids), held[attended.id]["values"]["partner_ids"]
        )
        self.assertTrue(set(attended.attendee_ids.ids) <= self.phone.held[ATTENDEE].keys())
        self.assertFalse(set((foreign | private).attendee_ids.ids) & self.phone.held[ATTENDEE].keys())

    def test_event_leaves_the_device_when_its_user_is_no_longer_invited(self):
        """Proves I4."""
        event = self.new_event(self.user, self.colleague)
        attendees = event.attendee_ids.ids
        self.phone.sync()
        event.partner_ids -= self.user.partner_id
        self.phone.sync()
        self.assertNotIn(event.id, self.phone.held[EVENT])
        self.assertFalse(set(attendees) & self.phone.held[ATTENDEE].keys())

    def test_profile_offers_the_window_of_events_first(self):
        line = self.env["offline.profile.entity"].new({"entity": EVENT})
        line._onchange_entity()
        self.assertEqual(
            ("start", 30, 90), (line.window_field_id.name, line.window_past_days, line.window_future_days)
        )

    # --- up ---------------------------------------------------------------------------------------------------

    def test_event_of_a_device_invites_as_one_of_the_calendar_does(self):
        uid = "018f4d2e-7c1a-7b3c-8d4e-5f60718293a5"
        before = self.mails()
        values = {
            "name": "Visit",
            "start": self.start.isoformat() + "Z",
            "stop": (self.start + timedelta(hours=2)).isoformat() + "Z",
            "partner_ids": (self.user | self.colleague).partner_id.ids,
            "res_model": PARTNER,
            "res_id": self.partner.id,
        }
        self.assert_status("applied", self.phone.push_one(self.phone.create(values, uid, entity=EVENT)))
        event = self.by_uid(uid, EVENT)
        self.assertEqual((self.user, 2.0, PARTNER), (event.user_id, event.duration, event.res_model))
        self.assertEqual(
            ("accepted", "needsAction"),
            (self.attendee(event).state, self.attendee(event, self.colleague).state),
        )
        # The colleague is invited; who made the event is not told of it.
        self.assertEqual(1, self.mails() - before)

    def test_event_of_the_past_invites_nobody(self):
        """It was made offline and arrives late."""
        before = self.mails()
        start = self.start - timedelta(days=9)
        values = {
            "name": "Visit",
            "start": start.isoformat() + "Z",
            "stop": start.isoformat() + "Z",
            "partner_ids": (self.user | self.colleague).partner_id.ids,
        }
        self.assert_status("applied", self.phone.push_one(self.phone.create(values, entity=EVENT)))
        self.assertEqual(before, self.mails())

    def test_new_text_of_an_event_sends_nothing(self):
        event = self.new_event(self.user, self.colleague, organizer=self.user)
        before = self.mails()
        operation = self.phone.update(
            event, {"location": "Room 3", "name": "Talk"}, {"location": None, "name": "Meeting"}, entity=EVENT
        )
        self.assert_status("applied", self.phone.push_one(operation))
        self.assertEqual(("Room 3", before), (event.location, self.mails()))

    def test_event_moves_with_its_attendees_told(self):
        event = self.new_event(self.user, self.colleague, organizer=self.user)
        before = self.mails()
        later = self.start + timedelta(days=1)
        operation = self.phone.update(
            event,
            {"start": later.isoformat() + "Z", "stop": (later + timedelta(hours=1)).isoformat() + "Z"},
            {"start": event.start.isoformat() + "Z", "stop": event.stop.isoformat() + "Z"},
            entity=EVENT,
        )
        self.assert_status("applied", self.phone.push_one(operation))
        self.assertEqual(later, event.start)
        self.assertEqual(1, self.mails() - before)

    def test_change_of_an_occurrence_changes_this_one_alone(self):
        first, second, third = self.weekly()
        self.phone.sync()
        later = second.start + timedelta(hours=3)
        for values, base in (
            ({"name": "Special"}, {"name": "Meeting"}),
            (
                {"start": later.isoformat() + "Z", "stop": (later + timedelta(hours=1)).isoformat() + "Z"},
                {"start": second.start.isoformat() + "Z", "stop": second.stop.isoformat() + "Z"},
            ),
        ):
            receipt = self.phone.push_one(self.phone.update(second, values, base, entity=EVENT))
            self.assert_status("applied", receipt)
        self.assertEqual((later, "Special"), (second.start, second.name))
        self.assertEqual(["Meeting", "Meeting"], (first | third).mapped("name"))
        self.assertTrue(
            (first | second | third).exists() == first | second | third and first.active and third.active
        )

    def test_rule_of_a_series_cannot_be_changed_from_a_device(self):
        first = self.weekly()[0]
        receipt = self.phone.push_one(
            self.phone.update(first, {"recurrency": False}, {"recurrency": True}, entity=EVENT)
        )
        self.assert_rejected(receipt, "field_read_only", "recurrency")

    def test_deleted_occurrence_leaves_the_others(self):
        first, second, third = self.weekly()
        self.phone.sync()
        seen = self.phone.held[EVENT][first.id]["v"]
        self.assert_status(
            "applied", self.phone.push_one(self.phone.delete(first, entity=EVENT, base_v=seen))
        )
        self.assertEqual(second | third, (first | second | third).exists())
        self.assertEqual(second, third.recurrence_id.base_event_id)

    # --- replies ----------------------------------------------------------------------------------------------

    def test_reply_is_that_of_the_devices_user_and_counts_once(self):
        event = self.new_event(self.user, self.colleague)
        for verb, state in (("accept", "accepted"), ("decline", "declined"), ("tentative", "tentative")):
            with self.subTest(verb):
                messages = len(event.message_ids)
                self.assert_status("applied", self.reply(event, verb))
                self.assertEqual(
                    (state, "accepted"),
                    (self.attendee(event).state, self.attendee(event, self.colleague).state),
                )
                after = len(event.message_ids)
                self.assertEqual(verb != "tentative", after > messages)
                self.assert_status("applied", self.reply(event, verb))
                self.assertEqual(after, len(event.message_ids))

    def test_reply_to_one_occurrence_leaves_the_others(self):
        events = self.weekly()
        self.assert_status("applied", self.reply(events[1], "decline"))
        self.assertEqual(
            ["accepted", "declined", "accepted"], [self.attendee(event).state for event in events]
        )

    def test_who_is_not_invited_cannot_reply(self):
        event = self.new_event(self.colleague, organizer=self.user)
        receipt = self.reply(event, "accept")
        self.assert_rejected(receipt, "validation_failed")
        self.assertIn("not invited", receipt["message"])

    def test_private_event_of_others_cannot_be_changed(self):
        """Proves I4."""
        event = self.new_event(self.colleague, privacy="private")
        receipt = self.phone.push_one(
            self.phone.update(event, {"name": "Mine"}, {"name": "Meeting"}, entity=EVENT)
        )
        self.assertIn(receipt["status"], ("rejected", "conflict"))
        self.assertEqual("Meeting", event.name)
