import base64
import hashlib
import json
from pathlib import Path

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from odoo.addons.offline_base.tests.common import new_uid
from odoo.exceptions import AccessError
from odoo.tools.translate import code_translations

from ..models import offline_signature
from .common import ORDER, SaleCase

#: What the app's tests sign as well, and what comes of it.
VECTOR = Path(__file__).resolve().parents[3] / "tests" / "vectors" / "signature.json"
#: A picture of one dot.
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class TestSignature(SaleCase):
    """A customer's signature is evidence: of what they saw, on which device, and when."""

    def setUp(self):
        super().setUp()
        self.key = ECKey.generate_key("P-256")
        self.device.public_key = self.key.as_dict(private=False)
        self.order = self.quoted([{"product": self.desk.id, "quantity": 2}])

    def shown(self, **values):
        """What the customer saw: the quotation as it is, unless told otherwise."""
        return {
            "customer": "Azure Interior",
            "currency": self.order.currency_id.name,
            "lines": [
                {
                    "product": self.desk.id, "name": "Desk", "quantity": 2.0, "price_unit": 100.0,
                    "discount": 0.0, "price_total": 220.0,
                }
            ],
            "amount_untaxed": 200.0,
            "amount_tax": 20.0,
            "amount_total": 220.0,
            "payment_term": "",
            "terms": "",
            **values,
        }  # fmt: skip

    def signed(self, named, document=None, key=None, **changed):
        """The arguments of a signature, as a device makes them."""
        document = document or self.shown()
        told = {"name": "Ann Ray", "image": hashlib.sha256(DOT).hexdigest(), "at": "2026-11-21T10:00:00Z"}
        statement = {
            "purpose": "sale.order",
            "order": named,
            "document": hashlib.sha256(rfc8785.dumps(document)).hexdigest(),
            **told,
        }
        private = (key or self.key).private_key
        r, s = decode_dss_signature(private.sign(rfc8785.dumps(statement), ec.ECDSA(SHA256())))
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        signature = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return {**told, "document": document, "signature": signature, **changed}

    def named(self):
        return self.env["offline.identity"]._uids(ORDER, self.order.ids).get(self.order.id, self.order.id)

    def sign(self, *args, **changed):
        self.assert_status(
            "applied", self.work("sign", self.order, **self.signed(self.named(), *args, **changed))
        )
        return self.env["offline.signature"].search([("order_id", "=", self.order.id)], limit=1)

    def text(self, name):
        """A section or a note as it stands on the document."""
        line = self.shown()["lines"][0]
        numbers = dict.fromkeys(("quantity", "price_unit", "discount"), 0.0)
        return {**line, **numbers, "product": None, "name": name, "price_total": None}

    def test_clock_of_another_zone_tells_the_same_moment(self):
        told = {"name": "Ann Ray", "image": hashlib.sha256(DOT).hexdigest(), "document": self.shown()}
        self.assert_status(
            "applied", self.work("sign", self.order, **told, at="2026-11-21T11:00:00+01:00", signature=None)
        )
        self.assertEqual("2026-11-21 10:00:00", str(self.order.offline_signature_ids.device_at))

    def test_signature_that_the_device_signed_is_valid(self):
        evidence = self.sign()
        self.assertEqual(
            ("valid", True, "Ann Ray", self.device, self.seller, "2026-11-21 10:00:00", "2026-11-21 10:00:00"),
            (
                evidence.state, evidence.is_verified, evidence.signed_by, evidence.device_id, evidence.user_id,
                str(evidence.device_at), str(evidence.signed_at),
            ),
        )  # fmt: skip
        self.assertTrue(evidence.received_at)
        self.assertEqual(
            ("Ann Ray", evidence.signed_at, "valid"),
            (self.order.signed_by, self.order.signed_on, self.order.offline_signature_state),
        )
        waiting = self.env["offline.blob.use"].search(
            [("res_model", "=", ORDER), ("res_id", "=", self.order.id)]
        )
        self.assertEqual(("signature", "waiting"), (waiting.field_name, waiting.state))

    def test_order_that_changed_since_says_so_and_says_so_no_more_when_it_is_changed_back(self):
        evidence = self.sign()
        line = self.order.order_line
        for values in (
            {"product_uom_qty": 3},
            {"price_unit": 101},
            {"discount": 5},
            {"product_id": self.chair.id},
        ):
            before = {
                name: line[name] for name in ("product_id", "product_uom_qty", "price_unit", "discount")
            }
            before["product_id"] = before["product_id"].id
            with self.subTest(values):
                line.write(values)
                self.assertEqual("changed", evidence.state)
                line.write(before)
                self.assertEqual("valid", evidence.state)
        line.copy({"order_id": self.order.id})
        self.assertEqual("changed", evidence.state)

    def changes_and_back(self, evidence, record, values):
        """It says so while the record is another, and no more when it is changed back."""
        before = {name: record[name] for name in values}
        before = {name: getattr(value, "id", value) for name, value in before.items()}
        record.write(values)
        self.assertEqual("changed", evidence.state)
        record.write(before)
        self.assertEqual("valid", evidence.state, (evidence.as_signed, evidence._content(self.order)))

    def test_all_that_stands_on_the_document_is_compared(self):
        term = self.env["account.payment.term"].create({"name": "Half now"})
        self.order = self.quoted(
            [
                {"display_type": "line_section", "name": "Furniture"},
                {"product": self.desk.id, "quantity": 2},
                {"display_type": "line_note", "name": "By Friday"},
            ],
            self.new_lead("Whole", partner_id=self.partner.id),
            payment_term=term.id,
            validity_date="2026-12-01",
            note="Carried upstairs & assembled",
        )
        evidence = self.sign(
            self.shown(
                lines=[self.text("Furniture"), *self.shown()["lines"], self.text("By Friday")],
                payment_term="Half now",
                terms="Valid until 1 Dec 2026.\nCarried upstairs & assembled",
            )
        )
        self.assertEqual("valid", evidence.state)
        section, line, note = self.order.order_line
        for record, values in (
            # The customer's own terms come along; the customer alone is another.
            (self.order, {"partner_id": self.new_partner("Ready Mat").id, "payment_term_id": term.id}),
            (self.order, {"payment_term_id": self.env["account.payment.term"].create({"name": "Later"}).id}),
            (self.order, {"payment_term_id": False}),
            (self.order, {"note": "<p>Left at the door</p>"}),
            (self.order, {"validity_date": "2027-01-01"}),
            (line, {"product_uom_id": self.env.ref("uom.product_uom_pack_6").id, "price_unit": 100}),
            (line, {"name": "Desk, scratched"}),
            (section, {"name": "Carpets"}),
            (note, {"name": "By Monday"}),
            (section, {"sequence": 99}),
        ):
            with self.subTest(values):
                line.product_id.uom_ids = self.env.ref("uom.product_uom_pack_6")
                self.changes_and_back(evidence, record, values)
        note.unlink()
        self.assertEqual("changed", evidence.state)

    def test_order_that_was_another_before_the_signature_arrived_says_so(self):
        term = self.env["account.payment.term"].create({"name": "Half now"})
        self.order.write({"note": "<p>Left at <b>the door</b></p>", "payment_term_id": term.id})
        fits = {"payment_term": "Half now", "terms": "Left at the door"}
        self.assertEqual("valid", self.sign(self.shown(**fits)).state)
        for changed in (
            {"customer": "Ready Mat"},
            {"payment_term": ""},
            {"payment_term": "Later"},
            {"terms": ""},
            {"terms": "Carried upstairs"},
            {"lines": [self.text("By Friday"), *self.shown()["lines"]]},
        ):
            with self.subTest(changed):
                self.assertEqual("changed", self.sign(self.shown(**{**fits, **changed})).state)

    def test_signs_in_words_are_part_of_them(self):
        for saw, stands in (
            ("Discount 1.5 %", "Discount 15 %"),
            ("10 €", "10 %"),
            ("-5", "5"),
            ("Free delivery", ""),
            ("No free delivery", "free delivery"),
            ("", "Free delivery"),
        ):
            with self.subTest(saw=saw, stands=stands):
                self.order.note = stands
                self.assertEqual("changed", self.sign(self.shown(terms=saw)).state)
                self.order.note = saw
                evidence = self.sign(self.shown(terms=saw))
                self.assertEqual("valid", evidence.state)
                self.order.note = stands
                self.assertEqual("changed", evidence.state)

    def test_words_are_the_same_however_they_are_set(self):
        self.order.note = (
            "<ul><li>Left at <em>the</em> <b>door</b></li><li>A &amp; B</li></ul><p>10&nbsp;%</p>"
        )
        self.assertEqual("valid", self.sign(self.shown(terms="• Left at the door\n• A & B\n10 %")).state)

    def test_what_the_app_sets_around_the_words_is_none_of_them(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        before = ("Valid until Dec 1, 2026.", "Valable jusqu'au 1 déc. 2026.")
        after = offline_signature._AFTER
        self.order.write({"note": "By Friday", "validity_date": "2026-12-01"})
        for words, state in (
            *(([line, "By Friday", after], "valid") for line in before),
            (["By Friday", after], "valid"),
            ([after, "By Friday"], "changed"),
            (["Valid for ever.", "By Friday"], "changed"),
            ([before[0], "Free delivery", after], "changed"),
        ):
            with self.subTest(words):
                self.assertEqual(state, self.sign(self.shown(terms="\n".join(words))).state)
        self.order.validity_date = False
        self.assertEqual("changed", self.sign(self.shown(terms=f"{before[0]}\nBy Friday")).state)

    def test_what_the_app_sets_around_the_words_is_what_it_says(self):
        texts = code_translations.get_web_translations("offline_crm", "fr_FR")["messages"]
        for text in (offline_signature._BEFORE, offline_signature._AFTER):
            self.assertIn(text, [message["id"] for message in texts])

    def test_general_conditions_stand_where_the_customer_saw_no_words(self):
        self.env["ir.config_parameter"].sudo().set_param("account.use_invoice_terms", "True")
        self.env.company.write({"terms_type": "plain", "invoice_terms": "<p>Our conditions</p>"})
        self.order.note = "<p>Our conditions</p>"
        for terms, state in (("", "valid"), ("Our conditions", "valid"), ("Free delivery", "changed")):
            with self.subTest(terms):
                self.assertEqual(state, self.sign(self.shown(terms=terms)).state)

    def test_customer_who_was_merged_is_who_signed(self):
        evidence = self.sign()
        other = self.partner.copy({"name": self.partner.name, "email": self.partner.email})
        self.env["base.partner.merge.automatic.wizard"]._merge((self.partner | other).ids, other)
        self.env.invalidate_all()
        self.assertEqual(other, self.order.partner_id)
        self.order.order_line.product_uom_qty = 2
        evidence._compute_state()
        self.assertEqual("valid", evidence.state)

    def test_new_customer_who_is_linked_with_one_that_was_there_signs_under_the_name_that_they_saw(self):
        self.partner_line.duplicate_policy = "link"
        uid = new_uid()
        values = {"name": "Azure", "email": self.partner.email}
        receipt = self.phone.push_one(self.phone.create(values, uid, entity="res.partner"))
        self.assertEqual(self.partner.id, receipt["result"]["linked_to"], receipt)
        self.assertEqual("valid", self.sign(self.shown(customer="Azure")).state)
        self.assertEqual("changed", self.sign(self.shown(customer="Blue")).state)

    def test_down_payment_of_the_invoice_changes_nothing_of_it(self):
        evidence = self.sign()
        for values in (
            {"display_type": "line_section", "name": "Down Payments"},
            {"product_id": self.chair.id, "product_uom_qty": 0, "price_unit": 50},
        ):
            self.env["sale.order.line"].create({"order_id": self.order.id, "is_downpayment": True, **values})
        self.assertEqual("valid", evidence.state)

    def test_signatures_are_found_by_what_they_are_worth(self):
        evidence = self.sign()
        found = [("state", "=", "changed"), ("id", "=", evidence.id)]
        self.assertFalse(self.env["offline.signature"].search(found))
        self.order.note = "<p>Left at the door</p>"
        self.assertEqual(evidence, self.env["offline.signature"].search(found))
        self.order.order_line.product_uom_qty = 1
        self.order.note = False
        self.assertEqual(evidence, self.env["offline.signature"].with_user(self.seller).search(found))

    def test_signature_from_before_the_order_was_kept_is_judged_by_lines_and_total(self):
        evidence = self.sign()
        evidence.as_signed = False
        self.order.note = "<p>Left at the door</p>"
        self.assertEqual("valid", evidence.state)
        self.order.order_line.product_uom_qty = 1
        self.assertEqual("changed", evidence.state)

    def test_confirming_changes_nothing_of_it(self):
        evidence = self.sign()
        self.assert_status("applied", self.work("confirm", self.order))
        self.assertEqual("valid", evidence.state)

    def test_what_was_tampered_with_is_not_verified(self):
        """Proves I8: it is kept all the same."""
        other = ECKey.generate_key("P-256")
        good = self.signed(self.named())
        for name, args in {
            "another name": {**good, "name": "Bob"},
            "another picture": {**good, "image": "0" * 64},
            "another time": {**good, "at": "2026-11-21T11:00:00Z"},
            "another document": {**good, "document": self.shown(amount_total=2.0)},
            "another key": self.signed(self.named(), key=other),
            "another order": self.signed(new_uid()),
            "no signature": {**good, "signature": None},
        }.items():
            with self.subTest(name):
                self.assert_status("applied", self.work("sign", self.order, **args))
                self.assertEqual("unverified", self.order.offline_signature_ids[:1].state)
                self.assertEqual("unverified", self.order.offline_signature_state)

    def test_what_is_signed_is_what_the_vector_for_devices_says(self):
        vector = json.loads(VECTOR.read_text())
        self.assert_status("applied", self.work("sign", self.order, **vector["said"]))
        evidence = self.order.offline_signature_ids
        statement = {**vector["statement"], "order": self.named()}
        self.assertEqual((statement, statement["document"]), (evidence.statement, evidence.document_hash))
        self.assertEqual(vector["canonical"], rfc8785.dumps(vector["statement"]).decode())

    def test_device_without_a_key_proves_nothing(self):
        self.device.public_key = False
        self.assertEqual("unverified", self.sign().state)

    def test_document_that_never_was_the_orders_is_no_proof_of_it(self):
        for changed in ({"amount_total": 219.0}, {"currency": "XXX"}, {"lines": []}):
            with self.subTest(changed):
                self.assertEqual("changed", self.sign(self.shown(**changed)).state)

    def test_quotation_is_signed_where_it_is_made(self):
        uid = new_uid()
        lead = self.new_lead("Second", partner_id=self.partner.id)
        order = self.quoted(
            [{"product": self.desk.id, "quantity": 2}], lead, uid=uid, signature=self.signed(uid)
        )
        self.assertEqual("valid", order.offline_signature_ids.state)

    def test_signature_of_another_time_stays_when_the_order_is_opened_again(self):
        evidence = self.sign()
        self.order._action_cancel()
        self.assert_status("applied", self.work("reset_to_draft", self.order))
        self.assertFalse(self.order.signed_by)
        self.assertTrue(evidence.exists())

    def test_cancelled_quotation_is_not_signed(self):
        self.order._action_cancel()
        self.assert_refused(self.work("sign", self.order, **self.signed(self.named())), "cancelled meanwhile")

    def test_evidence_is_written_by_nobody_and_read_by_who_reads_the_order(self):
        """Proves I4."""
        evidence = self.sign()
        self.assertEqual("Ann Ray", evidence.with_user(self.seller).signed_by)
        self.assertFalse(evidence.with_user(self.mate).search([("id", "=", evidence.id)]))
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                evidence.with_user(user).write({"signed_by": "Bob"})
