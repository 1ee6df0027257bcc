"""The model of truth for leads: how what a salesperson did must end, and what it leaves in the pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .lead_world import EMPTY, LEAD, POLICIES, LeadWorld
from .sales import SalesTruth
from .truth import Sent, goes_back
from .world import Record


@dataclass
class LeadTruth(SalesTruth):
    """The truth of a history of leads. Times are those of `lead_devices.Clock`."""

    world: LeadWorld = field(default_factory=LeadWorld)

    def arrive(self, device: str, group: list[dict[str, Any]]) -> None:
        """What was done after all was sent, as the clock of its device said, was done when it arrived."""
        self.world.now += 1
        super().arrive(
            device,
            [one | {"moment": self.world.now if one["moment"] > 0 else one["moment"]} for one in group],
        )

    def _now(self, sent: Sent) -> Record:
        return self.world.records[self.world.left(sent.record)]

    def sees(self, sent: Sent) -> bool:
        """What was merged is worked on where it went."""
        return self.world.sees(self.owners[sent.device], self.world.left(sent.record))

    def _content(self, sent: Sent) -> Any:
        """Its values, and how often it was written until now."""
        return dict(self._now(sent).values), self.world.writes[self.world.left(sent.record)]

    def _since(self, sent: Sent) -> float:
        """From when its choice counts: what reached a lead through a merge, from when it arrived."""
        return self.world.now if sent.record in self.world.merged else _moment(sent)

    # --- verbs ------------------------------------------------------------------------------------------------

    def _create(self, sent: Sent) -> str:
        values = {name: value for name, value in sent.values.items() if name in EMPTY[LEAD]}
        if not sent.values.get("name"):
            return "rejected"
        values = {"user_id": self.world.people[self.owners[sent.device]].user} | values
        stage = values.get("stage_id")
        if stage is not None and not self.world.fits(stage, values["team_id"]):
            return "rejected"
        self.world.new(sent.record, values)
        self._remember_new(sent)
        return "applied"

    def _apply(self, sent: Sent) -> str:
        if sent.verb in ("create", "update", "delete") or sent.record not in self.world.records:
            return super()._apply(sent)
        if not self.sees(sent):
            sent.conflicting = set()
            return "conflict"
        is_done = getattr(self, f"_{sent.verb}")(sent, self.world.left(sent.record))
        return "applied" if is_done else "rejected"

    def _may_delete(self, sent: Sent) -> bool:
        return self.world.people[self.owners[sent.device]].may_delete

    def _leads_to(self, sent: Sent) -> bool:
        """Where somebody set a lead back to what the person saw, what Odoo reckoned besides may be another."""
        now, saw = self._content(sent), sent.body["saw"] or (None, None)
        own = self.versions.get((sent.device, sent.record), [])

        def is_alike(part: int) -> bool:
            return goes_back(now[part], saw[part], [(one and one[part], other[part]) for one, other in own])

        values, number_of_writes = 0, 1
        return is_alike(values) and (is_alike(number_of_writes) or self.was_done(sent.body["op"]))

    def _mark_won(self, sent: Sent, name: str) -> bool:
        values = self._now(sent).values
        if values["won_status"] == "won":
            return True
        if values["won_status"] == "lost" or values["type"] == "lead":
            return False
        self.world.win(name, self._since(sent))
        return True

    def _mark_lost(self, sent: Sent, name: str) -> bool:
        values, reason = self._now(sent).values, sent.body["args"].get("reason")
        if values["won_status"] == "lost":
            return bool(values["lost_reason_id"] == reason)
        if values["won_status"] == "won":
            return False
        self.world.lose(name, reason)
        return True

    def _restore(self, sent: Sent, name: str) -> bool:
        if not self._now(sent).values["active"]:
            self.world.restore(name)
        return True

    def _convert(self, sent: Sent, name: str) -> bool:
        values = self._now(sent).values
        if values["type"] == "opportunity":
            return True
        if values["won_status"] != "pending":
            return False
        self.world.convert(name, self._since(sent))
        return True

    def _set_stage(self, sent: Sent, name: str) -> bool:
        values, stage = self._now(sent).values, sent.body["args"]["stage"]
        if values["stage_id"] == stage:
            return True
        if values["won_status"] == "lost" or not self.world.fits(stage, values["team_id"]):
            return False
        self.world.put(name, {"stage_id": stage}, self._since(sent))
        return True

    def _next_stage(self, sent: Sent, name: str) -> bool:
        values, seen = self._now(sent).values, sent.body["args"]["seen"]
        if values["won_status"] == "lost":
            return False
        ways = {*self.world.pipeline(values["team_id"]), seen, values["stage_id"]}
        order = sorted(ways, key=lambda one: self.world.stages[one].sequence)
        now, then = order.index(values["stage_id"]), order.index(seen)
        if now > then:
            return True
        if now < then or now + 1 == len(order):
            return False
        self.world.put(name, {"stage_id": order[now + 1]}, self._since(sent))
        return True

    # --- fields -----------------------------------------------------------------------------------------------

    def _put_together(self, sent: Sent, name: str, base: Any, mine: Any, theirs: Any) -> Any:
        if POLICIES[LEAD][name] != "newest":
            return super()._put_together(sent, name, base, mine, theirs)
        is_newer = _moment(sent) >= self.world.moments[self.world.left(sent.record), name]
        return mine if is_newer else theirs

    def _write(self, sent: Sent, values: dict[str, Any]) -> bool:
        """A stage that the lead's team does not have is refused."""
        stands = self._now(sent).values
        stage, team = (values.get(name, stands[name]) for name in ("stage_id", "team_id"))
        if "stage_id" in values and not self.world.fits(stage, team):
            return False
        since = self._since(sent)
        self.world.put(self.world.left(sent.record), values, since, besides=since)
        return True


def _moment(sent: Sent) -> float:
    return float(sent.body["moment"])
