"""The office of a history of quotations: the sales office at its desks, over RPC; the model of truth is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .lead_world import LEAD, Seller
from .office import PROFILE
from .order_devices import CALLED
from .order_truth import OrderTruth
from .order_world import EMPTY, LINE, ORDER, PRICE
from .sales_office import SalesBureau, SalesGround
from .world import Record

#: {what the office does with an order: (the states in which it may, Odoo's function, the state after it)}
WAYS = {
    "confirm": (("draft", "sent"), "action_confirm", "sale"),
    "cancel": (("draft", "sent", "sale"), "action_cancel", "cancel"),
    "reopen": (("cancel", "sent"), "action_draft", "draft"),
    "send": (("draft",), "action_quotation_sent", "sent"),
}


class OrderGround(SalesGround):
    """What all histories of a run share: two salespeople with a team each, a customer, and one thing to sell."""

    def _prepare(self) -> None:
        super()._prepare()
        self.teams = {
            who: self.rpc.create(
                "crm.team", name=who.title(), sequence=number - 9, member_ids=[(6, 0, [user])]
            )
            for number, (who, user) in enumerate(self.users.items())
        }
        # Price lists and promotions of the database would change what is reckoned.
        for model in ("product.pricelist", "loyalty.program"):
            self.rpc(model, "write", self.rpc(model, "search", []), {"active": False})
        self.customer = self.rpc.create("res.partner", name="Customer")
        self.product = self.rpc.create(
            "product.product", name="Desk", list_price=PRICE, taxes_id=[(6, 0, [])]
        )
        self.terms = self.rpc("account.payment.term", "search", [], limit=2)

    def sellers(self) -> dict[str, Seller]:
        """The people as each history begins with them."""
        return {name: Seller(user, {self.teams[name]}) for name, user in self.users.items()}

    def reset(self) -> None:
        if self.is_changed:
            self.is_changed = False
            for user in self.users.values():
                self.rpc.write("res.users", user, group_ids=[(3, self.reads_all)])


class OrderBureau(SalesBureau):
    """The people at their desks in one history."""

    ground: OrderGround
    truth: OrderTruth
    tables: ClassVar[dict[str, str]] = {ORDER: "sale_order", LINE: "sale_order_line"}

    def open_opportunity(self, name: str, seller: str) -> None:
        """What somebody's quotations are made for; the model knows of it whose it is."""
        self.truth.world.records[name] = Record(LEAD, {})
        user = self.ground.users[seller]
        values = {"type": "opportunity", "user_id": user, "partner_id": self.ground.customer}
        self.know(LEAD, name, self.rpc.create(LEAD, name=name, **values))

    # --- quotations -------------------------------------------------------------------------------------------

    def create(self, kind: str, name: str, values: Mapping[str, Any]) -> None:
        self.truth.world.create(kind, name, dict(values))
        named = {CALLED[kind]: name, **self._odoo(values)}
        of_all = {ORDER: {"partner_id": self.ground.customer}, LINE: {"product_id": self.ground.product}}
        self.know(kind, name, self.rpc.create(kind, **named, **of_all[kind]))

    def edit(self, name: str, values: Mapping[str, Any]) -> None:
        record = self.truth.world.records[name]
        record.values |= values
        self.rpc.write(record.kind, self.id_of(name), **self._odoo(values))

    def bring(self, order: str, way: str) -> None:
        """Confirm, cancel, send an order or open it again."""
        _from, function, state = WAYS[way]
        self.truth.world.bring(order, state, None)
        self.rpc(ORDER, function, [self.id_of(order)])

    # --- what stands in Odoo ----------------------------------------------------------------------------------

    def stored(self, kind: str) -> dict[str, Any]:
        """The quotations of this history, or their lines, as the database holds them, read past Odoo."""
        statement = {
            ORDER: """SELECT id, client_order_ref, state, user_id, payment_term_id,
                             ARRAY(SELECT tag_id FROM sale_order_tag_rel WHERE order_id = o.id ORDER BY tag_id)
                        FROM sale_order o WHERE client_order_ref LIKE %s""",
            LINE: """SELECT l.id, l.name, o.client_order_ref, product_uom_qty::float, price_unit::float,
                            discount::float
                       FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id WHERE l.name LIKE %s""",
        }[kind]
        found = {}
        for record_id, name, *values in self.ground.sql(statement, f"{self.prefix}%"):
            self.know(kind, name, record_id)
            found[name] = dict(zip(EMPTY[kind], values, strict=True))
        return found

    def besides(self) -> dict[str, tuple[str | None, str | None]]:
        """{order: (the device that brought it into its state, whose the opportunity is that it is for)}."""
        rows = self.ground.sql(
            """SELECT client_order_ref, d.name, u.login FROM sale_order o
                 LEFT JOIN offline_device d ON d.id = o.offline_state_device_id
                 LEFT JOIN crm_lead l ON l.id = o.opportunity_id LEFT JOIN res_users u ON u.id = l.user_id
                WHERE client_order_ref LIKE %s""",
            f"{self.prefix}%",
        )
        return {
            order: (device and device.removeprefix(self.prefix), person) for order, device, person in rows
        }

    def names_there(self, kind: str) -> list[str]:
        statement = f"SELECT {CALLED[kind]} FROM {self.tables[kind]} WHERE {CALLED[kind]} LIKE %s"
        return [name for (name,) in self.ground.sql(statement, f"{self.prefix}%")]

    def id_of(self, name: str) -> int:
        if name not in self.ids:
            kind = self.truth.world.records[name].kind
            self.know(kind, name, self.rpc.find(kind, (CALLED.get(kind, "name"), "=", name)))
        return self.ids[name]

    def _odoo(self, values: Mapping[str, Any]) -> dict[str, Any]:
        given = super()._odoo(values)
        if "order_id" in given:
            given["order_id"] = self.id_of(given["order_id"])
        return given

    def _profile(self) -> int:
        """With the policies that the addon gives quotations; a price that a person agreed is kept."""
        lines = [
            (0, 0, {"entity": ORDER, "domain": str([("client_order_ref", "=like", f"{self.prefix}%")])}),
            (0, 0, {"entity": LINE}),
            (0, 0, {"entity": LEAD, "domain": self._domain()}),
        ]
        given = {"name": self.prefix, "sequence": 99, "entity_ids": lines, "price_policy": "keep"}
        return self.rpc.create(PROFILE, **given)
