"""Keys of devices and of the office: proofs that a device signs, boxes that it seals.

Signatures are ES256 (RFC 7518) over canonical JSON (RFC 8785), as base64url of r‖s. Boxes are JWE in compact form,
ECDH-ES with A256GCM (RFC 7516, 7518) and nothing else: no compression, so a box is never larger inside than outside.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

_BOXES = jwe.JWERegistry(algorithms=["ECDH-ES", "A256GCM"])
# The library takes 64 KiB unless told otherwise, no more than a morning's work; this is what a call carries.
_BOXES.max_ciphertext_length = 8 * 1024 * 1024


class Unreadable(ValueError):
    """The box is damaged, or sealed to another key."""


def is_signed(public_key: Mapping[str, str] | None, content: Any, signature: str | None) -> bool:
    """Whether this content was signed with the key. A missing or impossible key has signed nothing."""
    if not public_key or not signature:
        return False
    try:
        text = rfc8785.dumps(content)
        key = ECKey.import_key(dict(public_key)).public_key
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        numbers = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(numbers, text, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, TypeError, JoseError):
        # ValueError: coordinates off the curve, base64, or a number that canonical JSON does not know.
        return False
    return len(raw) == 64


def new_key() -> str:
    """A new EC P-256 key pair as JWK with its thumbprint (RFC 7638) as ``kid``, in JSON."""
    key = ECKey.generate_key("P-256")
    return json.dumps({**key.as_dict(private=True), "kid": key.thumbprint()})


def public_part(private_key: str) -> dict[str, str]:
    """What others may know of a key."""
    key = json.loads(private_key)
    return {name: key[name] for name in ("kty", "crv", "x", "y", "kid")}


def open_box(private_key: str, sealed: str) -> bytes:
    """What was sealed, or `Unreadable`."""
    try:
        box = jwe.decrypt_compact(sealed, ECKey.import_key(json.loads(private_key)), registry=_BOXES)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Unreadable(str(error)) from None
    return box.plaintext or b""
