"""What a device did before, as far as it decides what its next operation means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from odoo.tools import SQL

from ..core.merge import COMBINING
from ..core.wire import ByUid, Operation

if TYPE_CHECKING:
    from .outcome import Outcome

#: States in which an operation waits: for a person, or for another operation.
OPEN = ("conflict", "rejected", "deferred", "unknown")
_FIELD_VERBS = ("create", "update")
#: The verbs by which a device decides about an operation that it sent before.
FOLLOW_UPS = frozenset({"amend", "discard", "resolve"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """An operation that has no final state: who it is about and what waits for it.

    ``place`` is where it stands in the device's order: an amendment takes the place of what it replaces.
    """

    seq: int
    place: int
    unit: str | None
    roots: tuple[int, ...]
    entity: str
    verb: str
    res_id: int | None
    uid: str | None
    fields: frozenset[str]
    #: The uids that a named operation gives to the records that it makes.
    makes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Earlier:
    """A value as this device sent it, what the server made of it, and whether others had a part in that."""

    sent: Any
    stored: Any
    is_merged: bool
    #: The version that its person saw, and how many answers the device had been given when it ended. None: not known.
    base_v: str | None = None
    ended: int | None = None


class History:
    """One device's parked operations and its earlier values, loaded as needed and kept up within a call."""

    def __init__(self, device):
        self.env = device.env
        self.device = device
        self._waiting: list[Waiting] | None = None
        self._values: dict[tuple[str, int], dict[str, list[Earlier]]] = {}
        self._versions: dict[tuple[str, int], list[tuple[str | None, str]]] = {}
        self._chosen: dict[tuple[str, int, str], datetime] = {}
        self._answers: int | None = None
        #: {operation id: how many answers the device had been given when it came}, of what came before this call.
        self.came: dict[str, int] = {}

    @property
    def answers(self) -> int:
        """How many answers of a pull the device has been given by now."""
        if self._answers is None:
            self._answers = self.env["offline.lane"]._peek(self.device, "pull")
        return self._answers

    # --- what waits -----------------------------------------------------------------------------------------

    def waiting(self) -> list[Waiting]:
        """The device's parked operations, in order: its own, and what it sent again after another enrolment."""
        if self._waiting is None:
            self.env.cr.execute(
                SQL(
                    """SELECT seq, COALESCE(place, seq) AS place, unit_uid, status, blocked_by, entity, verb, res_id,
                              target_uid, COALESCE(wanted, payload)->'values', COALESCE(wanted, payload)->'args'
                         FROM offline_operation
                        WHERE device_id = %(device)s AND NOT is_repeat AND status = ANY(%(open)s)
                        UNION ALL
                       SELECT again.seq, again.seq, NULL, first.status,
                              -- The roots by their numbers here, as far as they were sent again as well.
                              (SELECT jsonb_agg(root.seq ORDER BY root.seq)
                                 FROM offline_operation root JOIN offline_operation named ON named.id = root.original_id
                                WHERE root.device_id = again.device_id AND root.original_id IS NOT NULL
                                  AND named.device_id = first.device_id
                                  AND first.blocked_by @> to_jsonb(named.seq)),
                              first.entity, first.verb, first.res_id, first.target_uid,
                              COALESCE(first.wanted, first.payload)->'values',
                              COALESCE(first.wanted, first.payload)->'args'
                         FROM offline_operation again JOIN offline_operation first ON first.id = again.original_id
                        WHERE again.device_id = %(device)s AND again.original_id IS NOT NULL
                          AND first.status = ANY(%(open)s)
                        ORDER BY place""",
                    device=self.device.id, open=list(OPEN),
                )
            )  # fmt: skip
            self._waiting = [
                Waiting(
                    seq,
                    place,
                    unit,
                    tuple(blocked or (seq,)) if status == "deferred" else (seq,),
                    entity,
                    verb,
                    res_id,
                    uid,
                    # What was refused may have any shape.
                    frozenset(values if isinstance(values, dict) else ()),
                    made_uids(verb, args),
                )
                for seq, place, unit, status, blocked, entity, verb, res_id, uid, values, args in self.env.cr.fetchall()
            ]
        return self._waiting

    def park(self, waiting: Waiting) -> None:
        """An operation of this very call joins those that wait."""
        self.waiting().append(waiting)

    def reload(self) -> None:
        """The stored operations changed: read them again when needed."""
        self._waiting = None
        self._values = {}
        self._versions = {}
        self._chosen = {}

    def blockers(self, operation: Operation, res_id: int | None, place: int | None = None) -> list[int]:
        """The numbers that the operation waits for, ascending: those at the root, that a person must decide.

        It waits for a reference to what is parked, the same fields of the same record, a whole-record operation
        on a record with something parked (or the other way round), and what it names in ``after``. Operations of
        one unit do not wait for each other: they run together. ``place`` is the operation's, if not its number.
        """
        roots: set[int] = set()
        place = operation.seq if place is None else place
        unit = operation.unit.id if operation.unit else None
        uids = named_uids({"values": operation.values, "args": operation.args, "target": operation.target})
        uid = operation.target.uid if isinstance(operation.target, ByUid) else None
        for other in self.waiting():
            if other.place >= place or (unit and other.unit == unit):
                continue
            created_there = (other.verb == "create" and other.uid in uids) or not other.makes.isdisjoint(uids)
            same_record = other.entity == operation.entity and (
                (res_id and res_id == other.res_id) or (uid and uid == other.uid)
            )
            overlapping = same_record and (
                operation.verb not in _FIELD_VERBS
                or other.verb not in _FIELD_VERBS
                or other.verb == "create"
                or other.fields & set(operation.values)
            )
            if created_there or overlapping or {other.seq, other.place} & set(operation.after):
                roots.update(other.roots)
        return sorted(roots)

    def names_discarded(self, operation: Operation) -> bool:
        """Whether it refers to a record that was to be made by what was given up."""
        wanted = {"values": operation.values, "args": operation.args, "target": operation.target}
        return bool(given_up(self.env.cr, named_uids(wanted), self.device.user_id))

    # --- chains of edits ------------------------------------------------------------------------------------

    def current_base(
        self,
        operation: Operation,
        res_id: int,
        base: Mapping[str, Any],
        theirs: Mapping[str, Any],
        policies: Mapping[str, str],
    ) -> dict[str, Any]:
        """The base of an edit, with this device's own earlier values replaced by what the server made of them.

        So a chain of edits made offline never conflicts with itself; an edit by somebody else in between does.
        Where a policy put both sides' changes together the person never saw the result: what they saw stays the base,
        so that the next edit adds what they changed and takes nothing of the others away.
        """
        result = dict(base)
        for name, value in base.items():
            if value == theirs[name]:
                continue
            own = [
                earlier
                for earlier in self._earlier(operation.entity, res_id).get(name, ())
                if earlier.sent == value and self._is_unseen(earlier, operation)
            ]
            if not own or own[-1].stored != theirs[name]:
                continue
            if not (own[-1].is_merged and policies.get(name) in COMBINING):
                result[name] = theirs[name]
        return result

    def _is_unseen(self, earlier: Earlier, operation: Operation) -> bool:
        """Whether the person made an edit before their device could be told what became of their earlier one.

        From then on it shows what the server holds: the same value in a base is the server's, not theirs. It was not
        told where no answer was given out between the end of the one and the coming of the other, nor where both were
        made on the same content.
        """
        if earlier.ended is None or self.came.get(operation.op, self.answers) <= earlier.ended:
            return True
        # A record that the device made, and that never came to it from here, has no version.
        is_known = operation.base_v is not None or isinstance(operation.target, ByUid)
        return is_known and operation.base_v == earlier.base_v

    def leads_to(self, entity: str, res_id: int, version: str | None, current: str | None) -> bool:
        """Whether only this device's own operations lie between the version that it saw and the present one."""
        self._earlier(entity, res_id)
        for before, after in reversed(self._versions[entity, res_id]):
            if version == current:
                return True
            if after != current:
                return False  # somebody else's change lies between
            current = before
        # None: it goes back to the record's birth on this device.
        return current is None or version == current

    def remember(self, entity: str, outcome: Outcome) -> None:
        """What an operation of this very call wrote."""
        if outcome.sent is None or not outcome.res_id:
            return
        earlier, stored = self._earlier(entity, outcome.res_id), outcome.stored or {}
        for name, value in outcome.sent.items():
            was = Earlier(value, stored.get(name), outcome.status != "applied", ended=self.answers)
            earlier.setdefault(name, []).append(was)
        if outcome.v_after:
            self._versions[entity, outcome.res_id].append((outcome.v_before, outcome.v_after))

    def chose(self, entity: str, res_id: int, names: Iterable[str], at: datetime | None) -> None:
        """What an operation of this very call put into fields under ``newest`` was chosen at that time."""
        self._chosen |= {(entity, res_id, name): at for name in names if at is not None}

    def chosen(self, entity: str, res_id: int, name: str) -> datetime | None:
        """When an operation of this very call chose what it put into a field; None where none did."""
        return self._chosen.get((entity, res_id, name))

    def prefetch(self, entity: str, ids: Collection[int]) -> None:
        """Read at once what was sent for these records before."""
        missing = [i for i in ids if (entity, i) not in self._values]
        if not missing:
            return
        self.env.cr.execute(
            SQL(
                """SELECT res_id, status <> 'applied', sent, stored, v_before, v_after,
                          COALESCE(wanted, payload)->>'base_v',
                          -- What was sent in another enrolment ended by the count of that.
                          CASE WHEN device_id = %(device)s THEN answers_at_end END AS ended
                     FROM offline_operation
                    WHERE (device_id = %(device)s OR id IN (
                            SELECT original_id FROM offline_operation
                             WHERE device_id = %(device)s AND original_id IS NOT NULL))
                      AND entity = %(entity)s AND res_id = ANY(%(ids)s) AND sent IS NOT NULL
                    -- As they ended: what was decided late stands behind what ran meanwhile.
                    ORDER BY ended NULLS FIRST, COALESCE(place, seq), seq""",
                device=self.device.id, entity=entity, ids=missing,
            )
        )  # fmt: skip
        for res_id in missing:
            self._values[entity, res_id], self._versions[entity, res_id] = {}, []
        for res_id, is_merged, sent, stored, before, after, base_v, ended in self.env.cr.fetchall():
            for name, value in sent.items():
                was = Earlier(value, (stored or {}).get(name), is_merged, base_v, ended)
                self._values[entity, res_id].setdefault(name, []).append(was)
            if after:
                self._versions[entity, res_id].append((before, after))

    def _earlier(self, entity, res_id):
        """{field: what this device sent for it, in order} for a record."""
        key = (entity, res_id)
        if key not in self._values:
            self.prefetch(entity, [res_id])
        return self._values[key]


def given_up(cr, uids: Collection[str], user=None) -> set[str]:
    """Those of the records whose ``create``, or the function that was to make them, one user or anybody gave up."""
    if not uids:
        return set()
    cr.execute(
        SQL(
            """SELECT verb, target_uid, COALESCE(wanted, payload)->'args' FROM offline_operation
                WHERE status IN ('discarded', 'resolved_server') AND (%(user)s IS NULL OR user_id = %(user)s)
                  AND (verb = 'create' AND target_uid = ANY(%(uids)s)
                       OR verb NOT IN ('create', 'update', 'delete')
                      AND jsonb_path_exists(
                            COALESCE(wanted, payload)->'args', '$.**.uid ? (@ == $uids[*])',
                            jsonb_build_object('uids', to_jsonb(%(uids)s))))""",
            uids=list(uids), user=user and user.id,
        )
    )  # fmt: skip
    made = [{uid} if verb == "create" else made_uids(verb, args) for verb, uid, args in cr.fetchall()]
    return set(uids) & set().union(*made)


def named_uids(value: Any) -> set[str]:
    """The uids that stand in a value as references."""
    return {
        part.uid if isinstance(part, ByUid) else part["uid"]
        for part in _parts(value)
        if isinstance(part, ByUid) or (_has_uid(part) and len(part) == 1)
    }


def made_uids(verb: str, args: Any) -> frozenset[str]:
    """The uids by which the arguments of a named operation name what it makes: ``uid`` beside other members.

    Alone it is a reference to a record that is there. A follow-up makes nothing itself: what it amends does.

    >>> sorted(made_uids("quote", {"uid": "a", "partner": {"uid": "b"}, "lines": [{"uid": "c", "name": "x"}]}))
    ['a', 'c']
    >>> made_uids("amend", {"op": "o", "args": {"uid": "a", "lines": []}})
    frozenset()
    """
    if verb in FOLLOW_UPS:
        return frozenset()
    return frozenset(part["uid"] for part in _parts(args) if _has_uid(part) and len(part) > 1)


def _has_uid(part: Any) -> bool:
    return isinstance(part, Mapping) and isinstance(part.get("uid"), str)


def _parts(value: Any) -> Iterator[Any]:
    """A value, and all that is nested in it."""
    yield value
    nested = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    )
    for item in nested:
        yield from _parts(item)
