"""The device's key: what it signs to prove that it is itself, and the box in which it hands over its work.

Signatures are ES256 over canonical JSON (RFC 8785), as base64url of r‖s. Boxes are JWE, ECDH-ES with A256GCM.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import rfc8785

from offline_core.wire import EscrowKey, PublicKey

# What keys and boxes need is loaded with the first of them: together 9 MB, that few processes ever use.

#: A private EC key as JWK.
Key = dict[str, Any]


def new_key() -> Key:
    """A new EC P-256 key.

    >>> sorted(new_key())
    ['crv', 'd', 'kty', 'x', 'y']
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    point = numbers.public_numbers
    parts = {"x": point.x, "y": point.y, "d": numbers.private_value}
    return {"kty": "EC", "crv": "P-256"} | {name: _text(part.to_bytes(32)) for name, part in parts.items()}


def public_part(key: Key) -> PublicKey:
    """What the server may know of it.

    >>> public_part(new_key()).crv
    'P-256'
    """
    return PublicKey.model_validate({name: key[name] for name in ("kty", "crv", "x", "y")})


def sign(key: Key, content: dict[str, Any]) -> str:
    """The signature; ValueError for a number that canonical JSON does not know (beyond 2^53).

    >>> len(sign(new_key(), {"a": 1.5}))
    86
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    private = ec.derive_private_key(_number(key["d"]), ec.SECP256R1())
    r, s = decode_dss_signature(private.sign(rfc8785.dumps(content), ec.ECDSA(SHA256())))
    return _text(r.to_bytes(32) + s.to_bytes(32))


def seal(to: EscrowKey, content: dict[str, Any], key: Key | None) -> str:
    """A box that only the server opens, with the content signed by this device where it can be."""
    from joserfc import jwe
    from joserfc.jwk import ECKey

    try:
        signature = sign(key, content) if key else None
    except ValueError:
        signature = None
    text = json.dumps({"content": content, "signature": signature}, ensure_ascii=False).encode()
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": to.kid}
    return jwe.encrypt_compact(header, text, ECKey.import_key(to.model_dump(exclude={"kid"})))


def _text(part: bytes) -> str:
    """As base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
