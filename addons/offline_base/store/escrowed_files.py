"""Files that a device had not sent, out of its sealed boxes: put together as if the device had sent them."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Sequence

from ..core import tus
from ..core.wire import EscrowFile
from . import blob_reading
from .blobs import Blobs


class PartMissing(Exception):
    """Bytes before these have not come: another box has them."""


class PartWrong(Exception):
    """The bytes are not those of the file that they claim to be."""


def missing(device, files: Sequence[EscrowFile]) -> list[EscrowFile]:
    """The parts of files whose bytes are not here in full yet."""
    return [part for part in files if not device or blob_reading.attachment(device, part.sha256) is None]


def take(device, part: EscrowFile) -> None:
    """Add a part to its file; with the last one, what waits for the file is filled. One that is here is passed over."""
    try:
        data = base64.b64decode(part.data, validate=True)
    except binascii.Error:
        raise PartWrong from None
    blobs = Blobs(device)
    blob = blobs.begin(
        tus.Creation(part.sha256, part.size, tus.safe_name(part.name), tus.safe_type(part.type))
    )
    if blob.received >= part.offset + len(data):
        return
    if blob.received < part.offset:
        raise PartMissing
    if not blobs.append(part.sha256, blob.received, io.BytesIO(data[blob.received - part.offset :])):
        raise PartWrong
