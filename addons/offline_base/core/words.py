"""Word-level differences between two texts, for people who compare them."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
#: Comparing takes time that grows with the square of the words; a longer text is marked as a whole.
WORDS_MAX = 2_000


def marked(before: str, after: str) -> list[tuple[str, bool]]:
    """``after`` in pieces: (text, whether it is not in ``before``). The pieces joined are ``after``.

    >>> marked("call Ann on Monday", "call Bob on Monday")
    [('call ', False), ('Bob', True), (' on Monday', False)]
    >>> marked("", "new")
    [('new', True)]
    >>> marked("same", "same")
    [('same', False)]
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > WORDS_MAX:
        return [(after, before != after)]
    pieces: list[tuple[str, bool]] = []
    for tag, _i1, _i2, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if end > start:
            pieces.append(("".join(new[start:end]), tag != "equal"))
    return pieces
