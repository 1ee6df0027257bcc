"""What random histories of a sales team found, or people by thinking like them; each is run every time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .lead_histories import LeadHistories
from .lead_office import LeadGround
from .lead_world import LEAD
from .server import prepared


@pytest.fixture(scope="module", autouse=True)
def ground() -> Iterator[None]:
    with prepared(ground=LeadGround, template="pipeline") as LeadHistories.ground:
        yield


@pytest.fixture
def history() -> Iterator[LeadHistories]:
    """Three devices that have synced: `ann` and `bob` of one salesperson, `cem` of another; three leads."""
    found = LeadHistories()
    found.begin("ann", -1, [])
    yield found
    found.teardown()


def of_nobody(history: LeadHistories) -> str:
    """The lead of the team that has no salesperson: everybody holds it."""
    records = history.truth.world.records
    return next(name for name, record in records.items() if record.values["user_id"] is None)


def do(history: LeadHistories, who: str, step: int, what: str, name: str, how: object) -> None:
    """A person does something with a lead that they see, so long before or after the time at which it is sent."""
    history._at(who, step, what, history.handsets[who].visible(LEAD)[name], how)


@pytest.mark.parametrize(("cems", "expected"), [(-1, 2), (-3, 1)])
def test_newest_stage_stands_whichever_phone_comes_first(history, cems: int, expected: int):
    """Proves I6. The first one to arrive counted as the newest: it was compared with when the other one had come."""
    name, stages = of_nobody(history), list(history.ground.stages)
    do(history, "ann", -2, "move", name, 1)
    do(history, "cem", cems, "move", name, 2)
    assert history.handsets["ann"].sync()
    history.quiet()
    assert history.office.stored(LEAD)[name]["stage_id"] == stages[expected]


def test_stage_that_the_office_chose_meanwhile_stands_against_an_older_one_of_a_function(history):
    """Proves I6. Older than the office's choice are both: what a function of one phone did, and the next phone's."""
    name, stages = of_nobody(history), list(history.ground.stages)
    do(history, "ann", -5, "set_stage", name, 1)
    assert history.handsets["ann"].sync()
    history.office.edit(name, {"stage_id": stages[2]})
    do(history, "cem", -1, "move", name, 0)
    history.quiet()
    assert history.office.stored(LEAD)[name]["stage_id"] == stages[2]


def test_later_choice_of_a_stage_in_one_call_is_the_newer_one(history):
    """Proves I3. The oracle found that the function before it counted as done when the call came (seed 14)."""
    name, stages = of_nobody(history), list(history.ground.stages)
    do(history, "bob", -9, "next_stage", name, None)
    do(history, "bob", -8, "move", name, 2)
    history.quiet()
    assert history.office.stored(LEAD)[name]["stage_id"] == stages[2]


def test_choice_that_was_tried_together_with_a_refused_one_is_not_older_than_itself(history):
    """Proves I3, I6. The oracle found that a batch which was taken back counted as having chosen (seed 710)."""
    records, stages = history.truth.world.records, list(history.ground.stages)
    name, other = of_nobody(history), next(one for one in records if records[one].values["user_id"])
    for step, what, about, how in ((-9, "set_stage", name, 1), (-8, "move", name, 2), (-7, "move", other, 4)):
        do(history, "ann", step, what, about, how)
    history.quiet()
    assert of_device(history, "ann") == ["applied", "merged", "rejected"]
    assert history.office.stored(LEAD)[name]["stage_id"] == stages[2]


def test_second_thoughts_about_a_lead_that_was_merged_meanwhile(history):
    """Proves I3. A device's second change was taken for one of somebody else's first one."""
    office = history.office
    stages, team = list(history.ground.stages), history.ground.teams["north"]
    for stage, priority in ((stages[0], "0"), (stages[1], "1")):
        values = {"team_id": team, "user_id": None, "stage_id": stage, "priority": priority}
        office.create(LEAD, history.new_name(), values)
    gone, left = list(history.truth.world.records)[-2:]
    assert history.handsets["ann"].sync()
    do(history, "ann", -9, "edit", gone, {"priority": "2"})
    do(history, "ann", -8, "edit", gone, {"priority": "1"})
    office.merge(gone, left)
    office.edit(left, {"priority": "3"})
    history.quiet()
    assert office.stored(LEAD)[left]["priority"] == "1"


def test_what_odoo_filled_in_when_a_new_lead_was_amended_is_the_devices_own(history):
    """Proves I3. What was done upon the refused lead is no conflict with its salesperson (histories, seed 2100001)."""
    ann, ugo = history.handsets["ann"], history.ground.users["ugo"]
    history.device_works("ann", -9, [("nameless", 2, {"priority": "1"})])
    name = f"{history.prefix}{next(history.numbers) - 1}"
    [record] = [one for known, one in ann.visible(LEAD).items() if known == name]
    history._at("ann", -8, "hand over", record, "ugo")
    assert ann.sync()
    assert of_device(history, "ann") == ["rejected", "deferred"]
    ann.decide(0, "amend", "values", None)
    history.quiet()
    assert of_device(history, "ann") == ["amended", "applied", "applied"]
    assert history.office.stored(LEAD)[name]["user_id"] == ugo


def of_device(history: LeadHistories, who: str) -> list[str]:
    """How what a device did ended, in the order in which it came."""
    return [sent.state for sent in history.truth.operations.values() if sent.device == who]


@pytest.mark.parametrize(("theirs", "expected"), [({}, "applied"), ({"phone": "3"}, "conflict")])
def test_delete_of_a_lead_goes_over_ones_own_change_and_nobody_elses(history, theirs, expected: str):
    """Proves I6."""
    name = of_nobody(history)
    do(history, "ann", 1, "edit", name, {"referred": "2"})
    do(history, "ann", 2, "delete", name, None)
    if theirs:
        history.office.edit(name, theirs)
    history.quiet()
    assert of_device(history, "ann")[-1] == expected
    assert (name in history.office.stored(LEAD)) == (expected == "conflict")


def test_delete_of_what_one_handed_to_somebody_else_is_looked_at_by_the_office(history):
    """Proves I4, I6. What went out of its person's sight meanwhile is not theirs to delete, when they see it again."""
    name = of_nobody(history)
    do(history, "ann", 1, "hand over", name, "ugo")
    history.handsets["ann"].network.ahead.extend([("fine", 0), ("lose", 0)])
    assert not history.handsets["ann"].sync()
    history.office.let_read_all("una", True)
    do(history, "ann", 2, "delete", name, None)
    history.quiet()
    assert of_device(history, "ann") == ["applied", "conflict"]


def test_delete_that_waited_while_its_lead_went_to_somebody_else_is_a_conflict(history):
    """Proves I4, I7."""
    name = of_nobody(history)
    do(history, "ann", 1, "edit", name, {"phone": "2"})
    do(history, "ann", 2, "delete", name, None)
    history.office.edit(name, {"phone": "3"})
    history.quiet()
    assert of_device(history, "ann") == ["conflict", "deferred"]
    history.office.edit(
        name, {"user_id": history.ground.users["ugo"], "team_id": history.ground.teams["north"]}
    )
    history.quiet()
    history.office_decides(0, "server")
    history.quiet()
    assert of_device(history, "ann") == ["resolved_server", "conflict"]
    assert name in history.office.stored(LEAD)


def test_delete_that_odoo_allows_nobody_but_others_is_refused_and_the_lead_comes_back(history):
    """Proves I7, I8."""
    name = of_nobody(history)
    history.office.let_delete("una", False)
    do(history, "ann", 1, "delete", name, None)
    history.quiet()
    assert of_device(history, "ann") == ["rejected"]
    assert name in history.handsets["ann"].held(LEAD)


def test_stage_that_a_team_does_not_have_leaves_nothing_of_its_unit(history):
    """Proves I5. A new lead, a function and a delete that went before it are taken back with it."""
    records = history.truth.world.records
    name, other = of_nobody(history), next(one for one in records if records[one].values["user_id"])
    southern = list(history.ground.stages).index(max(history.ground.stages))
    assert records[name].values["team_id"] == history.ground.teams["north"]
    todo = [("delete", list(records).index(other), None), ("move", list(records).index(name), southern)]
    history.device_works_in_a_unit("ann", 5, 0, {"phone": "2"}, True, todo)
    before = history.office.stored(LEAD)
    history.quiet()
    assert sorted(of_device(history, "ann")) == ["deferred", "deferred", "rejected"]
    assert history.office.stored(LEAD) == before


@pytest.mark.parametrize("first", ["ann", "cem"])
def test_backup_of_a_sales_team_is_put_back_in_the_middle_of_everything(history, first: str):
    """Proves I2, I8, I9. Stages, functions, a unit and a delete before and after it, merged leads, unsent work."""
    rest = history.device_works_and_syncs
    rest(
        "ann", 5, [("lead", 1, {"phone": "1"}), ("move", 0, 1), ("mark_lost", 2, 1), ("hand over", 1, "ugo")]
    )
    history.a_backup_is_made()
    rest(
        "bob",
        60,
        [("lead", 4, {"priority": "2"}), ("move", 0, 2), ("next_stage", 0, None), ("nameless", 1, {})],
    )
    rest("cem", -60, [("edit", 0, {"phone": "3"}), ("move", 0, 3), ("convert", 1, None)])
    history.device_works_in_a_unit("ann", 9, 2, {"phone": "2"}, True, [("edit", 1, {"referred": "2"})])
    history.everybody_edits_the_same(1, {"phone": "1"}, {"phone": "2"}, {"phone": "3"}, 2, 3)
    history.device_deletes("bob", 80, 1)
    history.office_works([("create", 0, {"phone": "2"}), ("create", 0, {"phone": "3"}), ("merge", 4, 5)])
    history.quiet()
    history.device_works("ann", 90, [("move", 0, 2), ("tag", 0, {1}), ("lead", 1, {})])
    history.the_backup_is_put_back(first, 110, [("edit", 0, {"referred": "2"}), ("mark_won", 0, None)])
    rest("bob", 130, [("lead", 1, {"phone": "1"}), ("move", 0, 1), ("next_stage", 0, None)])
    history.everybody_moves_the_same(0, 1, 2, 3, -140, -150)
