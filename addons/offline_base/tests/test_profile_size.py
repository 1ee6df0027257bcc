import json
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form

from ..store import sizing
from .common import ACTIVITY, PARTNER, OfflineCase


class TestSize(OfflineCase):
    """How much a profile gives a device: shown before it is saved, and refused when it is a lot."""

    def setUp(self):
        super().setUp()
        self.profiles = self.env["offline.profile"].with_user(self.manager)

    def limit(self, records=20_000, size=50 << 20):
        """As if a profile were large from here on."""
        for name, value in (("RECORDS_LIMIT", records), ("BYTES_LIMIT", size)):
            self.enterContext(patch.object(sizing, name, value))

    def line(self, entity=PARTNER):
        return self.profile.entity_ids.filtered(lambda line: line.entity == entity)

    def test_preview_counts_what_the_device_of_its_user_would_hold(self):
        """As the user, not as the manager who looks. Proves I4."""
        self.new_activity(self.partner, self.user)
        self.new_activity(self.partner, self.colleague)
        self.phone.sync()
        lines = self.profile.with_user(self.manager).entity_ids
        self.profile.with_user(self.manager).preview_user_id = self.user
        counted = {line.entity: line.preview_count for line in lines}
        self.assertEqual({entity: len(self.phone.held[entity]) for entity in (PARTNER, ACTIVITY)}, counted)

    def test_preview_counts_children_of_held_records_only(self):
        adapter = type(self.env["offline.entity.mail_activity"])
        self.enterContext(patch.object(adapter, "_offline_parent", ("res_id", "res_model")))
        self.new_activity(self.partner, self.user)
        self.new_activity(self.user.partner_id, self.user)
        self.phone.sync()
        self.assertEqual(1, len(self.phone.held[ACTIVITY]))
        self.assertEqual(1, self.profile._sizes(self.user)[self.line(ACTIVITY)].records)

    def test_estimate_of_bytes_is_near_what_travels(self):
        for number in range(80):
            self.new_partner(f"Partner {number}", comment="x" * (number % 10) * 40)
        answer = self.phone.sync()[0]
        sent = len(
            json.dumps(next(c["upserts"] for c in answer["changes"] if c["entity"] == PARTNER)).encode()
        )
        estimated = self.profile._sizes(self.user)[self.line()].bytes
        self.assertLess(abs(estimated - sent) / sent, 0.2)

    def test_preview_follows_what_is_typed_before_anything_is_saved(self):
        self.new_partner("Company", is_company=True)
        with Form(self.profile.with_user(self.manager)) as form:
            form.preview_user_id = self.user
            with form.entity_ids.edit(0) as line:
                self.assertEqual(2, line.preview_count)
                line.domain = "[('ref', '=', 'offline test'), ('is_company', '=', True)]"
                self.assertEqual(1, line.preview_count)
                line.domain = "[('ref', '="
                self.assertEqual(0, line.preview_count)
                line.domain = "[('ref', '=', 'offline test'), ('is_company', '=', True)]"
            self.assertIn("one record", form.preview_text)

    def test_preview_of_an_unsaved_profile_is_for_the_one_who_asks(self):
        with Form(self.profiles) as form:
            form.name = "New"
            with form.entity_ids.new() as line:
                line.entity = "res.country"
                self.assertEqual("pull", line.direction)
                self.assertEqual(self.env["res.country"].search_count([]), line.preview_count)

    def test_large_profile_is_refused_unless_a_manager_confirms(self):
        self.limit(records=1)
        line = Command.create({"entity": PARTNER})
        with self.assertRaises(ValidationError) as refused:
            self.profiles.create({"name": "All contacts", "entity_ids": [line]})
        self.assertIn(self.manager.name, str(refused.exception))
        made = self.profiles.create({"name": "All contacts", "size_confirmed": True, "entity_ids": [line]})
        self.assertEqual(self.manager, made.size_confirmed_by_id)
        self.assertTrue(made.size_confirmed_at)

    def test_large_in_bytes_is_large_as_well(self):
        self.limit(size=100)
        with self.assertRaises(ValidationError):
            self.line().with_user(self.manager).domain = "[('ref', '=', 'offline test'), (1, '=', 1)]"

    def test_line_that_grows_is_refused_wherever_it_is_written(self):
        self.limit(records=1)
        self.new_partner("Another")
        line = self.line().with_user(self.manager)
        with self.assertRaises(ValidationError):
            line.domain = False
        with self.assertRaises(ValidationError):
            line.copy({"entity": "res.country"})
        self.profile.with_user(self.manager).write({"size_confirmed": True})
        line.domain = "[('ref', '!=', False)]"

    def test_nobody_confirms_for_somebody_else(self):
        profile = self.profile.with_user(self.manager)
        self.limit(records=0)
        profile.write({"size_confirmed": True, "size_confirmed_by_id": self.reviewer.id})
        self.assertEqual(self.manager, profile.size_confirmed_by_id)
        with self.assertRaises(ValidationError):
            profile.write({"size_confirmed": False})

    def test_confirmation_ends_when_the_profile_is_small_again(self):
        self.limit(records=0)
        self.profile.size_confirmed = True
        self.limit()
        self.line().domain = "[('ref', '=', 'offline test'), (1, '=', 1)]"
        self.assertFalse(self.profile.size_confirmed or self.profile.size_confirmed_by_id)

    def test_profile_is_judged_by_the_person_for_whom_it_is_largest(self):
        self.enrol(self.colleague)
        for _ in range(3):
            self.new_activity(self.partner, self.colleague)
        self.new_activity(self.partner, self.user)
        self.limit(records=3)
        with self.assertRaises(ValidationError) as refused:
            self.line(ACTIVITY).domain = "[(1, '=', 1)]"
        self.assertIn(self.colleague.name, str(refused.exception))

    def test_other_changes_of_a_large_profile_are_not_refused(self):
        """It grew by itself; renaming it is no time to argue."""
        self.limit(records=0)
        self.profile.with_user(self.manager).name = "Renamed"
