"""A pull, step by step: find the position, confirm what the device received, compare, answer, remember.

Everything runs in one REPEATABLE READ transaction, so changes, scope, rights and the numbers of operations are
of one cut. See core/position.py for what a position is and models/offline_position.py for what is remembered.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from odoo import fields as odoo_fields
from odoo.fields import Domain

from ..core import digest
from ..core.digest import MODULUS
from ..core.errors import Problem
from ..core.fields import INTEGER_MAX, format_instant
from ..core.position import Snapshot
from ..core.wire import PullRequest
from . import admission, answers, feed, holdings, names, positions, reader, receipts, rights
from .cuts import Cuts
from .history import OPEN
from .walk import Page, Walk

#: Answers that a device may still show it received, besides the confirmed one.
_KEPT_ANSWERS = 4
#: Rows that do not concern a device move its position only when there are this many of them, or after this time.
_IDLE_ROWS = 1000
_IDLE_TIME = timedelta(minutes=10)


class Pull:
    """One pull of one device. ``device`` is a sudo recordset; content is read in its user's environment."""

    def __init__(self, device, request: PullRequest):
        self.device = device
        self.request = request
        self.env = device.env
        self.cr = device.env.cr
        self.user_env = device._as_user().env
        self.positions = self.env["offline.position"]
        self.snapshot = feed.begin(self.cr)
        self.epoch = self.env["offline.epoch"]._current()

    def run(self) -> answers.Json:
        """The answer (core.wire.PullAnswer) as JSON text, or `Problem`."""
        self.kept = self.positions._of(self.device)
        position = positions.find(self.device, self.request.cursor, self.epoch, self.kept)
        if position is None:
            replay = positions.replay_from(self.device, self.request.cursor)
            return self._answer(cursor=None, complete=False, reset=True, replay_from_seq=replay)
        if self._is_idle(position):
            return self._same_again(position)
        generation = self.env["offline.lane"]._acquire(self.device, "pull")
        if generation is None:
            raise Problem("busy", retry_after_s=1)
        if not position:
            admission.enter(self.env)
        rights.drop_stale_caches(self.env, self.snapshot)
        if self._pins_changed:
            self.device.pins = self.request.pins
        held, pending = self._confirm(position)
        cuts = Cuts(self.device, self.user_env, self.request, position, held, pending)
        if position and cuts.reads_all:
            admission.enter(self.env, goes_on=not position.complete)
        if not position:
            self._mark_claims(held, cuts)
        cuts.check_size()
        walk = Walk(self.cr, position, cuts.entities, self._page_limit())
        page = walk.page()
        closes = page.walk is None
        if closes:
            cuts.remove_strangers(page)
        outcomes = self._outcomes(position, cuts.changes) if closes else []
        renamed = names.renamed(cuts, page) if closes else {}
        if (
            position.complete
            and not self.request.repair
            and not page.size
            and not outcomes
            and not renamed
            and not self._must_move(position, cuts)
        ):
            return self._same_again(position)
        return self._give_out(position, generation, held, cuts, walk, page, outcomes, renamed)

    def _page_limit(self) -> int:
        """How many records a page may carry; a device that asks for more than its profile allows is refused."""
        allowed = self.device.profile_id.limit_page
        if "limit" not in self.request.model_fields_set:
            return min(self.request.limit, allowed)
        if self.request.limit > allowed:
            raise Problem("limit_exceeded", limit={"page": allowed})
        return self.request.limit

    # --- where the device stands --------------------------------------------------------------------------

    def _is_idle(self, position) -> bool:
        """Whether nothing at all became visible since; reads one index entry and writes nothing."""
        return (
            position.complete
            and not self.request.repair
            and not self._pins_changed
            and not feed.count_since(self.cr, Snapshot.parse(position.snapshot), 1)
            and Cuts(self.device, self.user_env, self.request, position).are_as_before(idle=True)
        )

    @property
    def _pins_changed(self) -> bool:
        """Whether the device tells of other pinned records than before."""
        return self.request.pins is not None and self.request.pins != (self.device.pins or {})

    def _must_move(self, position, cuts) -> bool:
        """Whether the position moves although nothing changed for the device: it is far behind, or reads anew."""
        rows = feed.count_since(self.cr, Snapshot.parse(position.snapshot), _IDLE_ROWS)
        late = position.taken_at < odoo_fields.Datetime.now() - _IDLE_TIME
        return rows >= _IDLE_ROWS or bool(rows and late) or not cuts.are_as_before()

    def _same_again(self, position) -> answers.Json:
        """Nothing is new: the same handle comes back."""
        return self._answer(
            cursor=self.request.cursor,
            complete=True,
            digests=_told(position.digests or {}),
        )

    def _confirm(self, position) -> tuple[holdings.Holdings, list[int]]:
        """Make what the device shows to have received the confirmed holdings; forget what it can no longer show.

        Answers what it holds, and the answers that were given and not confirmed.
        """
        others = self.kept - position
        if not position:
            given_out = others.filtered(lambda one: not one.confirmed)
            given_out[_KEPT_ANSWERS - 1 :]._forget()
            said = self.request.held or {}
            claims = holdings.Claims(
                self.device, {e: {i: digest.from_hex(v) for i, v in rows} for e, rows in said.items()}
            )
            return claims, given_out[: _KEPT_ANSWERS - 1].ids
        if position.confirmed:
            kept = others[: _KEPT_ANSWERS - 1]
            others[_KEPT_ANSWERS - 1 :]._forget()
            return holdings.Holdings(self.device), kept.filtered(lambda one: not one.confirmed).ids
        # Using a cursor confirms it, so whatever was given out after it has it as its parent.
        if position.root:
            holdings.clear(self.device)
        holdings.confirm(self.device, position.id)
        position.write({"confirmed": True, "root": False})
        others._forget()
        return holdings.Holdings(self.device), []

    def _mark_claims(self, held, cuts) -> None:
        """Tell what the device merely claims from what it was given: the rest gets version 0.

        A claim outside its scope is removed as the walk comes to it; until then it proves nothing to anybody. One in
        scope is believed, unless the database went back in time: then the id may be another record's by now, with
        equal content and another birth, so that record is sent. What was given before the backup kept its id.
        """
        is_believed = not self.env["offline.epoch"]._went_back()
        for cut in cuts.entities:
            claimed = held.said.get(cut.name, {})
            proven = holdings.given(self.device, cut.name, claimed)
            if is_believed:
                proven |= cut.scope.ids(claimed)
            for record_id in claimed.keys() - proven:
                claimed[record_id] = 0

    # --- the answer -----------------------------------------------------------------------------------------

    def _give_out(self, position, generation, held, cuts, walk, page, outcomes, renamed) -> answers.Json:
        """Remember the answer under a new handle, durably (`feed.begin`), and give it."""
        complete = page.walk is None
        digests = self._digests(position, held, page, cuts)
        nonce = secrets.token_bytes(8)
        taken = self.positions.create(
            {
                "device_id": self.device.id,
                "generation": generation,
                "nonce": nonce.hex(),
                "root": not position,
                "complete": complete,
                "snapshot": str(self.snapshot) if complete else position.snapshot,
                "digests": digests,
            }
            | cuts.state(complete)
            | walk.state(page, self.snapshot)
        )
        self.env.flush_all()
        delta = page.delta()
        if not position:
            # The holdings begin anew with this answer: with what the device said, and what the page changes.
            delta = {
                e: dict(held.said.get(e, {})) | delta.get(e, {}) for e in held.said.keys() | delta.keys()
            }
        holdings.keep_delta(self.cr, taken.id, delta, page.blocks)
        self.env["offline.lane"]._release(self.device, "pull", generation + 1)
        return self._answer(
            cursor=positions.cursor(self.device, generation, nonce, self.epoch),
            complete=complete,
            changes=answers.changes(self.env, page, self._why(page)),
            refs=names.merged(names.of_page(self.user_env, cuts.entities, page), renamed),
            outcomes=outcomes,
            digests=_told(digests) if complete else {},
        )

    def _digests(self, position, held, page: Page, cuts) -> dict[str, tuple[int, str]]:
        """{entity: (count, sum)} of what the device holds with this answer; every entity of the profile has one."""
        before = {
            e: (count, digest.from_hex(total)) for e, (count, total) in (position.digests or {}).items()
        }
        if not position:
            before = {e: (len(rows), digest.digest(rows.values())) for e, rows in held.said.items()}
        digests = {}
        for cut in cuts.entities:
            name = cut.name
            if cut.repair[1]:
                # Whatever went wrong, the sum is counted anew from the rows.
                rows = held.between(name, 0, INTEGER_MAX)
                before[name] = (len(rows), digest.digest(rows.values()))
            (count, total), (more, moved) = before.get(name, (0, 0)), page.moved[name]
            digests[name] = (count + more, digest.to_hex((total + moved) % MODULUS))
        return digests

    def _why(self, page: Page) -> dict[str, set[int]]:
        """{entity: the removed records that still exist}. What a device merely claims to hold tells it nothing."""
        existing = {}
        for name, removed in page.removes.items():
            ids = {record_id for record_id, version in removed.items() if version != 0}
            if self.request.held is not None:
                ids = holdings.given(self.device, name, ids)
            existing[name] = reader.existing_ids(self.env, name, ids)
        return existing

    def _outcomes(self, position, changes) -> list[dict[str, Any]]:
        """Receipts whose state changed after the device got them, since the last complete cut.

        From nothing also of what is open: the database may have lost the decision that the device knows of.
        """
        mine = Domain("device_id", "=", self.device.id)
        # An operation that came again, after a new enrolment for instance, shows what becomes of the first.
        revised = Domain("revision", ">", 0) | Domain("original_id.revision", ">", 0)
        if position.snapshot:
            ids = list(changes.get("offline.operation", ()))
            if not ids:
                return []
            revised &= Domain("id", "in", ids) | Domain("original_id", "in", ids)
        else:
            revised |= Domain("status", "in", OPEN) | Domain("original_id.status", "in", OPEN)
        operations = self.env["offline.operation"].search(mine & revised, order="seq")
        return [receipts.receipt(operation) for operation in operations]

    def _answer(self, changes: answers.Json = answers.NOTHING, **answer: Any) -> answers.Json:
        profile = self.device.profile_id
        return answers.render(
            {
                "reset": False,
                "epoch": self.epoch,
                "server_time": format_instant(odoo_fields.Datetime.now()),
                "poll_after_s": admission.pause_s(profile.poll_interval_s),
                "profile_version": self.device._profile_version(),
                "applied_seq": self.env["offline.lane"]._peek(self.device, "push") - 1,
                "replay_from_seq": None,
                "refs": {},
                "outcomes": [],
                "digests": {},
            }
            | answer,
            changes,
        )


def _told(digests) -> dict[str, dict[str, Any]]:
    """Digests as the wire has them, from {entity: (count, sum)}."""
    return {entity: {"count": count, "sum": total} for entity, (count, total) in digests.items()}
