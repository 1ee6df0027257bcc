from .common import PARTNER, new_uid
from .test_blob_values import ATTACHMENT, BlobValueCase


class TestAttachments(BlobValueCase):
    """Files on records that the device holds."""

    def test_file_on_a_held_record_comes_with_its_hash(self):
        attachment = self.attach(self.partner)
        self.phone.sync()
        values = self.held(ATTACHMENT, attachment.id)["values"]
        self.assertEqual(
            ("a.bin", PARTNER, self.partner.id), (values["name"], values["res_model"], values["res_id"])
        )
        self.assertEqual(self.hash, values["raw"]["sha256"])
        self.assert_converged()

    def test_what_hangs_on_nothing_held_stays_away(self):
        """Proves I4."""
        stranger = self.env[PARTNER].create({"name": "Not in the profile"})
        kept_away = (
            self.attach(stranger)
            | self.attach(self.partner, res_model=False, res_id=False)
            | self.attach(self.partner, type="url", url="https://example.com", raw=False)
            | self.attach(self.partner, res_field="image_1920")
            | self.attach(self.env["offline.epoch"].browse(1))
        )
        old = self.attach(self.partner)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = now() - interval '91 days' WHERE id = %s", [old.id]
        )
        self.env.invalidate_all()
        self.phone.sync()
        self.assertFalse(set((kept_away | old).ids) & self.phone.held.get(ATTACHMENT, {}).keys())

    def test_file_leaves_with_its_record(self):
        attachment = self.attach(self.partner)
        self.phone.sync()
        self.partner.ref = "elsewhere"
        self.assertEqual({attachment.id: "scope"}, self.removes(self.phone.sync()[-1], ATTACHMENT))

    def test_device_attaches_a_file(self):
        """Proves I2. As its user, with Odoo's own rules."""
        uid = new_uid()
        values = {
            "name": "photo.bin", "res_model": PARTNER, "res_id": self.partner.id,
            "raw": {"sha256": self.send_blob(self.data)},
        }  # fmt: skip
        operation = self.phone.create(values, uid, entity=ATTACHMENT)
        self.assert_status("applied", self.phone.push_one(operation))
        self.phone.push_one(operation)
        attachment = self.by_uid(uid, ATTACHMENT)
        self.assertEqual((self.data, self.user), (attachment.raw, attachment.create_uid))
        self.assertEqual(
            1,
            self.env[ATTACHMENT].search_count([("name", "=", "photo.bin"), ("res_id", "=", self.partner.id)]),
        )
        self.assert_converged()

    def test_file_appears_when_its_blob_does(self):
        uid = new_uid()
        values = {
            "name": "photo.bin", "res_model": PARTNER, "res_id": self.partner.id, "raw": {"sha256": self.hash}
        }  # fmt: skip
        self.assert_status("applied", self.phone.push_one(self.phone.create(values, uid, entity=ATTACHMENT)))
        attachment = self.by_uid(uid, ATTACHMENT)
        self.phone.sync()
        self.assertIsNone(self.held(ATTACHMENT, attachment.id)["values"]["raw"])
        self.send_blob(self.data)
        self.env.invalidate_all()
        self.assertEqual(self.data, attachment.raw)
        self.phone.sync()
        self.assertEqual(self.hash, self.held(ATTACHMENT, attachment.id)["values"]["raw"]["sha256"])

    def test_file_on_a_record_that_the_user_may_not_write_is_refused(self):
        """Proves I4, I7."""
        self.refuse_to("write")
        values = {"name": "x", "res_model": PARTNER, "res_id": self.partner.id}
        receipt = self.phone.push_one(self.phone.create(values, entity=ATTACHMENT))
        self.assert_rejected(receipt, "access_denied")

    def test_file_cannot_be_moved_made_public_or_turned_into_a_link(self):
        """Proves I4."""
        for name, value in (("public", True), ("url", "/web"), ("type", "url"), ("res_field", "image_1920")):
            values = {"name": "x", "res_model": PARTNER, "res_id": self.partner.id, name: value}
            self.assert_rejected(
                self.phone.push_one(self.phone.create(values, entity=ATTACHMENT)), "field_unknown", name
            )
        attachment = self.attach(self.partner)
        operation = self.phone.update(attachment, {"name": "y"}, {"name": "a.bin"}, entity=ATTACHMENT)
        self.assert_rejected(self.phone.push_one(operation), "verb_unknown")

    def test_device_deletes_a_file(self):
        attachment = self.attach(self.partner)
        self.phone.sync()
        version = self.held(ATTACHMENT, attachment.id)["v"]
        operation = self.phone.delete(attachment, entity=ATTACHMENT, base_v=version)
        self.assert_status("applied", self.phone.push_one(operation))
        self.assertFalse(attachment.exists())
