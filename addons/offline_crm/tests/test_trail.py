from datetime import datetime, timedelta
from xml.etree import ElementTree

from odoo import fields
from odoo.addons.offline_base.tests.common import Phone, new_uid
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common import SALES_GROUPS, CrmCase

TRAIL = "offline.trail"
#: Before and while the operations of a `Phone` are made, which is at ten.
BEGUN = "2026-11-21T10:00:00Z"


def place(at, latitude=50.846, longitude=4.352):
    return {"at": f"2026-11-21T{at}Z", "latitude": latitude, "longitude": longitude, "accuracy_m": 8.5}


class TrailCase(CrmCase):
    """A profile that allows a trail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile.has_trail = True

    def begin(self, phone=None, **values):
        """The receipt of a begin of duty, and the uid of the trail."""
        uid = new_uid()
        values = {"has_consented": True, "device_at": BEGUN, **values}
        return (phone or self.phone).push_one((phone or self.phone).create(values, uid, entity=TRAIL)), uid

    def begun(self, phone=None):
        """The trail of a duty that has begun, and its uid."""
        receipt, uid = self.begin(phone)
        self.assert_status("applied", receipt)
        return self.env[TRAIL].browse(receipt["target"]["id"]), uid

    def work(self, verb, uid, args, phone=None, at="2026-11-21T12:00:00Z"):
        phone = phone or self.phone
        return phone.push_one(phone.operation(verb, TRAIL, target={"uid": uid}, args=args, at=at))

    def add(self, uid, *positions, **more):
        """The receipt of positions."""
        return self.work("add_positions", uid, {"positions": list(positions)}, **more)

    def end(self, uid, moment="11:59:00", **more):
        """The receipt of the end of duty."""
        return self.work("end_duty", uid, {"at": f"2026-11-21T{moment}Z"}, **more)

    def assert_refused_and_dropped(self, receipt, words):
        """It is refused in these words; its person discards it, and what comes next need not wait."""
        self.assert_refused(receipt, words)
        self.drop(receipt)

    def drop(self, receipt):
        """The person discards what was refused."""
        args = {"op": receipt["op"], "reason": "Not mine"}
        self.assert_status("applied", self.phone.push_one(self.phone.operation("discard", None, args=args)))


class TestTrail(TrailCase):
    """Where people were while on duty: with consent, where the profile allows it, exactly once and in order."""

    def test_person_goes_on_duty_and_their_positions_are_kept_in_order(self):
        trail, uid = self.begun()
        self.assertEqual(
            (self.seller, self.device, self.device.user_id.company_id, True, False),
            (trail.user_id, trail.device_id, trail.company_id, trail.has_consented, trail.ended_at),
        )
        self.assertEqual("2026-11-21 10:00:00", str(trail.started_at))
        first = self.add(uid, place("10:05:00"), place("10:07:30", 50.85), at="2026-11-21T10:08:00Z")
        self.assert_status("applied", first)
        self.assert_status("applied", self.add(uid, place("10:12:00", 50.86)))
        self.assertEqual(
            ["2026-11-21 10:05:00", "2026-11-21 10:07:30", "2026-11-21 10:12:00"],
            [str(position.at) for position in trail.position_ids],
        )
        self.assertEqual([50.846, 50.85, 50.86], trail.position_ids.mapped("latitude"))
        self.assertEqual(3, trail.position_count)
        self.assertIn("50.850000/4.352000", trail.position_ids[1].map_url)
        self.assert_status("applied", self.end(uid))
        self.assertEqual("2026-11-21 11:59:00", str(trail.ended_at))

    def test_positions_sent_twice_count_once(self):
        """Proves I2. The answer was lost, and the device sends the same again."""
        trail, uid = self.begun()
        operation = self.phone.operation(
            "add_positions", TRAIL, target={"uid": uid}, args={"positions": [place("10:05:00")]}
        )
        self.assert_status("applied", self.phone.push_one(operation))
        self.assert_status("applied", self.phone.push_one(operation))
        self.assertEqual(1, trail.position_count)
        self.assertEqual(1, len(trail.position_ids))

    def test_clock_of_the_device_that_goes_wrong_is_corrected(self):
        trail, uid = self.begun()
        state = self.state(clock="2026-11-21T12:00:00Z")
        operation = self.phone.operation(
            "add_positions", TRAIL, target={"uid": uid}, args={"positions": [place("11:58:00")]},
            at="2026-11-21T12:00:00Z",
        )  # fmt: skip
        [receipt] = self.phone.push(operation, state=state)
        self.assert_status("applied", receipt)
        # The clock said noon when it was now: two minutes before noon was two minutes ago.
        expected = fields.Datetime.now() - timedelta(minutes=2)
        self.assertLess(abs(trail.position_ids.at - expected), timedelta(seconds=30))
        self.assertEqual(datetime(2026, 11, 21, 11, 58), trail.position_ids.device_at)

    def state(self, clock):
        """What a device says of itself, at a time of its own."""
        return {
            "outbox": 1, "oldest_seq": None, "highest_seq": None, "unresolved": 0, "storage_bytes": 0,
            "app_version": "19.0.1.2.0", "clock": clock,
        }  # fmt: skip

    def test_trail_without_consent_is_refused(self):
        receipt, _uid = self.begin(has_consented=False)
        self.assert_rejected(receipt, "operation_invalid", "has_consented")
        self.assertIn("consent", receipt["message"])
        said_nothing = self.phone.create({"device_at": BEGUN}, entity=TRAIL)
        self.assert_rejected(self.phone.push_one(said_nothing), "operation_invalid", "has_consented")
        self.assertFalse(self.env[TRAIL].search([("device_id", "=", self.device.id)]))

    def test_profile_allows_no_trail_unless_somebody_said_so(self):
        self.assertFalse(self.env["offline.profile"].create({"name": "Another"}).has_trail)
        self.assertFalse(self.env.ref("offline_crm.offline_profile_sales").has_trail)
        self.profile.has_trail = False
        self.assertFalse(self.profile.entity_ids.filtered(lambda line: line.entity == TRAIL))
        receipt, _uid = self.begin()
        self.assert_rejected(receipt, "entity_unknown")
        self.profile.has_trail = True
        self.assert_status("applied", self.begin()[0])

    def test_trail_to_the_device_only_is_none(self):
        self.profile.entity_ids.filtered(lambda line: line.entity == TRAIL).direction = "pull"
        self.assertFalse(self.profile.has_trail)
        self.assert_rejected(self.begin()[0], "entity_read_only")
        self.profile.has_trail = True
        self.assert_status("applied", self.begin()[0])

    def test_device_is_told_for_how_long_positions_are_kept(self):
        self.profile.visit_position_days = 30
        told = self.profile._describe(self.device)
        (trail,) = [entity for entity in told["entities"] if entity["name"] == TRAIL]
        self.assertEqual({"keep_days": 30}, trail["options"])

    def test_positions_from_before_or_after_the_duty_are_refused(self):
        trail, uid = self.begun()
        self.assert_refused_and_dropped(
            self.add(uid, place("09:59:59"), place("10:05:00")), "before you went on duty"
        )
        self.assert_refused_and_dropped(self.add(uid, place("10:06:00"), place("10:05:00")), "order")
        self.assert_status("applied", self.add(uid, place("10:05:00")))
        self.assert_refused_and_dropped(self.end(uid, "10:04:00"), "Duty cannot end before")
        self.assert_status("applied", self.end(uid, "11:00:00"))
        self.assert_refused_and_dropped(self.add(uid, place("11:00:01")), "ended already")
        # What was taken while on duty, and had to wait, is no later than its end.
        self.assert_status("applied", self.add(uid, place("10:30:00")))
        self.assert_status("applied", self.end(uid, "11:30:00"))
        self.assertEqual((2, "2026-11-21 11:00:00"), (trail.position_count, str(trail.ended_at)))

    def test_impossible_positions_are_refused(self):
        _trail, uid = self.begun()
        many = [place("10:05:00")] * 501
        for positions in ([], [place("10:05:00", latitude=91)], [{"at": "soon"}], many):
            receipt = self.add(uid, *positions)
            self.assertEqual(("rejected", "operation_invalid"), (receipt["status"], receipt["code"]))
            self.drop(receipt)

    def test_nobody_adds_to_the_trail_of_somebody_else(self):
        """Proves I4. Neither a colleague, who does not see it, nor a sales administrator, who does."""
        trail, uid = self.begun()
        chief = self.new_user("chief", f"{SALES_GROUPS},sales_team.group_sale_manager")
        for user, status, code in ((self.mate, "conflict", None), (chief, "rejected", "access_denied")):
            phone = Phone(self.enrol(user))
            receipt = self.add(uid, place("10:05:00"), phone=phone)
            self.assertEqual((status, code), (receipt["status"], receipt["code"]))
            receipt = self.end(uid, phone=Phone(self.enrol(user)))
            self.assertEqual((status, code), (receipt["status"], receipt["code"]))
        self.assertEqual((0, False), (trail.position_count, trail.ended_at))

    def test_duty_that_the_device_forgot_ends_where_it_stopped(self):
        """Somebody erased the app while on duty; the next duty of the device ends what was left open."""
        left, uid = self.begun()
        self.add(uid, place("10:05:00"))
        trail, _uid = self.begun()
        self.assertEqual("2026-11-21 10:05:00", str(left.ended_at))
        self.assertFalse(trail.ended_at)
        # It was not erased: what it kept had to wait.
        self.assert_status("applied", self.add(uid, place("10:30:00")))
        self.assertEqual(("2026-11-21 10:30:00", 2), (str(left.ended_at), left.position_count))
        self.assert_status("applied", self.end(uid, "11:00:00"))
        self.assertEqual("2026-11-21 11:00:00", str(left.ended_at))
        self.assert_status("applied", self.end(uid, "11:30:00"))
        self.assertEqual("2026-11-21 11:00:00", str(left.ended_at))

    def test_duty_ends_no_later_than_somebody_said_so(self):
        """However wrong the clock of the device is."""
        for clock, moment in (
            ("2026-11-21T12:00:00Z", "2026-11-21T23:00:00Z"),
            ("2026-11-21T12:00:00Z", "9999-12-31T23:59:59Z"),
        ):
            with self.subTest(moment):
                trail, uid = self.begun()
                operation = self.phone.operation(
                    "end_duty", TRAIL, target={"uid": uid}, args={"at": moment}, at=clock
                )
                [receipt] = self.phone.push(operation, state=self.state(clock))
                self.assert_status("applied", receipt)
                self.assertLess(abs(trail.ended_at - fields.Datetime.now()), timedelta(seconds=30))

    def test_device_holds_the_trail_while_its_person_is_on_duty(self):
        trail, uid = self.begun()
        self.assertIn(trail.id, self.held(TRAIL))
        self.assertEqual("2026-11-21T10:00:00Z", self.held(TRAIL)[trail.id]["started_at"])
        self.end(uid)
        self.assertNotIn(trail.id, self.held(TRAIL))

    def test_positions_are_forgotten_after_the_days_of_the_profile(self):
        self.profile.visit_position_days = 30
        trail, uid = self.begun()
        receipt = self.add(uid, place("10:05:00"))
        self.end(uid)
        # Thirty days after the duty, whenever it came.
        self.assertEqual("2026-12-21", str(trail.forget_on))
        trail.forget_on = fields.Date.today()
        self.env[TRAIL]._gc_positions()
        self.assertEqual((1, False), (len(trail.position_ids), trail.is_anonymised))
        trail.forget_on = fields.Date.today() - timedelta(days=1)
        self.env[TRAIL]._gc_positions()
        self.assertEqual((True, False, False), (trail.is_anonymised, trail.forget_on, trail.gpx_url))
        self.assertFalse(trail.position_ids)
        self.assertFalse(self.env["offline.trail.position"].search([("trail_id", "=", trail.id)]))
        self.assertEqual((1, self.seller), (trail.position_count, trail.user_id))
        # Nor do they stand in what the device sent.
        self.assertFalse(self.phone.stored(receipt).payload)

    def forget(self, trail):
        """The days of this trail are over, and the housekeeping comes by."""
        trail.forget_on = fields.Date.today() - timedelta(days=1)
        self.env[TRAIL]._gc_positions()

    def test_positions_that_come_when_theirs_are_forgotten_are_not_kept(self):
        """Proves I1. Duty goes on, and nothing of it waits for somebody to discard it."""
        trail, uid = self.begun()
        self.forget(trail)
        receipt = self.add(uid, place("10:06:00"))
        self.assert_status("applied", receipt)
        self.assertFalse(trail.position_ids)
        self.assert_status("applied", self.end(uid))
        self.env[TRAIL]._gc_positions()
        self.assertFalse(self.phone.stored(receipt).payload)

    def test_refused_positions_are_forgotten_once_they_are_given_up(self):
        trail, uid = self.begun()
        receipt = self.add(uid, place("10:06:00"), place("10:05:00"))
        self.forget(trail)
        self.assertTrue(self.phone.stored(receipt).payload)
        self.drop(receipt)
        self.env[TRAIL]._gc_positions()
        self.assertFalse(self.phone.stored(receipt).payload)

    def test_positions_of_a_trail_that_never_came_to_be_are_forgotten(self):
        self.profile.visit_position_days = 30
        refused, uid = self.begin(has_consented=False)
        receipt = self.add(uid, place("10:06:00"))
        self.drop(refused)
        stored = self.phone.stored(receipt)
        if stored.is_open:
            self.drop(receipt)
        self.env[TRAIL]._gc_positions()
        self.assertTrue(stored.payload)
        stored.received_at -= timedelta(days=31)
        self.env[TRAIL]._gc_positions()
        self.assertFalse(stored.payload)

    def test_salesperson_sees_their_own_trail_and_the_office_all(self):
        """Proves I4."""
        trail, uid = self.begun()
        self.add(uid, place("10:05:00"))
        chief = self.new_user("chief", "base.group_user,sales_team.group_sale_manager")
        clerk = self.new_user("clerk", "base.group_user")
        for user, sees in ((self.seller, True), (self.mate, False), (self.manager, True), (chief, True)):
            with self.subTest(user.login):
                found = self.env[TRAIL].with_user(user).search([("id", "=", trail.id)])
                self.assertEqual(sees, bool(found))
                where = (
                    self.env["offline.trail.position"].with_user(user).search([("trail_id", "=", trail.id)])
                )
                self.assertEqual(sees, bool(where))
                if found:
                    spec = {
                        "device_id": {"fields": {"display_name": {}}},
                        "position_ids": {"fields": {"at": {}}},
                    }
                    [read] = found.web_read(spec)
                    self.assertEqual(
                        (1, self.device.id), (len(read["position_ids"]), read["device_id"]["id"])
                    )
        with self.assertRaises(AccessError):
            self.env[TRAIL].with_user(clerk).search([])

    def test_another_company_sees_nothing(self):
        """Proves I4."""
        trail, _uid = self.begun()
        other = self.env["res.company"].create({"name": "Another"})
        stranger = self.new_user(
            "stranger",
            "base.group_user,sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[other.id],
        )
        self.assertFalse(self.env[TRAIL].with_user(stranger).search([("id", "=", trail.id)]))

    def test_work_is_found_by_the_name_of_its_record_where_there_are_trails(self):
        """A trail is looked up by its person, a visit by its customer: their names are not stored."""
        trail, _uid = self.begun()
        visit = self.env["offline.visit"].create(
            {"user_id": self.seller.id, "partner_id": self.partner.id, "arrived_at": "2026-11-21 10:00:00"}
        )
        named = [("record_name", "ilike", self.seller.name)]
        self.assertEqual(trail.id, self.env["offline.operation"].search(named).res_id)
        for record, name in ((trail, self.seller.name), (visit, self.partner.name)):
            self.assertIn(record.id, dict(record.name_search(name)))

    def test_every_kind_of_records_that_devices_write_is_looked_up_by_name(self):
        for adapter in self.env["offline.adapter"]._offline_adapters():
            if adapter._offline_direction != "pull":
                with self.subTest(adapter._offline_model):
                    self.env[adapter._offline_model].search([("display_name", "ilike", "somebody")], limit=1)

    def test_positions_that_come_in_two_pieces_of_work_count_once(self):
        """Proves I2. The device kept them as work and did not know: they come once more, with others."""
        trail, uid = self.begun()
        first, second = place("10:05:00", 50.84600004), place("10:07:30", 50.85)
        self.assert_status("applied", self.add(uid, first, second))
        self.assert_status("applied", self.add(uid, first, second, place("10:12:00", 50.86)))
        self.assert_status("applied", self.add(uid, place("10:12:00", 50.86)))
        self.assertEqual([50.846, 50.85, 50.86], trail.position_ids.mapped("latitude"))
        self.assertEqual(3, trail.position_count)

    def test_person_cannot_write_their_trail_but_through_the_engine(self):
        trail, uid = self.begun()
        self.add(uid, place("10:05:00"))
        for record in (trail, trail.position_ids):
            own = record.with_user(self.seller)
            for act in (lambda own=own: own.write({"device_at": False}), own.unlink):
                with self.assertRaises(AccessError):
                    act()


@tagged("post_install", "-at_install")
class TestTrailFile(HttpCase):
    """The download of a trail."""

    def setUp(self):
        super().setUp()
        self.users = {
            login: new_test_user(self.env, login, groups, password=login * 3)
            for login, groups in (
                ("walker", "sales_team.group_sale_salesman"),
                ("mate", "sales_team.group_sale_salesman"),
                ("chief", "sales_team.group_sale_manager"),
            )
        }
        self.trail = self.env[TRAIL].create(
            {
                "user_id": self.users["walker"].id,
                "started_at": "2026-11-21 10:00:00",
                "position_count": 2,
                "position_ids": [
                    fields.Command.create(
                        {"at": at, "device_at": at, "latitude": latitude, "longitude": -4.352}
                    )
                    for at, latitude in (("2026-11-21 10:05:00", 50.846), ("2026-11-21 10:10:00", 50.9))
                ],
            }
        )

    def get(self, login):
        self.authenticate(login, login and login * 3)
        return self.url_open(self.trail.gpx_url, allow_redirects=False)

    def test_person_and_office_download_the_trail_and_colleagues_do_not(self):
        """Proves I4."""
        for login in ("walker", "chief"):
            answer = self.get(login)
            self.assertEqual(
                (200, "application/gpx+xml"), (answer.status_code, answer.headers["Content-Type"])
            )
            self.assertIn("2026-11-21%201000.gpx", answer.headers["Content-Disposition"])
        self.assertEqual(404, self.get("mate").status_code)
        self.assertIn(self.get(None).status_code, (302, 303))

    def test_file_is_gpx_with_all_positions_in_order(self):
        space = {"g": "http://www.topografix.com/GPX/1/1"}
        root = ElementTree.fromstring(self.get("walker").content)
        self.assertEqual(("{http://www.topografix.com/GPX/1/1}gpx", "1.1"), (root.tag, root.get("version")))
        self.assertEqual(
            [
                ("50.8460000", "-4.3520000", "2026-11-21T10:05:00Z"),
                ("50.9000000", "-4.3520000", "2026-11-21T10:10:00Z"),
            ],
            [
                (point.get("lat"), point.get("lon"), point.findtext("g:time", namespaces=space))
                for point in root.iterfind("g:trk/g:trkseg/g:trkpt", space)
            ],
        )
