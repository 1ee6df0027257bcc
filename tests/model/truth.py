"""The model of truth: how each operation must end, and what it leaves in the office's database.

It shares no line with the merge, the history or the push of the engine. It sees what people do and which operations
reached the server, nothing else. Decisions are in `tests.model.decisions`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from .world import CONTACT, FILE, JOB, Record, World

WAITING = ("conflict", "deferred", "rejected")
DONE = ("applied", "merged")
DECISIONS = ("amend", "discard", "resolve")
#: No value at all.
_NOTHING = object()
#: Policies that put the changes of both sides together.
COMBINING = ("sum", "max", "union", "append")


@dataclass
class Sent:
    """An operation that reached the server, and its predicted state. ``body`` names records by their names."""

    device: str
    seq: int
    body: dict[str, Any]
    state: str = ""
    blocked_by: tuple[int, ...] = ()
    #: Its place in the device's order: an amendment has that of what it replaces.
    place: int = 0
    unit: str | None = None
    #: What an amendment replaces.
    replaces: Sent | None = None
    #: The fields of its conflict, and what a person decided: "device", or values.
    conflicting: set[str] = field(default_factory=set)
    decided: Any = None
    #: A decision, or one that was refused: it waits for nothing and nothing waits for it.
    over: bool = False

    @property
    def verb(self) -> str:
        return str(self.body["verb"])

    @property
    def record(self) -> str:
        return str(self.body["record"])

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.body.get("values") or {})


@dataclass
class Truth:
    """The world, and the operations by their id."""

    world: World = field(default_factory=World)
    operations: dict[str, Sent] = field(default_factory=dict)
    #: Whose a device is.
    owners: dict[str, str] = field(default_factory=dict)
    #: What a device sent for a field, what the server made of it, and whether it was applied as it came:
    #: (device, record, field) → [(operation, sent, stored, as it came), …].
    chain: dict[tuple[str, str, str], list[tuple[str, Any, Any, bool]]] = field(default_factory=dict)
    #: What a device's own edits made of a record: (device, record) → [(content before, or None, content after), …].
    versions: dict[tuple[str, str], list[tuple[Any, Any]]] = field(default_factory=dict)

    #: After a restore the order in which devices come decides: what arrives is noted, its end is not predicted.
    is_open: bool = False

    def arrive(self, device: str, bodies: list[dict[str, Any]]) -> None:
        """An operation, or all of a unit, reaches the server, for the first time or again."""
        if bodies[0]["op"] not in self.operations:
            arrived = [Sent(device, body["seq"], body, place=body["seq"]) for body in bodies]
            for sent in arrived:
                sent.unit = (sent.body.get("unit") or {}).get("id")
                self.operations[sent.body["op"]] = sent
            if self.is_open:
                return
            if arrived[0].verb in DECISIONS:
                self.follow_up(arrived[0])
            else:
                self.run(arrived)

    def follow_up(self, sent: Sent) -> None:
        """A decision of the person on the device; see `tests.model.decisions`."""
        raise NotImplementedError

    def run(self, members: list[Sent]) -> None:
        """All of them or none; one alone is a unit of one (I5)."""
        blockers = {number for sent in members for number in self._blockers(sent)}
        for sent in members:
            sent.blocked_by = tuple(sorted(blockers))
        if blockers:
            for sent in members:
                sent.state = "deferred"
            return
        kept = (self.world, self.chain, self.versions)
        if len(members) > 1:
            self.world, self.chain, self.versions = copy.deepcopy(kept)
        for sent in members:
            sent.state = self._apply(sent)
            if sent.state not in DONE:
                self.world, self.chain, self.versions = kept
                for other in members:
                    if other is not sent:
                        other.state, other.blocked_by = "deferred", (sent.seq,)
                return

    # --- one operation ----------------------------------------------------------------------------------------

    def _apply(self, sent: Sent) -> str:
        if sent.verb == "create":
            return self._create(sent)
        if sent.record not in self.world.records:
            return "rejected"
        if sent.verb == "delete":
            return self._delete(sent)
        if not self.sees(sent):
            sent.conflicting = set()
            return "conflict"
        if sent.verb == "visit":
            self._now(sent).values["count"] += sent.body["args"]["by"]
            return "applied"
        return self._update(sent)

    def sees(self, sent: Sent) -> bool:
        """Whether the operation's user may read its record now (I4, I7)."""
        return self.world.sees(self.owners[sent.device], sent.record)

    def _now(self, sent: Sent) -> Record:
        return self.world.records[sent.record]

    def _may_write(self, sent: Sent) -> bool:
        return sent.body["entity"] == JOB or self.world.people[self.owners[sent.device]].may_write

    def _create(self, sent: Sent) -> str:
        kind, values = sent.body["entity"], sent.values
        person = self.owners[sent.device]
        wanted = values.get("contact" if kind == FILE else "contact_id")
        is_lost = (wanted is not None or kind == FILE) and not self.world.sees(person, wanted)
        if not values.get("name") or is_lost or not self._may_write(sent):
            return "rejected"
        self.world.create(kind, sent.record, {n: v for n, v in values.items() if n in self.world.empty[kind]})
        self.remember(sent, as_it_came=True)
        self.versions[sent.device, sent.record] = [(None, self._content(sent))]
        return "applied"

    def _delete(self, sent: Sent) -> str:
        """Only while nobody but this device changed the record since the person saw it."""
        if self.world.alive(sent.record):
            if sent.decided != "device" and not self._leads_to(sent):
                sent.conflicting = set()
                return "conflict"
            if not self._may_delete(sent):
                return "rejected"
            self.world.delete(sent.record)
        return "applied"

    def _may_delete(self, sent: Sent) -> bool:
        """Whether Odoo lets the operation's user delete what they see."""
        return True

    def _leads_to(self, sent: Sent) -> bool:
        """Whether only this device's own edits lie between what it saw and what stands now."""
        own = self.versions.get((sent.device, sent.record), [])
        return goes_back(self._content(sent), sent.body["saw"], own)

    def _content(self, sent: Sent) -> Any:
        return copy.deepcopy(self.world.content(sent.record))

    def _update(self, sent: Sent) -> str:
        record = self._now(sent)
        write, merged, parked = {}, False, set()
        entered = sent.decided if isinstance(sent.decided, dict) else {}
        for name, mine in sent.values.items():
            base, theirs, policy = self._base(sent, name), record.values[name], self._policy(record, name)
            if mine == base or (mine == theirs and policy != "sum") or name in entered:
                continue
            if base == theirs:
                write[name] = mine
            elif policy in ("review", "ask"):
                if sent.decided == "device":
                    write[name] = mine
                else:
                    parked.add(name)
            else:
                merged = True
                write[name] = self._put_together(sent, name, base, mine, theirs)
        if parked:
            sent.conflicting = parked
            return "conflict"
        changed = {name: value for name, value in (write | entered).items() if value != record.values[name]}
        before = self._content(sent)
        if changed and not self._write(sent, changed):
            return "rejected"
        self.remember(sent, as_it_came=not merged)
        if self.sees(sent):  # what takes a record out of a person's sight is nothing that they build upon
            self.versions.setdefault((sent.device, sent.record), []).append((before, self._content(sent)))
        return "merged" if merged else "applied"

    def _policy(self, record: Record, name: str) -> str:
        return self.world.policies[record.kind][name]

    def _put_together(self, sent: Sent, name: str, base: Any, mine: Any, theirs: Any) -> Any:
        """What becomes of a field that both sides changed and nobody is asked about."""
        return merged_value(self._policy(self._now(sent), name), base, mine, theirs)

    def _write(self, sent: Sent, values: dict[str, Any]) -> bool:
        """Whether Odoo takes the values; then they stand."""
        if not self._may_write(sent):
            return False
        self._now(sent).values |= values
        return True

    def _base(self, sent: Sent, name: str) -> Any:
        """What the person saw; where that was work of their own, it counts as what the server made of that work."""
        record = self._now(sent)
        base, theirs = self._seen(sent, name), record.values[name]
        own = [
            (stored, as_it_came)
            for op, mine, stored, as_it_came in self.chain.get((sent.device, sent.record, name), [])
            if op in sent.body["own"] and mine == base
        ]
        if not own:
            return base
        stored, as_it_came = own[-1]
        # The person never saw what their change and another's came to together: they count on from what they saw.
        is_own = as_it_came or self._policy(record, name) not in COMBINING
        return theirs if is_own and stored == theirs else base

    def _seen(self, sent: Sent, name: str) -> Any:
        """What the person saw in a field before their edit; nothing comes before a create."""
        if sent.verb == "create":
            return _NOTHING
        base = (sent.body.get("base") or {}).get(name)
        return self.world.empty[sent.body["entity"]][name] if base is None else base  # nobody had filled it

    def remember(self, sent: Sent, values: dict[str, Any] | None = None, *, as_it_came: bool = False) -> None:
        """What the device sent, or had sent before it was amended, stands for what the server holds now."""
        record = self._now(sent)
        for name, mine in (sent.values if values is None else values).items():
            if name in self.world.policies[record.kind] and mine != self._seen(sent, name):
                key = (sent.device, sent.record, name)
                made = (sent.body["op"], mine, record.values[name], as_it_came)
                self.chain.setdefault(key, []).append(made)
        if sent.replaces is not None and values is None:
            self.remember(sent.replaces)

    # --- what waits (I3) --------------------------------------------------------------------------------------

    def _blockers(self, sent: Sent) -> set[int]:
        """Parked operations before it, of the same device, that create what it needs or touch what it touches."""
        roots: set[int] = set()
        for other in self.waiting(sent.device):
            if other.place >= sent.place or (sent.unit and sent.unit == other.unit):
                continue
            needed = not self._names(sent).isdisjoint(self.makes(other))
            overlapping = other.record == sent.record and (
                not {sent.verb, other.verb} <= {"create", "update"}
                or other.verb == "create"
                or bool(set(other.values) & set(sent.values))
            )
            if needed or overlapping:
                roots |= set(other.blocked_by) if other.state == "deferred" else {other.seq}
        return roots

    def makes(self, sent: Sent) -> dict[str, str]:
        """The records that an operation makes: {name: kind}."""
        return {sent.record: sent.body["entity"]} if sent.verb == "create" else {}

    def _names(self, sent: Sent) -> set[Any]:
        """The records that it speaks of."""
        return {sent.record, sent.values.get("contact"), sent.values.get("contact_id")}

    def waiting(self, device: str) -> list[Sent]:
        """What has no final state, in the device's order."""
        mine = [
            sent
            for sent in self.operations.values()
            if sent.device == device and sent.state in WAITING and not sent.over
        ]
        return sorted(mine, key=lambda sent: sent.place)


def goes_back(current: Any, saw: Any, own: list[tuple[Any, Any]]) -> bool:
    """Whether one's own edits, each (content before or None, content after), lead from what one saw to what stands.

    >>> goes_back("c", "a", [("a", "b"), ("b", "c")]), goes_back("c", "a", [("a", "b")])
    (True, False)
    """
    for before, after in reversed(own):
        if current == saw:
            return True
        if after != current:
            return False
        current = before
    return current is None or bool(current == saw)


def merged_value(policy: str, base: Any, mine: Any, theirs: Any) -> Any:
    r"""What a policy makes of a field that both sides changed.

    >>> merged_value("sum", 5, 7, 6), merged_value("max", 5, 7, 6), merged_value("union", [1, 2], [2, 3], [1, 2, 4])
    (8, 7, [2, 3, 4])
    >>> merged_value("append", "a", "a\nb", "a\nc")
    'a\nc\nb'
    """
    match policy:
        case "device":
            return mine
        case "server":
            return theirs
        case "sum":
            return theirs + mine - base
        case "max":
            return max(mine, theirs)
        case "append":
            return _appended(base or "", mine or "", theirs or "")
        case _union:
            removed, added = set(base) - set(mine), set(mine) - set(base)
            return sorted((set(theirs) - removed) | added)


def _appended(base: str, mine: str, theirs: str) -> str | None:
    """Both texts, without a line block of mine that theirs has already."""
    added = (mine[len(base) :] if mine.startswith(base) else mine).strip("\n")
    if not added or f"\n{added}\n" in f"\n{theirs}\n":
        return theirs or None
    return f"{theirs}\n{added}" if theirs else added


__all__ = ["CONTACT", "DECISIONS", "DONE", "WAITING", "Sent", "Truth", "goes_back", "merged_value"]
