"""Reading blobs: the bytes that a device's user may read now, or sent with any device."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL
from odoo.tools.image import image_process

from ..core import tus
from ..core.errors import Problem

#: The sizes that small pictures come in, as Odoo's own image fields have them.
SIZES = ("64", "128", "256", "512", "1024")
#: A picture with more dots than this is not opened: a file of a few kilobytes can unfold to gigabytes.
PICTURE_DOTS = 50_000_000
_PICTURES = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
#: What a browser may be told that a file is; everything else is bytes.
_SAFE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf")


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes and what they are."""

    data: bytes
    mimetype: str


def find(device, sha256: str) -> Content:
    """The bytes of a blob, or `Problem`: missing and unreadable look alike."""
    found = attachment(device, sha256) if tus.is_hash(sha256) else None
    if not found:
        raise Problem("blob_unknown")
    mimetype = found.mimetype if found.mimetype in _SAFE_TYPES else "application/octet-stream"
    return Content(found.raw or b"", mimetype)


def data(device, sha256: str) -> bytes | None:
    """The bytes of a blob if its user sent them or may read them; None if they have not come."""
    found = attachment(device, sha256)
    return (found.raw or b"") if found else None


def attachment(device, sha256: str):
    """What holds these bytes, if the device's user sent them, with whichever device, or may read them now."""
    # sudo in `device`: what its user sent, that user may read; what else there is, the user must be able to.
    own = device.env["offline.blob"].search(
        [("user_id", "=", device.user_id.id), ("sha256", "=", sha256), ("state", "=", "complete"),
         ("attachment_id", "!=", False)],
        limit=1,
    )  # fmt: skip
    found = own.attachment_id or readable(device, sha256)
    return found.sudo() if found else None  # sudo: who may read it was decided above


def readable(device, sha256: str):
    """An attachment with these bytes that the device's user may read now, or None.

    It is found by the hashes that were computed when content was shown to devices, so a hash of bytes that no
    device was ever shown finds nothing.
    """
    env = device._as_user().env
    checksums = device.env["offline.blob.hash"]._checksums(sha256)
    if not checksums:
        return None
    device.env["ir.attachment"].flush_model()
    device.env.cr.execute(
        SQL(
            """SELECT id FROM ir_attachment WHERE checksum = ANY(%s) AND type = 'binary'
                  AND (res_model IS DISTINCT FROM 'offline.blob') ORDER BY id LIMIT 200""",
            checksums,
        )
    )
    for (attachment_id,) in device.env.cr.fetchall():
        found = env["ir.attachment"].browse(attachment_id)
        if may_read(found):
            return found
    return None


def may_read(found) -> bool:
    """Whether its user may read an attachment, or the field of a record that it is the content of."""
    shown = found.sudo()  # sudo: to see what it belongs to, nothing of which is told
    if not shown.res_field:
        return found.has_access("read")
    env = found.env
    if shown.res_model not in env or shown.res_field not in env[shown.res_model]._fields:
        return False
    record = env[shown.res_model].browse(shown.res_id).exists()
    field = record._fields[shown.res_field]
    try:
        return bool(record) and record.has_access("read") and record._has_field_access(field, "read")
    except AccessError:
        return False


def thumbnail(content: Content, size: int) -> Content:
    """A small picture of a picture, at most ``size`` dots wide and high, or `Problem`."""
    try:
        with Image.open(io.BytesIO(content.data)) as picture:
            width, height = picture.size
            known = picture.format in _PICTURES
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Problem("blob_no_picture") from None
    if not known or width * height > PICTURE_DOTS:
        raise Problem("blob_no_picture")
    try:
        small = image_process(content.data, size=(size, size), verify_resolution=True)
    except (UserError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Problem("blob_no_picture") from None
    with Image.open(io.BytesIO(small)) as picture:
        return Content(small, Image.MIME.get(picture.format or "", "application/octet-stream"))
