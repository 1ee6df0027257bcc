"""The quotations and orders of a history and their lines, and who may see them: plain dictionaries, for reading.

An order is known by its customer reference and a line by its text; neither changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from .lead_world import LEAD, Seller
from .world import Record, World

ORDER, LINE = "sale.order", "sale.order.line"

#: What decides when both sides changed a field: what the addon sets, and the engine's own choice for the rest.
POLICIES = {
    ORDER: {"payment_term_id": "ask", "tag_ids": "union", "user_id": "review"},
    LINE: {"product_uom_qty": "sum", "price_unit": "ask", "discount": "ask"},
}
#: What the only product of a history costs.
PRICE = 10
EMPTY = {
    LEAD: {},
    ORDER: {"state": "draft", "user_id": None, "payment_term_id": None, "tag_ids": []},
    LINE: {"order_id": None, "product_uom_qty": 1, "price_unit": PRICE, "discount": 0},
}  # fmt: skip
CLOSED = ("sale", "cancel")


@dataclass
class OrderWorld(World):
    """Everything of this history that the office's database holds about quotations."""

    policies: ClassVar[dict[str, dict[str, str]]] = POLICIES
    empty: ClassVar[dict[str, dict[str, Any]]] = EMPTY

    people: dict[str, Seller] = field(default_factory=dict)  # type: ignore[assignment]
    #: {order: the device that brought it into its state, None where the office did}
    brought: dict[str, str | None] = field(default_factory=dict)
    #: {order: whose the opportunity is that it was quoted for, None where it is for none}
    of_opportunity: dict[str, str | None] = field(default_factory=dict)

    # --- who sees what ----------------------------------------------------------------------------------------

    def order_of(self, name: str) -> str:
        """The order that a record belongs to, or is."""
        record = self.records[name]
        return str(record.values["order_id"]) if record.kind == LINE else name

    def is_closed(self, name: str) -> bool:
        """Whether the order of a record is confirmed or cancelled."""
        return self.records[self.order_of(name)].values["state"] in CLOSED

    def sees(self, person: str, name: str | None) -> bool:
        """Odoo's rule: one's own orders with their lines; all of them for those who may. Here none is nobody's."""
        if name is None or not self.alive(name):
            return False
        who = self.people[person]
        if who.reads_all or self.records[name].kind == LEAD:
            return True
        return bool(self.records[self.order_of(name)].values["user_id"] == who.user)

    def holds(self, person: str, name: str) -> bool:
        """One's own: in this history everybody is in a team alone."""
        if self.records[name].kind == LEAD or not self.sees(person, name):
            return False
        return bool(self.records[self.order_of(name)].values["user_id"] == self.people[person].user)

    # --- what is reckoned -------------------------------------------------------------------------------------

    def shown(self, name: str) -> dict[str, Any]:
        record = self.records[name]
        if record.kind == LINE:
            state = self.records[self.order_of(name)].values["state"]
            return record.values | {"price_subtotal": self._subtotal(name), "state": state}
        return record.values | {"amount_total": round(sum(map(self._subtotal, self.lines(name))), 2)}

    def lines(self, order: str) -> list[str]:
        """The lines that are on an order."""
        there = (name for name, record in self.records.items() if record.kind == LINE and record.exists)
        return [name for name in there if self.order_of(name) == order]

    def _subtotal(self, name: str) -> float:
        line = self.records[name].values
        return round(line["product_uom_qty"] * line["price_unit"] * (100 - line["discount"]) / 100, 2)

    # --- what Odoo does besides what it was asked for -----------------------------------------------------------

    def create(self, kind: str, name: str, values: dict[str, Any]) -> None:
        self.records[name] = Record(kind, EMPTY[kind] | values)
        if kind == ORDER:
            self.brought[name] = None

    def delete(self, name: str) -> None:
        """Lines go with their order."""
        for line in self.lines(name):
            self.records[line].exists = False
        self.records[name].exists = False

    def bring(self, order: str, state: str, device: str | None) -> None:
        """Confirm, cancel, send an order or open it again."""
        self.records[order].values["state"] = state
        self.brought[order] = device


def settled(price: float | None, discount: float | None) -> dict[str, Any]:
    """Price and discount of a line about which these were agreed: what comes to Odoo's price is said Odoo's way."""
    price, discount = PRICE if price is None else price, discount or 0
    if price * (100 - discount) == PRICE * 100:
        return {"price_unit": PRICE, "discount": 0}
    return {"price_unit": price, "discount": discount}
