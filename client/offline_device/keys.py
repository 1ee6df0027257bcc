"""The device's key: what it signs to prove that it is itself, and the box in which it hands over its work.

Signatures are ES256 over canonical JSON (RFC 8785), as base64url of r‖s. Boxes are JWE, ECDH-ES with A256GCM.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwe
from joserfc.jwk import ECKey

from offline_core.wire import EscrowKey, PublicKey

#: A private EC key as JWK.
Key = dict[str, Any]


def new_key() -> Key:
    """A new EC P-256 key."""
    return dict(ECKey.generate_key("P-256").as_dict(private=True))


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
    private = ECKey.import_key(key).private_key
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(private.sign(rfc8785.dumps(content), ec.ECDSA(SHA256())))
    return base64.urlsafe_b64encode(r.to_bytes(32) + s.to_bytes(32)).rstrip(b"=").decode()


def seal(to: EscrowKey, content: dict[str, Any], key: Key | None) -> str:
    """A box that only the server opens, with the content signed by this device where it can be."""
    try:
        signature = sign(key, content) if key else None
    except ValueError:
        signature = None
    text = json.dumps({"content": content, "signature": signature}, ensure_ascii=False).encode()
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": to.kid}
    return jwe.encrypt_compact(header, text, ECKey.import_key(to.model_dump(exclude={"kid"})))
