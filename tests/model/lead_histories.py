"""Random histories of a sales team: leads that salespeople and the office move on at the same time.

The devices, the network, the crashes and what must hold are those of `machine.py`; the leads have a model of truth of
their own.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from .devices import Handset
from .history import History
from .lead_backup import LeadBackup
from .lead_devices import LeadHandset
from .lead_office import LeadBureau, LeadGround
from .lead_truth import LeadTruth
from .lead_world import LEAD
from .strategies import persons, picks, troubles, whos

texts = st.sampled_from([None, "1", "2", "3"])
notes = st.sampled_from([None, "<p>a</p>", "<p>b</p>", "<p>a</p><p>b</p>", "<p>a</p><p>c</p>"])
days = st.sampled_from([None, "2031-01-01", "2031-02-02", "2031-03-03"])
edits = st.dictionaries(st.sampled_from(("phone", "referred")), texts, min_size=1).flatmap(
    lambda texts: st.fixed_dictionaries(
        {},
        optional={
            "expected_revenue": st.sampled_from((1000, 2000, 3000)),
            "priority": st.sampled_from("0123"),
            "date_deadline": days,
            "description": notes,
        },
    ).map(lambda more: more or texts)
)
#: How many steps lie between what a person does and the time at which it is sent; after it, too: clocks are set.
steps = st.integers(-400, 400)
#: One thing that a person does on a device: (what, which lead, how).
actions = st.one_of(
    st.tuples(st.just("lead"), picks, edits),
    st.tuples(st.just("nameless"), picks, edits),
    st.tuples(st.just("edit"), picks, edits),
    st.tuples(st.just("edit"), picks, edits),
    st.tuples(st.just("tag"), picks, st.sets(st.integers(0, 2))),
    st.tuples(st.just("move"), picks, picks),
    st.tuples(st.just("move"), picks, picks),
    st.tuples(st.just("hand over"), picks, persons),
    st.tuples(st.just("set_stage"), picks, picks),
    st.tuples(st.just("mark_lost"), picks, st.integers(0, 2)),
    st.tuples(st.sampled_from(("next_stage", "mark_won", "restore", "convert")), picks, st.none()),
)
#: In a unit people delete, too; by itself that has a rule of its own, so that leads are left to work on.
unit_actions = st.one_of(actions, st.tuples(st.just("delete"), picks, st.none()))
#: The same for the office.
office_actions = st.one_of(
    st.tuples(st.sampled_from(("create", "edit")), picks, edits),
    st.tuples(st.just("tag"), picks, st.sets(st.integers(0, 2))),
    st.tuples(st.just("move"), picks, picks),
    st.tuples(st.just("move"), picks, picks),
    st.tuples(st.just("team"), picks, st.booleans()),
    st.tuples(st.just("assign"), picks, st.sampled_from((None, "una", "ugo"))),
    st.tuples(st.sampled_from(("win", "restore", "delete")), picks, st.none()),
    st.tuples(st.just("lose"), picks, st.integers(0, 2)),
    st.tuples(st.just("merge"), picks, picks),
)
rights = st.tuples(st.sampled_from(("north", "south", "all", "delete")), st.booleans())


class LeadHistories(History):
    """One history: fresh leads, three fresh devices of two salespeople, one profile of its own."""

    ground: ClassVar[LeadGround]
    kinds = (LEAD,)
    backups = LeadBackup
    truth: LeadTruth
    office: LeadBureau

    @initialize(who=whos, step=steps, todo=st.lists(actions, min_size=3, max_size=10))
    def begin(self, who: str, step: int, todo: list[tuple[str, int, Any]]) -> None:
        truth = LeadTruth(was_done=self.was_done)
        truth.world.people = self.ground.sellers()  # type: ignore[assignment]
        truth.world.stages = self.ground.stages
        truth.world.order_of_teams = {team: n for n, team in enumerate(self.ground.teams.values())}
        #: The moments at which people of this history work.
        self.taken: set[int] = set()
        self.open(truth, LeadBureau)
        for seller in ("una", "ugo", None):
            self._office_acts("create", 0, {"phone": "1", "user_id": seller and self.ground.users[seller]})
        for handset in self.handsets.values():
            assert handset.sync()
        self.device_works(who, step, todo)

    handsets: dict[str, LeadHandset]  # type: ignore[assignment]

    def _handset(self, *how: Any) -> Handset:
        return LeadHandset(*how, taken=self.taken, common_stage=min(self.ground.stages))

    # --- the office ---------------------------------------------------------------------------------------------

    @rule(todo=st.lists(office_actions, min_size=1, max_size=5))
    def office_works(self, todo: list[tuple[str, int, Any]]) -> None:
        for what, number, how in todo:
            self._office_acts(what, number, how)

    def _office_acts(self, what: str, number: int, how: Any) -> None:
        office, ground, name = self.office, self.ground, self.pick(LEAD, number)
        if what == "create":
            team = list(ground.teams.values())[number % 2]
            kind = ("lead", "opportunity")[number // 2 % 2]
            office.create(LEAD, self.new_name(), {"type": kind, "user_id": None, "team_id": team} | how)
            return
        if name is None:
            return
        values = self.truth.world.records[name].values
        match what:
            case "edit":
                office.edit(name, how)
            case "tag":
                office.edit(name, {"tag_ids": sorted(ground.tags[i] for i in how)})
            case "move":
                ways = self.truth.world.pipeline(values["team_id"])
                office.edit(name, {"stage_id": ways[how % len(ways)]})
            case "team":
                office.edit(name, {"team_id": ground.teams["south" if how else "north"]})
            case "assign":
                user = how and ground.users[how]
                office.edit(name, {"user_id": user, "team_id": values["team_id"]})
            case "win":
                office.win(name)
            case "lose" if values["won_status"] == "pending":
                office.lose(name, (None, *ground.reasons)[how])
            case "restore" if values["won_status"] == "lost":
                office.restore(name)
            case "delete":
                office.delete(name)
            case "merge":
                other = str(self.pick(LEAD, how))
                if self.truth.world.may_merge(name, other):
                    office.merge(name, other)

    @precondition(lambda self: self.office.changes_of_rights < 3)
    @rule(what=rights, who=persons)
    def rights_change(self, what: tuple[str, bool], who: str) -> None:
        """Who is in which team, who reads everybody's leads, and who deletes any."""
        team, yes = what
        if team == "all":
            self.office.let_read_all(who, yes)
        elif team == "delete":
            self.office.let_delete(who, yes)
        else:
            self.office.put_in_sales_team(who, team, yes)

    # --- devices ------------------------------------------------------------------------------------------------

    @rule(who=whos, step=steps, todo=st.lists(actions, min_size=8, max_size=20))
    def device_works(self, who: str, step: int, todo: list[tuple[str, int, Any]]) -> None:
        """A person works on, one thing after the other."""
        handset = self.handsets[who]
        for number, (what, pick, how) in enumerate(todo):
            with handset.clock.at(step + number):
                self._act(handset, what, pick, how)

    @rule(who=whos, step=steps, todo=st.lists(actions, min_size=8, max_size=20))
    def device_works_and_syncs(self, who: str, step: int, todo: list[tuple[str, int, Any]]) -> None:
        self.device_works(who, step, todo)
        self.handsets[who].sync()

    @rule(who=whos, step=steps, todo=st.lists(actions, max_size=10),
          ahead=st.lists(troubles, min_size=1, max_size=4), tries=st.integers(1, 3))  # fmt: skip
    def works_and_syncs_over_a_bad_network(
        self, who: str, step: int, todo: Any, ahead: list[Any], tries: int
    ) -> None:
        """Requests and answers are lost, cut, repeated, held up; the server's workers are killed (I2)."""
        self.device_works(who, step, todo)
        self.syncs_badly(who, ahead, tries)

    @rule(who=whos, step=steps, number=picks, mine=edits, named=st.booleans(),
          todo=st.lists(unit_actions, min_size=1, max_size=4))  # fmt: skip
    def device_works_in_a_unit(
        self, who: str, step: int, number: int, mine: dict[str, Any], named: bool, todo: list[Any]
    ) -> None:
        """A new lead, and what else a person does with it: together or not at all (I5)."""
        with self.handsets[who].device.unit():
            self.device_works(who, step, [("lead" if named else "nameless", number, mine), *todo])

    @rule(who=whos, step=steps, number=picks)
    def device_deletes(self, who: str, step: int, number: int) -> None:
        self.device_works(who, step, [("delete", number, None)])

    @rule(who=whos, step=steps, number=picks, mine=edits, theirs=edits, is_set_back=st.booleans())
    def a_lead_that_is_deleted_was_changed(
        self, who: str, step: int, number: int, mine: Any, theirs: Any, is_set_back: bool
    ) -> None:
        """By the person before, and by the office, which may take it back: a delete goes over nobody's change."""
        name, handset = self.pick(LEAD, number), self.handsets[who]
        if name and (record := handset.visible(LEAD).get(name)):
            before = dict(self.truth.world.records[name].values)
            self._at(who, step, "edit", record, mine)
            self._at(who, step, "delete", record, None)
            self.office.edit(name, theirs)
            if is_set_back:
                self.office.edit(name, {field: before[field] for field in theirs})

    @rule(number=picks, mine=picks, yours=picks, theirs=picks, one=steps, two=steps)
    def everybody_moves_the_same(
        self, number: int, mine: int, yours: int, theirs: int, one: int, two: int
    ) -> None:
        """Two devices and the office choose a stage, none knowing of the others: the newest choice stands."""
        if name := self.pick(LEAD, number):
            for who, step, where in (("ann", one, mine), ("cem", two, yours)):
                if record := self.handsets[who].visible(LEAD).get(name):
                    self._at(who, step, "move", record, where)
            self._office_acts("move", number, theirs)

    @rule(number=picks, mine=edits, yours=edits, theirs=edits, one=steps, two=steps)
    def everybody_edits_the_same(
        self, number: int, mine: Any, yours: Any, theirs: Any, one: int, two: int
    ) -> None:
        if name := self.pick(LEAD, number):
            for who, step, values in (("ann", one, mine), ("cem", two, yours)):
                if record := self.handsets[who].visible(LEAD).get(name):
                    self._at(who, step, "edit", record, values)
            self.office.edit(name, theirs)

    @rule(who=whos, pick=picks, step=steps, verb=st.sampled_from(["amend", "discard", "resolve"]), text=texts,
          by=st.sampled_from(["server", "device", "values"]))  # fmt: skip
    def device_decides(self, who: str, pick: int, step: int, verb: str, text: str | None, by: str) -> None:
        handset = self.handsets[who]
        with handset.clock.at(step):
            handset.decide(pick, verb, by, text)

    @precondition(lambda self: self.backup is not None and not self.backup.is_used)
    @rule(who=whos, step=steps, todo=st.lists(actions, min_size=8, max_size=20))
    def the_backup_is_put_back(self, who: str, step: int, todo: list[tuple[str, int, Any]]) -> None:
        """In the middle of somebody's work."""
        self.device_works_and_syncs(who, step, todo)
        self.put_back()

    def _at(self, who: str, step: int, what: str, record: Any, how: Any) -> None:
        handset = self.handsets[who]
        with handset.clock.at(step):
            self._do(handset, what, record, how)

    def _act(self, handset: LeadHandset, what: str, number: int, how: Any) -> None:
        if what in ("lead", "nameless"):
            self._new_lead(handset, what, number, how)
        elif seen := handset.visible(LEAD):
            self._do(handset, what, seen[list(seen)[number % len(seen)]], how)

    def _new_lead(self, handset: Handset, what: str, number: int, how: Any) -> None:
        name = self.new_name()
        teams = list(self.ground.teams.values())
        values = {"type": ("lead", "opportunity")[number % 2], "team_id": teams[number // 2 % 2], **how}
        if what == "lead":
            values["name"] = name
        if number % 3:
            stages = list(self.ground.stages)
            values["stage_id"] = stages[number % len(stages)]
        self.names.learn(LEAD, handset.device.create(LEAD, values).uid, name)

    def _do(self, handset: LeadHandset, what: str, record: Any, how: Any) -> None:
        device, ground = handset.device, self.ground
        stages = list(ground.stages)
        match what:
            case "edit":
                device.update(LEAD, record.ref, how)
            case "tag":
                device.update(LEAD, record.ref, {"tag_ids": sorted(ground.tags[i] for i in how)})
            case "move":
                device.update(LEAD, record.ref, {"stage_id": stages[how % len(stages)]})
            case "hand over":
                team = record.values.get("team_id") or ground.teams["north"]
                device.update(LEAD, record.ref, {"user_id": ground.users[how], "team_id": team})
            case "set_stage":
                device.call(LEAD, record.ref, what, {"stage": stages[how % len(stages)]})
            case "mark_lost":
                device.call(LEAD, record.ref, what, {"reason": ground.reasons[how - 1]} if how else {})
            case "convert":
                device.call(LEAD, record.ref, what, {"customer": "none"})
            case "delete":
                name = self.names.of(LEAD, record.ref)
                self.saw[device.delete(LEAD, record.ref).op] = handset.sees(str(name))
            case "next_stage":
                if seen := record.values.get("stage_id"):
                    device.call(LEAD, record.ref, what, {"seen": seen})
            case _:
                device.call(LEAD, record.ref, what, {})
