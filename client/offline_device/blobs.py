"""Photos and documents of a device: kept by the hash of their bytes, sent piece by piece, fetched on demand.

Files wait in ``blobs/out`` until the server has them all, then they move to ``blobs/cache``. A file that is there
twice is kept once and sent once: its name is its SHA-256. Nothing here is in the database: a file is whole under its
name or it is not there.
"""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from offline_core import tus

from .errors import AnswerInvalid, DeviceError, Refused
from .settings import Settings
from .store import Store
from .transport import Transport

#: What one request carries; a broken connection costs at most this much again.
PART_BYTES = 1024 * 1024
#: How often one file may start over in one sync: the server forgot it, or a part changed on its way.
_RESTARTS = 3
_UPLOADS = "/blobs/uploads/"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that the server does not have in full yet."""

    sha256: str
    size: int
    name: str
    type: str


class Blobs:
    """The files of one home."""

    def __init__(self, home: Path, store: Store, settings: Settings, checkpoint: Callable[[str], None]):
        self._store, self._settings, self._checkpoint = store, settings, checkpoint
        self._out, self._cache = home / "blobs" / "out", home / "blobs" / "cache"

    def keep(self, path: Path) -> Waiting:
        """Take a copy of a file, to be sent; durable when this returns."""
        sha256, copy = self._copy(path)
        found = Waiting(sha256, copy.stat().st_size, path.name, mimetypes.guess_type(path.name)[0] or "")
        if (self._cache / sha256).is_file():
            # The server has these bytes from us, or gave them to us.
            copy.unlink()
            return found
        described = {"name": found.name, "type": found.type}
        (self._out / f"{sha256}.json").write_text(json.dumps(described), encoding="utf-8")
        os.replace(copy, self._out / sha256)
        _sync_folder(self._out)
        return found

    def waiting(self) -> list[Waiting]:
        """What has to be sent, the smallest first: a signature does not wait for a film."""
        found = []
        for path in self._out.glob("*.json") if self._out.is_dir() else ():
            content = path.with_suffix("")
            if content.is_file():
                described = json.loads(path.read_text(encoding="utf-8"))
                found.append(
                    Waiting(content.name, content.stat().st_size, described["name"], described["type"])
                )
        return sorted(found, key=lambda one: (one.size, one.sha256))

    def send(self, transport: Transport, token: str) -> int:
        """Send what waits; answers how many files are done. A refused file is noted and does not hold up others."""
        done = 0
        for one in self.waiting():
            try:
                self._send_one(transport, token, one)
            except Refused as refused:
                if refused.transient or refused.status in (401, 403):
                    raise
                self._store.incident("blob_refused", sha256=one.sha256, name=one.name, code=refused.code)
                continue
            self._cache.mkdir(parents=True, exist_ok=True)
            os.replace(self._out / one.sha256, self._cache / one.sha256)
            (self._out / f"{one.sha256}.json").unlink(missing_ok=True)
            self._checkpoint("blob.done")
            done += 1
        return done

    def fetch(self, transport: Transport, token: str, sha256: str, size: int | None = None) -> Path:
        """The file with these bytes, or a small picture of it; from here if it is here, else from the server."""
        if not tus.is_hash(sha256):
            raise DeviceError("a file is named by its SHA-256: 64 hex digits in lower case")
        if size is None and (self._out / sha256).is_file():
            return self._out / sha256
        kept = self._cache / (sha256 if size is None else f"{sha256}-{size}")
        if kept.is_file():
            return kept
        query = "" if size is None else f"?size={size}"
        reply = transport.exchange("GET", f"/blobs/sha256/{sha256}{query}", None, {}, token)
        if size is None and hashlib.sha256(reply.content).hexdigest() != sha256:
            raise AnswerInvalid("the bytes that came are not those that were asked for")
        self._cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._cache, delete=False) as copy:
            copy.write(reply.content)
        os.replace(copy.name, kept)
        return kept

    def forget_all(self) -> None:
        """Erase every file, also those that were not sent."""
        shutil.rmtree(self._out.parent, ignore_errors=True)

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
        with (self._out / one.sha256).open("rb") as content:
            content.seek(offset)
            part = content.read(PART_BYTES)
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

    def _copy(self, path: Path) -> tuple[str, Path]:
        """The file's SHA-256, and a durable copy of it under a name of no meaning."""
        self._out.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with path.open("rb") as source, tempfile.NamedTemporaryFile(dir=self._out, delete=False) as copy:
            while part := source.read(PART_BYTES):
                digest.update(part)
                copy.write(part)
            copy.flush()
            os.fsync(copy.fileno())
        return digest.hexdigest(), Path(copy.name)


def _offset(headers: dict[str, str], one: Waiting) -> int:
    offset = tus.number(headers.get("upload-offset"))
    if offset is None or offset > one.size:
        raise AnswerInvalid("the answer does not say where the upload stands")
    return offset


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _sync_folder(folder: Path) -> None:
    # The names of files are the folder's content: they must survive a power cut as the files do.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
