"""Text to search in: without case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from offline_core.wire import EntityProfile

_TAG = re.compile(r"<[^>]*>")
_SEARCHED = ("char", "text", "html", "selection")


def fold(text: str) -> str:
    """The form in which texts are compared when searching.

    >>> fold("Crème BRÛLÉE, Straße")
    'creme brulee, strasse'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()


def words(text: str) -> list[str]:
    """The words of a search, all of which must be found.

    >>> words("  Café  Bär ")
    ['cafe', 'bar']
    """
    return fold(text).split()


def searchable(entity: EntityProfile | None, values: Mapping[str, Any]) -> str:
    """The folded text of a record: its texts and the labels of its selections.

    >>> searchable(None, {"name": "Über", "amount": 3.0, "note": None})
    'uber'
    """
    if entity is None:
        return fold("\n".join(value for value in values.values() if isinstance(value, str)))
    parts = []
    for field in entity.fields_:
        value = values.get(field.name)
        if not isinstance(value, str) or field.type not in _SEARCHED:
            continue
        if field.type == "selection":
            value = dict(field.selection or ()).get(value, value)
        parts.append(_TAG.sub(" ", value) if field.type == "html" else value)
    return fold("\n".join(parts))
