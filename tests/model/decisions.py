"""The model of truth, second part: what people decide about parked work, and what that releases (I8, I10)."""

from __future__ import annotations

from typing import Any

from .truth import DONE, WAITING, Sent, Truth


class Judged(Truth):
    """The truth with decisions, of the office and of the devices."""

    def follow_up(self, sent: Sent) -> None:
        """The person on the device decides; what waited for it runs, in order."""
        args = sent.body["args"]
        about = self.operations[args["op"]]
        allowed = {
            "amend": about.state in ("rejected", "deferred"),
            "discard": about.state in WAITING,
            "resolve": about.state == "conflict" and self.asks_the_device(about),
        }
        if about.over or not allowed[sent.verb]:
            sent.state, sent.over = "rejected", True
            return
        if sent.verb == "amend":
            self._amend(sent, about, args)
        else:
            sent.state, sent.over = "applied", True
            if sent.verb == "discard":
                self._discard(about)
            else:
                self._resolve(sent, about, args)
        self._release(sent.device)

    def asks_the_device(self, sent: Sent) -> bool:
        """Whether the person on the device may decide the conflict."""
        policies = self.world.policies[sent.body["entity"]]
        return bool(sent.conflicting) and all(policies[name] == "ask" for name in sent.conflicting)

    def decide(self, op: str, side: str) -> None:
        """The office decides a conflict; what waited for it runs, in order."""
        self._settle(self.operations[op], side)
        self._release(self.operations[op].device)

    def retry(self, op: str) -> None:
        """The office has refused work run again."""
        sent = self.operations[op]
        self.run(self._members(sent))
        self._release(sent.device)

    def give_up(self, op: str) -> None:
        """The office gives refused work up."""
        self._discard(self.operations[op])
        self._release(self.operations[op].device)

    def waits_for_the_office(self, state: str) -> list[str]:
        """The operations in this state, in the order in which they came."""
        return [op for op, sent in self.operations.items() if sent.state == state and not sent.over]

    # --- parts ------------------------------------------------------------------------------------------------

    def _amend(self, sent: Sent, about: Sent, args: dict[str, Any]) -> None:
        about.state = "amended"
        sent.body = {
            **about.body,
            # The person did it when they amended it.
            "moment": sent.body.get("moment"),
            "values": args["values"],
            "base": {**(about.body.get("base") or {}), **(sent.body.get("base") or {})},
            "op": sent.body["op"],
            "own": about.body["own"] | sent.body["own"],
        }
        sent.place, sent.unit, sent.replaces = about.place, about.unit, about
        sent.state = "deferred"
        self.run(self._members(sent))

    def _discard(self, about: Sent) -> None:
        for member in self._members(about):
            member.state = "discarded"

    def _resolve(self, sent: Sent, about: Sent, args: dict[str, Any]) -> None:
        before = about.decided
        self._settle(about, args["values"] if args["by"] == "values" else args["by"])
        if about.state == "conflict":
            # It met something newer: nothing of the decision stands, the work waits as it did.
            sent.state, about.decided = "rejected", before
            self.run(self._members(about))
        elif args["by"] == "values" and about.state in DONE:
            self.remember(about, args["values"])

    def _settle(self, sent: Sent, side: Any) -> None:
        members = self._members(sent)
        if side != "server":
            sent.decided = side
            self.run(members)
            return
        # What the device sent stands for what the server holds instead: its next edit builds on that.
        if self.sees(sent):
            self.remember(sent)
        for member in members:
            member.state = "resolved_server" if member is sent else "discarded"

    def _members(self, sent: Sent) -> list[Sent]:
        """The open operations of its unit, in order; itself alone when it is in none."""
        if sent.unit is None:
            return [sent]
        return [other for other in self.waiting(sent.device) if other.unit == sent.unit]

    def _release(self, device: str) -> None:
        for other in list(self.waiting(device)):
            members = self._members(other)
            if other.state == "deferred" and all(member.state == "deferred" for member in members):
                self.run(members)
