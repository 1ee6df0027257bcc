"""The model of truth for quotations: how what a salesperson did must end, and what it leaves on the orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .order_world import CLOSED, EMPTY, LINE, ORDER, OrderWorld, settled
from .sales import SalesTruth
from .truth import Sent


class _Waits(Exception):
    """What it is about is not as the person saw it: somebody of the office has to decide."""


@dataclass
class OrderTruth(SalesTruth):
    """The truth of a history of quotations."""

    world: OrderWorld = field(default_factory=OrderWorld)

    def makes(self, sent: Sent) -> dict[str, str]:
        if sent.verb != "quote":
            return super().makes(sent)
        args = sent.body["args"]
        return {args["client_order_ref"]: ORDER} | {line["name"]: LINE for line in args["lines"]}

    def _names(self, sent: Sent) -> set[Any]:
        return {sent.record, sent.values.get("order_id")}

    def _content(self, sent: Sent) -> Any:
        return dict(self.world.shown(sent.record))

    def _apply(self, sent: Sent) -> str:
        try:
            if sent.verb in ("create", "update", "delete") or sent.record not in self.world.records:
                return super()._apply(sent)
            if not self.sees(sent):
                raise _Waits
            return "applied" if getattr(self, f"_{sent.verb}")(sent, sent.record) else "rejected"
        except _Waits:
            sent.conflicting = set()
            return "conflict"

    # --- fields of quotations ---------------------------------------------------------------------------------

    def _create(self, sent: Sent) -> str:
        kind, person = sent.body["entity"], self.owners[sent.device]
        values = {name: value for name, value in sent.values.items() if name in EMPTY[kind]}
        if kind == LINE:
            if not self.world.sees(person, values["order_id"]) or values["product_uom_qty"] < 0:
                return "rejected"
            self._wait_if_closed(sent, values["order_id"])
            values |= settled(values.get("price_unit"), values.get("discount"))
        else:
            values = {"user_id": self.world.people[person].user} | values
        self.world.create(kind, sent.record, values)
        self._remember_new(sent)
        return "applied"

    def _write(self, sent: Sent, values: dict[str, Any]) -> bool:
        """A quantity below zero is refused; price and discount are settled together."""
        self._wait_if_closed(sent, sent.record)
        if values.get("product_uom_qty", 0) < 0:
            return False
        stands = self._now(sent).values
        stands |= values
        if values.keys() & {"price_unit", "discount"}:
            stands |= settled(stands["price_unit"], stands["discount"])
        return True

    def _delete(self, sent: Sent) -> str:
        if self.world.alive(sent.record) and self.sees(sent):
            self._wait_if_closed(sent, sent.record)
        return super()._delete(sent)

    def _may_delete(self, sent: Sent) -> bool:
        """Odoo lets nobody take lines off an order that is confirmed."""
        return bool(self.world.shown(sent.record)["state"] != "sale")

    def _wait_if_closed(self, sent: Sent, name: str) -> None:
        if sent.decided is None and self.world.is_closed(name):
            raise _Waits

    # --- business functions -----------------------------------------------------------------------------------

    def _quote(self, sent: Sent, _lead: str) -> bool:
        """The quotation with all its lines, or nothing of it."""
        args, person = sent.body["args"], self.owners[sent.device]
        if any(line["quantity"] < 0 for line in args["lines"]):
            return False
        order = args["client_order_ref"]
        self.world.create(ORDER, order, {"user_id": self.world.people[person].user})
        self.world.of_opportunity[order] = person
        for line in args["lines"]:
            agreed = settled(line.get("price_unit"), line.get("discount"))
            self.world.create(
                LINE, line["name"], {"order_id": order, "product_uom_qty": line["quantity"]} | agreed
            )
        return True

    def _confirm(self, sent: Sent, order: str) -> bool:
        state = self._now(sent).values["state"]
        if state == "sale":
            return True
        if state == "cancel" or not self.world.lines(order) or not self._sees_the_opportunity(sent, order):
            return False
        self.world.bring(order, "sale", sent.device)
        return True

    def _sees_the_opportunity(self, sent: Sent, order: str) -> bool:
        """Odoo writes there what was ordered."""
        person = self.owners[sent.device]
        return self.world.of_opportunity.get(order) in (None, person) or self.world.people[person].reads_all

    def _cancel(self, sent: Sent, order: str) -> bool:
        if self._now(sent).values["state"] != "cancel":
            self._wait_if_unseen(sent, order)
            self.world.bring(order, "cancel", sent.device)
        return True

    def _reset_to_draft(self, sent: Sent, order: str) -> bool:
        state = self._now(sent).values["state"]
        if state == "sale":
            return False
        if state != "draft":
            self._wait_if_unseen(sent, order)
            self.world.bring(order, "draft", sent.device)
        return True

    def _wait_if_unseen(self, sent: Sent, order: str) -> None:
        """It is neither what the person saw, nor did this device make it what it is. A quotation may be sent or not."""
        seen, now = sent.body["args"]["seen"], self._now(sent).values["state"]
        if sent.decided is not None or self.world.brought[order] == sent.device:
            return
        if (seen if seen in CLOSED else "draft") != (now if now in CLOSED else "draft"):
            raise _Waits
