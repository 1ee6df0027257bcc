"""Uploads by tus 1.0.0, and the bytes of photos and documents. The rules are in `store.blobs`."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import UTC

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from odoo.http import Controller, Response, request, route

from ..core import tus
from ..core.errors import Problem
from ..store import blob_reading
from ..store.blobs import Blobs
from . import problems
from .dispatcher import BLOBS
from .main import _device

_UPLOAD = BLOBS + "/uploads/<string:hash>"
_READ = BLOBS + "/sha256/<string:hash>"
#: Beyond this a body waits in a file; a worker's memory does not grow with what a device sends.
_MEMORY_BYTES = 2 * tus.CHUNK_BYTES


def _blob_route(url: str, methods: tuple[str, ...], auth: str = "offline_upload"):
    options = {"offline_raw": True, "offline_methods": {url: methods}}
    return route(url, type="offline", auth=auth, csrf=False, save_session=False, readonly=False, **options)


class OfflineBlobController(Controller):
    """Photos and documents, by the SHA-256 of their bytes."""

    @_blob_route(BLOBS, ("POST", "OPTIONS"))
    def create(self, payload, attempt):
        """Begin an upload, or find where it stands."""
        if request.httprequest.method == "OPTIONS":
            return _options()
        _check_version()
        declared = tus.creation(request.httprequest.headers)
        blob = _blobs().begin(declared)
        headers = {"Location": f"{BLOBS}/uploads/{declared.sha256}", **_progress(blob)}
        return _answer(201, headers)

    @_blob_route(_UPLOAD, ("HEAD", "PATCH", "OPTIONS"))
    def upload(self, payload, attempt, hash):
        """Where an upload stands, or more of its bytes."""
        if request.httprequest.method == "OPTIONS":
            return _options()
        _check_version()
        if request.httprequest.method == "HEAD":
            blob = _blobs().find(hash)
            return _answer(200, {"Upload-Length": str(blob.size), **_progress(blob)})
        headers = request.httprequest.headers
        if request.httprequest.mimetype != tus.CONTENT_TYPE or headers.get("Content-Encoding"):
            raise Problem("blob_type_unsupported")
        offset = tus.number(headers.get("Upload-Offset"))
        if offset is None:
            raise Problem("blob_request_invalid", errors={"Upload-Offset": "must be a number of bytes"})
        checksum = tus.checksum(headers.get("Upload-Checksum"))
        blobs = _blobs()
        received, whole = _body(blobs.limits.blob_bytes)
        if checksum is not None and (not whole or checksum[1] != _digest(received, checksum[0])):
            raise Problem("blob_checksum_wrong")
        blob = blobs.append(hash, offset, received)
        if not blob:
            # Refused, and yet committed: the bytes that prove nothing must go.
            refused = problems.render(Problem("blob_hash_wrong"), request.env)
            refused.headers["Tus-Resumable"] = tus.VERSION
            return refused
        return _answer(204, _progress(blob))

    @_blob_route(_READ, ("GET", "HEAD"), auth="offline_device")
    def read(self, payload, attempt, hash):
        """The bytes that the user may read now, a part of them, or a small picture."""
        args = request.httprequest.args
        size = args.get("size")
        if size is not None and size not in blob_reading.SIZES:
            sizes = ", ".join(blob_reading.SIZES)
            raise Problem("blob_request_invalid", errors={"size": f"must be one of {sizes}"})
        found = blob_reading.find(_device(), hash)
        content = blob_reading.thumbnail(found, int(size)) if size else found
        return _bytes(hash, content, size)


def _blobs() -> Blobs:
    return Blobs(_device())


def _check_version() -> None:
    if request.httprequest.headers.get("Tus-Resumable") != tus.VERSION:
        raise Problem("tus_unsupported")


def _options() -> Response:
    return _answer(
        204,
        {
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(tus.BLOB_BYTES_MAX),
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
        },
    )


def _answer(status: int, headers: dict[str, str]) -> Response:
    always = {"Tus-Resumable": tus.VERSION, "Cache-Control": "no-store"}
    response = Response(status=status, headers=always | headers)
    response.headers.remove("Content-Type")  # there is no content
    return response


def _progress(blob) -> dict[str, str]:
    headers = {"Upload-Offset": str(blob.received)}
    if blob.expires_at:
        headers["Upload-Expires"] = tus.expires(blob.expires_at.replace(tzinfo=UTC))
    return headers


def _body(limit: int):
    """The bytes of this request in a file, and whether all of them came; read once, whatever runs again.

    What came before a connection broke is worth keeping: a device on a bad line gets ahead with every try.
    """
    kept = getattr(request, "offline_body", None)
    if kept is None:
        kept = request.offline_body = _receive(limit)
    received, whole = kept
    received.seek(0)
    return received, whole


def _receive(limit: int):
    httprequest = request.httprequest
    if (httprequest.content_length or 0) > limit:
        raise Problem("limit_exceeded", limit={"blob_bytes": limit})
    # Odoo's wrapper gives a body only as a whole, in memory.
    stream = httprequest._HTTPRequest__wrapped.stream
    received = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 - lives as long as the request
    count = 0
    try:
        while part := stream.read(min(tus.CHUNK_BYTES, limit + 1 - count)):
            received.write(part)
            count += len(part)
            if count > limit:
                raise Problem("limit_exceeded", limit={"blob_bytes": limit})
    except (ClientDisconnected, ConnectionError):
        return received, False
    except RequestEntityTooLarge:
        raise Problem("limit_exceeded", limit={"blob_bytes": limit}) from None
    return received, True


def _digest(received, algorithm: str) -> bytes:
    digest = hashlib.file_digest(received, algorithm).digest()
    received.seek(0)
    return digest


def _bytes(sha256: str, content: blob_reading.Content, size: str | None) -> Response:
    """The answer: never shown in place by a browser, never guessed at, cached by its own name for ever."""
    httprequest = request.httprequest
    etag = sha256 if size is None else f"{sha256}-{size}"
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "attachment",
    }
    response = Response(content.data, headers=headers, content_type=content.mimetype)
    response.set_etag(etag)
    environ = httprequest._HTTPRequest__wrapped.environ
    try:
        return response.make_conditional(environ, accept_ranges=True, complete_length=len(content.data))
    except Exception as error:
        if getattr(error, "code", None) == 416:
            raise Problem("blob_range_invalid") from None
        raise
