"""Random histories of quotations: salespeople and the office write, price, confirm and cancel them at the same time.

The devices, the network, the crashes and what must hold are those of `machine.py`; quotations have a model of truth of
their own.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from uuid6 import uuid7

from .devices import Handset
from .history import History
from .lead_world import LEAD
from .order_backup import OrderBackup
from .order_devices import OrderHandset
from .order_office import WAYS, OrderBureau, OrderGround
from .order_truth import OrderTruth
from .order_world import LINE, ORDER
from .strategies import persons, picks, troubles, whos

quantities = st.sampled_from((1, 2, 3, 5, 9, 1, 2, 3, 4, 6, 7, -1))
prices, discounts = st.sampled_from((None, 8, 20)), st.sampled_from((None, 0, 50))
#: A line that is added: (how many, the price and the discount that were agreed).
new_lines = st.tuples(quantities, prices, discounts)
documents = st.lists(new_lines, min_size=1, max_size=3)
line_edits = st.fixed_dictionaries(
    {},
    optional={
        "product_uom_qty": st.sampled_from((0, 1, 2, 4, 6, 3, 5, 8, -1)),
        "price_unit": st.sampled_from((8, 10, 20)),
        "discount": st.sampled_from((0, 20, 50)),
    },
).map(lambda values: values or {"product_uom_qty": 7})
#: One thing that a person does, on a device or in the office: (what, which order or line, how).
_everywhere = (
    st.tuples(st.just("edit line"), picks, line_edits),
    st.tuples(st.just("edit line"), picks, line_edits),
    st.tuples(st.just("take off"), picks, st.none()),
    st.tuples(st.just("term"), picks, st.integers(0, 2)),
    st.tuples(st.just("tag"), picks, st.sets(st.integers(0, 2))),
)
_single_actions = (
    *_everywhere,
    st.tuples(st.just("quote"), picks, documents),
    st.tuples(st.just("line"), picks, new_lines),
    st.tuples(st.just("edit line"), picks, line_edits),
    st.tuples(st.just("hand over"), picks, persons),
    st.tuples(st.sampled_from(("confirm", "cancel", "reset_to_draft")), picks, st.none()),
)
unit_actions = st.one_of(*_single_actions)
actions = st.one_of(
    *_single_actions,
    st.tuples(st.just("order"), picks, documents),
    st.tuples(st.just("quote and confirm"), picks, documents),
)
office_actions = st.one_of(
    *_everywhere,
    st.tuples(st.just("create"), picks, persons),
    st.tuples(st.just("line"), picks, st.integers(1, 5)),
    st.tuples(st.just("assign"), picks, persons),
    st.tuples(st.sampled_from(sorted(WAYS)), picks, st.none()),
    st.tuples(st.just("delete"), picks, st.none()),
)


class OrderHistories(History):
    """One history: fresh quotations, three fresh devices of two salespeople, one profile of its own."""

    ground: ClassVar[OrderGround]
    kinds = (ORDER, LINE)
    backups = OrderBackup
    truth: OrderTruth
    office: OrderBureau

    @initialize(who=whos, todo=st.lists(actions, min_size=3, max_size=10))
    def begin(self, who: str, todo: list[tuple[str, int, Any]]) -> None:
        truth = OrderTruth(was_done=self.was_done)
        truth.world.people = self.ground.sellers()  # type: ignore[assignment]
        self.open(truth, OrderBureau)
        self.opportunities = {seller: self.new_name() for seller in self.ground.users}
        for seller, name in self.opportunities.items():
            self.office.open_opportunity(name, seller)
            self._office_acts("create", 2, seller)
        for handset in self.handsets.values():
            assert handset.sync()
        self.device_works(who, todo)

    def _handset(self, *how: Any) -> Handset:
        return OrderHandset(*how, terms=self.ground.terms)

    # --- the office ---------------------------------------------------------------------------------------------

    @rule(todo=st.lists(office_actions, min_size=1, max_size=5))
    def office_works(self, todo: list[tuple[str, int, Any]]) -> None:
        for what, number, how in todo:
            self._office_acts(what, number, how)

    def _office_acts(self, what: str, number: int, how: Any) -> None:
        office, ground, world = self.office, self.ground, self.truth.world
        order, line = self.pick(ORDER, number), self.pick(LINE, number)
        if what == "create":
            name = self.new_name()
            office.create(ORDER, name, {"user_id": ground.users[how]})
            for _line in range(number % 3):
                office.create(LINE, self.new_name(), {"order_id": name})
        elif what in ("edit line", "take off"):
            if line is None:
                return
            if what == "edit line":
                office.edit(line, how)
            elif world.shown(line)["state"] != "sale":
                office.delete(line)
        elif order is not None:
            self._office_acts_on(order, what, how)

    def _office_acts_on(self, order: str, what: str, how: Any) -> None:
        office, ground, world = self.office, self.ground, self.truth.world
        state = world.records[order].values["state"]
        match what:
            case "line":
                office.create(LINE, self.new_name(), {"order_id": order, "product_uom_qty": how})
            case "term":
                office.edit(order, {"payment_term_id": (None, *ground.terms)[how]})
            case "tag":
                office.edit(order, {"tag_ids": sorted(ground.tags[i] for i in how)})
            case "assign":
                office.edit(order, {"user_id": ground.users[how]})
            case "delete" if state in ("draft", "cancel"):
                office.delete(order)
            case way if way in WAYS and state in WAYS[way][0] and (way != "confirm" or world.lines(order)):
                office.bring(order, way)

    @precondition(lambda self: self.office.changes_of_rights < 3)
    @rule(who=persons, yes=st.booleans())
    def rights_change(self, who: str, yes: bool) -> None:
        """Who reads everybody's orders."""
        self.office.let_read_all(who, yes)

    # --- devices ------------------------------------------------------------------------------------------------

    @rule(who=whos, todo=st.lists(actions, min_size=8, max_size=20))
    def device_works(self, who: str, todo: list[tuple[str, int, Any]]) -> None:
        """A person works on, one thing after the other."""
        for what, number, how in todo:
            self._act(self.handsets[who], what, number, how)

    @rule(who=whos, todo=st.lists(actions, min_size=8, max_size=20))
    def device_works_and_syncs(self, who: str, todo: list[tuple[str, int, Any]]) -> None:
        self.device_works(who, todo)
        self.handsets[who].sync()

    @rule(who=whos, todo=st.lists(actions, max_size=10),
          ahead=st.lists(troubles, min_size=1, max_size=4), tries=st.integers(1, 3))  # fmt: skip
    def works_and_syncs_over_a_bad_network(self, who: str, todo: Any, ahead: list[Any], tries: int) -> None:
        """Requests and answers are lost, cut, repeated, held up; the server's workers are killed (I2)."""
        self.device_works(who, todo)
        self.syncs_badly(who, ahead, tries)

    @rule(who=whos, document=documents, todo=st.lists(unit_actions, min_size=1, max_size=4))
    def device_works_in_a_unit(self, who: str, document: list[Any], todo: list[Any]) -> None:
        """A new quotation, and what else a person does with it: together or not at all (I5)."""
        handset = self.handsets[who]
        with handset.device.unit():
            self._order(handset, document)
            self.device_works(who, todo)

    @rule(number=picks, mine=line_edits, yours=line_edits, theirs=line_edits,
          closes=st.sampled_from((None, None, "confirm", "cancel")))  # fmt: skip
    def everybody_edits_the_same_line(
        self, number: int, mine: Any, yours: Any, theirs: Any, closes: str | None
    ) -> None:
        """Two devices of one person and the office, none knowing of the others; the office may close the order."""
        if name := self.pick(LINE, number):
            for who, values in (("ann", mine), ("bob", yours)):
                if record := self.handsets[who].visible(LINE).get(name):
                    self.handsets[who].device.update(LINE, record.ref, values)
            self.office.edit(name, theirs)
            if closes:
                self._office_acts_on(self.truth.world.order_of(name), closes, None)

    @rule(who=whos, number=picks, mine=line_edits, theirs=line_edits, is_set_back=st.booleans())
    def a_line_that_is_taken_off_was_changed(
        self, who: str, number: int, mine: Any, theirs: Any, is_set_back: bool
    ) -> None:
        """By the person before, and by the office, which may take it back: nobody's change goes unseen."""
        name, handset = self.pick(LINE, number), self.handsets[who]
        if name and (record := handset.visible(LINE).get(name)):
            before = dict(self.truth.world.records[name].values)
            self._do(handset, "edit line", record, mine)
            self._do(handset, "take off", record, None)
            self.office.edit(name, theirs)
            if is_set_back:
                self.office.edit(name, {field: before[field] for field in theirs})

    @rule(who=whos, pick=picks, verb=st.sampled_from(["amend", "discard", "resolve"]),
          text=st.sampled_from((None, "b")), by=st.sampled_from(["server", "device", "values"]))  # fmt: skip
    def device_decides(self, who: str, pick: int, verb: str, text: str | None, by: str) -> None:
        self.handsets[who].decide(pick, verb, by, text)

    @precondition(lambda self: self.backup is not None and not self.backup.is_used)
    @rule(who=whos, todo=st.lists(actions, min_size=8, max_size=20))
    def the_backup_is_put_back(self, who: str, todo: list[tuple[str, int, Any]]) -> None:
        """In the middle of somebody's work."""
        self.device_works_and_syncs(who, todo)
        self.put_back()

    def _act(self, handset: Handset, what: str, number: int, how: Any) -> None:
        if what == "order":
            with handset.device.unit():
                self._order(handset, how)
        elif what == "quote":
            self._quote(handset, how)
        elif what == "quote and confirm":
            handset.device.call(ORDER, self._quote(handset, how), "confirm", {})
        else:
            seen = handset.visible(LINE if what in ("edit line", "take off") else ORDER)
            if seen:
                self._do(handset, what, seen[list(seen)[number % len(seen)]], how)

    def _order(self, handset: Handset, document: list[tuple[int, Any, Any]]) -> None:
        """A quotation of no opportunity, line by line."""
        name = self.new_name()
        values = {"partner_id": self.ground.customer, "client_order_ref": name}
        order = handset.device.create(ORDER, values)
        self.names.learn(ORDER, order.uid, name)
        for line in document:
            self._line(handset, order, line)

    def _line(self, handset: Handset, order: Any, line: tuple[int, Any, Any]) -> None:
        name = self.new_name()
        values = self._agreed(line, "product_uom_qty") | {
            "order_id": {"uid": order.uid} if order.uid else order.id,
            "product_id": self.ground.product,
            "name": name,
        }
        self.names.learn(LINE, handset.device.create(LINE, values).uid, name)

    def _quote(self, handset: Handset, document: list[tuple[int, Any, Any]]) -> str:
        """A quotation of the opportunity, in one call; the uid of the order."""
        uid, name, lines = str(uuid7()), self.new_name(), []
        self.names.learn(ORDER, uid, name)
        for line in document:
            called = {"uid": str(uuid7()), "product": self.ground.product, "name": self.new_name()}
            self.names.learn(LINE, called["uid"], called["name"])
            lines.append(self._agreed(line, "quantity") | called)
        handset.device.call(
            LEAD,
            self.office.id_of(self.opportunities[handset.person]),
            "quote",
            {"uid": uid, "client_order_ref": name, "lines": lines},
        )
        return uid

    @staticmethod
    def _agreed(line: tuple[int, Any, Any], quantity: str) -> dict[str, Any]:
        agreed = dict(zip((quantity, "price_unit", "discount"), line, strict=True))
        return {name: value for name, value in agreed.items() if value is not None}

    def _do(self, handset: Handset, what: str, record: Any, how: Any) -> None:
        device, ground = handset.device, self.ground
        match what:
            case "line":
                self._line(handset, record, how)
            case "edit line":
                device.update(LINE, record.ref, how)
            case "take off":
                name = handset.called(LINE, record.values)
                self.saw[device.delete(LINE, record.ref).op] = handset.held(LINE).get(name)
            case "term":
                device.update(ORDER, record.ref, {"payment_term_id": (None, *ground.terms)[how]})
            case "tag":
                device.update(ORDER, record.ref, {"tag_ids": sorted(ground.tags[i] for i in how)})
            case "hand over":
                device.update(ORDER, record.ref, {"user_id": ground.users[how]})
            case "confirm":
                device.call(ORDER, record.ref, what, {})
            case _:
                device.call(ORDER, record.ref, what, {"seen": record.values.get("state") or "draft"})
