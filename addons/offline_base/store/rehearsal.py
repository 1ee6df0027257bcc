"""A push that is tried and taken back: the receipts that it would get now, and nothing else.

It runs as a push does, inside a savepoint that is always rolled back, together with what was to happen after the
commit. What cannot be taken back are numbers that PostgreSQL's sequences gave out: ids and document numbers have gaps.
"""

from __future__ import annotations

from typing import Any

from odoo.tools import SQL

from ..core.errors import Problem
from ..core.wire import PUSH_LIMIT, PushRequest
from .outcome import guarded, no_commit
from .push import Push
from .replay import QUIETLY


class _TakenBack(Exception):
    """Ends the savepoint; carries what the push answered."""

    def __init__(self, answer: dict[str, Any]):
        super().__init__()
        self.answer = answer


class Rehearsal(Push):
    """One dry run. What finishes by itself, and could not be taken back, is refused with the whole call."""

    def __init__(self, device, request: PushRequest, *, most: int = PUSH_LIMIT):
        super().__init__(device.with_context(**QUIETLY), request, most=most)

    def run(self) -> dict[str, Any]:
        """The answer of the push; names that only its own records had are left out, their uids stay."""
        cr = self.env.cr
        try:
            with guarded(cr), no_commit(cr):
                raise _TakenBack(super().run())
        except _TakenBack as end:
            answer = end.answer
        # The transaction's caches went with the savepoint; this worker's may know what was there meanwhile.
        self.env.registry.reset_changes()
        self._leave_out_names_of_nothing(answer["receipts"])
        next_seq = self.env["offline.lane"]._peek(self.device, "push")
        return answer | {"next_seq": next_seq, "dry_run": True}

    def _leave_out_names_of_nothing(self, receipts: list[dict[str, Any]]) -> None:
        targets = [receipt["target"] for receipt in receipts if (receipt["target"] or {}).get("uid")]
        uids = [target["uid"] for target in targets]
        self.env.cr.execute(SQL("SELECT uid FROM offline_identity WHERE uid = ANY(%s)", uids))
        known = {uid for (uid,) in self.env.cr.fetchall()}
        for target in targets:
            if target["uid"] not in known:
                target["id"] = target["born"] = None

    def _interrupted(self):
        if found := super()._interrupted():
            raise Problem("dry_run_impossible", seq=found[0].seq)
        return found

    def _commits(self, group, known, applier) -> bool:
        if super()._commits(group, known, applier):
            raise Problem("dry_run_impossible", seq=group[0].seq)
        return False
