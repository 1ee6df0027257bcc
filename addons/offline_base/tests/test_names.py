from unittest.mock import patch

from odoo.fields import Command

from ..store import names
from .common import PARTNER, OfflineCase

COUNTRY = "res.country"


class TestNames(OfflineCase):
    """Names of records that a device does not hold and sees pointed to."""

    def setUp(self):
        super().setUp()
        self.others = self.new_partner("Other")

    def test_names_of_records_that_values_point_to_come_along(self):
        self.partner.country_id = self.env.ref("base.be")
        self.partner.category_id = self.env["res.partner.category"].create({"name": "T"})
        refs = self.phone.pull()["refs"]
        self.assertEqual("Belgium", refs["res.country"][str(self.partner.country_id.id)])
        self.assertEqual("T", refs["res.partner.category"][str(self.partner.category_id.id)])

    def test_records_that_the_device_holds_are_not_named_again(self):
        self.others[0].parent_id = self.partner
        self.assertNotIn(str(self.partner.id), self.phone.pull()["refs"].get(PARTNER, {}))

    def test_name_of_a_record_that_the_user_may_not_read_is_not_sent(self):
        """Proves I4."""
        secret = self.env[PARTNER].create({"name": "Secret parent", "is_company": True})
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {secret.id})]",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        self.others[0].parent_id = secret
        answer = self.phone.pull()
        self.assertEqual(secret.id, self.upserts(answer)[self.others[0].id]["values"]["parent_id"])
        self.assertNotIn("Secret", str(answer["refs"]))

    # --- names that change ------------------------------------------------------------------------------------

    def new_company(self, name="Works", **values):
        """A contact that the device does not hold."""
        return self.env[PARTNER].create({"name": name, "is_company": True, **values})

    def synced(self):
        """The phone has everything, and confirmed it."""
        self.phone.sync()
        self.settle()
        self.phone.device = type(self.phone)(self.device).device
        self.partner.comment = "confirms"
        self.phone.sync()
        self.settle()

    def test_new_name_comes_without_the_record_that_points_to_it(self):
        """Proves I6."""
        self.partner.parent_id = company = self.new_company()
        self.synced()
        company.name = "Renamed Works"
        cursor = self.phone.cursor
        answer = self.phone.pull()
        self.assertEqual({PARTNER: {str(company.id): "Renamed Works"}}, answer["refs"])
        self.assertNotEqual(cursor, answer["cursor"])
        self.settle()
        self.assertEqual({}, self.phone.pull()["refs"])

    def test_after_an_import_new_names_are_looked_for_among_what_the_device_holds(self):
        """What it costs follows what the device holds, not how much was imported."""
        self.partner.parent_id = company = self.new_company()
        self.synced()
        for number in range(5):
            self.new_company(f"Import {number}")
        company.name = "Renamed Works"
        with patch.object(names, "MANY", 3), self.recorded_queries() as queries:
            answer = self.phone.pull()
        self.assertEqual({PARTNER: {str(company.id): "Renamed Works"}}, answer["refs"])
        looked = [query for query in queries if 'SELECT DISTINCT "res_partner"."parent_id"' in query]
        self.assertTrue(looked)
        self.assertFalse([query for query in looked if "ANY(" in query])

    def test_new_name_that_was_lost_with_its_answer_comes_again(self):
        """Proves I1."""
        self.partner.parent_id = company = self.new_company()
        self.synced()
        company.name = "Renamed Works"
        self.phone.ask(self.phone.cursor)
        self.assertEqual("Renamed Works", self.phone.pull()["refs"][PARTNER][str(company.id)])

    def test_new_name_of_a_kind_of_record_that_no_device_holds_comes_too(self):
        """Its table is watched for its names alone. Proves I6."""
        self.partner.country_id = belgium = self.env.ref("base.be")
        self.assertNotIn(COUNTRY, self.profile.entity_ids.mapped("entity"))
        self.synced()
        belgium.name = "Kingdom of Belgium"
        self.assertEqual("Kingdom of Belgium", self.phone.pull()["refs"][COUNTRY][str(belgium.id)])

    def test_new_name_that_is_read_from_another_record_comes_too(self):
        """A user is called as the user's contact. Proves I6."""
        self.partner.user_id = self.colleague
        self.synced()
        self.colleague.partner_id.name = "Renamed Colleague"
        self.assertEqual("Renamed Colleague", self.phone.pull()["refs"]["res.users"][str(self.colleague.id)])

    def test_new_name_of_what_an_activity_is_on_comes_too(self):
        """It points there by model and id. Proves I6."""
        company = self.new_company()
        self.new_activity(company, self.user)
        self.synced()
        company.name = "Renamed Works"
        self.assertEqual("Renamed Works", self.phone.pull()["refs"][PARTNER][str(company.id)])

    def test_new_name_of_a_tag_comes_by_its_relation(self):
        """Proves I6."""
        self.partner.category_id = tag = self.env["res.partner.category"].create({"name": "T"})
        self.synced()
        self.env.cr.execute(
            """UPDATE res_partner_category SET name = '{"en_US": "Renamed"}' WHERE id = %s""", tag.ids
        )
        self.env.invalidate_all()
        self.assertEqual({str(tag.id): "Renamed"}, self.phone.pull()["refs"]["res.partner.category"])

    def test_names_all_come_after_a_truncate(self):
        """Nobody can say which of them changed. Proves I1."""
        self.partner.country_id = belgium = self.env.ref("base.be")
        self.synced()
        self.env.cr.execute("INSERT INTO offline_change (model, res_id, op) VALUES ('res.country', 0, 't')")
        self.assertEqual({COUNTRY: {str(belgium.id): "Belgium"}}, self.phone.pull()["refs"])

    def test_new_name_that_nothing_on_the_device_points_to_does_not_concern_it(self):
        company = self.new_company()
        self.synced()
        company.name = "Renamed Works"
        cursor = self.phone.cursor
        answer = self.phone.pull()
        self.assertEqual(({}, cursor), (answer["refs"], answer["cursor"]))

    def test_new_name_that_the_user_may_not_read_is_not_sent(self):
        """Proves I4."""
        self.partner.parent_id = company = self.new_company()
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {company.id})]",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        self.synced()
        company.name = "Secret"
        self.assertEqual({}, self.phone.pull()["refs"])

    def test_new_name_comes_with_the_page_that_closes_the_cut(self):
        """Proves I5."""
        self.partner.parent_id = company = self.new_company()
        self.synced()
        company.name = "Renamed Works"
        contacts = self.env[PARTNER].create([{"name": str(n), "ref": "offline test"} for n in range(40)])
        first, *_others, last = self.phone.sync(limit=20)
        self.assertEqual({}, first["refs"].get(PARTNER, {}))
        self.assertEqual("Renamed Works", last["refs"][PARTNER][str(company.id)])
        self.assertLessEqual(set(contacts.ids), self.phone.held[PARTNER].keys())
