"""What random histories found, or people by thinking like them: each stays as an example that is run every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .machine import Histories
from .server import prepared
from .world import CONTACT, JOB


@pytest.fixture(scope="module", autouse=True)
def ground() -> Iterator[None]:
    with prepared() as Histories.ground:
        yield


@pytest.fixture
def history() -> Iterator[Histories]:
    """Three devices that have synced: `ann` and `bob` of one person, `cem` of another; one contact, one job."""
    found = Histories()
    found.begin("ann", [])
    yield found
    found.teardown()


def edit(history: Histories, who: str, kind: str, name: str, **values: object) -> None:
    """A person edits a record that they see."""
    handset = history.handsets[who]
    handset.device.update(kind, handset.visible(kind)[name].ref, values)


def only(history: Histories, kind: str) -> str:
    """The record of a kind that the histories begin with."""
    return str(history.pick(kind, 0))


def test_a_person_counts_on_from_what_they_saw(history):
    """Proves I1. Found by thinking of restores: 1 + 2, the office's 1 + 1, and 2 more came to 5 instead of 6."""
    job = only(history, JOB)
    edit(history, "ann", JOB, job, count=3)
    history.office.edit(job, {"count": 2})
    history.handsets["ann"].network.ahead.extend([("fine", 0), ("lose", 0)])
    assert not history.handsets["ann"].sync()
    edit(history, "ann", JOB, job, count=5)
    history.quiet()
    assert history.office.stored(JOB)[job]["count"] == 6


def test_what_the_office_typed_is_not_taken_for_ones_own_earlier_value(history):
    """Proves I1, I6. The oracle found a change of the office that was written over: its value before was one that the
    device had sent once, and that the office had decided against.
    """
    contact, ann = only(history, CONTACT), history.handsets["ann"]
    edit(history, "ann", CONTACT, contact, phone="b")
    history.office.edit(contact, {"phone": "c"})
    assert ann.sync()
    history.office.decide(0, "server")
    history.office.edit(contact, {"phone": "b"})
    history.quiet()
    edit(history, "ann", CONTACT, contact, phone="a")
    history.office.edit(contact, {"phone": "c"})
    assert ann.sync()
    assert history.office.stored(CONTACT)[contact]["phone"] == "c"


def test_two_people_who_took_one_each_took_two(history):
    """Proves I1, I6. The same difference on both sides, which looked like the same edit."""
    job = only(history, JOB)
    for who in ("ann", "cem"):
        edit(history, who, JOB, job, count=2)
    history.quiet()
    assert history.office.stored(JOB)[job]["count"] == 3


def test_a_tag_of_the_office_survives_the_second_edit_of_a_device(history):
    """Proves I1."""
    contact, tags = only(history, CONTACT), history.ground.tags
    edit(history, "ann", CONTACT, contact, category_id=[tags[0]])
    history.office.edit(contact, {"category_id": [tags[1]]})
    history.handsets["ann"].network.ahead.extend([("fine", 0), ("lose", 0)])
    assert not history.handsets["ann"].sync()
    edit(history, "ann", CONTACT, contact, category_id=sorted([tags[0], tags[2]]))
    history.quiet()
    assert history.office.stored(CONTACT)[contact]["category_id"] == tags


def test_fields_that_odoo_filled_after_a_devices_own_create_are_its_own(history):
    """Proves I3. The oracle found a conflict of a device with itself."""
    device = history.handsets["ann"].device
    name = history.new_name()
    record = device.create(CONTACT, {"name": name})
    history.names.learn(CONTACT, record.uid, name)
    device.update(CONTACT, record.uid, {"category_id": [history.ground.tags[0]], "phone": "1"})
    history.quiet()
    assert {one.state for one in history.truth.operations.values()} == {"applied"}


def test_keeping_the_devices_value_leaves_other_fields_to_their_policies(history):
    """Proves I6. The oracle found that the office's number was lost together with the conflict's decision."""
    contact = only(history, CONTACT)
    edit(history, "ann", CONTACT, contact, phone="mine", function="mine", city="mine")
    history.office.edit(contact, {"phone": "theirs", "function": "theirs", "city": "theirs"})
    assert history.handsets["ann"].sync()
    history.office_decides(0, "device")
    history.quiet()
    found = history.office.stored(CONTACT)[contact]
    assert (found["phone"], found["function"], found["city"]) == ("mine", "theirs", "mine")


def test_a_record_that_a_lost_answer_gave_is_taken_away(history):
    """Proves I4."""
    history.a_contact_goes_after_an_answer_was_lost("cem", 0, comes=True, way="team")
    history.quiet()


def test_worker_killed_between_commit_and_answer(history):
    """Proves I2."""
    job = only(history, JOB)
    for what in ("visit", "contact", "visit"):
        history._act(history.handsets["bob"], what, 0, {"phone": "a"} if what == "contact" else 2)
    history.handsets["bob"].network.ahead.append(("die committed", 1))
    assert not history.handsets["bob"].sync()
    history.quiet()
    assert history.office.stored(JOB)[job]["count"] == 5


@pytest.mark.parametrize("first", ["ann", "cem"])
def test_backup_is_put_back_in_the_middle_of_everything(history, first: str):
    """Proves I2, I8, I9. Work before and after it, parked, refused and unsent, of all three devices."""
    rest: Callable[..., None] = history.device_works_and_syncs
    rest("ann", [("contact", 1, {"phone": "a"}), ("job", 1, 2), ("edit", 0, {"city": "b"}), ("visit", 0, 2)])
    history.a_backup_is_made()
    rest(
        "bob", [("contact", 1, {"phone": "a"}), ("job", 1, 2), ("job edit", 0, {"count": 7}), ("file", 0, 3)]
    )
    rest(
        "cem", [("edit", 2, {"phone": "c"}), ("visit", 0, 2), ("delete job", 0, None), ("nameless", 0, None)]
    )
    history._office_acts("create", 0, {"city": "a"})
    history.everybody_edits_the_same(1, {"phone": "1"}, [], {"phone": "2"}, {"phone": "3"})
    history.quiet()
    history.device_works("ann", [("edit", 4, {"city": "b"}), ("tag", 0, {1}), ("contact", 1, {})])
    history.the_backup_is_put_back(first, [("edit", 3, {"city": "b"}), ("visit", 0, 3)])
    rest("bob", [("contact", 1, {"phone": "a"}), ("visit", 0, 2), ("file", 0, 3)])


@pytest.mark.parametrize("act", ["discard", "retry"])
def test_a_decision_of_the_office_that_a_restore_lost_waits_again_on_the_device(history, act: str):
    """Proves I8, I9. The oracle found work that was open in Odoo and over on its device (seed 305)."""
    history.office.let_write("una", False)
    edit(history, "ann", CONTACT, only(history, CONTACT), city="b")
    history.quiet()
    history.a_backup_is_made()
    history.office.let_write("una", True)
    history.office_finishes_refused_work(0, act)
    history.quiet()
    history.put_back()


def test_restore_that_leaves_a_long_row_of_decisions_comes_to_an_end(history):
    """Proves I10. Edits of a record that is gone ask for a decision each, one after the other (seed 305)."""
    job = only(history, JOB)
    for number in range(9):
        edit(history, "bob", JOB, job, best=number + 3)
    history.office.delete(job)
    history.a_backup_is_made()
    history.put_back()
