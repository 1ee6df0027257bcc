"""Request bodies: bounded before and after decompression, parsed straight into the declared model."""

from __future__ import annotations

import zlib
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..core.errors import Problem
from ..core.wire import BODY_BYTES

Model = TypeVar("Model", bound=BaseModel)


def read(httprequest, limit: int = BODY_BYTES) -> bytes:
    """The body in clear, at most ``limit`` bytes, or `Problem`."""
    if httprequest.mimetype != "application/json":
        raise Problem("content_type_unsupported")
    raw = httprequest.get_data()
    if len(raw) > limit:
        raise Problem("body_too_large", limit={"body_bytes": limit})
    encoding = (httprequest.headers.get("Content-Encoding") or "identity").strip().lower()
    if encoding == "identity":
        return raw
    if encoding == "gzip":
        return _gunzip(raw, limit)
    raise Problem("content_type_unsupported")


def _gunzip(raw: bytes, limit: int) -> bytes:
    # Decompress one byte more than allowed and no further: a bomb costs what an honest body costs.
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(raw, limit + 1)
    except zlib.error:
        raise Problem("body_malformed") from None
    if len(text) > limit:
        raise Problem("body_too_large", limit={"body_bytes": limit})
    if not inflater.eof:
        raise Problem("body_malformed")
    return text


def parse(text: bytes, model: type[Model]) -> Model:
    """The declared model, or `Problem` naming each place that does not fit.

    pydantic's JSON parser bounds the depth and refuses what is not JSON; nothing else sees the text.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    except RecursionError:
        raise Problem("body_malformed") from None
    if any(detail["type"] == "json_invalid" for detail in details):
        raise Problem("body_malformed", detail=details[0]["msg"])
    places = {".".join(map(str, detail["loc"])) or "body": detail["msg"] for detail in details[:20]}
    unknown = all(detail["type"] == "extra_forbidden" for detail in details)
    raise Problem("envelope_unknown_field" if unknown else "envelope_invalid", errors=places)


def compress(text: bytes, accepted: str) -> tuple[bytes, dict[str, str]]:
    """The answer's bytes and headers, as gzip where the device takes it and it pays."""
    if len(text) < 1024 or "gzip" not in accepted.lower():
        return text, {}
    deflater = zlib.compressobj(level=1, wbits=31)
    return deflater.compress(text) + deflater.flush(), {"Content-Encoding": "gzip"}
