"""Operations that name blobs: fields are filled at once if the bytes are there, or when they come."""

from __future__ import annotations

import base64
import logging
from collections.abc import Collection, Mapping
from typing import Any

from odoo import api

from ..core.fields import BLOB_TYPES, FieldSpec
from . import blob_reading
from .blob_values import RAW
from .outcome import is_transient

_logger = logging.getLogger(__name__)
#: (user, hash) of fields that may wait for bytes that are there, kept until the transaction is committed.
_OPEN = "offline_base.blob_uses"
#: Two that look at the same moment stop each other; by the third time the other one is through.
_TRIES = 3


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
    if blobs:
        # Also where nothing is written now: who fills the field later relies on it that its person might.
        record.check_access("write")
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


def look_again(env, waiting: Collection[tuple[int, str]]) -> None:
    """Once this transaction is committed, fill what then waits for bytes that have come: [(user, hash)].

    The transaction that brings the bytes and the one that names them do not see each other when they overlap.
    Both look again after they are committed, so the later one sees both.
    """
    postcommit = env.cr.postcommit
    found = postcommit.data.setdefault(_OPEN, set())
    found.update(waiting)
    registry = env.registry

    def settle() -> None:
        pairs, _done = sorted(found), found.clear()
        if pairs:
            _settle(registry, pairs)

    # Once for each call: a refused operation takes back what was added after its beginning.
    postcommit.add(settle)


def _settle(registry, pairs: list[tuple[int, str]]) -> None:
    for attempt in range(_TRIES):
        try:
            with registry.cursor() as cr:
                # sudo: the engine's own rows; bytes are written as the device's user.
                env = api.Environment(cr, api.SUPERUSER_ID, {}, su=True)
                for user_id, sha256 in pairs:
                    env["offline.blob.use"]._settle(user_id, sha256)
            return
        except Exception as error:
            # The work itself is committed, and the next scheduled look is minutes away: nobody is told of a failure.
            if attempt + 1 == _TRIES or not is_transient(error):
                _logger.warning("fields that wait for files were not looked at", exc_info=True)
                return
