"""The devices of a history of quotations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .devices import Handset
from .order_world import EMPTY, LINE, ORDER

#: The field that says what a record is called in the model.
CALLED = {ORDER: "client_order_ref", LINE: "name"}


class OrderHandset(Handset):
    """One device of one salesperson."""

    def __init__(self, *how: Any, terms: list[int]) -> None:
        self.terms = terms
        super().__init__(*how)

    def sync(self) -> bool:
        is_done = super().sync()
        self._learn_names()
        return is_done

    def _learn_names(self) -> None:
        """What `quote` made has a name in the model as soon as somebody holds it."""
        for kind in CALLED:
            for record in self.device.search(kind, limit=100_000):
                if record.id is not None and self.names.of(kind, record.id) is None:
                    self.names.learn(kind, record.id, self.called(kind, record.values))

    def called(self, kind: str, values: Mapping[str, Any]) -> Any:
        return values.get(CALLED[kind])

    def _as_modelled(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        reckoned = ("price_subtotal", "state") if kind == LINE else ("amount_total",)
        shown = {name: values[name] for name in (*EMPTY[kind], *reckoned)}
        if kind == LINE:
            shown["order_id"] = self.names.of(ORDER, shown["order_id"])
        return shown

    def _named(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        named = dict(values)
        if "order_id" in named:
            named["order_id"] = self.names.of(ORDER, named["order_id"])
        return named

    def _amendment(self, entry: Any, wanted: Mapping[str, Any], text: str | None) -> dict[str, Any]:
        """A quantity that can be sold, and another way to pay."""
        return {"product_uom_qty": 4} if entry.entity == LINE else {"payment_term_id": self.terms[0]}

    def _chosen(self, fields: Iterable[str], text: str | None) -> dict[str, Any]:
        """Of a state people enter nothing: the device knows that the office decides about it."""
        chosen = {"price_unit": 8, "discount": 50, "payment_term_id": self.terms[text is None]}
        return {name: chosen.get(name) for name in fields}
