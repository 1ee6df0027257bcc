from odoo.exceptions import ValidationError

from ..core import wire
from ..core.fields import TYPES
from ..store.capture import DENIED_COLUMNS
from .common import ACTIVITY, PARTNER, OfflineCase


class TestAdapter(OfflineCase):
    """What an entity must declare, and what the engine makes of it."""

    def declare(self, **attributes):
        """Let the contacts' adapter declare this as well, as an inheriting addon would."""
        for name, value in attributes.items():
            self.patch(type(self.env["offline.entity.res_partner"]), name, value)

    def assert_refused(self, hook, *words):
        """The registry would not load, and says whose fault it is."""
        with self.assertRaises(ValidationError) as caught:
            self.env["offline.entity.res_partner"]._offline_check()
        for word in ("offline.entity.res_partner", "addon offline_base", hook, *words):
            self.assertIn(word, str(caught.exception))

    # --- refused when the registry loads ----------------------------------------------------------------------

    def test_adapters_of_the_addon_are_accepted(self):
        adapters = list(self.env["offline.adapter"]._offline_adapters())
        self.assertGreater(len(adapters), 3)
        for adapter in adapters:
            adapter._offline_check()
        self.env["offline.adapter"]._offline_check_unique()

    def test_missing_model_is_refused(self):
        self.declare(_offline_model="no.such.model")
        self.assert_refused("_offline_model", "no.such.model")

    def test_forgotten_model_is_refused(self):
        self.declare(_offline_model=None)
        self.assert_refused("_offline_model")

    def test_forgotten_scope_is_refused(self):
        """No device would ever hold a record, and nobody would know why."""
        self.declare(_offline_scope=type(self.env["offline.adapter"])._offline_scope)
        self.assert_refused("_offline_scope")

    def test_forgotten_fields_are_refused(self):
        self.declare(_offline_field_names=lambda self: [])
        self.assert_refused("_offline_fields")

    def test_unknown_field_is_refused(self):
        self.declare(_offline_fields=("no_such_field",))
        self.assert_refused("_offline_fields", "no_such_field")

    def test_field_of_other_records_that_nobody_declared_is_refused(self):
        """Capture sees columns: a change of this one would never reach a device."""
        self.declare(_offline_fields=("parent_name",))
        self.assert_refused("_offline_fields", "parent_name", "_offline_dependencies", PARTNER)

    def test_computed_field_that_says_it_is_made_of_the_records_own_columns_is_accepted(self):
        """The record's own trigger sees them."""
        self.declare(_offline_fields=("email_formatted",))
        self.env["offline.entity.res_partner"]._offline_check()

    def test_denied_column_is_refused(self):
        for name in sorted(DENIED_COLUMNS & self.env[PARTNER]._fields.keys()):
            with self.subTest(name):
                self.declare(_offline_fields=(name,))
                self.assert_refused("_offline_fields", name)

    def test_company_dependent_field_is_refused(self):
        """Its value may come from a default, in another table."""
        self.declare(_offline_fields=("barcode",))
        self.assertTrue(self.env[PARTNER]._fields["barcode"].company_dependent)
        self.assert_refused("_offline_fields", "barcode")

    def test_field_of_a_type_that_does_not_travel_is_refused(self):
        self.declare(_offline_fields=("child_ids",))
        self.assertNotIn("one2many", TYPES)
        self.assert_refused("_offline_fields", "child_ids")

    def test_policy_that_does_not_fit_the_type_is_refused(self):
        self.declare(_offline_policies={"phone": "sum"})
        self.assert_refused("_offline_policies", "phone", "sum")

    def test_policy_of_an_unknown_field_is_refused(self):
        self.declare(_offline_policies={"no_such_field": "server"})
        self.assert_refused("_offline_policies", "no_such_field")

    def test_two_adapters_of_one_model_are_refused(self):
        self.declare(_offline_model=ACTIVITY)
        with self.assertRaisesRegex(
            ValidationError, "offline.entity.res_partner.*offline.entity.mail_activity"
        ):
            self.env["offline.adapter"]._offline_check_unique()

    # --- what is collected ----------------------------------------------------------------------------------

    def test_fields_of_inheriting_classes_add_up(self):
        self.declare(_offline_fields=("color", "phone"))
        names = self.env["offline.entity.res_partner"]._offline_field_names()
        self.assertEqual(len(names), len(set(names)))
        self.assertLessEqual({"name", "phone", "color"}, set(names))

    def test_policies_of_inheriting_classes_add_up_and_the_last_word_counts(self):
        self.declare(_offline_policies={"phone": "device", "comment": "server"})
        policies = self.env["offline.entity.res_partner"]._offline_default_policies()
        self.assertEqual(
            {"phone": "device", "comment": "server", "category_id": "union"},
            {name: policies[name] for name in ("phone", "comment", "category_id")},
        )

    def test_readonly_fields_of_inheriting_classes_add_up(self):
        self.declare(_offline_readonly_fields=("ref",))
        specs = self.adapter()._offline_specs()
        self.assertTrue(specs["ref"].readonly)
        self.assertFalse(specs["phone"].readonly)

    def test_named_operations_are_found(self):
        self.assertIn("complete", self.adapter(ACTIVITY)._offline_operations())
        self.assertNotIn("complete", self.adapter()._offline_operations())

    def test_entity_of_a_model_is_found_by_its_name(self):
        self.assertEqual("offline.entity.res_partner", self.adapter()._name)
        self.assertIsNone(self.env["offline.adapter"]._offline_adapter("res.bank"))

    # --- as its user ----------------------------------------------------------------------------------------

    def test_field_that_the_user_may_not_read_does_not_exist_for_the_device(self):
        """Proves I4."""
        self.hide_field("phone")
        self.assertNotIn("phone", self.adapter()._offline_specs())
        described = self.adapter()._offline_describe(self.partner_line)
        self.assertNotIn("phone", [field["name"] for field in described["fields"]])
        self.assertNotIn("phone", described["policies"])

    def test_descriptions_have_the_shape_of_the_wire(self):
        for line, adapter in self.profile.with_env(self.device._as_user().env)._lines():
            described = wire.EntityProfile.model_validate(adapter._offline_describe(line))
            self.assertEqual(line.entity, described.name)
            self.assertEqual(set(adapter._offline_specs()), {field.name for field in described.fields_})

    def test_description_says_the_policy_in_force(self):
        self.partner_line.default_policy = "device"
        self.set_policy("phone", "server")
        policies = self.adapter()._offline_describe(self.partner_line)["policies"]
        self.assertEqual(
            ("server", "device", "union"), (policies["phone"], policies["email"], policies["category_id"])
        )

    def test_entity_that_only_goes_to_the_device_is_read_only_in_its_description(self):
        self.partner_line.direction = "pull"
        described = self.adapter()._offline_describe(self.partner_line)
        self.assertTrue(all(field["readonly"] for field in described["fields"]))

    def test_description_speaks_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.model.fields"]._get(PARTNER, "city").with_context(
            lang="fr_FR"
        ).field_description = "Ville"
        self.user.lang = "fr_FR"
        fields = self.adapter()._offline_describe(self.partner_line)["fields"]
        self.assertEqual("Ville", next(field["label"] for field in fields if field["name"] == "city"))
