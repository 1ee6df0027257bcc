"""Uploads of blobs: parts are rows until all have come, then one attachment.

A blob is its SHA-256. What a device may have of a blob is decided by what its user sent or may read, never by
knowing the hash: whoever does not have the bytes learns nothing and gets nothing.
"""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

import psycopg2

from odoo import fields
from odoo.tools import SQL
from odoo.tools.mimetypes import guess_mimetype

from ..core import tus
from ..core.errors import Problem
from . import blob_reading, blob_uses

#: An upload that nothing was added to for so long is given up.
UNFINISHED_DAYS = 7
_UNFINISHED_MAX = 500
#: Declared bytes of all uploads that a device has begun and not finished.
UNFINISHED_BYTES = 512 * 1024 * 1024
_VAGUE = ("application/octet-stream", "text/plain", "application/zip")


@dataclass(frozen=True, slots=True)
class BlobLimits:
    """What a device may send: bytes in one blob, declared bytes of all that are unfinished."""

    blob_bytes: int
    pending_bytes: int


@dataclass(frozen=True, slots=True)
class Known:
    """A blob that the device need not send: its user sent these bytes before, or may read them."""

    size: int
    received: int
    expires_at: Any = None


class Blobs:
    """The uploads of one device. ``device`` is a sudo recordset."""

    def __init__(self, device):
        self.device = device
        self.env = device.env
        self.cr = device.env.cr
        self.model = device.env["offline.blob"]
        allowed = device.profile_id._limits()["blob_bytes"]
        self.limits = BlobLimits(min(allowed, tus.BLOB_BYTES_MAX), UNFINISHED_BYTES)

    def begin(self, declared: tus.Creation):
        """The upload of a blob: a new one, or the one of the same bytes that this device began or finished."""
        blob = self._own(declared.sha256)
        if blob.state == "complete" and blob.attachment_id:
            return blob
        known = blob_reading.attachment(self.device, declared.sha256)
        if known is not None:
            self._arrived(declared.sha256)
            return Known(known.file_size, known.file_size)
        if declared.size > self.limits.blob_bytes:
            raise Problem("limit_exceeded", limit={"blob_bytes": self.limits.blob_bytes})
        if blob and (blob.size != declared.size or blob.state == "complete"):
            # Of two sizes of the same bytes one is wrong: the last word counts. And a file that is gone comes anew.
            blob.unlink()
            blob = self.model
        if not blob:
            self._check_quota(declared.size)
            blob = self.model.create(
                {
                    "device_id": self.device.id,
                    "sha256": declared.sha256,
                    "size": declared.size,
                    "name": declared.name,
                    "mimetype": declared.mimetype,
                }
            )
        elif blob.state == "given_up":
            blob.state = "uploading"
        self._touch(blob)
        if not declared.size and not self._finish(blob):
            raise Problem("blob_hash_wrong")
        return blob

    def find(self, sha256: str):
        """The device's upload of these bytes, or `Problem`."""
        blob = self._own(sha256) if tus.is_hash(sha256) else self.model
        if not blob or blob.state == "given_up":
            raise Problem("blob_unknown")
        return blob

    def append(self, sha256: str, offset: int, received: BinaryIO):
        """The upload with these bytes added; empty if it is complete and not what its hash says, and dropped."""
        blob = self.find(sha256)
        # Two requests at once: the second one starts again and finds another offset.
        self.cr.execute(SQL("SELECT received FROM offline_blob WHERE id = %s FOR UPDATE", blob.id))
        if offset != blob.received:
            raise Problem("blob_offset_wrong", offset=blob.received)
        position = offset
        while part := received.read(tus.CHUNK_BYTES):
            if position + len(part) > blob.size:
                raise Problem("limit_exceeded", limit={"upload_length": blob.size})
            self.cr.execute(
                SQL(
                    "INSERT INTO offline_blob_chunk (blob_id, position, content) VALUES (%s, %s, %s)",
                    blob.id, position, psycopg2.Binary(part),
                )
            )  # fmt: skip
            position += len(part)
        if blob.state == "complete":
            return blob
        blob.received = position
        self._touch(blob)
        if position == blob.size and not self._finish(blob):
            blob.unlink()
            return self.model
        return blob

    def _own(self, sha256: str):
        return self.model.search([("device_id", "=", self.device.id), ("sha256", "=", sha256)])

    def _touch(self, blob) -> None:
        blob.expires_at = fields.Datetime.now() + timedelta(days=UNFINISHED_DAYS)

    def _check_quota(self, size: int) -> None:
        unfinished = self.model.search([("device_id", "=", self.device.id), ("state", "=", "uploading")])
        if len(unfinished) >= _UNFINISHED_MAX:
            raise Problem("limit_exceeded", limit={"unfinished_blobs": _UNFINISHED_MAX})
        if sum(unfinished.mapped("size")) + size > self.limits.pending_bytes:
            raise Problem("limit_exceeded", limit={"unfinished_bytes": self.limits.pending_bytes})

    def _finish(self, blob) -> bool:
        """Make the attachment of a blob whose bytes are all there, or say that they are not what they claim."""
        digest, content = hashlib.sha256(), bytearray()
        blob.env.flush_all()
        self.cr.execute(
            SQL("SELECT id FROM offline_blob_chunk WHERE blob_id = %s ORDER BY position", blob.id)
        )
        for (chunk_id,) in self.cr.fetchall():
            self.cr.execute(SQL("SELECT content FROM offline_blob_chunk WHERE id = %s", chunk_id))
            part = self.cr.fetchone()[0]
            digest.update(part)
            content += part
        if digest.hexdigest() != blob.sha256:
            return False
        data = bytes(content)
        del content
        attachment = (
            self.env["ir.attachment"]
            # What looks like a page must never be served as one; pictures stay the bytes that their hash names.
            .with_context(attachments_mime_plainxml=True, image_no_postprocess=True)
            .create(
                {
                    "name": blob.name or blob.sha256[:12],
                    "res_model": "offline.blob",
                    "res_id": blob.id,
                    "raw": data,
                    "mimetype": _mimetype(data, blob.name, blob.mimetype),
                }
            )
        )
        self.env["offline.blob.hash"]._remember(attachment.checksum, blob.sha256, len(data))
        self.cr.execute(SQL("DELETE FROM offline_blob_chunk WHERE blob_id = %s", blob.id))
        blob.write(
            {
                "state": "complete",
                "attachment_id": attachment.id,
                "mimetype": attachment.mimetype,
                "completed_at": fields.Datetime.now(),
                "expires_at": False,
            }
        )
        self._arrived(blob.sha256)
        return True

    def _arrived(self, sha256: str) -> None:
        user_id = self.device.user_id.id
        self.env["offline.blob.use"]._settle(user_id, sha256)
        blob_uses.look_again(self.env, [(user_id, sha256)])


def _mimetype(data: bytes, name: str, declared: str) -> str:
    """What the bytes are, by the bytes; the name and the device are asked only where these leave it open."""
    found = guess_mimetype(data, default="application/octet-stream")
    if found not in _VAGUE:
        return found
    return mimetypes.guess_type(name or "")[0] or declared or found
