from datetime import timedelta

from odoo import fields

from .test_device_life import DeviceLifeCase


class TestPresence(DeviceLifeCase):
    """What the office sees of a device without asking it."""

    STATE = {
        "outbox": 3,
        "oldest_seq": 7,
        "highest_seq": 9,
        "unresolved": 1,
        "storage_bytes": 2_500_000,
        "app_version": "1.2.0",
    }

    def presence(self):
        self.env.invalidate_all()
        return self.env["offline.presence"].search([("device_id", "=", self.device.id)])

    def pull(self, **state):
        answer = self.call("/pull", {"cursor": None, "state": self.STATE | state})
        self.assertEqual(200, answer.status_code, answer.text)

    def test_report_of_the_device_is_shown_with_it(self):
        ahead = fields.Datetime.now() + timedelta(minutes=10)
        self.pull(clock=f"{ahead.isoformat()}Z")
        self.env.invalidate_all()
        device = self.device.with_user(self.manager)
        self.assertEqual((3, 7, 2.5), (device.outbox_count, device.oldest_seq, device.storage_mb))
        self.assertAlmostEqual(600, device.clock_offset_s, delta=10)
        self.assertEqual("1.2.0", device.app_version)
        self.assertTrue(device.last_contact_at)

    def test_contact_that_tells_nothing_new_writes_nothing_for_five_minutes(self):
        self.pull()
        before = fields.Datetime.now() - timedelta(minutes=4)
        self.presence().contact_at = before
        self.pull()
        self.assertEqual(before, self.presence().contact_at)
        self.presence().contact_at = before - timedelta(minutes=2)
        self.pull()
        self.assertGreater(self.presence().contact_at, before)

    def test_changed_report_is_written_at_once(self):
        self.pull()
        self.pull(outbox=0, oldest_seq=None)
        self.assertEqual((0, 0), (self.presence().outbox, self.presence().oldest_seq))

    def test_contact_without_a_report_keeps_the_last_one(self):
        self.pull()
        self.presence().contact_at = fields.Datetime.now() - timedelta(minutes=6)
        self.served()
        self.assertEqual(3, self.presence().outbox)
        self.assertGreater(self.presence().contact_at, fields.Datetime.now() - timedelta(minutes=1))

    def test_silent_devices_and_those_with_unsent_work_are_found(self):
        self.pull()
        devices = self.env["offline.device"].with_user(self.manager)
        day = fields.Datetime.now() - timedelta(days=1)
        self.assertIn(self.device, devices.search([("outbox_count", ">", 0)]))
        self.assertNotIn(self.device, devices.search([("last_contact_at", "<", day)]))
        self.assertIn(self.device, devices.search([("last_contact_at", ">", day)]))
        never = self.enrol(self.user, "Never seen")
        self.assertIn(never, devices.search([("last_contact_at", "<", day)]))
        self.presence().contact_at = day - timedelta(hours=1)
        self.device.lane_ids.sudo().served_at = False
        self.env.flush_all()
        self.assertIn(self.device, devices.search([("last_contact_at", "<", day)]))

    def test_table_is_lost_in_a_crash_and_nothing_depends_on_it(self):
        self.env.cr.execute("SELECT relpersistence FROM pg_class WHERE relname = 'offline_presence'")
        self.assertEqual(("u",), self.env.cr.fetchone())
        self.pull()
        self.presence().unlink()
        self.assertEqual(0, self.device.outbox_count)
        self.pull()
        self.assertEqual(3, self.presence().outbox)

    def test_nonsense_of_a_device_does_no_harm(self):
        huge = (1 << 53) - 1
        self.pull(outbox=huge, highest_seq=huge, storage_bytes=huge, clock="0001-01-01T00:00:00Z")
        self.assertTrue(self.presence())
