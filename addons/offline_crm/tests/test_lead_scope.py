from odoo.fields import Command, Domain

from .common import EVENT, LEAD, SALES_GROUPS, CrmCase


class TestScope(CrmCase):
    """Which leads a salesperson's device holds."""

    def setUp(self):
        super().setUp()
        self.nobodys = self.new_lead("Nobody's", self.env["res.users"])
        self.mates = self.new_lead("The mate's", self.mate)
        self.southern = self.new_lead(
            "Southern", self.env["res.users"], team_id=self.other_team.id, stage_id=self.foreign_stage.id
        )

    def test_salesperson_holds_their_own_leads_and_those_of_the_team_that_nobody_has(self):
        """Proves I4."""
        held = self.held()
        self.assertLessEqual({self.lead.id, self.nobodys.id}, set(held))
        self.assertFalse({self.mates.id, self.southern.id} & set(held))
        self.assert_converged()

    def test_who_may_read_all_leads_holds_those_of_the_whole_team(self):
        """Proves I4."""
        everything = self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.seller.group_ids = [Command.link(everything.id)]
        held = self.held()
        self.assertIn(self.mates.id, held)
        self.assertNotIn(self.southern.id, held)

    def test_leader_holds_the_leads_of_a_team_without_being_in_it(self):
        self.assertNotIn(self.southern.id, self.held())
        self.other_team.user_id = self.seller
        self.assertIn(self.southern.id, self.held())
        self.assert_converged()

    def test_who_leaves_the_team_loses_its_leads(self):
        """Proves I4."""
        self.assertIn(self.nobodys.id, self.held())
        self.settle()
        self.team.member_ids -= self.seller
        self.assertNotIn(self.nobodys.id, self.held())
        self.assert_converged()

    def test_lead_of_another_company_stays_away(self):
        """Proves I4."""
        company = self.env["res.company"].create({"name": "Another"})
        self.seller.company_ids = [Command.link(company.id)]
        foreign = self.new_lead("Abroad", team_id=False, company_id=company.id)
        self.assertEqual(company, foreign.company_id)
        self.seller.company_ids = [Command.unlink(company.id)]
        self.assertNotIn(foreign.id, self.held())

    def test_lost_lead_stays_and_what_else_was_archived_goes(self):
        other = self.new_lead("Shelved")
        self.held()
        self.lead.action_set_lost(lost_reason_id=self.reason.id)
        other.action_archive()
        other.probability = 5
        held = self.held()
        self.assertEqual(
            ("lost", self.reason.id, False),
            tuple(held[self.lead.id][name] for name in ("won_status", "lost_reason_id", "active")),
        )
        self.assertNotIn(other.id, held)

    def test_lead_is_handed_over_from_one_device_to_the_other(self):
        """Proves I4."""
        self.held()
        self.lead.user_id = self.mate
        self.assertNotIn(self.lead.id, self.held())
        self.assert_converged()

    def test_salesperson_hands_their_own_lead_over(self):
        """Odoo reads it once more to tell the new salesperson, when whoever gave it away sees it no more."""
        self.held()
        self.settle()
        self.env.invalidate_all()
        receipt = self.edit({"user_id": self.mate.id}, {"user_id": self.seller.id})
        self.assert_status("applied", receipt)
        self.assertEqual(self.mate, self.lead.user_id)

    def test_device_holds_what_leads_refer_to(self):
        tag = self.env["crm.tag"].create({"name": "Library"})
        source = self.env["utm.source"].create({"name": "Fair"})
        self.lead.write({"tag_ids": [Command.set(tag.ids)], "source_id": source.id})
        held = self.held()
        self.assertEqual(
            (tag.ids, source.id), (held[self.lead.id]["tag_ids"], held[self.lead.id]["source_id"])
        )
        for record in (self.stages[0], self.team, self.reason, tag, source):
            self.assertIn(record.id, self.phone.held[record._name], record._name)
        self.assertEqual([self.other_team.id], self.held("crm.stage")[self.foreign_stage.id]["team_ids"])

    def test_what_a_lead_refers_to_is_not_changed_from_a_device(self):
        for record in (self.stages[0], self.team, self.reason):
            receipt = self.phone.push_one(self.phone.update(record, {"name": "Mine"}, entity=record._name))
            self.assert_rejected(receipt, "entity_read_only")


class TestSalesProfile(CrmCase):
    """What a salesperson's device gets with the profile of the addon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.env.ref("offline_crm.offline_profile_sales")

    def test_it_has_every_entity_of_the_addon_as_its_adapter_wants_it(self):
        for line, adapter in self.sales._lines():
            with self.subTest(line.entity):
                self.assertEqual(adapter._offline_direction, line.direction)
        ours = {
            adapter._offline_model
            for adapter in self.env["offline.adapter"]._offline_adapters()
            if adapter._original_module == "offline_crm"
        }
        # Where people were is kept only where the office says so.
        wanted = (ours | {EVENT, "mail.activity", "res.partner"}) - {"offline.trail"}
        self.assertLessEqual(wanted, set(self.sales.entity_ids.mapped("entity")))

    def test_closed_leads_leave_the_device_after_ninety_days(self):
        self.device.profile_id = self.sales
        fresh, old, open_for_long = (self.new_lead(name) for name in ("Fresh", "Old", "Long"))
        (fresh | old).action_set_won()
        old.date_closed = "2020-01-01 10:00:00"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = '2020-01-01' WHERE id = %s", [open_for_long.id]
        )
        held = self.held()
        self.assertLessEqual({fresh.id, open_for_long.id, self.lead.id}, set(held))
        self.assertNotIn(old.id, held)

    def test_person_is_asked_before_there_is_a_second_customer(self):
        line = self.sales.entity_ids.filtered(lambda line: line.entity == "res.partner")
        self.assertEqual("ask", line.duplicate_policy)

    def test_salesperson_with_the_fewest_rights_can_work_with_all_of_it(self):
        self.profile = self.device.profile_id = self.sales
        self.phone.sync()
        for line in self.sales.entity_ids:
            with self.subTest(line.entity):
                self.assertTrue(self.device._as_user().env[line.entity].has_access("read"))
        self.assert_converged()
        self.assertFalse(
            self.env[LEAD]
            .with_user(self.new_user("guest", SALES_GROUPS))
            .search(Domain("id", "=", self.lead.id))
        )
