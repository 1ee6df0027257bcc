import base64
import hashlib
import io
import os
from datetime import timedelta

from PIL import Image

from odoo import fields
from odoo.tests import HttpCase

from ..core.routes import PREFIX
from ..store import blobs
from .common import OfflineCase

TYPE = "application/offset+octet-stream"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def picture(width=640, height=480, kind="PNG"):
    """A picture with a content of its own."""
    image = Image.frombytes("RGB", (64, 48), os.urandom(64 * 48 * 3)).resize((width, height))
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


class BlobCase(OfflineCase, HttpCase):
    """A device that sends and reads blobs over HTTP."""

    def setUp(self):
        super().setUp()
        self.token = self.give_token(self.device)
        self.data = os.urandom(3000)
        self.hash = sha256(self.data)

    def give_token(self, device):
        device = device.with_user(1).sudo()
        _record, token = device.env["offline.token"]._issue(device)
        device.env.flush_all()
        return token

    def send(self, method, path, data=None, token=None, **headers):
        self.env.flush_all()
        named = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        named.setdefault("Tus-Resumable", "1.0.0")
        named["Authorization"] = f"Bearer {token or self.token}"
        answer = self.url_open(PREFIX + path, data=data, headers=named, method=method)
        self.env.invalidate_all()
        return answer

    def metadata(self, **pairs):
        return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())

    def begin(self, data=None, size=None, name="photo.bin", token=None, declared=None):
        data = self.data if data is None else data
        return self.send(
            "POST",
            "/blobs",
            token=token,
            Upload_Length=str(len(data) if size is None else size),
            Upload_Metadata=self.metadata(sha256=declared or sha256(data), filename=name),
        )

    def append(self, part, offset, declared=None, token=None, **headers):
        headers.setdefault("Content_Type", TYPE)
        path = f"/blobs/uploads/{declared or self.hash}"
        return self.send("PATCH", path, part, token=token, Upload_Offset=str(offset), **headers)

    def where(self, declared=None, token=None):
        return self.send("HEAD", f"/blobs/uploads/{declared or self.hash}", token=token)

    def read(self, declared=None, token=None, query="", **headers):
        return self.send("GET", f"/blobs/sha256/{declared or self.hash}{query}", token=token, **headers)

    def upload(self, data, name="photo.bin", token=None):
        self.assertEqual(201, self.begin(data, name=name, token=token).status_code)
        answer = self.append(data, 0, sha256(data), token=token)
        self.assertEqual(204, answer.status_code, answer.text)
        return sha256(data)

    def blobs(self, data=None, device=None):
        """The rows of a blob."""
        domain = [("sha256", "=", sha256(self.data if data is None else data))]
        return self.env["offline.blob"].search([*domain, ("device_id", "=", device.id)] if device else domain)

    def parts(self):
        self.env.cr.execute("SELECT count(*) FROM offline_blob_chunk")
        return self.env.cr.fetchone()[0]

    def assert_refused(self, answer, status, code, **members):
        self.assertEqual(status, answer.status_code, answer.text[:500])
        self.assertEqual("1.0.0", answer.headers["Tus-Resumable"])
        problem = answer.json()
        self.assertEqual(
            {"code": code, **members}, {name: problem[name] for name in ("code", *members)}, problem
        )


class TestUpload(BlobCase):
    """The tus 1.0.0 server."""

    def test_server_says_what_it_can_to_anybody(self):
        answer = self.url_open(PREFIX + "/blobs", method="OPTIONS")
        self.assertEqual(204, answer.status_code)
        self.assertEqual("1.0.0", answer.headers["Tus-Version"])
        self.assertEqual(
            {"creation", "checksum", "expiration"}, set(answer.headers["Tus-Extension"].split(","))
        )
        self.assertEqual("sha256,sha1", answer.headers["Tus-Checksum-Algorithm"])
        self.assertGreater(int(answer.headers["Tus-Max-Size"]), 0)

    def test_blob_arrives_in_parts_and_becomes_one_attachment(self):
        answer = self.begin()
        self.assertEqual((201, "0"), (answer.status_code, answer.headers["Upload-Offset"]))
        self.assertEqual(f"/offline/v1/blobs/uploads/{self.hash}", answer.headers["Location"])
        self.assertIn("GMT", answer.headers["Upload-Expires"])
        first = self.append(self.data[:1000], 0)
        self.assertEqual((204, "1000"), (first.status_code, first.headers["Upload-Offset"]))
        where = self.where()
        self.assertEqual(("1000", "3000"), (where.headers["Upload-Offset"], where.headers["Upload-Length"]))
        self.assertEqual("no-store", where.headers["Cache-Control"])
        last = self.append(self.data[1000:], 1000)
        self.assertEqual((204, "3000"), (last.status_code, last.headers["Upload-Offset"]))
        blob = self.blobs()
        self.assertEqual(("complete", self.data), (blob.state, blob.attachment_id.raw))
        self.assertEqual(0, self.parts())
        self.assertEqual("3000", self.where().headers["Upload-Offset"])

    def test_large_blob_is_put_together_in_order(self):
        data = os.urandom((5 << 20) + 17)
        self.upload(data)
        self.assertEqual(data, self.blobs(data).attachment_id.raw)

    def test_wrong_offset_is_told_the_right_one_and_changes_nothing(self):
        self.begin()
        self.append(self.data[:1000], 0)
        for offset in (0, 999, 1001, 3000):
            self.assert_refused(
                self.append(self.data[1000:1100], offset), 409, "blob_offset_wrong", offset=1000
            )
        self.assertEqual(1000, self.blobs().received)

    def test_offset_must_be_a_number(self):
        self.begin()
        for offset in ("-1", "x", "", "1e3", "9" * 30):
            self.assert_refused(self.append(b"x", offset), 400, "blob_request_invalid")

    def test_other_version_of_tus_is_refused(self):
        self.begin()
        for version in ("0.2.2", ""):
            answer = self.send("HEAD", f"/blobs/uploads/{self.hash}", Tus_Resumable=version)
            self.assertEqual((412, "1.0.0"), (answer.status_code, answer.headers["Tus-Version"]))

    def test_part_with_a_wrong_checksum_leaves_nothing(self):
        self.begin()
        checksum = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
        answer = self.append(self.data[:1000], 0, Upload_Checksum=f"sha256 {checksum}")
        self.assert_refused(answer, 460, "blob_checksum_wrong")
        self.assertEqual((0, 0), (self.blobs().received, self.parts()))
        checksum = base64.b64encode(hashlib.sha256(self.data[:1000]).digest()).decode()
        self.assertEqual(
            204, self.append(self.data[:1000], 0, Upload_Checksum=f"sha256 {checksum}").status_code
        )

    def test_unknown_checksum_algorithm_is_refused(self):
        self.begin()
        for value in ("md5 AAAA", "sha256 ####", "sha256", "sha256 AAAA"):
            self.assert_refused(self.append(b"x", 0, Upload_Checksum=value), 400, "blob_request_invalid")

    def test_forged_hash_is_refused_at_the_end_and_the_bytes_go(self):
        """Proves I4. Claiming a hash gives nothing to who does not have the bytes."""
        self.begin(declared=sha256(b"somebody's secret"), size=3000)
        forged = sha256(b"somebody's secret")
        self.assert_refused(self.append(self.data, 0, forged), 460, "blob_hash_wrong")
        self.assertFalse(self.env["offline.blob"].search([("sha256", "=", forged)]))
        self.assertEqual(0, self.parts())
        self.assert_refused(self.read(forged), 404, "blob_unknown")

    def test_more_bytes_than_declared_are_refused(self):
        self.begin(size=100)
        self.assert_refused(self.append(self.data, 0), 413, "limit_exceeded", limit={"upload_length": 100})
        self.assertEqual(0, self.parts())

    def test_empty_blob_is_complete_at_once(self):
        answer = self.begin(b"")
        self.assertEqual((201, "0"), (answer.status_code, answer.headers["Upload-Offset"]))
        self.assertEqual("complete", self.blobs(b"").state)

    def test_empty_blob_with_another_hash_is_refused(self):
        self.assert_refused(self.begin(b"", declared=self.hash), 460, "blob_hash_wrong")
        self.assertFalse(self.blobs())

    def test_lost_answer_of_a_creation_is_asked_for_again(self):
        """Proves I2. The same bytes of the same device are one upload."""
        self.begin()
        self.append(self.data[:1000], 0)
        again = self.begin()
        self.assertEqual((201, "1000"), (again.status_code, again.headers["Upload-Offset"]))
        self.assertEqual(1, len(self.blobs()))

    def test_another_size_of_the_same_bytes_begins_anew(self):
        self.begin(size=10)
        self.append(self.data[:5], 0)
        self.assertEqual("0", self.begin().headers["Upload-Offset"])
        self.assertEqual(204, self.append(self.data, 0).status_code)

    def test_device_sends_the_same_bytes_once(self):
        self.upload(self.data)
        answer = self.begin()
        self.assertEqual((201, "3000"), (answer.status_code, answer.headers["Upload-Offset"]))
        self.assert_refused(self.append(self.data, 0), 409, "blob_offset_wrong")
        self.assertEqual(204, self.append(b"", 3000).status_code, "nothing is left, and nothing is sent")
        self.assert_refused(self.append(b"x", 3000), 413, "limit_exceeded")

    def test_uploads_of_another_device_are_not_there(self):
        """Proves I4."""
        other = self.give_token(self.enrol(self.colleague))
        self.begin()
        self.append(self.data[:1000], 0)
        self.assert_refused(self.append(self.data[1000:], 1000, token=other), 404, "blob_unknown")
        self.assertEqual(404, self.where(token=other).status_code)
        self.append(self.data[1000:], 1000)
        self.assertEqual(
            "0", self.begin(token=other).headers["Upload-Offset"], "who lacks the bytes sends them"
        )
        self.assert_refused(self.read(token=other), 404, "blob_unknown")

    def test_what_the_user_may_read_need_not_be_sent(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "a", "raw": self.data, "res_model": "res.partner", "res_id": self.partner.id}
        )
        self.env["offline.blob.hash"]._remember(attachment.checksum, self.hash, len(self.data))
        self.assertEqual("3000", self.begin().headers["Upload-Offset"])
        attachment.write({"res_model": "offline.epoch", "res_id": 1})
        self.assertEqual("0", self.begin().headers["Upload-Offset"], "unreadable looks like missing")

    def test_too_large_a_blob_is_refused_at_once(self):
        answer = self.begin(size=(50 << 20) + 1)
        self.assert_refused(answer, 413, "limit_exceeded", limit={"blob_bytes": 50 << 20})
        self.assert_refused(self.begin(size=10**14), 413, "limit_exceeded")
        self.assert_refused(self.begin(size=10**40), 400, "blob_request_invalid")
        self.assert_refused(self.begin(size=-1), 400, "blob_request_invalid")
        self.assertFalse(self.blobs())

    def test_unfinished_uploads_of_a_device_are_limited(self):
        self.patch(blobs, "UNFINISHED_BYTES", 2 << 20)
        for number in range(2):
            self.assertEqual(201, self.begin(declared=f"{number:064x}", size=1 << 20).status_code)
        answer = self.begin()
        self.assert_refused(answer, 413, "limit_exceeded", limit={"unfinished_bytes": 2 << 20})
        self.patch(blobs, "_UNFINISHED_MAX", 2)
        self.assert_refused(self.begin(), 413, "limit_exceeded", limit={"unfinished_blobs": 2})

    def test_junk_in_metadata_is_refused(self):
        good = base64.b64encode(self.hash.encode()).decode()
        for text in (
            "", "sha256", f"sha256 {good[:-3]}#", "sha256 /w==", f"sha256 {good},sha256 {good}",
            self.metadata(sha256="../../etc/passwd"), self.metadata(sha256=self.hash.upper()), "x" * 5000,
        ):  # fmt: skip
            with self.subTest(text[:40]):
                answer = self.send("POST", "/blobs", Upload_Length="3", Upload_Metadata=text)
                self.assert_refused(answer, 400, "blob_request_invalid")

    def test_name_of_a_file_leads_nowhere(self):
        self.upload(self.data, name="../../../etc/cron.d/x\x00.png")
        self.assertEqual("etc cron.d x .png", self.blobs().attachment_id.name)

    def test_path_tricks_find_nothing(self):
        for path in ("..%2f..%2fetc%2fpasswd", "%2e%2e", "%00", "x/y"):
            self.assertEqual(404, self.read(path).status_code)
        for path in ("0" * 63, "0" * 65, "G" * 64, "A" * 64):
            self.assert_refused(self.read(path), 404, "blob_unknown")

    def test_compressed_parts_are_refused(self):
        """A bomb is not even unfolded."""
        self.begin()
        answer = self.append(self.data, 0, Content_Encoding="gzip")
        self.assert_refused(answer, 415, "blob_type_unsupported")
        self.assert_refused(self.append(self.data, 0, Content_Type="image/png"), 415, "blob_type_unsupported")

    def test_page_is_never_served_as_one(self):
        page = b"<html><script>alert(1)</script></html>"
        self.upload(page, name="page.html")
        answer = self.read(sha256(page))
        self.assertEqual(page, answer.content)
        self.assertEqual("application/octet-stream", answer.headers["Content-Type"])
        self.assertEqual("nosniff", answer.headers["X-Content-Type-Options"])
        self.assertEqual("attachment", answer.headers["Content-Disposition"])
        self.assertNotIn("html", self.blobs(page).attachment_id.mimetype)

    def test_without_a_token_nothing_goes(self):
        for method, path in (
            ("POST", "/blobs"),
            ("HEAD", f"/blobs/uploads/{self.hash}"),
            ("PATCH", f"/blobs/uploads/{self.hash}"),
            ("GET", f"/blobs/sha256/{self.hash}"),
        ):
            with self.subTest(method):
                answer = self.url_open(PREFIX + path, headers={"Tus-Resumable": "1.0.0"}, method=method)
                self.assertEqual(401, answer.status_code)

    def test_revoked_device_sends_nothing(self):
        self.device.action_revoke()
        self.assert_refused(self.begin(), 403, "device_revoked")

    def test_unfinished_upload_is_given_up_after_a_week_and_can_begin_anew(self):
        self.begin()
        self.append(self.data[:1000], 0)
        self.env["offline.blob"]._gc_blobs()
        self.assertEqual(1000, self.blobs().received, "not yet")
        self.blobs().expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env["offline.blob"]._gc_blobs()
        self.assertEqual(("given_up", 0), (self.blobs().state, self.parts()))
        self.assertEqual(404, self.where().status_code)
        self.upload(self.data)
        self.assertEqual("complete", self.blobs().state)

    def test_blob_that_came_long_ago_goes_with_its_file(self):
        self.upload(self.data)
        attachment = self.blobs().attachment_id
        self.env["offline.blob"]._gc_blobs()
        self.assertTrue(attachment.exists())
        self.blobs().completed_at = fields.Datetime.now() - timedelta(days=31)
        self.env["offline.blob"]._gc_blobs()
        self.assertFalse(self.blobs() or attachment.exists())

    def test_device_takes_its_blobs_along_when_it_is_deleted(self):
        device = self.enrol(self.colleague)
        self.upload(self.data, token=self.give_token(device))
        attachment = self.blobs().attachment_id
        device.unlink()
        self.assertFalse(attachment.exists())

    def test_people_see_their_own_blobs_and_the_office_all(self):
        """Proves I4."""
        self.upload(self.data)
        blob = self.blobs()
        self.assertEqual(blob, self.env["offline.blob"].with_user(self.user).search([]))
        self.assertFalse(self.env["offline.blob"].with_user(self.colleague).search([]))
        self.assertIn(blob, self.env["offline.blob"].with_user(self.reviewer).search([]))
        device = self.device.with_user(self.reviewer)
        self.assertEqual(1, device.blob_count)
        self.assertEqual(blob, blob.search(device.action_open_blobs()["domain"]))
        self.assertEqual(("photo.bin", 100.0), (blob.display_name, blob.progress))
