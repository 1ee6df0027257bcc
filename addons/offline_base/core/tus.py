"""The headers of resumable uploads: tus 1.0.0 with creation, checksum and expiration (https://tus.io/protocols)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from .errors import Problem

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration"
#: The checksums of parts, and how long they are; the protocol asks for SHA-1. Blobs are named by SHA-256 alone.
ALGORITHMS = {"sha256": 32, "sha1": 20}
CONTENT_TYPE = "application/offset+octet-stream"
#: What a profile can allow for one blob at most, and what one part of an upload is stored as.
BLOB_BYTES_MAX = 256 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
#: Upload-Metadata of an honest client holds a hash, a name and a type.
_METADATA_BYTES = 4096
_NAME_LENGTH = 255
_HASH = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
# Path separators, controls and characters that turn the direction of text have no place in the name of a file.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\\/]+")


@dataclass(frozen=True, slots=True)
class Creation:
    """What a device says of a blob before it sends the bytes."""

    sha256: str
    size: int
    name: str
    mimetype: str


def is_hash(text: object) -> bool:
    """Whether this is a SHA-256 as it travels: 64 hex digits in lower case.

    >>> is_hash("0" * 64), is_hash("A" * 64), is_hash("../../etc/passwd"), is_hash(None)
    (True, False, False, False)
    """
    return isinstance(text, str) and bool(_HASH.fullmatch(text))


def creation(headers: Mapping[str, str]) -> Creation:
    """The declared blob of a POST, or `Problem` naming each header that does not fit.

    >>> creation({"Upload-Length": "3", "Upload-Metadata": "sha256 " + base64.b64encode(b"0" * 64).decode()})
    Creation(sha256='0000000000000000000000000000000000000000000000000000000000000000', size=3, name='', mimetype='')
    """
    errors = {}
    size = number(headers.get("Upload-Length"))
    if size is None:
        errors["Upload-Length"] = "must be the size of the file in bytes"
    found: dict[str, str] = {}
    try:
        found = metadata(headers.get("Upload-Metadata", ""))
    except ValueError as error:
        errors["Upload-Metadata"] = str(error)
    else:
        if not is_hash(found.get("sha256")):
            errors["Upload-Metadata"] = "must hold sha256: 64 hex digits in lower case"
    if errors or size is None:
        raise Problem("blob_request_invalid", errors=errors)
    mimetype = found.get("filetype") or found.get("type") or ""
    return Creation(
        sha256=found["sha256"],
        size=size,
        name=safe_name(found.get("filename") or found.get("name") or ""),
        mimetype=safe_type(mimetype),
    )


def number(text: str | None) -> int | None:
    """A length or an offset; None when it is missing, negative or no number.

    >>> number("12"), number("-1"), number("1e3"), number(" 1"), number("9" * 40), number(None)
    (12, None, None, None, None, None)
    """
    return int(text) if text is not None and _NUMBER.fullmatch(text) else None


def metadata(text: str) -> dict[str, str]:
    """Upload-Metadata: comma-separated keys, each with a value in base64.

    >>> metadata("filename d29ybGQucG5n,is_confidential")
    {'filename': 'world.png', 'is_confidential': ''}
    >>> metadata("filename ####")
    Traceback (most recent call last):
    ...
    ValueError: must be pairs of a key and a text in base64
    """
    if len(text) > _METADATA_BYTES:
        raise ValueError(f"must not be longer than {_METADATA_BYTES} bytes")
    found: dict[str, str] = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        key, _, encoded = pair.partition(" ")
        try:
            value = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            raise ValueError("must be pairs of a key and a text in base64") from None
        if not key.isascii() or key in found:
            raise ValueError("must name each key once, in ASCII")
        found[key] = value
    return found


def safe_name(text: str) -> str:
    """The name of a file without anything that could lead elsewhere.

    >>> safe_name("../../etc/passwd"), safe_name("  Photo 1.jpg ")
    ('etc passwd', 'Photo 1.jpg')
    """
    return _UNSAFE.sub(" ", text).strip(" .")[:_NAME_LENGTH].rstrip(" .")


def safe_type(text: str) -> str:
    """A media type as it may be stored; empty for anything else.

    >>> safe_type("Image/PNG"), safe_type("text/html; a b")
    ('image/png', '')
    """
    return text.lower() if _TYPE.fullmatch(text) else ""


def checksum(text: str | None) -> tuple[str, bytes] | None:
    """Algorithm and sum of a part as Upload-Checksum gives them; None without one; `Problem` for anything else.

    >>> checksum("sha256 " + base64.b64encode(bytes(32)).decode()) == ("sha256", bytes(32))
    True
    """
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    try:
        value = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != ALGORITHMS.get(algorithm):
        known = " or ".join(ALGORITHMS)
        raise Problem(
            "blob_request_invalid", errors={"Upload-Checksum": f"must be {known} and a sum in base64"}
        )
    return algorithm, value


def expires(moment: datetime) -> str:
    """A time as Upload-Expires has it (RFC 9110).

    >>> from datetime import UTC
    >>> expires(datetime(2026, 11, 22, 10, tzinfo=UTC))
    'Sun, 22 Nov 2026 10:00:00 GMT'
    """
    return format_datetime(moment, usegmt=True)
