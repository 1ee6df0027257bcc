"""The text of an answer: rows come as JSON from the reader and are put together, never taken apart."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from . import reader
from .walk import EntityCut, Page


class Json(str):
    """A complete JSON document, ready for the wire."""

    __slots__ = ()


NOTHING = Json("[]")


def render(answer: Mapping[str, Any], changes: Json) -> Json:
    """The whole answer of a pull."""
    return Json(f'{_dump(answer)[:-1]},"changes":{changes}}}')


def changes(env, page: Page, existing: Mapping[str, Collection[int]]) -> Json:
    """The ``changes`` of a page; ``existing`` are the removed records that are still there."""
    parts = []
    for name in dict.fromkeys([*page.upserts, *page.removes]):
        rows, removed = page.upserts.get(name, {}), page.removes.get(name, {})
        if not rows and not removed:
            continue
        uids = env["offline.identity"]._uids(name, rows) if rows else {}
        upserts = ",".join(
            f'{{"id":{row.id},"uid":{_uid(uids.get(row.id))},"born":"{row.born}","v":"{row.version:016x}",'
            f'"values":{row.text}}}'
            for row in rows.values()
        )
        there = existing.get(name, ())
        removes = [{"id": i, "why": "scope" if i in there else "deleted"} for i in sorted(removed)]
        parts.append(f'{{"entity":{json.dumps(name)},"upserts":[{upserts}],"removes":{_dump(removes)}}}')
    return Json(f"[{','.join(parts)}]")


def _uid(uid: str | None) -> str:
    return f'"{uid}"' if uid else "null"


def refs(user_env, cuts: Collection[EntityCut], page: Page) -> dict[str, dict[str, str]]:
    """Names of records that the page points to and the device does not hold."""
    scopes = {cut.name: cut.scope for cut in cuts}
    wanted: dict[str, set[int]] = defaultdict(set)
    for cut in cuts:
        if rows := page.upserts.get(cut.name):
            for target, ids in reader.references(cut.reading, rows.values()).items():
                wanted[target].update(ids)
    named = {}
    for model, ids in sorted(wanted.items()):
        outside = ids - scopes[model].ids(ids) if model in scopes else ids
        named[model] = reader.display_names(user_env, model, outside)
    return {model: names for model, names in named.items() if names}


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
