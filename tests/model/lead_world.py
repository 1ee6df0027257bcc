"""The leads of a history, its pipeline, and who may see what: plain dictionaries, written for reading.

Stages, teams, people, tags and reasons are known by their ids, leads by their names, which never change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .world import Record, World

LEAD = "crm.lead"

#: What decides when both sides changed a field: what the addon sets, and the engine's own choice for the rest.
POLICIES = {
    LEAD: {
        "stage_id": "newest",
        "priority": "newest",
        "date_deadline": "newest",
        "expected_revenue": "ask",
        "tag_ids": "union",
        "description": "append",
        "phone": "review",
        "referred": "review",
        "user_id": "review",
        "team_id": "review",
    }
}
#: A lead that nobody has filled, as Odoo makes it.
EMPTY = {
    LEAD: {"stage_id": None, "priority": "0", "date_deadline": None, "expected_revenue": 0, "tag_ids": [],
           "description": None, "phone": None, "referred": None, "user_id": None, "team_id": None,
           "type": "opportunity", "active": True, "won_status": "pending", "lost_reason_id": None},
}  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """Where it stands in the pipeline, the team that has it (None: all), and whether it wins."""

    sequence: int
    team: int | None = None
    is_won: bool = False


@dataclass
class Seller:
    """A salesperson: the teams they are in, whether they may read everybody's leads, and delete those they read."""

    user: int
    teams: set[int]
    reads_all: bool = False
    may_delete: bool = False


@dataclass
class LeadWorld(World):
    """Everything of this history that the office's database holds about leads."""

    policies: ClassVar[dict[str, dict[str, str]]] = POLICIES
    empty: ClassVar[dict[str, dict[str, Any]]] = EMPTY

    people: dict[str, Seller] = field(default_factory=dict)  # type: ignore[assignment]
    #: {id: stage}, {id: its place among the teams}
    stages: dict[int, Stage] = field(default_factory=dict)
    order_of_teams: dict[int, int] = field(default_factory=dict)
    #: {the lead that went: the one that it went into}
    merged: dict[str, str] = field(default_factory=dict)
    #: Counts what the office does and what arrives from devices, one after the other: later than all work before it.
    now: float = 0
    #: When what stands in a field was chosen: (lead, field) → its time.
    moments: dict[tuple[str, str], float] = field(default_factory=dict)
    #: How often a lead was written: Odoo may have reckoned something besides, such as its chances, each time.
    writes: Counter[str] = field(default_factory=Counter)

    # --- who sees what ----------------------------------------------------------------------------------------

    def left(self, name: str) -> str:
        """The lead that stands for this one now: itself, or what it was merged into."""
        while name in self.merged:
            name = self.merged[name]
        return name

    def sees(self, person: str, name: str | None) -> bool:
        """Odoo's rule: one's own leads and those of nobody; all of them for those who may."""
        if name is None or not self.alive(name):
            return False
        who, user = self.people[person], self.records[name].values["user_id"]
        return who.reads_all or user is None or user == who.user

    def holds(self, person: str, name: str) -> bool:
        """One's own, and those of one's teams; lost ones stay."""
        if not self.sees(person, name):
            return False
        who, values = self.people[person], self.records[name].values
        return bool(
            (values["user_id"] == who.user or values["team_id"] in who.teams)
            and (values["active"] or values["won_status"] == "lost")
        )

    def shown(self, name: str) -> dict[str, Any]:
        return self.records[name].values

    # --- the pipeline -----------------------------------------------------------------------------------------

    def pipeline(self, team: int | None) -> list[int]:
        """The stages that a lead of a team goes through, in order."""
        there = [one for one, stage in self.stages.items() if stage.team in (None, team)]
        return sorted(there, key=lambda one: self.stages[one].sequence)

    def fits(self, stage: int, team: int | None) -> bool:
        """Whether a lead of a team may be in a stage."""
        return team is None or self.stages[stage].team in (None, team)

    def home_of(self, user: int) -> int:
        """The team that a salesperson's lead goes to."""
        order = sorted(self.order_of_teams, key=self.order_of_teams.__getitem__)
        return next((team for team in order if self._is_in(user, team)), order[0])

    def _is_in(self, user: int, team: int | None) -> bool:
        return any(who.user == user and team in who.teams for who in self.people.values())

    # --- what Odoo does besides what it was asked for -----------------------------------------------------------

    def new(self, name: str, values: dict[str, Any]) -> None:
        """A lead, with the first stage of its team unless it has one."""
        record = Record(LEAD, EMPTY[LEAD] | values)
        self.records[name] = record
        if record.values["stage_id"] is None:
            record.values["stage_id"] = self.pipeline(record.values["team_id"])[0]
        self._judge(record.values)
        self.stands(name)

    def stands(self, name: str) -> None:
        """Nobody chose anything of it before now."""
        self.writes[name] += 1
        for field_name in POLICIES[LEAD]:
            self.moments[name, field_name] = self.now

    def put(
        self, name: str, values: dict[str, Any], at: float | None = None, *, besides: float | None = None
    ) -> None:
        """Values are written: the team follows the salesperson, the stage the team, and a won stage wins.

        They were chosen ``at`` a time, or now; what else changes with them counts from ``besides``, or from now.
        """
        self.writes[name] += 1
        stands = self.records[name].values
        before = dict(stands)
        stands |= values
        user = values.get("user_id")
        if user is not None and "team_id" not in values and not self._is_in(user, stands["team_id"]):
            stands["team_id"] = self.home_of(user)
        # Odoo looks at the stage again when it looks at the team.
        is_looked_at = bool({"user_id", "team_id", "type"} & values.keys()) and "stage_id" not in values
        if is_looked_at and not self.fits(stands["stage_id"], stands["team_id"]):
            stands["stage_id"] = self.pipeline(stands["team_id"])[0]
        if stands["stage_id"] != before["stage_id"]:
            self._judge(stands)
        for field_name in POLICIES[LEAD]:
            if stands[field_name] != before[field_name]:
                since = at if field_name in values else besides
                self.moments[name, field_name] = self.now if since is None else since

    def _judge(self, values: dict[str, Any]) -> None:
        """Who comes into a won stage has won; who leaves it has not; what is lost stays lost elsewhere."""
        if self.stages[values["stage_id"]].is_won:
            values["active"], values["won_status"] = True, "won"
        elif values["won_status"] == "won":
            values["won_status"] = "pending"

    def win(self, name: str, at: float | None = None) -> None:
        values = self.records[name].values
        if not values["active"]:
            values["active"], values["won_status"], values["lost_reason_id"] = True, "pending", None
        won = next(one for one in self.pipeline(values["team_id"]) if self.stages[one].is_won)
        self.put(name, {"stage_id": won}, at)

    def lose(self, name: str, reason: int | None) -> None:
        self.writes[name] += 1
        self.records[name].values.update(active=False, won_status="lost", lost_reason_id=reason)

    def restore(self, name: str) -> None:
        self.writes[name] += 1
        self.records[name].values.update(active=True, won_status="pending", lost_reason_id=None)

    def convert(self, name: str, at: float | None = None) -> None:
        """Odoo's dialog hands a converted lead to the first team of its salesperson."""
        user = self.records[name].values["user_id"]
        team = {} if user is None else {"team_id": self.home_of(user)}
        self.put(name, {"type": "opportunity"} | team, at, besides=at)

    def may_merge(self, one: str, other: str) -> bool:
        """Whether it is plain what Odoo makes of two leads.

        What it makes of lost ones hangs on probabilities that it learns; where salespeople and teams do not go together
        it moves them.
        """
        values = [self.records[name].values for name in (one, other)]
        return one != other and all(
            each["active"]
            and not each["lost_reason_id"]
            and each["user_id"] == values[0]["user_id"]
            and (each["user_id"] is None or self._is_in(each["user_id"], each["team_id"]))
            and self.fits(each["stage_id"], each["team_id"])
            for each in values
        )

    def merge(self, gone: str, kept: str) -> None:
        """What the kept one lacks it takes over; notes are joined, the higher priority counts, its stage stays."""
        lost, stays = self.records[gone].values, self.records[kept].values
        values: dict[str, Any] = {
            field_name: stays[field_name] or lost[field_name]
            for field_name in ("date_deadline", "expected_revenue", "phone", "referred")
        }
        values["stage_id"] = stays["stage_id"]
        values["priority"] = max(stays["priority"], lost["priority"])
        values["tag_ids"] = sorted({*stays["tag_ids"], *lost["tag_ids"]})
        notes = [one["description"] for one in (stays, lost) if one["description"]]
        values["description"] = "<br><br>".join(notes) or None
        self.put(kept, values)
        self.records[gone].exists = False
        self.merged[gone] = kept
