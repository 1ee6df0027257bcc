"""The backup of a history of quotations."""

from __future__ import annotations

from .backup import Backup, difference_of
from .order_office import OrderBureau
from .order_world import LINE, ORDER
from .truth import Sent
from .world import Record


class OrderBackup(Backup):
    """What was sold without network comes again once: quotations with their lines."""

    kinds = (ORDER, LINE)
    _office: OrderBureau

    def check_values(self, states: dict[str, str]) -> None:
        self.check_sums(LINE, "product_uom_qty", states)

    def difference(self, sent: Sent, name: str) -> int:
        if sent.verb == "quote":
            return sum(line["quantity"] for line in sent.body["args"]["lines"] if line["name"] == name)
        return difference_of(sent, "product_uom_qty") if sent.record == name else 0

    def take_over(self, known: dict[str, Record]) -> None:
        world = self._office.truth.world
        for record in known.values():
            record.exists = record.kind not in self.kinds
        for kind in self.kinds:
            for name, values in self._office.stored(kind).items():
                known[name] = Record(kind, values)
        for order, (device, person) in self._office.besides().items():
            world.brought[order] = device
            world.of_opportunity[order] = person
