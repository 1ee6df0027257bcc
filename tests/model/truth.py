"""The model of truth: what the office's database must hold, and how each operation must end.

Plain dictionaries, written for reading and apart from the engine's code: it shares no line with the merge, the
history or the push. It sees what the people do and which operations reached the server, nothing else.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

POLICIES = {
    "phone": "review", "city": "device", "function": "server", "zip": "ask", "category_id": "union",
}  # fmt: skip
FIELDS = tuple(POLICIES)
EMPTY = {"phone": None, "city": None, "function": None, "zip": None, "category_id": []}
WAITING = ("conflict", "deferred", "rejected")
DONE = ("applied", "merged")


@dataclass
class Contact:
    """A record: its values, whether it still exists and whether it is active (devices hold only active ones)."""

    values: dict[str, Any]
    exists: bool = True
    active: bool = True


@dataclass
class Sent:
    """An operation that reached the server, and its predicted state."""

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


@dataclass
class Truth:
    """Contacts by name (names are unique and never change), operations by their id."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    operations: dict[str, Sent] = field(default_factory=dict)
    #: What a device sent for a field, and what the server made of it: (device, contact, field) → [(sent, stored), …].
    chain: dict[tuple[str, str, str], list[tuple[Any, Any]]] = field(default_factory=dict)

    # --- the office -------------------------------------------------------------------------------------------

    def office_creates(self, name: str, values: dict[str, Any]) -> None:
        self.contacts[name] = Contact(EMPTY | values)

    def office_edits(self, name: str, values: dict[str, Any]) -> None:
        self.contacts[name].values |= values

    # --- devices ----------------------------------------------------------------------------------------------

    def arrive(self, device: str, bodies: list[dict[str, Any]], names: list[str]) -> list[str]:
        """An operation, or all of a unit, reaches the server, for the first time or again; the states afterwards."""
        if bodies[0]["op"] not in self.operations:
            arrived = [
                Sent(device, body["seq"], body | {"contact": name}, place=body["seq"])
                for body, name in zip(bodies, names, strict=True)
            ]
            for sent in arrived:
                sent.unit = (sent.body.get("unit") or {}).get("id")
                self.operations[sent.body["op"]] = sent
            if arrived[0].body["verb"] in ("amend", "discard", "resolve"):
                self._follow_up(arrived[0])
            else:
                self._run(arrived)
        return [self.operations[body["op"]].state for body in bodies]

    def _run(self, members: list[Sent]) -> None:
        """All of them or none; one alone is a unit of one."""
        blockers = {number for sent in members for number in self._blockers(sent)}
        for sent in members:
            sent.blocked_by = tuple(sorted(blockers))
        if blockers:
            for sent in members:
                sent.state = "deferred"
            return
        before = copy.deepcopy((self.contacts, self.chain))
        for sent in members:
            sent.state = self._apply(sent)
            if sent.state not in DONE:
                self.contacts, self.chain = before
                for other in members:
                    if other is not sent:
                        other.state, other.blocked_by = "deferred", (sent.seq,)
                return

    def _apply(self, sent: Sent) -> str:
        name = sent.body["contact"]
        if sent.body["verb"] == "create":
            if not sent.body["values"].get("name"):
                return "rejected"
            self.contacts[name] = Contact(
                EMPTY | {n: v for n, v in sent.body["values"].items() if n in FIELDS}
            )
            self._remember(sent)
            return "applied"
        return self._update(sent) if name in self.contacts else "rejected"

    def _blockers(self, sent: Sent) -> set[int]:
        """Parked operations before it, of the same device and contact, that touch a same field or create it."""
        roots: set[int] = set()
        for other in self._waiting(sent.device):
            if other.place >= sent.place or (sent.unit and sent.unit == other.unit):
                continue
            same = other.body["contact"] == sent.body["contact"]
            creates = other.body["verb"] == "create"
            if same and (creates or set(other.body["values"]) & set(sent.body["values"])):
                roots |= set(other.blocked_by) if other.state == "deferred" else {other.seq}
        return roots

    def _update(self, sent: Sent) -> str:
        contact = self.contacts[sent.body["contact"]]
        if not contact.exists:
            sent.conflicting = set()
            return "conflict"
        write, merged, parked = {}, False, set()
        entered = sent.decided if isinstance(sent.decided, dict) else {}
        for name, mine in sent.body["values"].items():
            base, theirs = self._base(sent, name), contact.values[name]
            if mine in (base, theirs) or name in entered:
                continue
            if base == theirs:
                write[name] = mine
            elif POLICIES[name] in ("review", "ask"):
                if sent.decided == "device":
                    write[name] = mine
                else:
                    parked.add(name)
            else:
                merged = True
                write[name] = self._policy(name, base, mine, theirs)
        if parked:
            sent.conflicting = parked
            return "conflict"
        contact.values |= write | entered
        self._remember(sent)
        return "merged" if merged else "applied"

    def _base(self, sent: Sent, name: str) -> Any:
        """What the person saw; their own earlier value counts as what the server made of it, while it holds that."""
        base = sent.body["base"][name]
        if base is None:
            base = EMPTY[name]  # nobody had filled it
        earlier = self.chain.get((sent.device, sent.body["contact"], name), [])
        theirs = self.contacts[sent.body["contact"]].values[name]
        return theirs if (base, theirs) in earlier else base

    @staticmethod
    def _policy(name: str, base: Any, mine: Any, theirs: Any) -> Any:
        match POLICIES[name]:
            case "device":
                return mine
            case "server":
                return theirs
            case _union:
                removed, added = set(base) - set(mine), set(mine) - set(base)
                return sorted((set(theirs) - removed) | added)

    def _remember(self, sent: Sent, values: dict[str, Any] | None = None) -> None:
        """What the device sent, or had sent before it was amended, stands for what the server holds now."""
        holds = self.contacts[sent.body["contact"]].values
        for name, mine in (sent.body["values"] if values is None else values).items():
            if name in FIELDS:
                key = (sent.device, sent.body["contact"], name)
                self.chain.setdefault(key, []).append((mine, holds[name]))
        if sent.replaces is not None and values is None:
            self._remember(sent.replaces)

    # --- decisions --------------------------------------------------------------------------------------------

    def _follow_up(self, sent: Sent) -> None:
        """The person on the device decides; what waited for it runs, in order."""
        args = sent.body["args"]
        about = self.operations[args["op"]]
        verb = sent.body["verb"]
        allowed = {
            "amend": about.state in ("rejected", "deferred"),
            "discard": about.state in WAITING,
            "resolve": about.state == "conflict" and self.asks_the_device(about),
        }
        if about.over or not allowed[verb]:
            sent.state, sent.over = "rejected", True
            return
        if verb == "amend":
            about.state = "amended"
            sent.body = {
                **about.body,
                "values": args["values"],
                "base": {**about.body.get("base", {}), **sent.body.get("base", {})},
            }
            sent.place, sent.unit, sent.replaces = about.place, about.unit, about
            sent.state = "deferred"
            self._run(self._members(sent))
        else:
            sent.state, sent.over = "applied", True
            if verb == "discard":
                for member in self._members(about):
                    member.state = "discarded"
            else:
                self._settle(about, args["values"] if args["by"] == "values" else args["by"])
                if about.state == "conflict":
                    sent.state = "rejected"
                elif args["by"] == "values" and about.state in DONE:
                    self._remember(about, args["values"])
        self._release(sent.device)

    def asks_the_device(self, sent: Sent) -> bool:
        """Whether the person on the device may decide the conflict."""
        return bool(sent.conflicting) and all(POLICIES[name] == "ask" for name in sent.conflicting)

    def decide(self, op: str, side: str) -> None:
        """The office decides a conflict; what waited for it runs, in order."""
        self._settle(self.operations[op], side)
        self._release(self.operations[op].device)

    def _settle(self, sent: Sent, side: Any) -> None:
        members = self._members(sent)
        if side != "server":
            sent.decided = side
            self._run(members)
            return
        # What the device sent stands for what the server holds instead: its next edit builds on that.
        if self.contacts[sent.body["contact"]].exists:
            self._remember_own(sent)
        for member in members:
            member.state = "resolved_server" if member is sent else "discarded"

    def _remember_own(self, sent: Sent) -> None:
        self._remember(sent, sent.body["values"])

    def _members(self, sent: Sent) -> list[Sent]:
        """The open operations of its unit, in order; itself alone when it is in none."""
        if sent.unit is None:
            return [sent]
        return [other for other in self._waiting(sent.device) if other.unit == sent.unit]

    def _release(self, device: str) -> None:
        for other in list(self._waiting(device)):
            members = self._members(other)
            if other.state == "deferred" and all(member.state == "deferred" for member in members):
                self._run(members)

    def conflicts(self) -> list[str]:
        """The operations that wait for the office."""
        return [op for op, sent in self.operations.items() if sent.state == "conflict"]

    def _waiting(self, device: str) -> list[Sent]:
        mine = [
            sent
            for sent in self.operations.values()
            if sent.device == device and sent.state in WAITING and not sent.over
        ]
        return sorted(mine, key=lambda sent: sent.place)

    # --- what everybody must see ------------------------------------------------------------------------------

    def scope(self) -> dict[str, dict[str, Any]]:
        """What every device holds once it has synced."""
        return {name: c.values for name, c in self.contacts.items() if c.exists and c.active}
