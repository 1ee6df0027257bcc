"""A pull, step by step: find the position, confirm what the device received, compare, answer, remember.

Everything runs in one REPEATABLE READ transaction, so changes, scope, rights and the numbers of operations are
of one cut. See core/position.py for what a position is and models/offline_position.py for what is remembered.
"""

from __future__ import annotations

import random
import secrets
from collections import defaultdict
from typing import Any

from odoo import fields as odoo_fields
from odoo.fields import Domain

from ..core import digest
from ..core.errors import Problem
from ..core.fields import format_instant
from ..core.position import Snapshot
from ..core.wire import PullRequest
from . import feed, positions, reader, receipts
from .walk import EntityCut, Walk

#: Answers that a device may still show it received, besides the confirmed one.
_KEPT_ANSWERS = 4
#: Rows that do not concern a device move its position only when there are this many of them.
_IDLE_ROWS = 1000


class Pull:
    """One pull of one device. ``device`` is a sudo recordset; content is read in its user's environment."""

    def __init__(self, device, request: PullRequest):
        self.device = device
        self.request = request
        self.env = device.env
        self.cr = device.env.cr
        self.user_env = device._as_user().env
        self.positions = self.env["offline.position"]
        self.snapshot = feed.current_snapshot(self.cr)

    def run(self) -> dict[str, Any]:
        """The answer (core.wire.PullAnswer), or `Problem`."""
        if self.request.repair is not None:
            raise Problem("not_in_this_version")
        position = positions.find(self.device, self.request.cursor)
        if position is None:
            return self._answer(cursor=None, complete=False, reset=True)
        if position and position.complete and self._is_idle(position):
            return self._answer(
                cursor=self.request.cursor,
                complete=True,
                digests=self._digests(self._confirmed_view(position)),
            )
        generation = self.env["offline.lane"]._acquire(self.device, "pull")
        if generation is None:
            raise Problem("busy", retry_after_s=1)
        held = self._confirm(position)
        self.claimed = defaultdict(
            set, {e: {i for i, v in rows.items() if not v} for e, rows in held.items()}
        )
        changes = self._changes(position)
        cuts = self._cuts(position, held, changes)
        self.device.profile_id._check_records(sum(len(cut.scope) for cut in cuts))
        walk = Walk(self.cr, position, cuts, self._page_limit())
        page = walk.page()
        outcomes = self._outcomes(position, changes) if page.walk is None else []
        if (
            position
            and position.complete
            and not page.size
            and not outcomes
            and not self._must_move(position, walk)
        ):
            return self._answer(cursor=self.request.cursor, complete=True, digests=self._digests(held))
        return self._give_out(position, generation, held, walk, page) | {"outcomes": outcomes}

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
            not feed.count_since(self.cr, Snapshot.parse(position.snapshot), 1)
            and self._fingerprints() == position.fingerprints
        )

    def _must_move(self, position, walk) -> bool:
        """Whether the position moves although nothing changed for the device: it is far behind, or reads anew."""
        rows = feed.count_since(self.cr, Snapshot.parse(position.snapshot), _IDLE_ROWS)
        return rows >= _IDLE_ROWS or walk.fingerprints != position.fingerprints

    def _confirmed_view(self, position) -> dict[str, dict[int, int]]:
        """What the device holds at this position: the confirmed holdings, and this answer if it is not among them.

        Using a cursor confirms it, so whatever was given out after it has it as its parent.
        """
        held = defaultdict(dict) if position.root else self.env["offline.holding"]._load(self.device)
        if not position.confirmed:
            _apply_delta(held, position.delta)
        return held

    def _confirm(self, position) -> dict[str, dict[int, int]]:
        """Make what the device shows to have received the confirmed holdings; forget what it can no longer show."""
        if not position:
            given_out = self.positions.search(
                [("device_id", "=", self.device.id), ("confirmed", "=", False)], order="generation desc"
            )
            given_out[_KEPT_ANSWERS - 1 :].unlink()
            return self._said_held()
        held = self._confirmed_view(position)
        others = self.positions.search([("device_id", "=", self.device.id), ("id", "!=", position.id)])
        if position.confirmed:
            others.sorted("generation", reverse=True)[_KEPT_ANSWERS - 1 :].unlink()
            return held
        if position.root:
            self.env["offline.holding"]._clear(self.device)
        self.env["offline.holding"]._apply(
            self.device, held, {e: map(int, d) for e, d in position.delta.items()}
        )
        position.write({"confirmed": True, "root": False, "delta": False})
        others.unlink()
        return held

    def _said_held(self) -> dict[str, dict[int, int]]:
        said = self.request.held or {}
        return defaultdict(dict, {e: {i: digest.from_hex(v) for i, v in rows} for e, rows in said.items()})

    # --- what changed ---------------------------------------------------------------------------------------

    def _changes(self, position) -> dict[str, set[int]]:
        """{model: ids} since the last complete cut; this worker's caches are dropped when rights are among them."""
        since = position.snapshot or position.walk_snapshot
        changes = feed.changes_since(self.cr, Snapshot.parse(since)) if since else {}
        if not since or changes.keys() & self.env["offline.capture"]._rights_models():
            # Odoo commits before it tells other workers to drop their caches; this pull must not read through them.
            self.env.registry.clear_all_caches()
            self.env.registry.cache_invalidated.clear()
            self.env.invalidate_all()
        return changes

    def _fingerprints(self) -> dict[str, str]:
        return {
            adapter._offline_model: reader.fingerprint(adapter, adapter._offline_specs())
            for _line, adapter in self._lines()
        }

    def _lines(self):
        return self.device.profile_id.with_env(self.user_env)._lines()

    def _cuts(self, position, held, changes) -> list[EntityCut]:
        """Each entity of the profile in this cut."""
        known = position.fingerprints or {}
        start = not position.snapshot
        maybe = self._maybe_held(position)
        cuts = []
        for line, adapter in self._lines():
            name = adapter._offline_model
            specs = adapter._offline_specs()
            fingerprint = reader.fingerprint(adapter, specs)
            touched = adapter._offline_touched(changes)
            cuts.append(
                EntityCut(
                    adapter=adapter,
                    specs=specs,
                    fingerprint=fingerprint,
                    scope=set(reader.scope_ids(adapter, line, self.device)),
                    held=held[name],
                    maybe=maybe.get(name, set()),
                    changed=touched,
                    compare_all=start or known.get(name) != fingerprint or feed.ALL in touched,
                )
            )
        return cuts

    def _maybe_held(self, position) -> dict[str, set[int]]:
        """Ids of answers that were given and not confirmed: their removal must be said, come what may."""
        pending = (
            self.positions.search([("device_id", "=", self.device.id), ("confirmed", "=", False)]) - position
        )
        maybe: dict[str, set[int]] = defaultdict(set)
        for answer in pending:
            for entity, delta in (answer.delta or {}).items():
                maybe[entity].update(int(i) for i, v in delta.items() if v is not None)
        return maybe

    # --- the answer -----------------------------------------------------------------------------------------

    def _give_out(self, position, generation, held, walk, page):
        """Remember the answer under a new handle, durably, and give it."""
        cuts = walk.cuts
        # A cursor of a transaction that never reached disk could name numbers that PostgreSQL gives out again.
        self.cr.execute("SET LOCAL synchronous_commit = on")
        self._remove_strangers(page, held, cuts)
        delta = _delta(page)
        if not position:
            # The holdings begin anew with this answer: with what the device said, and what the page changes.
            self._mark_claims(held, cuts)
            said = {e: {str(i): digest.to_hex(v) for i, v in rows.items()} for e, rows in held.items()}
            delta = {e: said.get(e, {}) | delta.get(e, {}) for e in said.keys() | delta.keys()}
        complete = page.walk is None
        fingerprints = walk.fingerprints
        # What a page of this walk showed in another way than the last cut is compared until the next one closes.
        known = {n: f for n, f in (position.fingerprints or {}).items() if fingerprints.get(n) == f}
        nonce = secrets.token_bytes(8)
        self.positions.create(
            {
                "device_id": self.device.id,
                "generation": generation,
                "nonce": nonce.hex(),
                "root": not position,
                "complete": complete,
                "snapshot": str(self.snapshot) if complete else position.snapshot,
                "fingerprints": fingerprints if complete else known,
                "delta": delta,
            }
            | walk.state(page, self.snapshot)
        )
        self.env.flush_all()
        self.env["offline.lane"]._release(self.device, "pull", generation + 1)
        _apply_delta(held, delta)
        return self._answer(
            cursor=positions.cursor(self.device, generation, nonce),
            complete=complete,
            changes=self._wire_changes(cuts, page),
            refs=self._refs(cuts, page),
            digests=self._digests(held) if complete else {},
        )

    def _mark_claims(self, held, cuts):
        """Tell what the device merely claims from what it was given: claims outside its scope get version 0.

        They are removed as the walk comes to them; until then they prove nothing to anybody.
        """
        given = self.env["offline.holding"]._given(self.device)
        for cut in cuts:
            for record_id in cut.held.keys() - cut.scope - given[cut.name]:
                held[cut.name][record_id] = 0

    def _remove_strangers(self, page, held, cuts):
        """Entities that left the profile leave the device."""
        names = {cut.name for cut in cuts}
        for entity in held.keys() - names:
            page.removes[entity].update(held[entity])

    def _wire_changes(self, cuts, page):
        changes = []
        for name in dict.fromkeys([c.name for c in cuts] + list(page.removes)):
            upserts, removes = page.upserts.get(name, {}), page.removes.get(name, set())
            if not upserts and not removes:
                continue
            uids = self.env["offline.identity"]._uids(name, upserts)
            born = reader.births(self.env, name, upserts) if upserts else {}
            existing = self._existing(name, removes)
            changes.append(
                {
                    "entity": name,
                    "upserts": [
                        {"id": i, "uid": uids.get(i), "born": born[i], "v": v, "values": values}
                        for i, (v, values) in upserts.items()
                    ],
                    "removes": [
                        {"id": i, "why": "scope" if i in existing else "deleted"} for i in sorted(removes)
                    ],
                }
            )
        return changes

    def _existing(self, name, ids) -> set[int]:
        """Which of the removed records are still there. What a device merely claims to hold tells it nothing."""
        if self.request.held is not None:
            ids = ids & self.env["offline.holding"]._given(self.device)[name]
        else:
            ids = ids - self.claimed[name]
        return reader.existing_ids(self.env, name, ids) if name in self.env else set()

    def _refs(self, cuts, page):
        """Names of records that the page points to and the device does not hold."""
        scopes = {cut.name: cut.scope for cut in cuts}
        wanted: dict[str, set[int]] = defaultdict(set)
        for cut in cuts:
            rows = [values for _v, values in page.upserts.get(cut.name, {}).values()]
            for target, ids in reader.references(cut.specs, rows).items():
                wanted[target].update(ids - scopes.get(target, set()))
        named = {
            model: reader.display_names(self.user_env, model, ids) for model, ids in sorted(wanted.items())
        }
        return {model: names for model, names in named.items() if names}

    def _outcomes(self, position, changes):
        """Receipts whose state changed after the device got them, since the last complete cut."""
        mine = Domain("device_id", "=", self.device.id)
        # An operation that came again, after a new enrolment for instance, shows what becomes of the first.
        revised = Domain("revision", ">", 0) | Domain("original_id.revision", ">", 0)
        if position.snapshot:
            ids = list(changes.get("offline.operation", ()))
            revised &= Domain("id", "in", ids) | Domain("original_id", "in", ids)
        operations = self.env["offline.operation"].search(mine & revised, order="seq")
        return [receipts.receipt(operation) for operation in operations]

    def _digests(self, held):
        return {
            adapter._offline_model: {"count": len(rows), "sum": digest.to_hex(digest.digest(rows.values()))}
            for _line, adapter in self._lines()
            for rows in [held.get(adapter._offline_model, {})]
        }

    def _answer(self, **answer):
        profile = self.device.profile_id
        return {
            "reset": False,
            "epoch": self.env["offline.epoch"]._current(),
            "server_time": format_instant(odoo_fields.Datetime.now()),
            "poll_after_s": max(1, round(profile.poll_interval_s * random.uniform(0.8, 1.2))),
            "profile_version": self.device._profile_version(),
            "applied_seq": self.env["offline.lane"]._peek(self.device, "push") - 1,
            "replay_from_seq": None,
            "changes": [],
            "refs": {},
            "outcomes": [],
            "digests": {},
        } | answer


def _apply_delta(held, delta):
    for entity, rows in (delta or {}).items():
        for record_id, version in rows.items():
            if version is None:
                held[entity].pop(int(record_id), None)
            else:
                held[entity][int(record_id)] = digest.from_hex(version)


def _delta(page):
    """{entity: {id: version, or None for a removal}} of what a page changes on the device; ids as JSON has them."""
    delta: dict[str, dict[str, str | None]] = defaultdict(dict)
    for entity, rows in page.upserts.items():
        delta[entity].update({str(i): v for i, (v, _values) in rows.items()})
    for entity, ids in page.removes.items():
        delta[entity].update({str(i): None for i in ids})
    return dict(delta)
