"""Operations that name blobs: fields are filled at once if the bytes are there, or when they come."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ..core.fields import BLOB_TYPES, FieldSpec
from . import blob_reading
from .blob_values import RAW


def split(
    specs: Mapping[str, FieldSpec], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, dict[str, Any] | None]]:
    """Values without those that name blobs, and these."""
    blobs = {name: value for name, value in values.items() if specs[name].type in BLOB_TYPES}
    return {name: value for name, value in values.items() if name not in blobs}, blobs


def fill(device, record, blobs: Mapping[str, dict[str, Any] | None]) -> None:
    """Write the bytes that a device's operation names, as its user; note what has not come yet."""
    # sudo in `device`: the engine's own rows. The bytes must be the device's own, or readable by its user.
    uses = device.env["offline.blob.use"]
    record = record.with_context(image_no_postprocess=True)
    for name, value in blobs.items():
        uses._replace(device, record, name)
        if value is None:
            record.write({name: False})
            continue
        data = blob_reading.data(device, value["sha256"])
        if data is None:
            uses._wait(device, record, name, value["sha256"])
        else:
            record.write({name: orm_value(name, data)})


def orm_value(name: str, data: bytes) -> bytes:
    """Bytes as `write` takes them: attachments take them as they are, other fields in base64."""
    return data if name == RAW else base64.b64encode(data)
