import base64
import hashlib
import io
import os
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from ..core import tus
from ..store import blob_reading
from ..store.blobs import Blobs
from .common import PARTNER, Phone, PushCase, new_uid
from .test_blobs import picture

MESSAGE = "mail.message"
ATTACHMENT = "ir.attachment"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class BlobValueCase(PushCase):
    """A device that also holds messages and files, and sends blobs without HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile.entity_ids = [
            Command.create({"entity": MESSAGE}),
            Command.create({"entity": ATTACHMENT}),
        ]

    def setUp(self):
        super().setUp()
        self.data = os.urandom(500)
        self.hash = sha256(self.data)

    def send_blob(self, data, phone=None):
        """Upload a blob as the phone."""
        device = (phone or self.phone).device
        blobs = Blobs(device)
        blobs.begin(tus.Creation(sha256(data), len(data), "photo.bin", ""))
        blobs.append(sha256(data), 0, io.BytesIO(data))
        self.env.flush_all()
        return sha256(data)

    def value(self, data, mimetype):
        return {"sha256": sha256(data), "size": len(data), "type": mimetype}

    def attach(self, record, data=None, **values):
        data = self.data if data is None else data
        return self.env[ATTACHMENT].create(
            {"name": "a.bin", "raw": data, "res_model": record._name, "res_id": record.id, **values}
        )

    def held(self, entity, record_id):
        return self.phone.held.get(entity, {}).get(record_id)


class TestFields(BlobValueCase):
    """Files and pictures as values."""

    def test_picture_travels_as_its_hash(self):
        data = picture(300, 200)
        self.partner.image_1920 = base64.b64encode(data)
        self.phone.sync()
        found = self.held(PARTNER, self.partner.id)["values"]["image_1920"]
        self.assertEqual(self.value(data, "image/png"), found)

    def test_record_without_a_picture_says_null(self):
        self.phone.sync()
        self.assertIsNone(self.held(PARTNER, self.partner.id)["values"]["image_1920"])

    def test_hash_is_computed_once_and_kept(self):
        self.partner.image_1920 = base64.b64encode(picture(300, 200))
        self.env.flush_all()
        self.versions()
        with self.recorded_queries() as queries:
            self.versions()
        self.assertFalse([query for query in queries if "INSERT INTO offline_blob_hash" in query])

    def test_changed_and_removed_picture_reaches_the_device(self):
        """Proves I1. The record's own row does not change."""
        self.phone.sync()
        self.settle()
        for data in (picture(), picture(), None):
            self.partner.image_1920 = data and base64.b64encode(data)
            self.assertIn((self.partner.id, "u"), self.logged(PARTNER))
            self.phone.sync()
            found = self.held(PARTNER, self.partner.id)["values"]["image_1920"]
            self.assertEqual(data and sha256(data), found and found["sha256"])
            self.settle()

    def test_file_of_a_record_sends_the_record_not_again(self):
        self.phone.sync()
        self.settle()
        self.attach(self.partner)
        self.assertNotIn(self.partner.id, self.upserts(self.phone.sync()[-1]))

    def test_field_that_may_not_be_read_does_not_travel(self):
        """Proves I4."""
        self.partner.image_1920 = base64.b64encode(picture())
        self.hide_field("image_1920")
        self.phone.sync()
        self.assertNotIn("image_1920", self.held(PARTNER, self.partner.id)["values"])

    def test_device_writes_a_picture_whose_bytes_are_there(self):
        data = picture()
        named = self.send_blob(data)
        receipt = self.phone.push_one(self.phone.update(self.partner, {"image_1920": {"sha256": named}}))
        self.assert_status("applied", receipt)
        self.assertEqual(data, base64.b64decode(self.partner.image_1920))
        self.phone.sync()
        self.assert_converged()

    def test_operation_may_come_before_its_bytes(self):
        """The operation applies at once; the picture appears when the blob does."""
        data = picture()
        values = {"image_1920": {"sha256": sha256(data)}, "phone": "1"}
        receipt = self.phone.push_one(self.phone.update(self.partner, values))
        self.assert_status("applied", receipt)
        self.assertEqual("1", self.partner.phone)
        use = self.env["offline.blob.use"].search([("sha256", "=", sha256(data))])
        self.assertEqual(("waiting", self.partner.id), (use.state, use.res_id))
        self.send_blob(data)
        self.env.invalidate_all()
        self.assertEqual(("filled", data), (use.state, base64.b64decode(self.partner.image_1920)))
        self.assert_converged()

    def test_hash_of_somebody_elses_bytes_brings_nothing(self):
        """Proves I4. Naming a hash is no way to bytes that one does not have."""
        other = Phone(self.enrol(self.colleague))
        data = picture()
        named = self.send_blob(data, other)
        self.assert_status(
            "applied",
            self.phone.push_one(self.phone.update(self.partner, {"image_1920": {"sha256": named}})),
        )
        self.assertFalse(self.partner.image_1920)
        use = self.env["offline.blob.use"].search([("sha256", "=", named)])
        self.assertEqual("waiting", use.state)

    def test_later_change_of_the_field_wins_over_a_blob_that_is_late(self):
        late, last = picture(), picture()
        self.phone.push(
            self.phone.update(self.partner, {"image_1920": {"sha256": sha256(late)}}),
            self.phone.update(self.partner, {"image_1920": {"sha256": self.send_blob(last)}}),
        )
        self.send_blob(late)
        self.env.invalidate_all()
        self.assertEqual(last, base64.b64decode(self.partner.image_1920))

    def test_blob_that_comes_when_the_user_may_not_write_any_more_is_refused_and_shown(self):
        """Proves I4, I7, I8."""
        data = picture()
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        self.refuse_to("write")
        self.send_blob(data)
        self.env.invalidate_all()
        use = self.env["offline.blob.use"].search([("sha256", "=", sha256(data))])
        self.assertEqual("refused", use.state)
        self.assertTrue(use.message)
        self.assertFalse(self.partner.image_1920)

    def test_blob_whose_record_the_user_may_not_write_is_refused_before_its_bytes_come(self):
        """Proves I4, I7. Else a reviewer who tries again would write what its person never might."""
        self.refuse_to("write", self.user)
        data = picture()
        receipt = self.phone.push_one(
            self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}})
        )
        self.assert_rejected(receipt, "access_denied")
        self.assertFalse(self.env["offline.blob.use"].search([("sha256", "=", sha256(data))]))

    def test_refused_blob_is_tried_again_by_a_reviewer(self):
        data = picture()
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        self.refuse_to("write")
        self.send_blob(data)
        self.env["ir.rule"].search([("name", "=", "Not this one")]).unlink()
        use = self.env["offline.blob.use"].search([("sha256", "=", sha256(data))])
        use.with_user(self.reviewer).action_retry()
        self.env.invalidate_all()
        self.assertEqual(("filled", data), (use.state, base64.b64decode(self.partner.image_1920)))

    def test_reviewer_fills_with_rights_of_their_own_what_the_user_may_not_write_any_more(self):
        """Proves I7, I8. Without it a photo whose job was handed on meanwhile could not be finished by anybody."""
        data = picture()
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        self.refuse_to("write", self.user)
        self.send_blob(data)
        use = self.env["offline.blob.use"].search([("sha256", "=", sha256(data))])
        self.assertEqual("refused", use.state)
        use.with_user(self.reviewer).action_retry()
        self.assertEqual("refused", use.state, "the reviewer may not write it either")
        self.reviewer.group_ids += self.env.ref("base.group_partner_manager")
        use.with_user(self.reviewer).action_retry()
        self.env.invalidate_all()
        self.assertEqual(("filled", data), (use.state, base64.b64decode(self.partner.image_1920)))
        self.assertEqual(self.reviewer, self.partner.write_uid)

    def test_what_is_no_picture_is_refused_by_odoo_and_stops_nothing(self):
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": self.hash}}))
        self.send_blob(self.data)
        use = self.env["offline.blob.use"].search([("sha256", "=", self.hash)])
        self.assertEqual("refused", use.state)

    def test_blob_that_never_comes_stays_in_sight(self):
        """Proves I8."""
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": self.hash}}))
        Blobs(self.phone.device).begin(tus.Creation(self.hash, 500, "photo.bin", ""))
        blob = self.env["offline.blob"].search([("sha256", "=", self.hash)])
        blob.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        self.env.cr.execute("UPDATE offline_blob_use SET create_date = now() - interval '8 days'")
        self.env["offline.blob"]._gc_blobs()
        use = self.env["offline.blob.use"].search([("sha256", "=", self.hash)])
        self.assertEqual(("given_up", "given_up"), (blob.state, use.state))

    def test_blob_that_comes_too_late_is_used_all_the_same(self):
        """Proves I8. Giving up forgets nothing."""
        data = picture()
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        use = self.env["offline.blob.use"].search([("sha256", "=", sha256(data))])
        use.state = "given_up"
        self.send_blob(data)
        self.env.invalidate_all()
        self.assertEqual(("filled", data), (use.state, base64.b64decode(self.partner.image_1920)))

    def test_blob_of_a_device_that_enrolled_again_fills_what_waits(self):
        """Proves I8. The same person, another device."""
        data = picture()
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        self.send_blob(data, Phone(self.enrol(self.user)))
        self.env.invalidate_all()
        self.assertEqual(data, base64.b64decode(self.partner.image_1920))

    def test_blob_that_another_device_of_the_user_sent_is_used_at_once_and_not_sent_again(self):
        """Proves I8. A phone was lost; its successor names what it had sent."""
        data = picture()
        self.send_blob(data, Phone(self.enrol(self.user)))
        begun = Blobs(self.phone.device).begin(tus.Creation(sha256(data), len(data), "", ""))
        self.assertEqual((len(data), len(data)), (begun.size, begun.received))
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        self.assertEqual(data, base64.b64decode(self.partner.image_1920))

    def test_blob_that_is_named_half_way_fills_its_field_with_its_last_part(self):
        data = picture()
        blobs = Blobs(self.phone.device)
        blob = blobs.begin(tus.Creation(sha256(data), len(data), "half.png", ""))
        blobs.append(sha256(data), 0, io.BytesIO(data[:100]))
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        self.assertEqual("waiting", blob.use_ids.state)
        self.assertFalse(self.partner.image_1920)
        blobs.append(sha256(data), 100, io.BytesIO(data[100:]))
        self.env.invalidate_all()
        self.assertEqual(("filled", data), (blob.use_ids.state, base64.b64decode(self.partner.image_1920)))
        self.assert_converged()

    def test_blob_fills_every_field_that_names_it(self):
        """Proves I2. The same bytes came once."""
        data = picture()
        partners = self.partner | self.env["res.partner"].create({"name": "Second", "ref": self.partner.ref})
        self.phone.sync()
        self.phone.push(
            *(self.phone.update(one, {"image_1920": {"sha256": sha256(data)}}) for one in partners)
        )
        self.send_blob(data)
        self.env.invalidate_all()
        self.assertEqual([data] * 2, [base64.b64decode(one.image_1920) for one in partners])

    def test_picture_that_odoo_makes_smaller_is_named_by_what_it_became(self):
        """Proves I6. The device sent another hash than the record names from then on."""
        data = picture(2400, 1800)
        self.send_blob(data)
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        self.phone.sync()
        shown = self.held("res.partner", self.partner.id)["values"]["image_1920"]
        kept = base64.b64decode(self.partner.image_1920)
        self.assertNotEqual(data, kept)
        self.assertEqual((sha256(kept), len(kept)), (shown["sha256"], shown["size"]))
        self.assert_converged()

    def test_file_that_is_gone_from_a_complete_blob_is_sent_again(self):
        """Proves I8. Somebody deleted the attachment that the bytes were kept in."""
        data = picture()
        self.send_blob(data)
        self.env["offline.blob"].search([("sha256", "=", sha256(data))]).attachment_id.unlink()
        self.phone.push(self.phone.update(self.partner, {"image_1920": {"sha256": sha256(data)}}))
        self.assertFalse(self.partner.image_1920)
        self.send_blob(data)
        self.env.invalidate_all()
        self.assertEqual(data, base64.b64decode(self.partner.image_1920))

    def test_values_that_name_no_hash_are_rejected(self):
        for value in ({"sha256": "x"}, {}, "aGVsbG8=", {"sha256": self.hash, "url": "file:///etc/passwd"}, 7):
            partner = self.new_partner("Another")
            receipt = self.phone.push_one(self.phone.update(partner, {"image_1920": value}))
            self.assert_rejected(receipt, "value_invalid", "image_1920")


class TestMessages(BlobValueCase):
    """Notes and comments on records that the device holds."""

    def test_note_on_a_held_record_comes_and_log_lines_do_not(self):
        note = self.partner.message_post(
            body="Ring twice", message_type="comment", subtype_xmlid="mail.mt_note"
        )
        log = self.partner._message_log(body="Something changed")
        self.phone.sync()
        values = self.held(MESSAGE, note.id)["values"]
        self.assertIn("Ring twice", values["body"])
        self.assertEqual((PARTNER, self.partner.id), (values["model"], values["res_id"]))
        self.assertIsNone(self.held(MESSAGE, log.id))
        self.assert_converged()

    def test_message_on_a_record_that_is_not_held_stays_away(self):
        """Proves I4."""
        stranger = self.env[PARTNER].create({"name": "Not in the profile"})
        message = stranger.message_post(body="Elsewhere", message_type="comment")
        self.phone.sync()
        self.assertIsNone(self.held(MESSAGE, message.id))

    def test_old_message_stays_away(self):
        message = self.partner.message_post(body="Long ago", message_type="comment")
        message.date = fields.Datetime.now() - timedelta(days=91)
        self.phone.sync()
        self.assertIsNone(self.held(MESSAGE, message.id))

    def test_device_posts_a_note_with_a_file_in_one_push(self):
        """Proves I2, I7. By Odoo's own method, as the user."""
        file_uid, uid = new_uid(), new_uid()
        file = {
            "name": "photo.bin", "res_model": PARTNER, "res_id": self.partner.id,
            "raw": {"sha256": self.send_blob(self.data)},
        }  # fmt: skip
        note = {
            "model": PARTNER, "res_id": self.partner.id,
            "body": "<p>Meter read</p><script>alert(1)</script>", "attachment_ids": [{"uid": file_uid}],
        }  # fmt: skip
        operations = [
            self.phone.create(file, file_uid, entity=ATTACHMENT),
            self.phone.create(note, uid, entity=MESSAGE),
        ]
        self.assertEqual(["applied"] * 2, [r["status"] for r in self.phone.push(*operations)])
        self.phone.push(*operations)
        message = self.by_uid(uid, MESSAGE)
        self.assertEqual("<p>Meter read</p>", str(message.body))
        self.assertEqual(
            (self.user.partner_id, self.env.ref("mail.mt_note"), self.data),
            (message.author_id, message.subtype_id, message.attachment_ids.raw),
        )
        self.assertEqual(1, self.env[MESSAGE].search_count([("body", "like", "Meter read")]))
        self.assert_converged()

    def test_note_on_a_record_that_the_user_may_not_write_is_refused(self):
        """Proves I4, I7."""
        self.refuse_to("write")
        values = {"model": PARTNER, "res_id": self.partner.id, "body": "x"}
        receipt = self.phone.push_one(self.phone.create(values, entity=MESSAGE))
        self.assert_rejected(receipt, "access_denied")

    def test_note_on_what_has_no_chatter_is_refused(self):
        values = {
            "model": "mail.activity",
            "res_id": self.new_activity(self.partner, self.user).id,
            "body": "x",
        }
        receipt = self.phone.push_one(self.phone.create(values, entity=MESSAGE))
        self.assert_rejected(receipt, "validation_failed")

    def test_author_and_kind_of_a_message_are_not_the_devices_to_say(self):
        """Proves I4."""
        values = {"model": PARTNER, "res_id": self.partner.id, "body": "x"}
        for name, value in (
            ("author_id", 1),
            ("message_type", "email"),
            ("subtype_id", 1),
            ("is_internal", False),
        ):
            receipt = self.phone.push_one(self.phone.create({**values, name: value}, entity=MESSAGE))
            self.assert_rejected(receipt, "field_read_only", name)

    def test_messages_cannot_be_changed_or_deleted(self):
        first, second = (self.partner.message_post(body="Ring twice") for _number in range(2))
        update = self.phone.update(first, {"body": "x"}, entity=MESSAGE)
        self.assert_rejected(self.phone.push_one(update), "verb_unknown")
        self.assert_rejected(self.phone.push_one(self.phone.delete(second, entity=MESSAGE)), "verb_unknown")


class TestReading(BlobValueCase):
    """Which attachment gives the bytes."""

    def test_bytes_shown_to_a_device_can_be_fetched(self):
        self.attach(self.partner)
        self.assertIsNone(blob_reading.data(self.phone.device, self.hash), "no device was shown it yet")
        self.phone.sync()
        self.assertEqual(self.data, blob_reading.data(self.phone.device, self.hash))
