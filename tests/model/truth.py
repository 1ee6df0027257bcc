"""The model of truth: what the office's database must hold, and how each operation must end.

Plain dictionaries, written for reading and apart from the engine's code: it shares no line with the merge, the
history or the push. It sees what the people do and which operations reached the server, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

POLICIES = {"phone": "review", "city": "device", "function": "server", "category_id": "union"}
FIELDS = tuple(POLICIES)
EMPTY = {"phone": None, "city": None, "function": None, "category_id": []}
WAITING = ("conflict", "deferred")


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


@dataclass
class Truth:
    """Contacts by name (names are unique and never change), operations by their id."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    operations: dict[str, Sent] = field(default_factory=dict)
    #: What a device last sent for a field, and what the server made of it: (device, contact, field) → (sent, stored).
    chain: dict[tuple[str, str, str], tuple[Any, Any]] = field(default_factory=dict)

    # --- the office -------------------------------------------------------------------------------------------

    def office_creates(self, name: str, values: dict[str, Any]) -> None:
        self.contacts[name] = Contact(EMPTY | values)

    def office_edits(self, name: str, values: dict[str, Any]) -> None:
        self.contacts[name].values |= values

    # --- devices ----------------------------------------------------------------------------------------------

    def arrives(self, device: str, body: dict[str, Any], name: str) -> str:
        """An operation reaches the server, for the first time or again; its state afterwards."""
        known = self.operations.get(body["op"])
        if known is None:
            known = self.operations[body["op"]] = Sent(device, body["seq"], body | {"contact": name})
            self._run(known)
        return known.state

    def _run(self, sent: Sent) -> None:
        sent.blocked_by = tuple(sorted(self._blockers(sent)))
        if sent.blocked_by:
            sent.state = "deferred"
        elif sent.body["verb"] == "create":
            self.contacts[sent.body["contact"]] = Contact(
                EMPTY | {n: v for n, v in sent.body["values"].items() if n in FIELDS}
            )
            self._remember(sent)
            sent.state = "applied"
        else:
            sent.state = self._update(sent)

    def _blockers(self, sent: Sent) -> set[int]:
        """Parked operations of the same device on the same contact that touch one of the same fields."""
        roots: set[int] = set()
        for other in self._waiting(sent.device):
            same = other.body["contact"] == sent.body["contact"] and other.seq < sent.seq
            if same and set(other.body["values"]) & set(sent.body["values"]):
                roots |= set(other.blocked_by) if other.state == "deferred" else {other.seq}
        return roots

    def _update(self, sent: Sent, decided: str | None = None) -> str:
        contact = self.contacts[sent.body["contact"]]
        if not contact.exists:
            return "conflict"
        write, merged = {}, False
        for name, mine in sent.body["values"].items():
            base, theirs = self._base(sent, name), contact.values[name]
            if mine in (base, theirs):
                continue
            if base == theirs:
                write[name] = mine
            elif POLICIES[name] == "review":
                if decided != "device":
                    return "conflict"
                write[name] = mine
            else:
                merged = True
                write[name] = self._policy(name, base, mine, theirs)
        contact.values |= write
        self._remember(sent)
        return "merged" if merged else "applied"

    def _base(self, sent: Sent, name: str) -> Any:
        """What the person saw; their own earlier value counts as what the server made of it, while it holds that."""
        base = sent.body["base"][name]
        if base is None:
            base = EMPTY[name]  # nobody had filled it
        earlier = self.chain.get((sent.device, sent.body["contact"], name))
        theirs = self.contacts[sent.body["contact"]].values[name]
        return theirs if earlier is not None and earlier == (base, theirs) else base

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

    def _remember(self, sent: Sent) -> None:
        values = self.contacts[sent.body["contact"]].values
        for name, mine in sent.body["values"].items():
            if name in FIELDS:
                self.chain[sent.device, sent.body["contact"], name] = (mine, values[name])

    # --- decisions --------------------------------------------------------------------------------------------

    def decide(self, op: str, side: str) -> None:
        """The office decides a conflict; what waited for it runs, in order."""
        sent = self.operations[op]
        if side == "server":
            # What the device sent stands for what the server holds instead: its next edit builds on that.
            if self.contacts[sent.body["contact"]].exists:
                self._remember(sent)
            sent.state = "resolved_server"
        else:
            sent.state = self._update(sent, decided="device")
        for other in self._waiting(sent.device):
            if other.state == "deferred":
                self._run(other)

    def conflicts(self) -> list[str]:
        """The operations that wait for the office."""
        return [op for op, sent in self.operations.items() if sent.state == "conflict"]

    def _waiting(self, device: str) -> Iterable[Sent]:
        mine = [sent for sent in self.operations.values() if sent.device == device and sent.state in WAITING]
        return sorted(mine, key=lambda sent: sent.seq)

    # --- what everybody must see ------------------------------------------------------------------------------

    def scope(self) -> dict[str, dict[str, Any]]:
        """What every device holds once it has synced."""
        return {name: c.values for name, c in self.contacts.items() if c.exists and c.active}
