"""What must hold when nothing more happens: devices, the database and the model of truth say the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .devices import Handset
from .truth import WAITING, Truth
from .world import FILE

#: So many of the newest records are looked at for their files: each is asked for by every device.
_FILES = 40


def agree(found: dict[str, Any], truth: dict[str, Any], what: object) -> None:
    """Both are equal; else what differs is told: {name: (found, in the model)}."""
    names = {n for n in found.keys() | truth.keys() if found.get(n, "absent") != truth.get(n, "absent")}
    assert not names, (what, {n: (found.get(n, "absent"), truth.get(n, "absent")) for n in sorted(names)})


def check_device(handset: Handset, truth: Truth) -> None:
    """I1, I4, I8, I10: it holds its scope, names the end of all its work, and waits for nothing but people."""
    mine = {op: sent for op, sent in truth.operations.items() if sent.device == handset.name}
    agree(handset.states(), {op: sent.state for op, sent in mine.items()}, (handset.name, "operations"))
    status = handset.device.status()
    healthy = (status.heals, status.incidents, status.unsent, status.files_waiting)
    assert healthy == (*handset.excused, 0, 0), (handset.name, healthy)
    waiting = {sent.record for sent in mine.values() if sent.state in WAITING}
    for kind in truth.world.policies:
        scope = truth.world.scope(handset.person, kind)
        agree(handset.held(kind), scope, (handset.name, kind))
        for name, record in handset.visible(kind).items():
            assert name in scope or name in waiting, (handset.name, kind, name)
            if name not in waiting and kind != FILE:
                assert handset.called(kind, record.values) == name


def check_files(handsets: Iterable[Handset], truth: Truth) -> None:
    """I4: the bytes of a file go to the devices of those who may read it, or sent it."""
    for name, record in list(truth.world.records.items())[-_FILES:]:
        if record.kind != FILE or not record.exists:
            continue
        sender = next(s.device for s in truth.operations.values() if s.record == name and s.verb == "create")
        for handset in handsets:
            may = truth.world.sees(handset.person, name) or handset.person == truth.owners[sender]
            assert handset.may_fetch(record.values["sha256"]) == may, (handset.name, name)
