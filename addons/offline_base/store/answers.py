"""The text of an answer: rows come as JSON from the reader and are put together, never taken apart."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .reader import Block
from .sql_reader import UID_NULL
from .walk import Page


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
    for name in dict.fromkeys([*page.blocks, *page.upserts, *page.removes]):
        rows, removed = page.upserts.get(name, {}), page.removes.get(name, {})
        blocks = page.blocks.get(name, ())
        if not rows and not removed and not blocks:
            continue
        uids = env["offline.identity"]._uids(name, rows) if rows else {}
        upserts = ",".join(
            [
                *(text for block in blocks for text in _with_uids(env, name, block)),
                *(
                    f'{{"id":{row.id},"uid":{_uid(uids.get(row.id))},"born":"{row.born}",'
                    f'"v":"{row.version:016x}","values":{row.text}}}'
                    for row in rows.values()
                ),
            ]
        )
        there = existing.get(name, ())
        removes = [{"id": i, "why": "scope" if i in there else "deleted"} for i in sorted(removed)]
        parts.append(f'{{"entity":{json.dumps(name)},"upserts":[{upserts}],"removes":{_dump(removes)}}}')
    return Json(f"[{','.join(parts)}]")


def _with_uids(env, name: str, block: Block) -> Sequence[str]:
    """The upserts of a block, each with its uid where the record was born on a device."""
    uids = env["offline.identity"]._uids_between(name, block.ids[0], block.ids[-1])
    if not uids:
        return block.upserts
    return [
        text.replace(UID_NULL, f',"uid":"{uids[i]}","born":"', 1) if i in uids else text
        for i, text in zip(block.ids, block.upserts, strict=True)
    ]


def _uid(uid: str | None) -> str:
    return f'"{uid}"' if uid else "null"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
