"""The records of a history and who may see them: plain dictionaries, written for reading.

Names are unique and never change, so a record is its name here, and a reference is the name of what it points to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

CONTACT, JOB, FILE = "res.partner", "offline.test.job", "ir.attachment"

#: What devices write, and what decides when both sides wrote it.
POLICIES = {
    CONTACT: {
        "phone": "review",
        "city": "device",
        "function": "server",
        "zip": "ask",
        "category_id": "union",
    },
    JOB: {"note": "append", "count": "sum", "best": "max", "contact_id": "device"},
    FILE: {},
}
#: What a record shows before anybody filled it; the office alone writes the fields that have no policy.
EMPTY = {
    CONTACT: {"phone": None, "city": None, "function": None, "zip": None, "category_id": [], "ref": None,
              "company_id": None},
    JOB: {"note": None, "count": 0, "best": 0, "contact_id": None},
    FILE: {"contact": None, "sha256": None},
}  # fmt: skip
#: The teams that a contact's ``ref`` may name.
TEAMS = ("red", "blue")


@dataclass
class Record:
    """Its values, whether it still exists and whether it is active (devices hold only active contacts)."""

    kind: str
    values: dict[str, Any]
    exists: bool = True
    active: bool = True


@dataclass
class Person:
    """A user of devices, and what the office lets them see and do."""

    in_team: bool = True
    abroad: bool = False
    may_write: bool = True


@dataclass
class World:
    """Everything that the office's database holds of this history."""

    #: Tables of the kinds of records, as above.
    policies: ClassVar[dict[str, dict[str, str]]] = POLICIES
    empty: ClassVar[dict[str, dict[str, Any]]] = EMPTY

    records: dict[str, Record] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    #: The teams whose contacts people in the team see; contacts of no team are seen by all.
    teams: set[str] = field(default_factory=lambda: set(TEAMS))
    #: How the profile narrows what devices hold: contacts of a city, jobs above a number.
    without_city: str | None = None
    below: int | None = None

    @staticmethod
    def blank(kind: str) -> Record:
        """A record that nobody has filled yet."""
        return Record(kind, dict(EMPTY[kind]))

    def alive(self, name: str | None) -> bool:
        """Whether there is a record of this name now."""
        return name in self.records and self.records[name].exists

    def sees(self, person: str, name: str | None) -> bool:
        """Whether a user may read a record, wherever it is shown (I4)."""
        if name is None or not self.alive(name):
            return False
        record, who = self.records[name], self.people[person]
        if record.kind == FILE:
            return self.sees(person, record.values["contact"])
        if record.kind == JOB:
            return True
        team, company = record.values["ref"], record.values["company_id"]
        return (not who.in_team or team is None or team in self.teams) and (company is None or who.abroad)

    def holds(self, person: str, name: str) -> bool:
        """Whether devices of a user hold a record once they have synced (I4)."""
        if not self.sees(person, name):
            return False
        record = self.records[name]
        if record.kind == FILE:
            return self.holds(person, record.values["contact"])
        if record.kind == JOB:
            return self.below is None or record.values["best"] < self.below
        return record.active and (self.without_city is None or record.values["city"] != self.without_city)

    def scope(self, person: str, kind: str) -> dict[str, dict[str, Any]]:
        """What every device of a user holds of a kind."""
        return {
            name: self.shown(name)
            for name, record in self.records.items()
            if record.kind == kind and self.holds(person, name)
        }

    def shown(self, name: str) -> dict[str, Any]:
        """A record's values as people see them, computed ones included."""
        record = self.records[name]
        if record.kind != JOB:
            return record.values
        contact = record.values["contact_id"]
        city = self.records[contact].values["city"] if contact else None
        return record.values | {"city": city, "double": 2 * record.values["count"]}

    def content(self, name: str) -> Any:
        """All that a version stands for: equal when the versions are."""
        return (dict(self.shown(name)), self.records[name].active)

    # --- what the office does ---------------------------------------------------------------------------------

    def create(self, kind: str, name: str, values: dict[str, Any]) -> None:
        self.records[name] = Record(kind, EMPTY[kind] | values)

    def delete(self, name: str) -> None:
        """Files go with their contact, jobs stay without it."""
        self.records[name].exists = False
        for record in self.records.values():
            if record.kind == FILE and record.values["contact"] == name:
                record.exists = False
            if record.kind == JOB and record.values["contact_id"] == name:
                record.values["contact_id"] = None

    def merge(self, gone: str, kept: str) -> None:
        """Two contacts become one: what the kept one lacks it takes over, what pointed to the other follows."""
        lost, stays = self.records[gone].values, self.records[kept].values
        for name in ("phone", "city", "function", "zip", "ref"):
            stays[name] = stays[name] or lost[name]
        stays["category_id"] = sorted({*stays["category_id"], *lost["category_id"]})
        for record in self.records.values():
            for reference in ("contact", "contact_id"):
                if record.values.get(reference) == gone:
                    record.values[reference] = kept
        self.records[gone].exists = False
