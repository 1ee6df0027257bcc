import base64
import io

from PIL import Image

from .test_blobs import BlobCase, picture, sha256


class TestDownload(BlobCase):
    """Bytes that the user may read now."""

    def attach(self, record, data=None, **values):
        data = self.data if data is None else data
        attachment = self.env["ir.attachment"].create(
            {"name": "a.bin", "raw": data, "res_model": record._name, "res_id": record.id, **values}
        )
        self.env["offline.blob.hash"]._remember(attachment.checksum, sha256(data), len(data))
        return attachment

    def test_attachment_of_a_record_that_the_user_may_read_is_served(self):
        self.attach(self.partner)
        answer = self.read()
        self.assertEqual((200, self.data), (answer.status_code, answer.content))

    def test_unreadable_and_missing_look_alike(self):
        """Proves I4."""
        missing = self.read(sha256(b"nowhere"))
        attachment = self.attach(self.partner)
        attachment.write({"res_model": "offline.epoch", "res_id": 1})
        unreadable = self.read()
        self.assertEqual((404, missing.content), (unreadable.status_code, unreadable.content))

    def test_private_attachment_of_somebody_else_is_not_served(self):
        """Proves I4."""
        self.attach(self.partner, res_model=False, res_id=False)
        self.assert_refused(self.read(), 404, "blob_unknown")

    def test_right_that_was_taken_away_counts_at_once(self):
        """Proves I4."""
        self.attach(self.partner)
        self.assertEqual(200, self.read().status_code)
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {self.partner.id})]",
                "groups": [(4, self.env.ref("base.group_user").id)],
            }
        )
        self.assert_refused(self.read(), 404, "blob_unknown")

    def test_content_of_a_field_follows_record_and_field(self):
        """Proves I4."""
        data = picture(1600, 1200)
        self.partner.image_1920 = base64.b64encode(data)
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_field", "=", "image_1920"),
                ("res_id", "=", self.partner.id),
            ]
        )
        self.env["offline.blob.hash"]._remember(
            attachment.checksum, sha256(attachment.raw), len(attachment.raw)
        )
        named = sha256(attachment.raw)
        self.assertEqual(200, self.read(named).status_code)
        self.hide_field("image_1920")
        self.assert_refused(self.read(named), 404, "blob_unknown")

    def test_own_blob_is_served_to_its_device(self):
        self.upload(self.data)
        self.assertEqual(self.data, self.read().content)

    def test_part_of_a_blob_is_served(self):
        self.upload(self.data)
        answer = self.read(Range="bytes=10-19")
        self.assertEqual((206, self.data[10:20]), (answer.status_code, answer.content))
        self.assertEqual("bytes 10-19/3000", answer.headers["Content-Range"])
        self.assert_refused(self.read(Range="bytes=4000-"), 416, "blob_range_invalid")

    def test_what_the_device_has_is_not_sent_again(self):
        self.upload(self.data)
        etag = self.read().headers["ETag"]
        answer = self.read(If_None_Match=etag)
        self.assertEqual((304, b""), (answer.status_code, answer.content))

    def test_small_picture_is_made_on_demand(self):
        data = picture(2000, 1000)
        named = self.upload(data)
        answer = self.read(named, query="?size=256")
        self.assertEqual("image/png", answer.headers["Content-Type"])
        with Image.open(io.BytesIO(answer.content)) as small:
            self.assertEqual((256, 128), small.size)
        self.assertNotEqual(answer.headers["ETag"], self.read(named).headers["ETag"])

    def test_small_picture_of_something_else_is_refused(self):
        named = self.upload(b"%PDF-1.4 no picture at all")
        self.assert_refused(self.read(named, query="?size=256"), 422, "blob_no_picture")
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
        self.assert_refused(self.read(self.upload(svg), query="?size=256"), 422, "blob_no_picture")

    def test_sizes_are_few(self):
        named = self.upload(picture())
        for size in ("100000", "0", "-1", "x", ""):
            self.assert_refused(self.read(named, query=f"?size={size}"), 400, "blob_request_invalid")

    def test_picture_that_unfolds_to_gigabytes_is_not_opened(self):
        data = io.BytesIO()
        Image.new("1", (20000, 20000)).save(data, "PNG")
        named = self.upload(data.getvalue())
        self.assertLess(len(data.getvalue()), 100_000)
        self.assert_refused(self.read(named, query="?size=256"), 422, "blob_no_picture")
