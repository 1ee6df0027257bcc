"""Positions in the change feed: database snapshots behind authenticated random handles.

A position is what PostgreSQL calls a snapshot: which transactions were visible. The changes since then are the
log rows whose transaction was not, whatever order transactions took numbers or committed in; an id, a sequence
number or a date loses late committers (see docs/decisions/0001-positions-are-snapshots.md).
Source: PostgreSQL manual, "Transaction ID and Snapshot Information Functions".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass

_HANDLE = struct.Struct(">III8s")
_MAC_BYTES = 12


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which transactions were visible: all below ``xmin``; none from ``xmax`` on; between, all but ``xip``."""

    xmin: int
    xmax: int
    xip: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Snapshot:
        """Read the text form of PostgreSQL's ``pg_snapshot``.

        >>> Snapshot.parse("10:20:10,14")
        Snapshot(xmin=10, xmax=20, xip=(10, 14))
        >>> Snapshot.parse("10:10:").xip
        ()
        """
        xmin, xmax, xip = text.split(":")
        return cls(int(xmin), int(xmax), tuple(int(part) for part in xip.split(",") if part))

    def __str__(self) -> str:
        """The text form that PostgreSQL reads back.

        >>> str(Snapshot(10, 20, (10, 14)))
        '10:20:10,14'
        """
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, self.xip))}"

    def saw(self, xid: int) -> bool:
        """Whether a transaction's effects, if it committed, were visible.

        >>> old = Snapshot(10, 20, (10, 14))
        >>> [old.saw(xid) for xid in (9, 10, 11, 14, 19, 20)]
        [True, False, True, False, True, False]
        """
        return xid < self.xmin or (xid < self.xmax and xid not in self.xip)

    def covers(self, older: Snapshot) -> bool:
        """Whether everything that was visible in ``older`` was visible here, too, whatever ended how.

        Log rows that ``older`` saw can go without a position that covers it missing one.

        >>> Snapshot(10, 20, (10,)).covers(Snapshot(10, 15, (10, 12)))
        True
        >>> Snapshot(10, 20, (10,)).covers(Snapshot(12, 15)), Snapshot(10, 14).covers(Snapshot(10, 15))
        (False, False)
        """
        return self.xmax >= older.xmax and not any(older.saw(xid) for xid in self.xip)


class HandleInvalid(ValueError):
    """The text is no handle of ours: forged, cut, or made with another secret."""


@dataclass(frozen=True, slots=True)
class Handle:
    """What a device carries as its cursor: whose it is, which answer gave it out, and a random part.

    It says nothing about the database. ``life`` is the mark of the epoch that gave it out; ``generation`` counts
    the answers given to the device. So an authentic handle of an unknown life, or of a generation that the server
    does not have, proves that the database went back in time.
    """

    device: int
    life: int
    generation: int
    nonce: bytes

    def seal(self, secret: bytes) -> str:
        """The text for the wire: base64url of the content and 96 bits of HMAC-SHA256.

        >>> handle = Handle(7, 0xC0FFEE, 3, b"12345678")
        >>> Handle.open(handle.seal(b"secret"), b"secret") == handle
        True
        """
        content = _HANDLE.pack(self.device, self.life, self.generation, self.nonce)
        mac = hmac.digest(secret, content, hashlib.sha256)[:_MAC_BYTES]
        return _text(content + mac)

    @classmethod
    def open(cls, text: str, secret: bytes) -> Handle:
        """Read a handle back, or raise `HandleInvalid`.

        >>> Handle.open("AAAA", b"secret")
        Traceback (most recent call last):
        ...
        offline_core.position.HandleInvalid: not a handle
        """
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise HandleInvalid("not base64url") from None
        # Unused bits of the last letter must be zero: one handle, one text.
        if len(raw) != _HANDLE.size + _MAC_BYTES or _text(raw) != text:
            raise HandleInvalid("not a handle")
        content, mac = raw[: _HANDLE.size], raw[_HANDLE.size :]
        if not hmac.compare_digest(mac, hmac.digest(secret, content, hashlib.sha256)[:_MAC_BYTES]):
            raise HandleInvalid("not authentic")
        return cls(*_HANDLE.unpack(content))


def life_mark(epoch: str) -> int:
    """The 32 bits of an epoch's uuid by which a handle says which life it is of; never 0.

    >>> hex(life_mark("019a0000-0000-7000-8000-0000000000e1"))
    '0x19a0000'
    """
    return int(epoch[:8], 16) or 1


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
