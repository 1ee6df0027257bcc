from unittest.mock import patch

from odoo.tools import mute_logger

from ..store import batch
from .common import PARTNER, Phone, PushCase


class TestBatches(PushCase):
    """A run of like operations ends as if each had run alone, in fewer steps."""

    def sides(self, make):
        """The receipts and stored operations of the same work, in batches and one by one, by two devices."""
        found = []
        for longest in (batch.LONGEST, 1):
            with (
                patch("odoo.addons.offline_base.store.push.LONGEST", longest),
                self.env.cr.savepoint() as point,
            ):
                phone = Phone(self.enrol(self.user))
                operations = make(phone)
                with mute_logger("odoo.sql_db"):
                    receipts = phone.push(*operations)
                names = {o["target"].get("uid"): n for n, o in enumerate(operations)}
                found.append(
                    [
                        (
                            receipt["status"],
                            receipt["code"],
                            names.get((receipt["target"] or {}).get("uid")),
                            receipt["fields"],
                            receipt["conflict"],
                            stored.sent,
                            stored.stored,
                            stored.replaced,
                        )
                        for receipt in receipts
                        for stored in [phone.stored(receipt)]
                    ]
                )
                point.rollback()
        return found

    def test_creates_end_as_one_by_one(self):
        """Proves I2, I3. Those that are refused are found, and stop nobody."""

        def make(phone):
            names = ["A", "", "B", None, "C", "D"]
            return [phone.create({"name": name, "phone": str(n)}) for n, name in enumerate(names)]

        together, alone = self.sides(make)
        self.assertEqual(alone, together)
        self.assertEqual(["applied", "rejected"] * 2 + ["applied"] * 2, [row[0] for row in together])

    def test_updates_end_as_one_by_one(self):
        """Proves I2, I3. Applied, merged, in conflict, of a record that is gone, of a record that is not."""
        partners = [self.new_partner(f"P{n}", phone="old", city="old") for n in range(6)]
        self.set_policy("city", "server")
        partners[1].phone = "office"
        partners[2].city = "office"
        partners[4].unlink()

        def make(phone):
            values, base = {"phone": "new", "city": "new"}, {"phone": "old", "city": "old"}
            return [phone.update(partner, values, base) for partner in partners]

        together, alone = self.sides(make)
        self.assertEqual(alone, together)
        self.assertEqual(
            ["applied", "conflict", "merged", "applied", "conflict", "applied"], [row[0] for row in together]
        )

    def test_write_that_changes_another_record_of_the_run_is_seen_by_it(self):
        """Proves I8. A company's address is its contacts' as well: an edit of theirs meets it."""
        parent = self.new_partner("Company", is_company=True, vat=False)
        child = self.new_partner("Child", parent_id=parent.id, type="contact")

        def make(phone):
            return [
                phone.update(record, {"street": street}, {"street": None})
                for record, street in ((parent, "Theirs"), (child, "Mine"))
            ]

        together, alone = self.sides(make)
        self.assertEqual([row[0] for row in alone], [row[0] for row in together])

    def test_run_ends_where_an_operation_needs_one_before_it(self):
        """Proves I3."""
        first = self.phone.create({"name": "Parent", "parent_id": None})
        second = self.phone.create({"name": "Child", "parent_id": {"uid": first["target"]["uid"]}})
        receipts = self.phone.push(first, second)
        self.assertEqual(["applied", "applied"], [r["status"] for r in receipts])
        self.assertEqual(self.by_uid(first["target"]["uid"]), self.by_uid(second["target"]["uid"]).parent_id)

    def test_two_edits_of_one_record_are_not_of_one_run(self):
        """Proves I3."""
        receipts = self.phone.push(
            self.phone.update(self.partner, {"phone": "1"}),
            self.phone.update(self.partner, {"phone": "2"}, {"phone": "1"}),
        )
        self.assertEqual(["applied", "applied"], [r["status"] for r in receipts])
        self.assertEqual("2", self.partner.phone)

    def test_record_that_is_named_in_two_ways_is_one_record(self):
        """Proves I3. By its uid and by its id: the second edit waits for the first one's decision."""
        creation = self.phone.create({"name": "Born Offline", "phone": "1"})
        self.phone.push(creation)
        uid = creation["target"]["uid"]
        record = self.by_uid(uid)
        record.phone = "office"
        receipts = self.phone.push(
            self.phone.update(uid, {"phone": "2"}, {"phone": "1"}),
            self.phone.update(record, {"phone": "3"}, {"phone": "2"}),
        )
        self.assertEqual(["conflict", "deferred"], [r["status"] for r in receipts])

    def test_verb_that_the_entity_does_not_take_is_refused_in_a_run_too(self):
        """Proves I7."""
        partners = [self.new_partner(f"P{n}", phone="old") for n in range(3)]
        with patch.object(type(self.adapter()), "_offline_verbs", frozenset({"delete"})):
            receipts = self.phone.push(
                *(self.phone.update(one, {"phone": "new"}, {"phone": "old"}) for one in partners),
                *(self.phone.create({"name": f"N{n}"}) for n in range(3)),
            )
        self.assertEqual({("rejected", "verb_unknown")}, {(r["status"], r["code"]) for r in receipts})
        self.assertEqual(["old"] * 3, [partner.phone for partner in partners])

    def test_batch_creates_in_few_statements(self):
        """What a run is for: its statements grow with the run, not with its operations."""
        counts = []
        for size in (10, 40):
            operations = [self.phone.create({"name": f"N{n}"}) for n in range(size)]
            with self.recorded_queries() as queries:
                receipts = self.phone.push(*operations)
            self.assertEqual({"applied"}, {r["status"] for r in receipts})
            counts.append(len(queries))
        self.assertLess(counts[1], counts[0] * 2.5)

    def test_every_created_record_says_where_it_comes_from(self):
        operations = [self.phone.create({"name": f"N{n}"}) for n in range(3)]
        self.phone.push(*operations)
        for operation in operations:
            record = self.by_uid(operation["target"]["uid"])
            self.assertIn(self.device.name, record.message_ids[:1].body)
            self.assertEqual(PARTNER, record._name)

    def test_suspected_duplicates_are_created_and_said(self):
        """Proves I8. In a run as well as alone, where each is compared with those before it."""

        def found(adapter, values):
            return adapter.env[PARTNER].search([("name", "=", values["name"])])

        with patch.object(type(self.adapter()), "_offline_duplicates", found):
            names = ["Azure Interior", "Nobody Else", "Nobody Else"]
            receipts = self.phone.push(*(self.phone.create({"name": name}) for name in names))
            alone = self.phone.push_one(self.phone.create({"name": "Nobody Else", "phone": "1"}))
        self.assertIn(self.partner.id, receipts[0]["result"]["duplicates"])
        self.assertIsNone(receipts[1]["result"])
        first, second = (receipt["target"]["id"] for receipt in receipts[1:])
        self.assertEqual({"duplicates": [first]}, receipts[2]["result"])
        self.assertEqual({first, second}, set(alone["result"]["duplicates"]))
        record = self.env[PARTNER].browse(receipts[0]["target"]["id"])
        self.assertIn("Azure Interior", record.message_ids[:1].body)
