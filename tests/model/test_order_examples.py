"""What random histories of quotations found, or people by thinking like them; each is run every time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .order_histories import OrderHistories
from .order_office import OrderGround
from .order_world import LINE, ORDER, POLICIES
from .server import prepared


@pytest.fixture(scope="module", autouse=True)
def ground() -> Iterator[None]:
    with prepared(ground=OrderGround, template="pipeline") as OrderHistories.ground:
        yield


@pytest.fixture
def history() -> Iterator[OrderHistories]:
    """Three devices that have synced: `ann` and `bob` of one salesperson, `cem` of another; a quotation of each."""
    found = OrderHistories()
    found.begin("ann", [])
    yield found
    found.teardown()


def of_una(history: OrderHistories) -> tuple[str, list[str]]:
    """The quotation that `ann` and `bob` hold, and its two lines of one piece each."""
    una = history.ground.users["una"]
    records = history.truth.world.records
    order = next(n for n, one in records.items() if one.kind == ORDER and one.values["user_id"] == una)
    return order, history.truth.world.lines(order)


def do(history: OrderHistories, who: str, what: str, name: str, how: object = None) -> None:
    """A person does something with an order or a line that they see."""
    kind = LINE if what in ("edit line", "take off") else ORDER
    history._do(history.handsets[who], what, history.handsets[who].visible(kind)[name], how)


def of_device(history: OrderHistories, who: str) -> list[str]:
    """How what a device did ended, in the order in which it came."""
    return [sent.state for sent in history.truth.operations.values() if sent.device == who]


def test_model_decides_by_the_policies_that_the_addon_sets(history):
    """What is not said to devices is for a person of the office."""
    entities = history.handsets["ann"].device.settings.profile.entities
    served = {entity.name: entity.policies for entity in entities}
    for kind, policies in POLICIES.items():
        assert {field: served[kind].get(field, "review") for field in policies} == policies


def test_both_sold_more_of_one_line(history):
    """Proves I1, I2. One piece, two more here and three more there: six; the total follows on every device."""
    order, (line, _other) = of_una(history)
    do(history, "ann", "edit line", line, {"product_uom_qty": 3})
    do(history, "bob", "edit line", line, {"product_uom_qty": 4})
    history.quiet()
    assert history.office.stored(LINE)[line]["product_uom_qty"] == 6
    assert history.handsets["ann"].held(ORDER)[order]["amount_total"] == 70


@pytest.mark.parametrize("closes", ["confirm", "cancel"])
@pytest.mark.parametrize(("what", "how"), [("edit line", {"discount": 20}), ("take off", None)])
def test_line_of_an_order_that_the_office_closed_meanwhile(history, closes: str, what: str, how: object):
    """Proves I6, I8. It stays as it is until somebody decides; nobody takes a line off a confirmed order."""
    order, (line, _other) = of_una(history)
    do(history, "ann", what, line, how)
    history.office.bring(order, closes)
    before = history.office.stored(LINE)
    history.quiet()
    assert of_device(history, "ann") == ["conflict"]
    assert history.office.stored(LINE) == before
    history.office_decides(0, "device")
    history.quiet()
    is_refused = what == "take off" and closes == "confirm"
    assert of_device(history, "ann") == ["rejected" if is_refused else "applied"]


def test_price_that_comes_to_odoos_is_said_odoos_way(history):
    """Proves I3. Twice the price at half of it: the next change of the same person builds on what Odoo made of it."""
    _order, (line, _other) = of_una(history)
    do(history, "ann", "edit line", line, {"price_unit": 20, "discount": 50})
    do(history, "ann", "edit line", line, {"price_unit": 8})
    history.quiet()
    assert of_device(history, "ann") == ["applied", "applied"]
    stored = history.office.stored(LINE)[line]
    assert (stored["price_unit"], stored["discount"]) == (8, 0)


def test_quotation_whose_answer_is_lost_is_made_once(history):
    """Proves I2. With its confirmation, which names it by the uid that the device gave it."""
    handset = history.handsets["cem"]
    history.device_works("cem", [("quote and confirm", 0, [(2, 8, None), (1, None, 50)])])
    handset.network.ahead.extend([("lose", 0), ("repeat", 0)])
    assert not handset.sync()
    history.quiet()
    assert of_device(history, "cem") == ["applied", "applied"]
    [order] = [name for name, values in history.office.stored(ORDER).items() if values["state"] == "sale"]
    assert handset.held(ORDER)[order]["amount_total"] == 21


def test_what_follows_a_quotation_that_was_given_up_after_a_restore_waits_for_nobody(history):
    """Proves I9, I10. Histories found its confirmation waiting for another device to bring the quotation."""
    history.a_backup_is_made()
    history.device_works("ann", [("quote and confirm", 0, [(-1, None, None)])])
    history.office_works([("tag", 0, {1})])
    history.quiet()
    history.put_back()
    assert of_device(history, "ann") == ["discarded", "discarded"]


def test_backup_of_quotations_is_put_back_in_the_middle_of_everything(history):
    """Proves I2, I8, I9. What was sold before and after it, confirmed and cancelled, comes again once."""
    history.device_works_and_syncs(
        "ann", [("quote and confirm", 0, [(2, 8, None)]), ("order", 0, [(1, None, 50)])]
    )
    history.a_backup_is_made()
    history.device_works_and_syncs(
        "bob", [("quote", 0, [(3, 20, 50)]), ("edit line", 0, {"product_uom_qty": 4})]
    )
    history.device_works_and_syncs(
        "cem", [("quote and confirm", 0, [(1, None, None)]), ("line", 0, (2, 8, None))]
    )
    history.device_works_in_a_unit("ann", [(5, None, None)], [("tag", 0, {1}), ("take off", 1, None)])
    history.office_works([("create", 2, "una"), ("cancel", 0, None), ("edit line", 1, {"price_unit": 8})])
    history.quiet()
    history.device_works("ann", [("edit line", 2, {"product_uom_qty": 6}), ("confirm", 3, None)])
    history.the_backup_is_put_back("cem", [("quote", 0, [(1, 8, None)]), ("cancel", 1, None)])
    history.device_works_and_syncs(
        "bob", [("edit line", 0, {"discount": 20}), ("quote", 0, [(2, None, None)])]
    )


def test_handed_over_quotation_goes_with_its_lines(history):
    """Proves I4, I7. To the other salesperson's devices; what its former one did meanwhile is for the office."""
    order, (line, _other) = of_una(history)
    do(history, "ann", "hand over", order, "ugo")
    do(history, "bob", "edit line", line, {"product_uom_qty": 4})
    history.quiet()
    assert order in history.handsets["cem"].held(ORDER)
    assert of_device(history, "ann") + of_device(history, "bob") == ["applied", "conflict"]


def test_order_is_not_confirmed_by_who_may_not_see_its_opportunity(history):
    """Proves I4. Histories found that Odoo writes on the opportunity with the rights of whoever confirms (2810001)."""
    before = history.office.stored(ORDER)
    history.device_works("ann", [("quote", 0, [(2, None, None)])])
    history.quiet()
    [order] = history.office.stored(ORDER).keys() - before.keys()
    history.office.edit(order, {"user_id": history.ground.users["ugo"]})
    history.quiet()
    do(history, "cem", "confirm", order)
    history.quiet()
    assert of_device(history, "cem") == ["rejected"]
    assert history.office.stored(ORDER)[order]["state"] == "draft"
