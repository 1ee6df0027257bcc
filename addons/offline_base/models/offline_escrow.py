import base64
import hashlib
import json
import time
from collections import Counter
from contextlib import suppress

from pydantic import ValidationError as ShapeError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core import wire
from ..core.errors import Problem
from ..core.fields import parse_instant
from ..store import escrowed_files, keys
from ..store.push import Push
from ..store.units import fitting

_KEY = "offline_base.escrow_key"
#: Boxes of one device that nobody has replayed, and their size; a device that sends more is out of order. A box with
#: a part of a file holds some 4 MiB of it, and is larger by 16/9.
_MOST_WAITING = 500
_MOST_WAITING_BYTES = 1024 * 1024 * 1024
#: A replay stops taking further operations after this long; pressing the button again goes on.
_BUDGET_S = 30
_LISTED = 200


class OfflineEscrow(models.Model):
    """The work of a device, sealed to the office's key: handed over before a wipe, or as a file from a dying phone.

    A manager opens and replays it. Operations keep device, number and id, so a phone that comes back with the same
    work gets receipts and does nothing twice.
    """

    _name = "offline.escrow"
    _description = "Offline Escrow"
    _inherit = ["mail.thread"]
    _rec_name = "device_uid"
    _order = "id desc"

    device_id = fields.Many2one("offline.device", readonly=True, index=True, ondelete="set null")
    device_uid = fields.Char("Device Identifier", readonly=True)
    user_id = fields.Many2one(related="device_id.user_id")
    received_at = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    made_at = fields.Datetime("Sealed At", readonly=True)
    source = fields.Selection(
        [("device", "Sent by the Device"), ("file", "Imported File")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("partly", "Partly Replayed"),
            ("replayed", "Replayed"),
            ("empty", "Nothing New"),
            ("unreadable", "Unreadable"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        tracking=True,
    )
    sha256 = fields.Char(required=True, readonly=True)
    size = fields.Integer("Size (Bytes)", readonly=True)
    sealed = fields.Binary(attachment=True, readonly=True, groups="base.group_system")
    is_signed = fields.Boolean("Signed by the Device", readonly=True)
    operation_count = fields.Integer("Undelivered", readonly=True)
    oldest_at = fields.Datetime("Oldest From", readonly=True)
    summary = fields.Text("Content", readonly=True)

    _sha256_unique = models.Constraint("UNIQUE (sha256)", "This file was imported before.")

    @api.depends("device_id", "device_uid")
    def _compute_display_name(self):
        for box in self:
            box.display_name = box.device_id.name or box.device_uid or self.env._("Sealed Work")

    def init(self):
        # sudo: parameters are for the system only; the private key never leaves the server.
        parameters = self.env["ir.config_parameter"].sudo()
        if not parameters.get_param(_KEY):
            parameters.set_param(_KEY, keys.new_key())

    @api.model
    def _private_key(self):
        return self.env["ir.config_parameter"].sudo().get_param(_KEY)  # sudo: see init

    @api.model
    def _public_key(self):
        """The key that devices seal to, or None."""
        private = self._private_key()
        return keys.public_part(private) if private else None

    @api.model
    def _receive(self, sealed, device=None):
        """Keep a box, whatever is in it; the same one is kept once. ``device`` is who sent it, none for a file."""
        digest = hashlib.sha256(sealed.encode()).hexdigest()
        known = self.search([("sha256", "=", digest)])
        if known:
            return known
        if device:
            self._check_room(device, len(sealed))
        escrow = self.create(
            {
                "device_id": device.id if device else False,
                "device_uid": device.uid if device else False,
                "source": "device" if device else "file",
                "sha256": digest,
                "size": len(sealed),
                "sealed": base64.b64encode(sealed.encode()),
            }
        )
        escrow._look()
        return escrow

    def _check_room(self, device, size):
        [(number, waiting)] = self._read_group(
            [("device_id", "=", device.id), ("state", "=", "waiting")], [], ["__count", "size:sum"]
        )
        if number >= _MOST_WAITING:
            raise Problem("limit_exceeded", limit={"escrows": _MOST_WAITING})
        if (waiting or 0) + size > _MOST_WAITING_BYTES:
            raise Problem("limit_exceeded", limit={"escrow_bytes": _MOST_WAITING_BYTES})

    def _look(self):
        """Note what is in the box, as far as it can be read."""
        try:
            content, is_signed = self._open()
        except keys.Unreadable as error:
            self.write({"state": "unreadable", "summary": str(error)})
            return
        device = self.device_id or self.env["offline.device"].search([("uid", "=", content.device)])
        expected = self.env["offline.lane"]._peek(device, "push") if device else 1
        new = [operation for operation in content.operations if operation.seq >= expected]
        files = escrowed_files.missing(device, content.files)
        self.write(
            {
                "device_id": device.id,
                "device_uid": content.device,
                "made_at": parse_instant(content.made_at).replace(tzinfo=None),
                "is_signed": is_signed,
                "operation_count": len(new),
                "oldest_at": min((_at(operation) for operation in new if _at(operation)), default=False),
                "summary": "\n".join([*map(_line, new[:_LISTED]), *map(_file_line, files)]),
                "state": "waiting" if new or files else "empty",
            }
        )

    def _open(self):
        """(content, whether the device signed it), or `keys.Unreadable`."""
        # sudo: the sealed text is for the system only; managers see what it says, never the box.
        sealed = base64.b64decode(self.sudo().sealed).decode()
        text = keys.open_box(self._private_key(), sealed)
        try:
            envelope = wire.EscrowEnvelope.model_validate_json(text)
            content = wire.EscrowContent.model_validate_json(json.dumps(envelope.content))
        except (ShapeError, RecursionError) as error:
            raise keys.Unreadable(str(error)) from None
        if self.device_id and self.device_id.uid != content.device:
            raise keys.Unreadable(f"sent by {self.device_id.uid}, and says that it is of {content.device}")
        device = self.env["offline.device"].sudo().search([("uid", "=", content.device)])
        return content, keys.is_signed(device.public_key, envelope.content, envelope.signature)

    # --- the office ---------------------------------------------------------------------------------------------

    def action_open(self):
        """Look into the box again: what is in it that the server does not have yet."""
        self.check_access("unlink")  # only managers have this right
        for escrow in self.sudo():  # sudo: the right was checked; the rows are the engine's to write.
            escrow._look()
        return True

    def action_replay(self):
        """Hand over what the server does not have yet, as that device, with numbers and ids kept.

        The boxes with its files follow by themselves, in the order in which they were sealed.
        """
        self.check_access("unlink")  # only managers have this right
        until = time.monotonic() + _BUDGET_S
        boxes = self.sudo().sorted("id")  # sudo: the right was checked; operations run as the device's user.
        for escrow in boxes:
            escrow._replay(until)
        for escrow in boxes._with_files() - boxes:
            if time.monotonic() < until:
                # One that cannot be taken over says why when somebody replays it by itself, and holds up nothing.
                with suppress(UserError), self.env.cr.savepoint():
                    escrow._replay(until)
        return True

    def _with_files(self):
        """Boxes of the same devices that wait and hold no operations."""
        waiting = Domain(
            [("device_id", "in", self.device_id.ids), ("state", "=", "waiting"), ("operation_count", "=", 0)]
        )
        authentic = Domain("source", "=", "device") | Domain("is_signed", "=", True)
        return self.search(waiting & authentic, order="id")

    def _replay(self, until):
        try:
            content, is_signed = self._open()
        except keys.Unreadable as error:
            raise UserError(self.env._("This box cannot be read: %s. It is kept.", error)) from None
        # As the controller hands a device to the engine.
        device = self.env(user=1, su=True)["offline.device"].search([("uid", "=", content.device)])
        self._check_replay(device, is_signed)
        expected = self.env["offline.lane"]._peek(device, "push")
        operations = sorted(content.operations, key=lambda operation: operation.seq)
        self._check_numbers(device, operations, expected)
        operations = [operation for operation in operations if operation.seq >= expected]
        done, next_seq = self._push(device, operations, expected, until)
        self._take_files(device, content.files)
        left = [operation for operation in operations if operation.seq >= next_seq]
        self.write({"state": "partly" if left else "replayed", "operation_count": len(left)})
        said = ", ".join(f"{number} {status}" for status, number in sorted(done.items()))
        if operations or not content.files:
            message = self.env._("Replayed: %(done)s; %(left)s left.", done=said or "0", left=len(left))
        else:
            message = self.env._("Taken over: %s.", ", ".join(map(_file_line, content.files)))
        self.message_post(body=message)
        device.with_env(self.env).message_post(body=message)

    def _check_replay(self, device, is_signed):
        if not device:
            raise UserError(self.env._("No device of this database has sealed this box."))
        if self.source == "file" and not is_signed:
            raise UserError(
                self.env._("This file is not signed by the device it names: anybody could have written it.")
            )
        if not device._may_work():
            raise UserError(
                self.env._(
                    "Its operations run as %s, who is archived or may not use the app. Restore the user, replay,"
                    " then archive again.",
                    device.user_id.name,
                )
            )

    def _check_numbers(self, device, operations, expected):
        """The box continues what the device delivered, without a gap; or say what is wrong."""
        old = {operation.seq: operation.op for operation in operations if operation.seq < expected}
        stored = self.env["offline.operation"].search(
            [("device_id", "=", device.id), ("seq", "in", list(old))]
        )
        for operation in stored:
            if operation.op != old[operation.seq]:
                raise UserError(
                    self.env._(
                        "Number %s was delivered with other work: this box is of a copy of the device.",
                        operation.seq,
                    )
                )
        numbers = [operation.seq for operation in operations if operation.seq >= expected]
        for wanted, found in enumerate(numbers, expected):
            if found != wanted:
                raise UserError(
                    self.env._(
                        "Number %(wanted)s is missing in the box; it goes on with %(found)s. Let the device deliver"
                        " it, or import its journal first.",
                        wanted=wanted,
                        found=found,
                    )
                )

    def _take_files(self, device, files):
        """Take over what the device had not sent of its files; what waits for them is filled."""
        for part in files:
            try:
                escrowed_files.take(device, part)
            except escrowed_files.PartMissing:
                raise UserError(
                    self.env._(
                        "The beginning of %s is in another box of this device: replay that one first.",
                        part.name or part.sha256[:12],
                    )
                ) from None
            except escrowed_files.PartWrong:
                raise UserError(
                    self.env._(
                        "The bytes of %s are not what they claim to be.", part.name or part.sha256[:12]
                    )
                ) from None
            except Problem as problem:
                raise UserError(self.env._(problem.entry.title)) from None  # pylint: disable=gettext-variable

    def _push(self, device, operations, next_seq, until):
        """Push until all is taken or time is up: ({status: number}, the next number)."""
        done = Counter()
        while operations and time.monotonic() < until:
            piece = fitting(operations, device.profile_id.limit_operations)
            try:
                answer = Push(device, wire.PushRequest(operations=piece)).run()
            except Problem as problem:
                raise UserError(self.env._(problem.entry.title)) from None  # pylint: disable=gettext-variable
            if any(receipt["status"] == "retry" for receipt in answer["receipts"]):
                raise UserError(self.env._("The device is sending right now. Try again in a moment."))
            done.update(receipt["status"] for receipt in answer["receipts"])
            next_seq = answer["next_seq"]
            operations = [operation for operation in operations if operation.seq >= next_seq]
        return done, next_seq


def _at(operation):
    """When the person did it, or None where that cannot be read."""
    try:
        return parse_instant((operation.model_extra or {}).get("at") or "").replace(tzinfo=None)
    except (TypeError, ValueError, AttributeError):
        return None


def _file_line(part):
    return f"{part.name or part.sha256[:12]} ({part.offset}…/{part.size})"


def _line(operation):
    said = operation.model_extra or {}
    target = said.get("target") or {}
    record = target.get("id") or target.get("uid") or "" if isinstance(target, dict) else ""
    return f"#{operation.seq} {said.get('at', '')} {said.get('verb', '')} {said.get('entity') or ''} {record}".strip()
