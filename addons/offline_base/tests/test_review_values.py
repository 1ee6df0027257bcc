from odoo.tools import mute_logger

from ..core.fields import FieldSpec
from ..models.value_edit import for_input, from_input
from ..models.value_text import relation_of, value_text
from .common import ACTIVITY, PARTNER, new_uid
from .test_review import ReviewCase

RICH = "<p>Ring <strong>twice</strong></p>"


class TestRichText(ReviewCase):
    """Rich text is compared as text and edited with its formatting."""

    def test_formatting_that_the_office_enters_is_written(self):
        self.set_policy("comment", "review")
        self.partner.comment = "<p>office</p>"
        conflict = self.park(comment=RICH)
        [line] = conflict.review()["lines"]
        self.assertEqual(("<p>office</p>", True), (str(self.partner.comment), line["is_rich"]))
        self.assertEqual([["office", True]], [list(piece) for piece in line["theirs"]])
        self.assertEqual(RICH, line["input"])
        conflict.choose("comment", "value", "<p>Ring <em>once</em></p>")
        conflict.action_apply_choice()
        self.assertEqual("<p>Ring <em>once</em></p>", str(self.partner.comment))

    def test_nothing_that_a_device_sent_runs_in_the_reviewers_browser(self):
        """Proves I4. The text becomes markup of the reviewer's page."""
        spec = FieldSpec("comment", "html")
        for sent in (
            "<p>a<script>alert(1)</script></p>",
            "<img src='x' onerror='alert(1)'>",
            "<a href='javascript:alert(1)'>a</a>",
            "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        ):
            with self.subTest(sent):
                shown = for_input(self.env[PARTNER], spec, sent)
                self.assertIsInstance(shown, str)
                self.assertNotIn("alert", shown)

    def test_editor_that_was_emptied_empties_the_field(self):
        spec = FieldSpec("comment", "html")
        for empty in ("", "<p><br></p>", False):
            with self.subTest(empty):
                self.assertIsNone(from_input(self.env[PARTNER], spec, empty))


class TestReferences(ReviewCase):
    """A reference whose model another field names is read by name and chosen like any other."""

    def refused(self):
        """An activity about a record that nobody knows, as the clerk sees it."""
        values = {"res_model": PARTNER, "res_id": {"uid": new_uid()}, "summary": "Call"}
        with mute_logger("odoo.sql_db"):
            receipt = self.phone.push_one(self.phone.create(values, entity=ACTIVITY))
        self.assert_rejected(receipt, "reference_unknown", "res_id")
        return self.phone.stored(receipt).with_user(self.clerk)

    def test_record_of_an_activity_is_chosen_by_the_office(self):
        operation = self.refused()
        view = operation.review()
        self.assertEqual(
            ("many2one", PARTNER), tuple(view["fields"]["res_id"][k] for k in ("type", "relation"))
        )
        [line] = [line for line in view["lines"] if line["name"] == "res_id"]
        self.assertEqual(("(new)", False), (line["text"], line["input"]))
        operation.run_with({"res_id": self.partner.id, "user_id": self.clerk.id})
        activity = self.env[ACTIVITY].browse(operation.res_id)
        self.assertEqual((PARTNER, self.partner.id), (activity.res_model, activity.res_id))

    def test_reference_is_read_by_the_name_of_what_it_points_to(self):
        model = self.env[ACTIVITY]
        relation = relation_of(model, "res_id", sent={"res_model": PARTNER})
        self.assertEqual(self.partner.display_name, value_text(model, "res_id", self.partner.id, relation))

    def test_reference_follows_the_record_where_its_model_was_not_sent(self):
        activity = self.new_activity(self.partner, self.clerk)
        model = self.env[ACTIVITY].with_user(self.clerk)
        self.assertEqual(PARTNER, relation_of(model, "res_id", activity.id, {}))

    def test_reference_into_a_model_that_is_not_there_has_no_input(self):
        model = self.env[ACTIVITY]
        relation = relation_of(model, "res_id", sent={"res_model": "no.such.model"})
        self.assertIsNone(relation)
        spec = FieldSpec("res_id", "many2one_reference", model_field="res_model")
        self.assertFalse(for_input(model, spec, 7, relation))


class TestFinding(ReviewCase):
    """Work is looked up by what it is about."""

    def test_work_is_found_by_the_name_of_its_record(self):
        self.partner.name = "Zephyr Works"
        conflict = self.park()
        named = [("record_name", "ilike", "ZEPHYR")]
        self.assertEqual(conflict, conflict.search(named))
        self.assertEqual(conflict.operation_id, conflict.operation_id.search(named))
        self.assertFalse(conflict.search([("record_name", "ilike", "nobody is called so")]))

    def test_work_is_not_found_by_a_name_that_its_reader_may_not_see(self):
        """Proves I4."""
        self.partner.name = "Zephyr Works"
        conflict = self.park()
        self.assertTrue(conflict.search([("record_name", "=", "Zephyr Works")]))
        self.partner.sudo().company_id = self.env["res.company"].sudo().create({"name": "Elsewhere"})
        self.env.flush_all()
        self.assertFalse(conflict.search([("record_name", "=", "Zephyr Works")]))
