"""Content versions and the digests that prove both sides hold the same.

A version is 64 bits over entity, id and canonical values; a digest is the sum of versions modulo 2^64, so it can
be kept up by adding and subtracting one version at a time, on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable

MODULUS = 1 << 64
#: Part of every reading fingerprint: raising it makes each device compare all its content anew.
VERSION_SCHEME = 2


def content_text(entity: str, record_id: int, text: str) -> str:
    """What is hashed to the version of a record's content: whose it is, and its values as `fields.json_text` has them.

    The hash itself is PostgreSQL's (`hashtextextended`), so that content need not leave it to be compared.

    >>> content_text("res.partner", 7, '{"a":1}')
    'res.partner,7,{"a":1}'
    """
    return f"{entity},{record_id},{text}"


def to_hex(number: int) -> str:
    """The wire form of a version or a sum: 16 hex digits.

    >>> to_hex(255)
    '00000000000000ff'
    """
    return f"{number % MODULUS:016x}"


def from_hex(text: str) -> int:
    """Read the wire form back.

    >>> from_hex("00000000000000ff")
    255
    """
    if len(text) != 16:
        raise ValueError(f"a version has 16 hex digits, not {len(text)}")
    return int(text, 16)


def to_signed(number: int) -> int:
    """The same 64 bits as PostgreSQL's ``bigint`` holds them.

    >>> to_signed(MODULUS - 1), to_signed(5)
    (-1, 5)
    """
    return number - MODULUS if number >= MODULUS >> 1 else number


def from_signed(number: int) -> int:
    """The inverse of `to_signed`.

    >>> from_signed(-1) == MODULUS - 1
    True
    """
    return number % MODULUS


def digest(versions: Iterable[int]) -> int:
    """The sum of versions modulo 2^64, in any order.

    >>> digest([1, MODULUS - 1, 5])
    5
    """
    return sum(versions) % MODULUS
