"""What a device holds, compared with a fresh reading: a difference that nothing explains is a defect.

Explained is what the change log speaks of, and what the next pull compares anyway. A defect is logged with entity,
id and field, and the record is noted as changed, so that the next pull of every device looks at it again.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from odoo.tools import SQL

from ..core.digest import MODULUS, from_hex, to_hex
from ..core.wire import PullRequest, VerifyRequest
from . import feed, holdings, positions, reader
from .cuts import Cuts
from .walk import CHANGED

_logger = logging.getLogger(__name__)
#: Defects of one entity that are told one by one.
_TOLD = 20


def verify(device, request: VerifyRequest) -> dict[str, Any]:
    """The shards (core.wire.VerifyAnswer) in which the device holds other than the server says, or should hold."""
    position = _position(device, request.cursor)
    if not position:
        return {"differ": list(range(request.shards))}
    held, differing = _compared(device, _cuts(device, position), request.entity)
    ours: dict[int, int] = defaultdict(int)
    for record_id, version in held.items():
        ours[record_id % request.shards] += version
    differ = {shard for shard, total in enumerate(request.sums) if from_hex(total) != ours[shard] % MODULUS}
    differ |= {record_id % request.shards for record_id in differing}
    return {"differ": sorted(differ)}


def _position(device, cursor: str | None):
    if cursor is not None:
        position = positions.find(device, cursor, device.env["offline.epoch"]._current())
        return position if position and position.complete else None
    newest = [("device_id", "=", device.id), ("complete", "=", True)]
    return device.env["offline.position"].search(newest, order="generation desc", limit=1)


def _cuts(device, position) -> Cuts:
    feed.begin(device.env.cr)
    request = PullRequest(cursor=None)
    return Cuts(device, device._as_user().env, request, position, holdings.Holdings(device))


def _compared(device, cuts: Cuts, entity: str) -> tuple[dict[int, int], set[int]]:
    """What the device holds of an entity, and which of it reads otherwise now although nothing explains it."""
    held = holdings.view(device, cuts.position, entity)
    cut = next((cut for cut in cuts.entities if cut.name == entity), None)
    if cut is None or cut.compare != CHANGED:
        return held, set()
    fresh = {row.id: row.version for row in reader.read_rows(cut.scope, cut.reading)}
    differ = {i for i in held.keys() | fresh.keys() if held.get(i) != fresh.get(i)} - cut.changed
    if differ:
        _tell(device, cut, differ, held, fresh)
        _touch(device.env.cr, entity, differ)
    return held, differ


def _tell(device, cut, differ: Collection[int], held: dict[int, int], fresh: dict[int, int]) -> None:
    for record_id in sorted(differ)[:_TOLD]:
        one, other = held.get(record_id), fresh.get(record_id)
        if one is not None and other is not None:
            what = f"holds version {to_hex(one)}, reads as {to_hex(other)}; fields: {_fields(cut, record_id)}"
        else:
            what = "is in scope and not held" if one is None else "is held and not in scope"
        _logger.error("Device %s: %s %s %s", device.uid, cut.name, record_id, what)
    if len(differ) > _TOLD:
        _logger.error("Device %s: %s: %s more", device.uid, cut.name, len(differ) - _TOLD)


def _fields(cut, record_id: int) -> str:
    """The fields that SQL and ORM show differently; none of them if the change was not captured."""
    scope, reading = cut.scope, cut.reading
    [row] = reader.read_rows(scope, reading, ids=[record_id])
    values = reader.read_values(scope.adapter, reading.specs, [record_id])[record_id]
    shown = json.loads(row.text)
    names = [name for name, value in values.items() if shown[name] != value]
    return ", ".join(names) or f"any of {', '.join(reading.specs)} (changed without a row in the log)"


def _touch(cr, entity: str, ids: Iterable[int]) -> None:
    cr.execute(
        SQL(
            "INSERT INTO offline_change (model, res_id, op) SELECT %s, i, 'u' FROM unnest(%s) AS i",
            entity,
            list(ids),
        )
    )


def check_sample(env, number: int) -> dict[str, int]:
    """Check some devices, picked at random: {"devices": how many, "defects": how many}."""
    env.cr.execute(
        SQL(
            """SELECT id FROM offline_device d WHERE state = 'active'
                  AND EXISTS (SELECT 1 FROM offline_position WHERE device_id = d.id AND complete)
                ORDER BY random() LIMIT %s""",
            number,
        )
    )
    devices = env["offline.device"].browse(row[0] for row in env.cr.fetchall())
    return check_all(
        devices.with_user(1).sudo()
    )  # sudo: engine records; content is read as each device's user


def check_all(devices) -> dict[str, int]:
    """Check devices: {"devices": how many could be, "defects": how many}. Not those refused, or new."""
    checked = defects = 0
    for device in devices:
        position = _position(device, None)
        if position and device.state == "active" and device._may_work():
            checked += 1
            cuts = _cuts(device, position)
            defects += sum(len(_compared(device, cuts, entity)[1]) for entity in position.scopes or {})
    return {"devices": checked, "defects": defects}
