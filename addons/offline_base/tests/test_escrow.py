import base64
import hashlib
import io
import json

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe
from joserfc.jwk import ECKey

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from ..core import tus
from ..models import offline_escrow
from ..store.blobs import Blobs
from .common import MARK, OfflineCase, PushCase, new_uid
from .test_blobs import picture


def sign(key, content):
    """As a device signs: ES256 over canonical JSON."""
    der = key.private_key.sign(rfc8785.dumps(content), ec.ECDSA(SHA256()))
    raw = b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class KeyCase(OfflineCase):
    """The device has a key."""

    def setUp(self):
        super().setUp()
        self.key = ECKey.generate_key("P-256")
        self.device.public_key = self.key.as_dict(private=False)
        self.devices = self.device.env["offline.device"].with_user(1).sudo()


class TestEscrow(KeyCase, PushCase):
    """Sealed work: kept whatever it is, replayed once."""

    def setUp(self):
        super().setUp()
        self.boxes = self.devices.env["offline.escrow"]

    def seal(self, *operations, device=None, key=None, **changed):
        content = {"device": (device or self.device).uid, "epoch": None, "made_at": "2026-11-21T10:00:00Z"}
        content |= {"operations": list(operations)} | changed
        envelope = {"content": content, "signature": sign(key or self.key, content)}
        public = {n: v for n, v in self.boxes._public_key().items() if n != "kid"}
        header = {"alg": "ECDH-ES", "enc": "A256GCM"}
        return jwe.encrypt_compact(header, json.dumps(envelope).encode(), ECKey.import_key(public))

    def sent(self, *operations, **options):
        return self.boxes._receive(self.seal(*operations, **options), self.device)

    def imported(self, sealed):
        wizard = self.env["offline.escrow.import"].with_user(self.manager)
        wizard = wizard.create({"file": base64.b64encode(sealed.encode()), "filename": "work.jwe"})
        return self.boxes.browse(wizard.action_import()["res_id"])

    def replay(self, box):
        box.with_user(self.manager).action_replay()

    def named(self, name):
        return self.env["res.partner"].search_count([("name", "=", name), ("ref", "=", MARK)])

    def test_operations_count_once_wherever_they_arrive_first(self):
        """Proves I2. The office replays the box; then the phone comes back with the same work."""
        delivered, lost, more = (self.phone.create({"name": n, "ref": MARK}) for n in ("A", "B", "C"))
        self.phone.push(delivered)
        box = self.imported(self.seal(delivered, lost, more))
        self.assertEqual((self.device, "waiting", 2), (box.device_id, box.state, box.operation_count))
        self.replay(box)
        self.assertEqual(("replayed", 0), (box.state, box.operation_count))
        receipts = self.phone.push(lost, more)
        self.assertEqual(["applied", "applied"], [receipt["status"] for receipt in receipts])
        self.assertEqual([1, 1, 1], [self.named(name) for name in ("A", "B", "C")])

    def test_what_the_phone_delivered_meanwhile_is_not_replayed(self):
        """Proves I2."""
        lost = self.phone.create({"name": "B", "ref": MARK})
        box = self.sent(lost)
        self.phone.push(lost)
        self.replay(box)
        self.assertEqual(("replayed", 1), (box.state, self.named("B")))

    def test_operations_run_with_the_rights_of_the_devices_user(self):
        """Proves I7."""
        self.refuse_to("write")
        box = self.sent(self.phone.update(self.partner, {"phone": "1"}, {"phone": None}))
        self.replay(box)
        stored = self.boxes.env["offline.operation"].search([("device_id", "=", self.device.id)])
        self.assertEqual(("rejected", "access_denied"), (stored.status, stored.code))

    def test_office_learns_how_much_and_how_old_without_replaying(self):
        box = self.sent(self.phone.create({"name": "A", "ref": MARK}))
        self.assertEqual(1, box.operation_count)
        self.assertEqual("2026-11-21 10:00:00", fields.Datetime.to_string(box.oldest_at))
        self.assertIn("create res.partner", box.summary)
        self.assertEqual(0, self.named("A"))

    def test_same_box_is_kept_once(self):
        sealed = self.seal(self.phone.create({"name": "A", "ref": MARK}))
        self.assertEqual(self.boxes._receive(sealed, self.device), self.imported(sealed))

    def test_box_is_replayed_in_calls_that_split_no_unit(self):
        """Proves I2. A profile that allows less in one call than the box holds."""
        self.device.profile_id.limit_operations = 3
        unit = {"id": new_uid(), "size": 2}
        operations = [self.phone.create({"name": name, "ref": MARK}) for name in "AB"]
        operations += [self.phone.create({"name": name, "ref": MARK}, unit=unit) for name in "CD"]
        operations += [self.phone.create({"name": "E", "ref": MARK})]
        box = self.sent(*operations)
        self.replay(box)
        self.assertEqual(("replayed", 0), (box.state, box.operation_count))
        self.assertEqual([1] * 5, [self.named(name) for name in "ABCDE"])

    def test_unreadable_box_is_kept_and_says_so(self):
        """Proves I8."""
        box = self.boxes._receive("aaaa..bbbb.cccc.dddd", self.device)
        self.assertEqual("unreadable", box.state)
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self.replay(box)
        self.assertTrue(box.exists().sealed)

    def test_content_of_the_wrong_shape_is_unreadable(self):
        for content in ({"operations": "none"}, {"operations": [{"seq": "one"}]}, {"surprise": 1}):
            with self.subTest(content):
                self.assertEqual("unreadable", self.sent(**content).state)

    def test_box_that_a_device_sends_for_another_is_unreadable(self):
        """Proves I4."""
        other = self.enrol(self.colleague)
        self.assertEqual("unreadable", self.sent(self.phone.create({"name": "A"}), device=other).state)

    def test_compressed_box_is_not_unpacked(self):
        public = {n: v for n, v in self.boxes._public_key().items() if n != "kid"}
        registry = jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM", "DEF"])
        header = {"alg": "ECDH-ES", "enc": "A256GCM", "zip": "DEF"}
        bomb = jwe.encrypt_compact(header, b" " * 10_000_000, ECKey.import_key(public), registry=registry)
        self.assertEqual("unreadable", self.boxes._receive(bomb, self.device).state)

    def test_file_that_the_device_did_not_sign_is_not_replayed(self):
        """Proves I4. Anybody can seal to a public key."""
        box = self.imported(self.seal(self.phone.create({"name": "A"}), key=ECKey.generate_key("P-256")))
        self.assertFalse(box.is_signed)
        with self.assertRaisesRegex(UserError, "not signed"):
            self.replay(box)

    def test_file_of_an_unknown_device_is_kept_and_not_replayed(self):
        sealed = self.seal(self.phone.create({"name": "A"}))
        self.device.uid = new_uid()
        box = self.imported(sealed)
        with self.assertRaisesRegex(UserError, "No device"):
            self.replay(box)

    def test_gap_in_the_numbers_is_refused_with_the_number_that_is_missing(self):
        """Proves I3."""
        self.phone.create({"name": "never sent"})
        box = self.sent(self.phone.create({"name": "A", "ref": MARK}))
        with self.assertRaisesRegex(UserError, "Number 1 is missing"):
            self.replay(box)
        self.assertEqual("waiting", box.state)

    def test_work_of_a_copy_is_refused(self):
        """Proves I2. The same number with other work was delivered."""
        operation = self.phone.create({"name": "A", "ref": MARK})
        box = self.sent(operation, self.phone.create({"name": "B", "ref": MARK}))
        self.phone.push(operation | {"op": new_uid()})
        with self.assertRaisesRegex(UserError, "Number 1 was delivered with other work"):
            self.replay(box)

    def test_work_of_an_archived_user_waits(self):
        """Proves I4, I8."""
        box = self.sent(self.phone.create({"name": "A", "ref": MARK}))
        self.user.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            self.replay(box)
        self.user.active = True
        self.replay(box)
        self.assertEqual(1, self.named("A"))

    def test_work_of_a_wiped_device_is_replayed(self):
        """Proves I8."""
        box = self.sent(self.phone.create({"name": "A", "ref": MARK}))
        self.device.action_revoke_and_wipe()
        self.device._confirm_wipe()
        self.replay(box)
        self.assertEqual(1, self.named("A"))

    def test_one_device_cannot_fill_the_database_with_boxes(self):
        self.patch(offline_escrow, "_MOST_WAITING", 3)
        for _box in range(3):
            self.sent(self.phone.create({"name": "A"}))
        with self.assert_problem("limit_exceeded", limit={"escrows": 3}):
            self.sent(self.phone.create({"name": "A"}))
        self.patch(offline_escrow, "_MOST_WAITING", 10)
        self.patch(offline_escrow, "_MOST_WAITING_BYTES", 5000)
        with self.assert_problem("limit_exceeded", limit={"escrow_bytes": 5000}):
            self.sent(self.phone.create({"name": "A" * 4000}))

    def test_box_of_a_week_is_opened(self):
        """Proves I8. Larger than what the library takes by itself."""
        box = self.sent(
            *(self.phone.create({"name": "A", "ref": MARK, "comment": "x" * 4000}) for _ in range(50))
        )
        self.assertGreater(box.size, 200_000)
        self.assertEqual(("waiting", 50), (box.state, box.operation_count))

    # --- files ------------------------------------------------------------------------------------------------------

    def parts(self, content, count=3, **changed):
        """The boxes of a file, part by part."""
        size = len(content) // count + 1
        whole = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "name": "a.png"}
        whole["type"] = "image/png"
        return [
            self.seal(
                files=[
                    whole
                    | {"offset": at, "data": base64.b64encode(content[at : at + size]).decode()}
                    | changed
                ]
            )
            for at in range(0, len(content), size)
        ]

    def picture_on(self, partner, data):
        """Work that names a file which only its device has."""
        return self.phone.update(partner, {"image_1920": {"sha256": hashlib.sha256(data).hexdigest()}})

    def test_file_that_was_not_sent_follows_the_work_that_names_it(self):
        """Proves I8. A device was wiped with a picture that nobody else had."""
        data = picture()
        self.phone.sync()
        work = self.sent(self.picture_on(self.partner, data))
        boxes = [self.boxes._receive(sealed, self.device) for sealed in self.parts(data)]
        self.assertEqual({"waiting"}, {box.state for box in boxes})
        self.assertIn("a.png", boxes[0].summary)
        self.device.action_revoke_and_wipe()
        self.device._confirm_wipe()
        self.replay(work)
        self.env.invalidate_all()
        self.assertEqual(data, base64.b64decode(self.partner.image_1920))
        self.assertEqual({"replayed"}, {box.state for box in boxes})
        boxes[0].with_user(self.manager).action_open()
        self.assertEqual("empty", boxes[0].state)

    def test_file_goes_on_where_its_upload_stood(self):
        """Proves I2. Part of it had come before the wipe; a box that is replayed twice adds nothing."""
        data = picture()
        blobs = Blobs(self.device)
        blobs.begin(tus.Creation(hashlib.sha256(data).hexdigest(), len(data), "", ""))
        blobs.append(hashlib.sha256(data).hexdigest(), 0, io.BytesIO(data[:500]))
        first, second, *more = [self.boxes._receive(sealed, self.device) for sealed in self.parts(data)]
        self.replay(first | second)
        first.state = "waiting"
        self.replay(first)
        blob = self.boxes.env["offline.blob"].search([("device_id", "=", self.device.id)])
        self.assertEqual(("complete", data), (blob.state, blob.attachment_id.raw))
        self.assertEqual({"replayed"}, {box.state for box in [first, second, *more]})

    def test_part_whose_beginning_is_in_another_box_waits_for_it(self):
        data = picture()
        box = self.boxes._receive(self.parts(data)[1], self.device)
        with self.assertRaisesRegex(UserError, "beginning of a.png is in another box"):
            self.replay(box)
        self.assertEqual("waiting", box.state)

    def test_file_that_nobody_signed_holds_up_no_work(self):
        """Proves I4, I8. Anybody can seal to a public key, and name a device."""
        data, other = picture(), picture()
        self.phone.sync()
        work = self.sent(self.picture_on(self.partner, data))
        forged = self.imported(self.parts(other, count=1, sha256="0" * 64)[0])
        damaged = self.boxes._receive(self.parts(other, count=1, data="####")[0], self.device)
        boxes = [self.boxes._receive(sealed, self.device) for sealed in self.parts(data)]
        forged.is_signed = False
        self.replay(work)
        self.env.invalidate_all()
        self.assertEqual(data, base64.b64decode(self.partner.image_1920))
        self.assertEqual(["replayed"] * 3, [box.state for box in boxes])
        self.assertEqual(["waiting"] * 2, [forged.state, damaged.state])

    def test_bytes_that_are_not_what_they_claim_are_refused(self):
        """Proves I4."""
        data = picture()
        for changed in ({"sha256": "0" * 64}, {"data": "####"}):
            with self.subTest(changed):
                box = self.boxes._receive(self.parts(data, count=1, **changed)[0], self.device)
                with self.assertRaisesRegex(UserError, "not what they claim"):
                    self.replay(box)

    def test_saved_file_brings_all_its_boxes(self):
        """Proves I8. A phone without a network, and a picture that never left it."""
        data = picture()
        self.phone.sync()
        box = self.imported(
            "\n".join([self.seal(self.picture_on(self.partner, data)), *self.parts(data)]) + "\n"
        )
        self.replay(box)
        self.env.invalidate_all()
        self.assertEqual(data, base64.b64decode(self.partner.image_1920))

    def test_only_managers_open_and_replay(self):
        """Proves I4."""
        box = self.sent(self.phone.create({"name": "A"}))
        for user in (self.user, self.reviewer):
            for method in ("action_open", "action_replay"):
                with self.subTest(user=user.name, method=method), self.assertRaises(AccessError):
                    getattr(box.with_user(user), method)()

    def test_private_key_is_for_the_system_alone(self):
        with self.assertRaises(AccessError):
            self.env["ir.config_parameter"].with_user(self.manager).get_param("offline_base.escrow_key")
        self.assertNotIn("d", self.profile._describe(self.device)["escrow_key"])

    def test_file_that_is_no_box_is_not_imported(self):
        for text in ("", "hello", "é", "a.b.c"):
            with self.subTest(text), self.assertRaises(UserError):
                self.imported(text or " ")
        self.assertTrue(Form(self.env["offline.escrow.import"].with_user(self.manager)))
