from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .common import LEAD, CrmCase

VISIT = "offline.visit"


class TestVisit(CrmCase):
    """Check-ins at customers; where people were is their own business after a while."""

    HERE = {"latitude": 50.846, "longitude": 4.352, "accuracy_m": 12.5, "consent": True}

    def check_in(self, record, entity, **args):
        return self.phone.push_one(
            self.phone.operation("check_in", entity, target={"id": record.id}, args=args)
        )

    def visit(self, receipt):
        self.assert_status("applied", receipt)
        return self.env["offline.visit"].browse(receipt["result"]["visit"])

    def test_person_checks_in_at_a_customer(self):
        found = self.visit(
            self.check_in(
                self.partner, "res.partner", at="2026-11-21T09:58:00Z", note="At the gate", position=self.HERE
            )
        )
        self.assertEqual(
            (self.partner, self.seller, self.device, "At the gate", True, 50.846, 4.352, 12.5),
            (
                found.partner_id, found.user_id, found.device_id, found.note, found.has_consented, found.latitude,
                found.longitude, found.accuracy_m,
            ),
        )  # fmt: skip
        self.assertEqual(
            ("2026-11-21 10:00:00", "2026-11-21 09:58:00"), (str(found.arrived_at), str(found.device_at))
        )
        self.assertIn("50.846000/4.352000", found.map_url)

    def test_clock_of_another_zone_tells_the_same_moment(self):
        found = self.visit(self.check_in(self.partner, "res.partner", at="2026-11-21T10:58:00.250+01:00"))
        self.assertEqual("2026-11-21 09:58:00", str(found.device_at))

    def test_person_checks_in_for_an_opportunity(self):
        self.lead.partner_id = self.partner
        found = self.visit(self.check_in(self.lead, LEAD))
        self.assertEqual(
            (self.lead, self.partner, False), (found.lead_id, found.partner_id, found.has_consented)
        )
        self.assertFalse(found.map_url)

    def test_position_without_consent_is_refused(self):
        for consent in (False, None):
            place = {**self.HERE, "consent": consent}
            partner = self.new_partner("Another")
            receipt = self.check_in(partner, "res.partner", position=place)
            self.assertEqual(("rejected", "operation_invalid"), (receipt["status"], receipt["code"]))
            self.assertFalse(self.env["offline.visit"].search([("partner_id", "=", partner.id)]))

    def test_impossible_place_is_refused(self):
        receipt = self.check_in(self.partner, "res.partner", position={**self.HERE, "latitude": 91})
        self.assertEqual(("rejected", "operation_invalid"), (receipt["status"], receipt["code"]))

    def test_position_is_forgotten_after_the_days_of_the_profile(self):
        self.profile.visit_position_days = 30
        found = self.visit(self.check_in(self.partner, "res.partner", position=self.HERE))
        self.assertEqual(fields.Date.today() + timedelta(days=30), found.forget_on)
        self.env["offline.visit"]._gc_positions()
        self.assertFalse(found.is_anonymised)
        found.forget_on = fields.Date.today() - timedelta(days=1)
        self.env["offline.visit"]._gc_positions()
        self.assertEqual(
            (True, 0, 0, 0, False),
            (found.is_anonymised, found.latitude, found.longitude, found.accuracy_m, found.map_url),
        )
        self.assertEqual(self.partner, found.partner_id)

    def test_salesperson_sees_their_own_visits(self):
        """Proves I4."""
        found = self.visit(self.check_in(self.partner, "res.partner"))
        visits = self.env["offline.visit"]
        self.assertEqual(found, visits.with_user(self.seller).search([("id", "=", found.id)]))
        self.assertFalse(visits.with_user(self.mate).search([("id", "=", found.id)]))
        self.assertEqual(found, visits.with_user(self.manager).search([("id", "=", found.id)]))


class TestVisitsOnDevices(CrmCase):
    """What a person's devices hold of their check-ins."""

    def setUp(self):
        super().setUp()
        self.profile.entity_ids = [Command.create({"entity": VISIT, "direction": "pull"})]

    def visit(self, days=0, **values):
        at = fields.Datetime.now() - timedelta(days=days)
        return self.env[VISIT].create(
            {"user_id": self.seller.id, "partner_id": self.partner.id, "arrived_at": at, **values}
        )

    def test_check_in_comes_back_to_all_devices_of_its_person(self):
        position = {**TestVisit.HERE, "latitude": 50.8461234}
        args = {"note": "At the gate", "position": position}
        target = self.phone.target(self.lead)
        self.lead.partner_id = self.partner
        made = self.phone.push_one(self.phone.operation("check_in", LEAD, target=target, args=args))
        tablet = type(self.phone)(self.enrol(self.seller, name="Tablet"))
        for phone in (self.phone, tablet):
            phone.sync()
            held = phone.held[VISIT][made["result"]["visit"]]["values"]
            self.assertEqual(
                {
                    "partner_id": self.partner.id, "lead_id": self.lead.id, "arrived_at": "2026-11-21T10:00:00Z",
                    "note": "At the gate", "has_consented": True, "latitude": 50.8461234, "longitude": 4.352,
                    "accuracy_m": 12.5, "is_anonymised": False,
                },
                held,
            )  # fmt: skip
        self.assert_converged()

    def test_what_others_did_stays_away(self):
        """Proves I4. Also from those who may read it in Odoo."""
        self.seller.group_ids = [Command.link(self.env.ref("sales_team.group_sale_manager").id)]
        mine, theirs = self.visit(), self.visit(user_id=self.mate.id)
        self.assertTrue(theirs.with_user(self.seller).has_access("read"))
        self.assertEqual({mine.id}, set(self.held(VISIT)) & {mine.id, theirs.id})

    def test_sales_profile_shows_the_last_ninety_days(self):
        self.device.profile_id = self.env.ref("offline_crm.offline_profile_sales")
        now, lately, long_ago = (self.visit(days) for days in (0, 89, 92))
        self.assertEqual({now.id, lately.id}, set(self.held(VISIT)) & {now.id, lately.id, long_ago.id})

    def test_position_that_is_forgotten_is_forgotten_on_devices(self):
        visit = self.visit(has_consented=True, latitude=50.8, longitude=4.3, forget_on="2020-01-01")
        self.assertEqual(50.8, self.held(VISIT)[visit.id]["latitude"])
        self.settle()
        self.env[VISIT]._gc_positions()
        held = self.held(VISIT)[visit.id]
        self.assertEqual((0, 0, True), (held["latitude"], held["longitude"], held["is_anonymised"]))
        self.assert_converged()

    def test_devices_write_no_visits(self):
        visit = self.visit()
        self.assert_rejected(
            self.phone.push_one(self.phone.update(visit, {"note": "x"}, entity=VISIT)), "entity_read_only"
        )
