from freezegun import freeze_time

from odoo.addons.offline_base.tests.common import OfflineCase
from odoo.addons.offline_base.tests.tracing import untraced
from odoo.exceptions import ValidationError
from odoo.fields import Command

BOX = "offline.test.box"


class TestDependencies(OfflineCase):
    """Values that are read from other records reach devices when those change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = cls.env["offline.profile"].create(
            {"name": "Boxes", "entity_ids": [Command.create({"entity": BOX})]}
        )
        cls.device = cls.enrol(cls.user)
        cls.room = cls.env["offline.test.room"].create({"name": "Cellar"})
        cls.shelf = cls.env["offline.test.shelf"].create({"name": "Left", "room_id": cls.room.id})
        cls.label = cls.env["offline.test.label"].create({"name": "Fragile"})
        cls.box, cls.other = cls.env[BOX].create(
            [
                {"name": name, "shelf_id": cls.shelf.id, "label_ids": cls.label.ids, "due": "2026-11-21"}
                for name in ("First", "Second")
            ]
        )
        cls.item = cls.env["offline.test.item"].create({"box_id": cls.box.id, "weight": 2})
        cls.part = cls.env["offline.test.part"].create({"item_id": cls.item.id})
        cls.env["ir.default"].set(BOX, "place", "By the door")

    def setUp(self):
        super().setUp()
        self.phone.sync()
        self.settle()

    def changed(self):
        """{box: its values} that the next pull brings."""
        self.env.flush_all()
        self.env.invalidate_all()
        return {self.env[BOX].browse(i): u["values"] for i, u in self.upserts(self.phone.pull(), BOX).items()}

    # --- what is followed -----------------------------------------------------------------------------------

    def test_value_of_a_record_that_names_the_entitys_record(self):
        """Proves I1."""
        self.item.weight = 5
        self.assertEqual([5.0], [values["weight"] for values in self.changed().values()])

    def test_record_that_moves_touches_the_one_it_left_and_the_one_it_joined(self):
        """Proves I1."""
        self.item.box_id = self.other
        self.assertEqual(
            {self.box: 0.0, self.other: 2.0},
            {box: values["weight"] for box, values in self.changed().items()},
        )

    def test_deleted_record_touches_the_one_it_named(self):
        """Proves I1."""
        self.item.unlink()
        self.assertEqual([0.0], [values["weight"] for values in self.changed().values()])

    def test_path_of_two_hops_is_followed(self):
        """Proves I1."""
        self.env["offline.test.part"].create({"item_id": self.item.id})
        self.assertEqual([2], [values["part_count"] for values in self.changed().values()])

    def test_record_deleted_at_the_end_of_two_hops(self):
        """Proves I1."""
        self.part.unlink()
        self.assertEqual([0], [values["part_count"] for values in self.changed().values()])

    def test_hop_in_between_that_moves(self):
        """Proves I1."""
        self.item.box_id = self.other
        self.assertEqual(
            {self.box: 0, self.other: 1},
            {box: values["part_count"] for box, values in self.changed().items()},
        )

    def test_renamed_record_that_the_entity_points_to(self):
        """Proves I1."""
        self.shelf.name = "Right"
        self.assertEqual(["Right"] * 2, [values["shelf_name"] for values in self.changed().values()])

    def test_renamed_record_behind_the_one_that_the_entity_points_to(self):
        """Proves I1."""
        self.room.name = "Attic"
        self.assertEqual(["Attic"] * 2, [values["room_name"] for values in self.changed().values()])

    def test_record_in_between_that_points_elsewhere(self):
        """Proves I1."""
        self.shelf.room_id = self.env["offline.test.room"].create({"name": "Attic"})
        self.assertEqual(["Attic"] * 2, [values["room_name"] for values in self.changed().values()])

    def test_renamed_record_behind_a_relation(self):
        """Proves I1."""
        self.other.label_ids = False
        self.phone.sync()
        self.settle()
        self.label.name = "Heavy"
        self.assertEqual(
            {self.box: "Heavy"}, {b: values["label_text"] for b, values in self.changed().items()}
        )

    def test_record_that_names_the_entity_by_model_and_id(self):
        """Proves I1."""
        file = self.env["ir.attachment"].create({"name": "note", "res_model": BOX, "res_id": self.box.id})
        self.assertEqual(
            {self.box: 1}, {box: values["notes_about"] for box, values in self.changed().items()}
        )
        self.settle()
        file.res_id = self.other.id
        self.assertEqual(
            {self.box: 0, self.other: 1},
            {box: values["notes_about"] for box, values in self.changed().items()},
        )

    def test_record_that_names_another_model_touches_nothing(self):
        self.env["ir.attachment"].create({"name": "note", "res_model": "res.users", "res_id": self.box.id})
        self.env.flush_all()
        self.assertEqual(set(), self.logged(BOX))

    def test_default_of_a_company_dependent_field(self):
        """Proves I1."""
        self.env["ir.default"].set(BOX, "place", "By the window")
        self.assertEqual(["By the window"] * 2, [values["place"] for values in self.changed().values()])

    def test_default_that_is_deleted(self):
        """Proves I1."""
        self.env["ir.default"].search([("field_id.model", "=", BOX)]).unlink()
        self.assertEqual([None] * 2, [values["place"] for values in self.changed().values()])

    def test_default_of_another_model_touches_nothing(self):
        self.env["ir.default"].set("res.partner", "color", 3)
        self.env.flush_all()
        changes = {"ir.default": {res_id for res_id, _op in self.logged("ir.default")}}
        self.assertTrue(changes["ir.default"])
        self.assertEqual(set(), self.adapter(BOX)._offline_touched(changes))

    def test_value_that_follows_the_date_changes_over_night(self):
        """Nothing is logged at midnight. Proves I1."""
        with freeze_time("2026-11-21 12:00:00"):
            self.env.invalidate_all()
            self.phone.sync()
            self.settle()
            self.assertFalse(self.phone.held[BOX][self.box.id]["values"]["is_late"])
        with freeze_time("2026-11-22 12:00:00"):
            self.assertEqual([True] * 2, [values["is_late"] for values in self.changed().values()])

    def test_device_of_dependencies_converges(self):
        """Proves I6."""
        self.item.weight = 7
        self.shelf.name = "Middle"
        self.env.flush_all()
        self.assert_converged()

    # --- truncated, and what else cannot be told apart --------------------------------------------------------

    def test_truncated_table_touches_all(self):
        """Proves I1."""
        self.assertEqual({0}, self.adapter(BOX)._offline_touched({"offline.test.shelf": {0}}))
        self.assertEqual({0}, self.adapter(BOX)._offline_touched({"ir.default": {0}}))

    # --- refused --------------------------------------------------------------------------------------------

    def assert_refused(self, *words, **declared):
        for name, value in declared.items():
            self.patch(type(self.env["offline.entity.test_box"]), name, value)
        with self.assertRaises(ValidationError) as caught:
            self.env["offline.entity.test_box"]._offline_check()
        for word in ("offline.entity.test_box", "addon offline_test_box", *words):
            self.assertIn(word, str(caught.exception))

    def declare(self, **changed):
        """The declarations with these instead; None takes one away."""
        declared = {
            k: (v,) for k, v in type(self.env["offline.entity.test_box"])._offline_dependencies.items()
        }
        declared |= {model.replace("__", "."): how and (how,) for model, how in changed.items()}
        return {"_offline_declared_dependencies": lambda adapter: {k: v for k, v in declared.items() if v}}

    def test_adapter_is_accepted_as_it_is(self):
        self.env["offline.entity.test_box"]._offline_check()

    def test_undeclared_related_field_is_refused(self):
        self.assert_refused(
            "_offline_fields", "room_name", "offline.test.room", **self.declare(offline__test__room=None)
        )

    def test_undeclared_company_dependent_field_is_refused(self):
        self.assert_refused("_offline_fields", "place", "ir.default", **self.declare(ir__default=None))

    def test_undeclared_compute_is_refused(self):
        self.assert_refused(
            "_offline_fields",
            "weight",
            "offline.test.item",
            **self.declare(offline__test__item=None, offline__test__part=None),
        )

    def test_compute_that_says_nothing_is_refused_without_any_declaration(self):
        self.assert_refused(
            "_offline_fields", "part_count",
            _offline_declared_dependencies=lambda adapter: {},
            _offline_field_names=lambda adapter: ["name", "part_count"],
        )  # fmt: skip

    def test_field_that_follows_the_clock_is_refused_unless_said(self):
        self.assert_refused("_offline_clock", "is_late", _offline_clock=None)

    def test_unknown_clock_is_refused(self):
        self.assert_refused("_offline_clock", "minute", _offline_clock="minute")

    def test_path_that_leads_nowhere_is_refused(self):
        for how in ("no_such_field", "weight", "box_id.shelf_id", "_no_such_method", ""):
            with self.subTest(how):
                self.assert_refused("_offline_dependencies", **self.declare(offline__test__item=how or "."))

    def test_model_without_a_table_is_refused(self):
        for model in ("no__such__model", "offline__adapter"):
            with self.subTest(model):
                self.assert_refused("_offline_dependencies", **self.declare(**{model: "*"}))

    # --- traced ---------------------------------------------------------------------------------------------

    def test_reading_touches_nothing_that_is_not_watched(self):
        """Proves I1."""
        self.assertEqual({}, untraced(self.adapter(BOX)))

    def test_trace_finds_what_a_compute_reads_without_saying_so(self):
        """`part_count` has no ``@api.depends``: the registry cannot know, PostgreSQL does."""
        declared = self.declare(offline__test__part=None)["_offline_declared_dependencies"]
        self.patch(type(self.env["offline.entity.test_box"]), "_offline_declared_dependencies", declared)
        self.env["offline.entity.test_box"]._offline_check()
        missed = untraced(self.adapter(BOX))
        self.assertEqual({"part_count"}, missed.keys())
        self.assertIn("offline_test_part.item_id", missed["part_count"])

    def test_trace_finds_a_table_whose_trigger_is_gone(self):
        self.env.cr.execute("DROP TRIGGER offline_capture_update ON offline_test_shelf")
        self.assertIn("offline_test_shelf.name", untraced(self.adapter(BOX))["shelf_name"])

    def test_trace_finds_a_denied_column(self):
        self.patch(
            type(self.env["offline.entity.test_box"]), "_offline_field_names", lambda adapter: ["write_date"]
        )
        self.assertEqual({"write_date": {"offline_test_box.write_date"}}, untraced(self.adapter(BOX)))
