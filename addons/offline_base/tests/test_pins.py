from ..core import wire
from ..store.finding import find
from .common import ACTIVITY, PARTNER, PullCase


class TestPins(PullCase):
    """Records that a person pinned: held whatever the profile's window says, and under every rule of Odoo."""

    def setUp(self):
        super().setUp()
        self.outside = self.new_partner("Far Away", ref="elsewhere")

    def test_pinned_record_is_held_until_it_is_unpinned(self):
        """Proves I4, I6."""
        self.phone.sync()
        self.settle()
        self.assertNotIn(self.outside.id, self.phone.held[PARTNER])
        answer = self.phone.pull(pins={PARTNER: [self.outside.id]})
        self.assertEqual([self.outside.id], [*self.upserts(answer)])
        self.assert_converged()
        self.settle()
        self.assertEqual({}, self.upserts(self.phone.pull()), "what is not said stays as it was")
        self.assertEqual({self.outside.id: "scope"}, self.removes(self.phone.pull(pins={})))
        self.assert_converged()

    def test_change_of_a_pinned_record_reaches_the_device(self):
        """Proves I1."""
        self.phone.pull(pins={PARTNER: [self.outside.id]})
        self.settle()
        self.outside.phone = "+32 81 55 01 42"
        self.assertEqual([self.outside.id], [*self.upserts(self.phone.pull())])

    def test_same_pins_again_are_nothing_new(self):
        cursor = self.phone.pull(pins={PARTNER: [self.outside.id]})["cursor"]
        self.settle()
        self.assertEqual(cursor, self.phone.pull(pins={PARTNER: [self.outside.id]})["cursor"])

    def test_nobody_pins_what_they_may_not_read(self):
        """Proves I4."""
        self.hide(self.outside)
        hers = self.new_activity(self.partner, self.colleague)
        answer = self.phone.pull(pins={PARTNER: [self.outside.id, 987_654_321], "res.users": [1]})
        self.assertNotIn(self.outside.id, self.upserts(answer))
        self.assertNotIn(987_654_321, self.upserts(answer))
        self.assertEqual({PARTNER, ACTIVITY}, {change["entity"] for change in answer["changes"]})
        self.assertNotIn(hers.id, self.upserts(answer, ACTIVITY))
        self.assert_converged()

    def test_pin_does_not_reach_beyond_what_the_adapter_gives(self):
        """Proves I4. Whoever reads a contact may read its activities in Odoo; devices hold their own."""
        hers = self.new_activity(self.partner, self.colleague)
        answer = self.phone.pull(pins={ACTIVITY: [hers.id]})
        self.assertNotIn(hers.id, self.upserts(answer, ACTIVITY))
        self.assert_converged()

    def test_pinned_record_that_may_not_be_read_any_more_is_removed(self):
        """Proves I4."""
        self.phone.pull(pins={PARTNER: [self.outside.id]})
        self.settle()
        self.hide(self.outside)
        self.assertEqual({self.outside.id: "scope"}, self.removes(self.phone.pull()))

    def test_archived_record_leaves_as_others_do(self):
        self.phone.pull(pins={PARTNER: [self.outside.id]})
        self.settle()
        self.outside.active = False
        self.assertIn(self.outside.id, self.removes(self.phone.pull()))

    def test_what_follows_a_pinned_record_comes_with_it(self):
        note = self.new_activity(self.outside, self.user)
        answer = self.phone.pull(pins={PARTNER: [self.outside.id]})
        self.assertIn(note.id, self.upserts(answer, ACTIVITY))

    def test_pins_are_of_one_device(self):
        self.phone.pull(pins={PARTNER: [self.outside.id]})
        other = self.enrol(self.user, name="Tablet")
        self.assertFalse(other.pins)
        self.assertFalse(self.device.copy({"uid": "019a0000-0000-7000-8000-00000000ffff"}).pins)

    def test_too_many_are_refused(self):
        with self.assertRaisesRegex(ValueError, "500"):
            wire.PullRequest(cursor=None, pins={PARTNER: list(range(1, 502))})


class TestFind(PullCase):
    """A search in Odoo from a device that has a network."""

    def find(self, text, entity=PARTNER, **more):
        return find(self.phone.device, wire.FindRequest(entity=entity, text=text, **more))

    def test_finds_what_the_user_may_read_and_the_device_does_not_hold(self):
        """Proves I4."""
        outside = self.new_partner("Zzyzx Road Works", ref="elsewhere")
        self.new_partner("Zzyzx Closed", active=False)
        hidden = self.new_partner("Zzyzx Hidden")
        self.hide(hidden)
        answer = self.find("zzyzx")
        wire.FindAnswer.model_validate(answer)
        self.assertEqual({"records": [{"id": outside.id, "name": "Zzyzx Road Works"}], "more": False}, answer)

    def test_finds_nothing_beyond_what_the_adapter_gives(self):
        """Proves I4."""
        hers = self.new_activity(self.partner, self.colleague)
        hers.summary = "Zzyzx call"
        self.assertEqual([], self.find("zzyzx", entity=ACTIVITY)["records"])

    def test_says_that_there_are_more(self):
        for number in range(3):
            self.new_partner(f"Zzyzx {number}")
        answer = self.find("zzyzx", limit=2)
        self.assertEqual((2, True), (len(answer["records"]), answer["more"]))

    def test_nothing_of_an_entity_that_the_profile_does_not_have_or_that_is_only_sent(self):
        """Proves I4."""
        self.assertEqual([], self.find("offline_rider", entity="res.users")["records"])
        self.assertEqual([], self.find("x", entity="no.such.model")["records"])
        self.partner_line.direction = "push"
        self.assertEqual([], self.find("Azure")["records"])
