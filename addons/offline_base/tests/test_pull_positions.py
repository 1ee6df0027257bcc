from unittest.mock import patch

from .common import ACTIVITY, PARTNER, OfflineCase, Phone

#: No record has this id.
_NOBODY = 2**31 - 1


class TestPositions(OfflineCase):
    """What happens to a walk while the world changes, and what a position may not tell."""

    def setUp(self):
        super().setUp()
        self.others = self.env[PARTNER].union(*(self.new_partner(f"Contact {n}") for n in range(4)))
        self.activity = self.new_activity(self.partner, self.user, summary="Call")
        self.settle()

    def read_in(self, schema):
        self.patch(type(self.env["offline.entity.res_partner"]), "_offline_schema", schema)

    def silently(self, record, column, value):
        """Change what the device reads and leave no row in the log."""
        query = f'UPDATE "{record._table}" SET "{column}" = %s WHERE id = %s'
        self.env.cr.execute(query, [value, record.id])
        self.settle()
        self.env.invalidate_all()

    def assert_scope_is_held(self):
        for entity in (PARTNER, ACTIVITY):
            held = {i: row["v"] for i, row in self.phone.held.get(entity, {}).items()}
            self.assertEqual(self.versions(entity), held, entity)

    # --- starts from nothing, again -------------------------------------------------------------------------

    def test_record_of_a_lost_first_answer_that_left_the_scope_is_removed(self):
        """The device may have received the answer after all. Proves I4."""
        self.phone.ask(None)
        self.others[0].active = False
        answer = self.phone.pull()
        self.assertEqual({self.others[0].id: "scope"}, self.removes(answer))
        self.assert_scope_is_held()

    def test_record_of_a_lost_first_page_that_left_the_scope_is_removed(self):
        """Proves I4."""
        self.phone.ask(None, limit=3)
        self.others[0].active = False
        removed = {i for page in self.phone.sync(limit=3) for i in self.removes(page)}
        self.assertEqual({self.others[0].id}, removed)
        self.assert_scope_is_held()

    def test_page_that_the_scope_fills_exactly_closes_the_cut(self):
        """Proves I10."""
        number = len(self.others) + 2  # with the partner, and the activity
        self.assertTrue(self.phone.pull(limit=number)["complete"])
        self.assert_scope_is_held()

    def test_pages_of_one_record_each_bring_the_scope(self):
        """Proves I5, I10."""
        pages = self.phone.sync(limit=1)
        self.assertEqual(len(self.others) + 2, len(pages))
        self.assert_scope_is_held()

    # --- changes in the middle of a walk --------------------------------------------------------------------

    def test_way_of_reading_that_changes_and_changes_back_in_the_middle_of_a_walk(self):
        """Pages read the other way must not stay on the device. Proves I6."""
        later = self.partner.copy()
        self.phone.sync()
        self.silently(self.partner, "phone", "as read in the other language")
        self.silently(later, "phone", "on the second page")
        self.read_in(2)
        self.assertFalse(self.phone.pull(limit=1)["complete"])
        self.silently(self.partner, "phone", None)
        self.read_in(1)
        self.phone.sync(limit=1)
        self.assert_scope_is_held()

    def test_kinds_of_records_put_in_another_order_in_the_middle_of_a_walk(self):
        """None of them counts as walked through that was not. Proves I1."""
        self.phone.sync()
        for partner in self.others:
            partner.phone = "1"
        self.activity.summary = "Changed before the walk began"
        first = self.phone.pull(limit=2)
        self.assertEqual({}, self.upserts(first, ACTIVITY), "the walk begins with contacts")
        # As if all that had been committed after the last cut and before the walk began.
        self.env["offline.position"].search(
            [("device_id", "=", self.device.id)]
        ).walk_snapshot = "9000000:9000000:"
        self.startPatcher(patch("odoo.addons.offline_base.store.feed.is_ahead", lambda *_: False))
        self.partner_line.sequence = 99
        self.profile.invalidate_recordset(["entity_ids"])
        self.phone.sync(limit=2)
        self.assert_scope_is_held()

    # --- a restored database ----------------------------------------------------------------------------------

    def test_first_walk_from_before_a_restore_gives_a_reset(self):
        """It has no complete cut yet, but its pages are of a later life of the database. Proves I9."""
        self.registry_enter_test_mode()
        self.phone.pull(limit=1)
        position = self.env["offline.position"].search([("device_id", "=", self.device.id)])
        self.assertFalse(position.snapshot)
        position.walk_snapshot = "9000000:9000000:"
        self.assertTrue(self.phone.ask(self.phone.cursor)["reset"])

    # --- what a claim tells -----------------------------------------------------------------------------------

    def hidden(self):
        return self.env[PARTNER].create({"name": "Out of scope"})

    def claims(self, *ids):
        return {PARTNER: [[record_id, "1" * 16] for record_id in ids]}

    def test_claims_tell_nothing_on_later_pages_either(self):
        """Proves I4."""
        hidden = self.hidden()
        pages = [self.phone.pull(held=self.claims(hidden.id, _NOBODY), limit=1)]
        while not pages[-1]["complete"]:
            pages.append(self.phone.pull(limit=1))
        said = {i: why for page in pages for i, why in self.removes(page).items()}
        self.assertEqual({hidden.id: "deleted", _NOBODY: "deleted"}, said)
        self.assert_converged()

    def test_claims_tell_nothing_when_they_are_made_again(self):
        """Proves I4."""
        hidden = self.hidden()
        self.phone.pull(held=self.claims(hidden.id, _NOBODY), limit=1)
        self.phone.pull(limit=1)
        said = self.removes(self.phone.ask(None, held=self.claims(hidden.id, _NOBODY)))
        self.assertEqual({hidden.id: "deleted", _NOBODY: "deleted"}, said)

    def test_claims_do_not_tell_existing_records_from_missing_ones_in_a_push(self):
        """Proves I4."""
        hidden = self.hidden()
        self.hide(hidden)
        for limit in (1, 1000):
            with self.subTest(limit):
                self.phone.receive(self.phone.ask(None, held=self.claims(hidden.id, _NOBODY), limit=limit))
                if limit == 1:
                    self.phone.pull(limit=1)
                kinds = [
                    self.phone.push_one(self.phone.update(record, {"city": "X"}))["conflict"]["kind"]
                    for record in (hidden, self.env[PARTNER].browse(_NOBODY))
                ]
                self.assertEqual(["deleted", "deleted"], kinds)
                self.env["offline.operation"].search([("status", "=", "conflict")]).status = "discarded"

    # --- what is kept -----------------------------------------------------------------------------------------

    def test_answers_to_a_device_that_starts_again_and_again_are_not_kept_for_ever(self):
        self.phone.sync()
        self.partner.phone = "1"
        self.phone.ask(self.phone.cursor)
        for _time in range(10):
            answer = self.phone.ask(None)
        positions = self.env["offline.position"].search([("device_id", "=", self.device.id)])
        self.assertLessEqual(len(positions), 5)
        self.assertFalse(self.phone.ask(self.phone.cursor)["reset"], "the confirmed one stays")
        self.assertFalse(self.phone.ask(answer["cursor"])["reset"], "the last one given out stays")

    # --- decisions --------------------------------------------------------------------------------------------

    def test_decision_about_work_that_a_new_enrolment_sent_again_reaches_the_device(self):
        """Proves I8, I10. A person who enrols again sends what was parked under the old name."""
        self.partner.phone = "office"
        operation = self.phone.update(self.partner, {"phone": "device"}, {"phone": "before"})
        receipt = self.phone.push_one(operation)
        self.assert_status("conflict", receipt)
        again = Phone(self.enrol(self.user, "Enrolled again"))
        again.sync()
        self.assert_status("conflict", again.push_one(operation))
        self.settle()
        self.phone.stored(receipt).conflict_ids.with_user(self.reviewer).action_keep_server()
        told = {r["op"]: (r["seq"], r["status"]) for r in again.pull()["outcomes"]}
        self.assertEqual({operation["op"]: (1, "resolved_server")}, told)
        fresh = Phone(again.device)
        self.assertEqual([operation["op"]], [r["op"] for r in fresh.pull()["outcomes"]])

    # --- rights -----------------------------------------------------------------------------------------------

    def test_receipt_does_not_show_the_sides_of_a_record_that_was_hidden_since(self):
        """Proves I4."""
        self.partner.phone = "office"
        operation = self.phone.update(self.partner, {"phone": "device"}, {"phone": "before"})
        self.assertIn("theirs", str(self.phone.push_one(operation)))
        self.hide(self.partner)
        receipt = self.phone.push_one(operation)
        self.assert_status("conflict", receipt)
        self.assertNotIn("theirs", str(receipt))
