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
    found.begin()
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
