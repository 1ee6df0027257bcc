"""The files of a home: kept by the hash of their bytes, each whole under its name or not there.

Bytes lie in ``blobs``, what is known of them in the store. Rows are the truth: a file without a row is nobody's and
is erased when the home is opened, so that whatever died in between leaves neither half a file nor a trace.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from offline_core import tus
from offline_core.fields import format_instant, parse_instant

from .store import Store

#: A file waits until the server has it all; then it is sent. Others were kept when they were fetched.
WAITING, SENT, KEPT = "waiting", "sent", "kept"
#: How long a sent file stays at least: a server that was restored from a backup asks for it again.
SENT_DAYS = 7
#: How long a file stays that nobody asks for.
UNUSED_DAYS = 30
#: That a file was used is noted once in so many hours: reading need not write.
_USED_HOURS = 12
_READ_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that the server does not have in full yet."""

    sha256: str
    size: int
    name: str
    type: str


class Files:
    """The files of one home."""

    def __init__(self, home: Path, store: Store, now: Callable[[], str], checkpoint: Callable[[str], None]):
        self._folder, self._store, self._now, self._checkpoint = home / "blobs", store, now, checkpoint
        self._take_over()
        self.sweep()

    # --- in -----------------------------------------------------------------------------------------------------

    def keep(self, path: Path) -> Waiting:
        """A durable copy of a file, not waiting for anything before `note`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with path.open("rb") as source, tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as copy:
            while part := source.read(_READ_BYTES):
                digest.update(part)
                copy.write(part)
            copy.flush()
            os.fsync(copy.fileno())
        self._name(copy.name, digest.hexdigest())
        size = self._at(digest.hexdigest()).stat().st_size
        return Waiting(digest.hexdigest(), size, path.name, mimetypes.guess_type(path.name)[0] or "")

    def note(self, kept: Waiting) -> None:
        """Let a file wait for the server, in the transaction of the work that names it.

        Also one that was sent or fetched before: a server that has it takes no bytes, and says so.
        """
        with self._store.transaction():
            self._put(kept.sha256, kept.size, kept.name, kept.type, WAITING)

    def add(self, file: str, content: bytes) -> Path:
        """Keep what was fetched."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as copy:
            copy.write(content)
        self._name(copy.name, file)
        with self._store.transaction():
            self._put(file, len(content), "", "", KEPT)
        return self._at(file)

    def _name(self, copy: str, file: str) -> None:
        self._checkpoint("file.written")
        os.replace(copy, self._at(file))
        # The names of files are the folder's content: they must survive a power cut as the files do.
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        self._checkpoint("file.named")

    def _put(self, file: str, size: int, name: str, kind: str, state: str) -> None:
        row = (file, size, name, kind, state, self._now())
        self._store.db.execute("INSERT OR REPLACE INTO blob VALUES (?, ?, ?, ?, ?, ?)", row)

    # --- what is here -------------------------------------------------------------------------------------------

    def find(self, file: str) -> Path | None:
        """Where a file is, if it is here; it counts as used now."""
        row = self._store.db.execute("SELECT used FROM blob WHERE file = ?", (file,)).fetchone()
        path = self._at(file)
        if row is None or not path.is_file():
            return None
        if row["used"] < self._ago(timedelta(hours=_USED_HOURS)):
            with self._store.transaction() as db:
                db.execute("UPDATE blob SET used = ? WHERE file = ?", (self._now(), file))
        return path

    def waiting(self) -> list[Waiting]:
        """What has to be sent, the smallest first: a signature does not wait for a film."""
        rows = self._store.db.execute(
            "SELECT file, size, name, type FROM blob WHERE state = ? ORDER BY size, file", (WAITING,)
        )
        return [Waiting(*row) for row in rows]

    def part(self, one: Waiting, offset: int, size: int) -> bytes:
        """Some bytes of a file."""
        with self._at(one.sha256).open("rb") as content:
            content.seek(offset)
            return content.read(size)

    def cached_bytes(self) -> int:
        """What is here and does not wait."""
        (found,) = self._store.db.execute(
            "SELECT coalesce(sum(size), 0) FROM blob WHERE state <> ?", (WAITING,)
        ).fetchone()
        return int(found)

    # --- on and out ---------------------------------------------------------------------------------------------

    def sent(self, sha256: str) -> None:
        """The server has it."""
        with self._store.transaction() as db:
            db.execute("UPDATE blob SET state = ?, used = ? WHERE file = ?", (SENT, self._now(), sha256))

    def prune(self, most_bytes: int) -> int:
        """Make room; answers how many files went. What waits for the server is never touched.

        What nobody used for `UNUSED_DAYS` goes, then the least recently used until ``most_bytes`` are left. What was
        sent stays for `SENT_DAYS`, whatever room it takes.
        """
        rows = self._store.db.execute(
            "SELECT file, size, used FROM blob WHERE state = ? OR (state = ? AND used < ?) ORDER BY used, file",
            (KEPT, SENT, self._ago(timedelta(days=SENT_DAYS))),
        ).fetchall()
        unused, over = self._ago(timedelta(days=UNUSED_DAYS)), self.cached_bytes() - most_bytes
        gone = []
        for row in rows:
            if row["used"] < unused or over > 0:
                gone.append(row["file"])
                over -= row["size"]
        if gone:
            with self._store.transaction() as db:
                db.executemany("DELETE FROM blob WHERE file = ?", ((file,) for file in gone))
            self.sweep()
        return len(gone)

    def forget(self, *, waiting: bool) -> None:
        """Let go of all files, and of those that wait for the server only where asked; `sweep` erases them."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM blob WHERE ? OR state <> ?", (waiting, WAITING))

    def sweep(self) -> None:
        """Erase what belongs to nobody, and note what is gone although it was never sent."""
        found = set(os.listdir(self._folder)) if self._folder.is_dir() else set()
        rows = self._store.db.execute("SELECT file, name, state FROM blob").fetchall()
        for file in sorted(found - {row["file"] for row in rows}):
            if self._at(file).is_file():
                self._at(file).unlink()
                self._checkpoint("file.erased")
        lost = [row for row in rows if row["file"] not in found]
        if not lost:
            return
        with self._store.transaction() as db:
            for row in lost:
                if row["state"] == WAITING:
                    self._store.incident("file_lost", sha256=row["file"], name=row["name"])
                db.execute("DELETE FROM blob WHERE file = ?", (row["file"],))

    def _at(self, file: str) -> Path:
        return self._folder / file

    def _ago(self, span: timedelta) -> str:
        return format_instant(parse_instant(self._now()) - span)

    # --- homes of the first version -----------------------------------------------------------------------------

    def _take_over(self) -> None:
        """Homes of the first version kept files in two folders, and what was known of them beside them."""
        out, cache = self._folder / "out", self._folder / "cache"
        if not (out.is_dir() or cache.is_dir()):
            return
        with self._store.transaction():
            for path in self._moved(cache):
                self._put(path.name, path.stat().st_size, "", "", KEPT)
            described = {path.stem: path for path in out.glob("*.json")}
            for path in self._moved(out):
                if path.name in described:
                    said = json.loads(described[path.name].read_text(encoding="utf-8"))
                    self._put(path.name, path.stat().st_size, said["name"], said["type"], WAITING)
        for folder in (out, cache):
            shutil.rmtree(folder, ignore_errors=True)

    def _moved(self, folder: Path) -> Iterator[Path]:
        for path in sorted(folder.glob("*")):
            if tus.is_hash(path.name.partition("-")[0]):
                # A link, not a move: should this process die here, the next one finds the folder as it was.
                self._at(path.name).unlink(missing_ok=True)
                os.link(path, self._at(path.name))
                yield self._at(path.name)
