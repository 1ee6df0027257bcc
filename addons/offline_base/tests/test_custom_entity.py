from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..store import capture
from .common import PARTNER, Phone, PushCase

MACHINE = "x_machine"


class MachineCase(PushCase):
    """A company's own model, which a test may give to devices by clicking."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["ir.model"].create(
            {
                "name": "Machine",
                "model": MACHINE,
                "field_id": [
                    Command.create({"name": name, "ttype": ttype, "field_description": label, **more})
                    for name, ttype, label, more in (
                        ("x_name", "char", "Name", {"required": True}),
                        ("x_hours", "integer", "Hours", {}),
                        ("x_user_id", "many2one", "Whose", {"relation": "res.users"}),
                        ("x_file", "binary", "File", {}),
                    )
                ],
                "access_ids": [
                    Command.create(
                        {
                            "name": "machines",
                            "group_id": cls.env.ref("base.group_user").id,
                            "perm_read": True, "perm_write": True, "perm_create": True, "perm_unlink": True,
                        }
                    )
                ],
            }
        )  # fmt: skip
        cls.custom = cls.env["offline.custom.entity"].with_user(cls.manager)

    def setUp(self):
        super().setUp()
        if "x_hours" not in self.env[MACHINE]._fields:
            # A test deleted the field: its rollback gave the column back, not the class.
            self.registry.clear_all_caches()
            self.registry._setup_models__(self.cr, [])

    def fields_of(self, *names, model=MACHINE):
        return [self.env["ir.model.fields"]._get(model, name).id for name in names]

    def give(self, *names, **values):
        """As a manager clicks: the machines with these fields, in the profile."""
        entity = self.custom.create(
            {"model_id": self.model.id, "field_ids": [Command.set(self.fields_of(*names))], **values}
        )
        self.profile.with_user(self.manager).entity_ids = [Command.create({"entity": MACHINE})]
        return entity


class TestCustomEntity(MachineCase):
    """Records and fields of a company's own, given to devices by clicking."""

    def test_domain_that_reckons_with_the_time_of_day_is_looked_at_by_idle_pulls(self):
        """Proves I4."""
        machine = self.env[MACHINE].create({"x_name": "Press"})
        self.env.flush_all()
        change = "UPDATE x_machine SET create_date = now() AT TIME ZONE 'UTC' + %s::interval WHERE id = %s"
        self.env.cr.execute(change, ["1 hour", machine.id])
        self.give("x_name", domain="[('create_date', '<', datetime.datetime.now())]")
        self.phone.sync()
        self.assertEqual({}, self.phone.held.get(MACHINE, {}))
        self.env.cr.execute(change, ["-1 hour", machine.id])
        self.settle()
        self.env.invalidate_all()
        self.phone.sync()
        self.assertEqual([machine.id], list(self.phone.held[MACHINE]))

    def test_custom_model_syncs_both_ways(self):
        self.give("x_name", "x_hours")
        machine = self.env[MACHINE].create({"x_name": "Press", "x_hours": 7})
        self.phone.sync()
        self.assertEqual({"x_name": "Press", "x_hours": 7}, self.phone.held[MACHINE][machine.id]["values"])
        receipt = self.phone.push_one(
            self.phone.update(machine, {"x_hours": 8}, {"x_hours": 7}, entity=MACHINE)
        )
        self.assert_status("applied", receipt)
        self.assertEqual(8, machine.x_hours)
        receipt = self.phone.push_one(self.phone.create({"x_name": "Drill"}, entity=MACHINE))
        self.assert_status("applied", receipt)
        self.assert_converged()

    def test_changes_of_a_custom_model_are_captured_from_the_click_on(self):
        """Proves I1."""
        self.give("x_name", "x_hours")
        self.assertIn(MACHINE, capture.installed(self.env.cr))
        machine = self.env[MACHINE].create({"x_name": "Press"})
        self.phone.sync()
        self.settle()
        self.env.cr.execute("UPDATE x_machine SET x_hours = 9")
        self.env.invalidate_all()
        self.assertIn((machine.id, "u"), self.logged(MACHINE))
        self.phone.sync()
        self.assertEqual(9, self.phone.held[MACHINE][machine.id]["values"]["x_hours"])

    def test_scope_of_a_custom_model_is_its_domain(self):
        """Proves I4."""
        self.give("x_name", domain="[('x_user_id', '=', uid)]")
        mine, hers = self.env[MACHINE].create(
            [
                {"x_name": "Mine", "x_user_id": self.user.id},
                {"x_name": "Hers", "x_user_id": self.colleague.id},
            ]
        )
        self.phone.sync()
        self.assertEqual([mine.id], list(self.phone.held[MACHINE]))
        other = Phone(self.enrol(self.colleague))
        other.sync()
        self.assertEqual([hers.id], list(other.held[MACHINE]))

    def test_rights_of_a_custom_model_are_odoos(self):
        """Proves I4."""
        self.give("x_name")
        self.env[MACHINE].create({"x_name": "Press"})
        self.model.access_ids.write({"perm_read": False})
        self.phone.sync()
        self.assertFalse(self.phone.held.get(MACHINE))

    def test_profile_is_told_with_labels_and_a_higher_number(self):
        before = self.device._profile_version()
        self.give("x_name", "x_hours")
        told = self.profile._describe(self.phone.device)
        entity = next(entity for entity in told["entities"] if entity["name"] == MACHINE)
        self.assertEqual(
            ("Machine", {"Name", "Hours"}), (entity["label"], {field["label"] for field in entity["fields"]})
        )
        self.assertGreater(told["profile_version"], before)

    def test_custom_field_is_added_to_what_an_addon_gives(self):
        self.env["ir.model.fields"].create(
            {
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "name": "x_route", "ttype": "char", "field_description": "Route",
            }
        )  # fmt: skip
        self.phone.sync()
        made = self.custom.create(
            {
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "field_ids": [Command.set(self.fields_of("x_route", model=PARTNER))],
            }
        )
        self.assertTrue(made.has_adapter)
        self.partner.x_route = "North"
        self.phone.sync()
        self.assertEqual("North", self.phone.held[PARTNER][self.partner.id]["values"]["x_route"])
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"x_route": "South"}, {"x_route": "North"})
        )
        self.assert_status("applied", receipt)
        made.unlink()
        self.phone.sync()
        self.assertNotIn("x_route", self.phone.held[PARTNER][self.partner.id]["values"])

    def test_field_that_is_deleted_leaves_devices_and_breaks_nothing(self):
        entity = self.give("x_name", "x_hours")
        self.env[MACHINE].create({"x_name": "Press", "x_hours": 7})
        self.phone.sync()
        self.env["ir.model.fields"]._get(MACHINE, "x_hours").unlink()
        self.phone.sync()
        [row] = self.phone.held[MACHINE].values()
        self.assertEqual({"x_name": "Press"}, row["values"])
        self.assertEqual(["x_name"], entity.field_ids.mapped("name"))

    def test_what_cannot_travel_is_refused(self):
        for model, name in (
            (MACHINE, "x_file"), (PARTNER, "barcode"), (PARTNER, "display_name"), (PARTNER, "write_date"),
        ):  # fmt: skip
            with self.subTest(name), self.assertRaises(ValidationError):
                self.custom.create(
                    {
                        "model_id": self.env["ir.model"]._get_id(model),
                        "field_ids": [Command.set(self.fields_of(name, model=model))],
                    }
                )

    def test_machinery_cannot_be_given_to_devices(self):
        """Proves I4."""
        for model in (
            "ir.config_parameter",
            "ir.rule",
            "res.users",
            "res.users.apikeys",
            "offline.token",
            "res.groups",
        ):
            field = self.env["ir.model.fields"].search(
                [("model", "=", model), ("store", "=", True), ("ttype", "=", "char")], limit=1
            )
            with self.subTest(model), self.assertRaises(ValidationError):
                self.custom.create(
                    {"model_id": self.env["ir.model"]._get_id(model), "field_ids": [Command.set(field.ids)]}
                )

    def test_domain_calls_nothing(self):
        for domain in ("[('x_name', '=', user.write({}))]", "[('x_no', '=', 1)]", "[("):
            with self.subTest(domain), self.assertRaises(ValidationError):
                self.custom.create(
                    {
                        "model_id": self.model.id,
                        "field_ids": [Command.set(self.fields_of("x_name"))],
                        "domain": domain,
                    }
                )

    def test_records_in_a_profile_are_not_taken_away_behind_it(self):
        entity = self.give("x_name")
        with self.assertRaises(UserError):
            entity.unlink()
        self.profile.entity_ids.filtered(lambda line: line.entity == MACHINE).unlink()
        entity.unlink()
        self.assertIsNone(self.env["offline.adapter"]._offline_adapter(MACHINE))
        self.assertNotIn(MACHINE, capture.installed(self.env.cr))
        self.assertFalse(self.env["ir.model"].search([("model", "=like", "x_offline_entity_%")]))
