"""Photos and documents on their way: sent piece by piece, fetched on demand. What is here is in `files`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from offline_core import tus

from .errors import AnswerInvalid, DeviceError, Refused
from .files import Files, Waiting
from .settings import Settings
from .store import Store
from .transport import Transport

#: What one request carries; a broken connection costs at most this much again.
PART_BYTES = 1024 * 1024
#: What goes over a metered network as well, where the profile keeps files for others: a signature, no photo.
SMALL_BYTES = 64 * 1024
#: How often one file may start over in one sync: the server forgot it, or a part changed on its way.
_RESTARTS = 3
_UPLOADS = "/blobs/uploads/"


@dataclass(frozen=True, slots=True)
class Sent:
    """How many files the server has now, and how many wait for a network without a meter."""

    done: int
    held: int


class Blobs:
    """The way of one home's files to the server and back."""

    def __init__(self, files: Files, store: Store, settings: Settings, checkpoint: Callable[[str], None]):
        self._files, self._store, self._settings, self._checkpoint = files, store, settings, checkpoint

    def send(self, transport: Transport, token: str) -> Sent:
        """Send what waits. A refused file is noted and does not hold up others."""
        done = held = 0
        for one in self._files.waiting():
            if self.is_held(one):
                held += 1
                continue
            try:
                self._send_one(transport, token, one)
            except Refused as refused:
                if refused.transient or refused.status in (401, 403):
                    raise
                self._store.incident("blob_refused", sha256=one.sha256, name=one.name, code=refused.code)
                continue
            self._files.sent(one.sha256)
            self._checkpoint("blob.done")
            done += 1
        return Sent(done, held)

    def is_held(self, one: Waiting) -> bool:
        """Whether a file waits for a network without a meter."""
        settings = self._settings
        return settings.metered and settings.profile.wifi_only_blobs and one.size > SMALL_BYTES

    def fetch(self, transport: Transport, token: str, sha256: str, size: int | None = None) -> Path:
        """The file with these bytes, or a small picture of it; from here if it is here, else from the server."""
        if not tus.is_hash(sha256):
            raise DeviceError("a file is named by its SHA-256: 64 hex digits in lower case")
        file = sha256 if size is None else f"{sha256}-{size}"
        if (kept := self._files.find(file)) is not None:
            return kept
        query = "" if size is None else f"?size={size}"
        reply = transport.exchange("GET", f"/blobs/sha256/{sha256}{query}", None, {}, token)
        if size is None and hashlib.sha256(reply.content).hexdigest() != sha256:
            raise AnswerInvalid("the bytes that came are not those that were asked for")
        return self._files.add(file, reply.content)

    # --- sending ------------------------------------------------------------------------------------------------

    def _send_one(self, transport: Transport, token: str, one: Waiting) -> None:
        for _attempt in range(_RESTARTS):
            try:
                offset = self._begin(transport, token, one)
                while offset < one.size:
                    offset = self._send_part(transport, token, one, offset)
                    self._checkpoint("blob.part")
                return
            except Refused as refused:
                if refused.code not in ("blob_unknown", "blob_offset_wrong", "blob_checksum_wrong"):
                    raise
                last = refused
        raise last

    def _begin(self, transport: Transport, token: str, one: Waiting) -> int:
        pairs = {"sha256": one.sha256, "filename": one.name, "filetype": one.type}
        metadata = ",".join(f"{key} {_base64(value.encode())}" for key, value in pairs.items() if value)
        headers = {
            "Tus-Resumable": tus.VERSION,
            "Upload-Length": str(one.size),
            "Upload-Metadata": metadata,
        }
        self._checkpoint("blob.beginning")
        return _offset(transport.exchange("POST", "/blobs", None, headers, token).headers, one)

    def _send_part(self, transport: Transport, token: str, one: Waiting, offset: int) -> int:
        part = self._files.part(one, offset, PART_BYTES)
        headers = {
            "Tus-Resumable": tus.VERSION,
            "Content-Type": tus.CONTENT_TYPE,
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {_base64(hashlib.sha256(part).digest())}",
        }
        reply = transport.exchange("PATCH", _UPLOADS + one.sha256, part, headers, token)
        after = _offset(reply.headers, one)
        if after <= offset:
            raise AnswerInvalid("the server took a part of a file and stands where it stood")
        return after


def _offset(headers: dict[str, str], one: Waiting) -> int:
    offset = tus.number(headers.get("upload-offset"))
    if offset is None or offset > one.size:
        raise AnswerInvalid("the answer does not say where the upload stands")
    return offset


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
