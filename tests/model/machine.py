"""Random histories of contacts, jobs and files: what people do, and what may go wrong meanwhile."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from .backup import ContactBackup
from .decisions import Judged
from .devices import Crash, Handset
from .history import History
from .office import Bureau
from .strategies import actions, edits, office_actions, persons, picks, rights, texts, troubles, whos
from .world import CONTACT, FILE, JOB, TEAMS, Person


class Histories(History):
    """One history: fresh records, three fresh devices of two people, one profile of its own."""

    kinds = (CONTACT, JOB)
    backups = ContactBackup

    @initialize(who=whos, todo=st.lists(actions, min_size=3, max_size=20))
    def begin(self, who: str, todo: list[tuple[str, int, Any]]) -> None:
        truth = Judged()
        truth.world.people = {name: Person() for name in self.ground.users}
        self.open(truth, Bureau)
        for values in ({"phone": "a"}, {"ref": "red"}):
            self.office.create(CONTACT, self.new_name(), values)
        #: Changed in long transactions only: nobody else waits for their rows.
        self.reserved = self.new_name()
        self.office.create(CONTACT, self.reserved, {})
        self.office.create(JOB, self.new_name(), {"count": 1, "best": 1})
        for handset in self.handsets.values():
            assert handset.sync()
        self.device_works(who, todo)

    # --- the office ---------------------------------------------------------------------------------------------

    @rule(todo=st.lists(office_actions, min_size=1, max_size=5))
    def office_works(self, todo: list[tuple[str, int, Any]]) -> None:
        for what, number, how in todo:
            self._office_acts(what, number, how)

    def _office_acts(self, what: str, number: int, how: Any) -> None:
        contact, job, office = self.pick(CONTACT, number), self.pick(JOB, number), self.office
        match what:
            case "create":
                office.create(CONTACT, self.new_name(), how)
            case "make a job":
                office.create(JOB, self.new_name(), how | {"contact_id": contact})
            case "edit" if contact:
                office.edit(contact, how)
            case "edit a job" if job:
                office.edit(job, how)
            case "tag" if contact:
                office.edit(contact, {"category_id": sorted(self.ground.tags[i] for i in how)})
            case "team" if contact:
                office.edit(contact, {"ref": how})
            case "company" if contact:
                office.edit(contact, {"company_id": self.ground.abroad if how else None})
            case "archive" if contact:
                office.archive(contact, how)
            case "delete" if contact:
                office.delete(contact)
            case "delete a job" if job:
                office.delete(job)
            case "sql":
                names = {
                    name for other in range(number % 3 + 1) if (name := self.pick(CONTACT, number + other))
                }
                office.by_sql(sorted(names), how)
            case "merge" if contact:
                other = str(self.pick(CONTACT, how))
                both = [self.truth.world.records[name] for name in (contact, other)]
                if contact != other and all(one.active and not one.values["company_id"] for one in both):
                    office.merge(contact, other)

    @rule(city=texts)
    def a_long_transaction_writes(self, city: str | None) -> None:
        self.office.begin_long(self.reserved, city, self.new_name())

    @precondition(lambda self: self.office.is_long_open)
    @rule(commit=st.sampled_from((True, True, False)))
    def the_long_transaction_ends(self, commit: bool) -> None:
        self.office.end_long(commit=commit)

    # --- rights and profiles ------------------------------------------------------------------------------------

    @precondition(lambda self: self.office.changes_of_rights < 2)
    @rule(what=rights, who=persons, teams=st.sets(st.sampled_from(TEAMS)))
    def rights_change(self, what: tuple[str, bool], who: str, teams: set[str]) -> None:
        """Of a person, or of all who are in the team."""
        match what:
            case ("team", within):
                self.office.put_in_team(who, within)
            case ("abroad", abroad):
                self.office.send_abroad(who, abroad)
            case ("write", may):
                self.office.let_write(who, may)
            case _:
                self.office.show_teams(teams)

    @precondition(lambda self: self.office.changes_of_profile < 3)
    @rule(without_city=st.sampled_from((None, "c")), below=st.sampled_from((None, 5)))
    def profile_changes(self, without_city: str | None, below: int | None) -> None:
        self.office.narrow(without_city, below)

    # --- devices ------------------------------------------------------------------------------------------------

    @rule(who=whos, todo=st.lists(actions, min_size=20, max_size=40))
    def device_works(self, who: str, todo: list[tuple[str, int, Any]]) -> None:
        """A person works on, one thing after the other."""
        for what, number, how in todo:
            self._act(self.handsets[who], what, number, how)

    @rule(who=whos, todo=st.lists(actions, min_size=20, max_size=40))
    def device_works_and_syncs(self, who: str, todo: list[tuple[str, int, Any]]) -> None:
        self.device_works(who, todo)
        self.handsets[who].sync()

    @rule(who=whos, number=picks, mine=edits, named=st.booleans())
    def device_works_in_a_unit(self, who: str, number: int, mine: dict[str, Any], named: bool) -> None:
        """A new contact, a change of it, a change of a known one, a visit: together or not at all."""
        handset, name = self.handsets[who], self.new_name()
        with handset.device.unit():
            record = handset.device.create(CONTACT, {"name": name} if named else {"city": "nameless"})
            self.names.learn(CONTACT, record.uid, name)
            handset.device.update(CONTACT, record.uid, {"phone": "unit"})
            self._act(handset, "edit", number, mine)
            self._act(handset, "visit", number, 1)

    @rule(number=picks, mine=edits, again=st.lists(texts, max_size=3), yours=edits, theirs=edits)
    def everybody_edits_the_same(
        self, number: int, mine: Any, again: list[Any], yours: Any, theirs: Any
    ) -> None:
        """Two devices and the office, none knowing of the others; on one the person thinks better of it."""
        if name := self.pick(CONTACT, number):
            second_thoughts = [dict.fromkeys(mine, text) for text in again]
            for who, values in (("ann", mine), ("cem", yours), *(("ann", one) for one in second_thoughts)):
                if record := self.handsets[who].visible(CONTACT).get(name):
                    self.handsets[who].device.update(CONTACT, record.ref, values)
            self.office.edit(name, theirs)

    @rule(who=whos, pick=picks, verb=st.sampled_from(["amend", "discard", "resolve"]), text=texts,
          by=st.sampled_from(["server", "device", "values"]))  # fmt: skip
    def device_decides(self, who: str, pick: int, verb: str, text: str | None, by: str) -> None:
        self.handsets[who].decide(pick, verb, by, text)

    def _act(self, handset: Handset, what: str, number: int, how: Any) -> None:
        device = handset.device
        if what in ("contact", "nameless", "job"):
            name = self.new_name()
            kind = JOB if what == "job" else CONTACT
            values = {"phone": "x"} if what == "nameless" else {"name": name}
            if what == "contact":
                values |= how
            if what == "job":
                contacts = list(self._seen(handset, CONTACT).values())
                values |= {"count": how, "best": how}
                if contacts and number % 2:
                    ref = contacts[number % len(contacts)]
                    values["contact_id"] = {"uid": ref.uid} if ref.uid else ref.id
            self.names.learn(kind, device.create(kind, values).uid, name)
            return
        seen = self._seen(handset, JOB if "job" in what or what == "visit" else CONTACT)
        if not seen:
            return
        name = list(seen)[number % len(seen)]
        record = seen[name]
        match what:
            case "edit":
                device.update(CONTACT, record.ref, how)
            case "tag":
                device.update(CONTACT, record.ref, {"category_id": sorted(self.ground.tags[i] for i in how)})
            case "job edit":
                device.update(JOB, record.ref, how)
            case "visit":
                device.call(JOB, record.ref, "visit", {"by": how})
            case "delete job":
                content = handset.held(JOB).get(name)
                self.saw[device.delete(JOB, record.ref).op] = content and (content, True)
            case "file":
                path = self.homes / f"{self.new_name()}.txt"
                path.write_text(f"{path.name} {how}" * 3)
                self.names.learn(FILE, device.attach(CONTACT, record.ref, path).uid, path.name)

    def _seen(self, handset: Handset, kind: str) -> dict[str, Any]:
        """What a person may choose from on a device; what a long transaction holds would keep the push waiting."""
        seen = handset.visible(kind)
        return {name: record for name, record in seen.items() if name != self.reserved}

    # --- syncs and what may go wrong ----------------------------------------------------------------------------

    @rule(who=whos, todo=st.lists(actions, max_size=12), ahead=st.lists(troubles, min_size=1, max_size=4),
          tries=st.integers(1, 3))  # fmt: skip
    def works_and_syncs_over_a_bad_network(self, who: str, todo: Any, ahead: list[Any], tries: int) -> None:
        """Requests and answers are lost, cut, repeated, held up; the server's workers are killed (I2)."""
        self.device_works(who, todo)
        self.syncs_badly(who, ahead, tries)

    @rule(
        who=whos,
        number=picks,
        comes=st.booleans(),
        way=st.sampled_from(("delete", "archive", "team", "edit")),
    )
    def a_contact_goes_after_an_answer_was_lost(self, who: str, number: int, comes: bool, way: str) -> None:
        """The device may hold it or not: its removal must be said, its newest content sent (I1, I4)."""
        handset = self.handsets[who]
        name = self.new_name() if comes else self.pick(CONTACT, number)
        if name is None or not handset.sync():
            return
        if comes:
            self.office.create(CONTACT, name, {"phone": "a"})
        else:
            self.office.edit(name, {"phone": "b"})
        handset.network.ahead.append(("lose", 0))
        handset.sync()
        match way:
            case "delete":
                self.office.delete(name)
            case "archive":
                self.office.archive(name, False)
            case "team":
                self.office.edit(name, {"ref": "blue"})
        handset.sync()

    @precondition(lambda self: self.backup is not None and not self.backup.is_used)
    @rule(who=whos, todo=st.lists(actions, min_size=20, max_size=40))
    def the_backup_is_put_back(self, who: str, todo: list[tuple[str, int, Any]]) -> None:
        """In the middle of somebody's work."""
        self.device_works_and_syncs(who, todo)
        self.put_back()


__all__ = ["Crash", "Histories"]
