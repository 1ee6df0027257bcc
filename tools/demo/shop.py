"""The office's side of the day: what it prepares, what it changes meanwhile, and what stands in its books at the end.

All of it is the demo data of `offline_crm`; whatever a day before left behind is put back first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tools.stage.office import Office

from .tell import Teller

PARTNER, LEAD, ORDER, LINE = "res.partner", "crm.lead", "sale.order", "sale.order.line"
PRODUCT, PRICE_RULE, PROGRAM = "product.template", "product.pricelist.item", "loyalty.program"
ACTIVITY = "mail.activity"

#: The code that holds all day, and the one that the office ends.
GOOD_CODE, ENDED_CODE = "ROAD5", "SPRING15"
_PRICE, _NEW_PRICE = 420.0, 424.0


@dataclass(frozen=True)
class Shop:
    """What the day is about, by its ids in Odoo."""

    office: Office
    marc: int
    library: int
    lead: int
    shelves: int
    call: int
    desk: int
    desk_variant: int
    price_list: int
    terms: int
    spring: int
    #: A quotation of last week that is still open.
    quotation: int
    stages: dict[str, int]

    # --- in the morning --------------------------------------------------------------------------------------

    @classmethod
    def open(cls, tell: Teller, office: Office) -> Shop:
        """What the office prepared for Marc: a question from a library, an opportunity with a call to make."""

        def ours(name: str) -> int:
            return office.ref(f"offline_crm.{name}")

        marc, library, shelves, desk = (
            office.find("res.users", ("login", "=", "demo")),
            ours("res_partner_demo_library"),
            ours("crm_lead_demo_shelves"),
            ours("product_template_demo_desk"),
        )
        stages = {"New": 1, "Qualified": 2, "Proposition": 3}
        shop = cls(
            office=office,
            marc=marc,
            library=library,
            lead=office.create(
                LEAD, name="Twelve desks for the reading room", type="lead", user_id=marc,
                contact_name="Vera Lind", partner_name="Hillside Library",
                email_from="Vera Lind <office@hillside-library.example>",
            ),
            shelves=shelves,
            call=office.create(
                ACTIVITY, res_model_id=office.find("ir.model", ("model", "=", LEAD)), res_id=shelves, user_id=marc,
                summary="Ask how high the wall is", activity_type_id=office.ref("mail.mail_activity_data_call"),
            ),
            desk=desk,
            desk_variant=office.read(PRODUCT, desk, "product_variant_id")["product_variant_id"][0],
            price_list=ours("product_pricelist_demo_public"),
            terms=ours("payment_term_demo_halves"),
            spring=ours("loyalty_program_demo_spring"),
            quotation=office.create(
                ORDER, partner_id=library, user_id=marc,
                order_line=[(0, 0, {"product_id": office.ref("product.product_product_7"), "product_uom_qty": 40})],
            ),
            stages={name: office.ref(f"crm.stage_lead{number}") for name, number in stages.items()},
        )  # fmt: skip
        office.write(PARTNER, library, city="Oldtown", street="4 Mill Lane", phone="(555) 010-0142")
        shop.put_back()
        tell.line(
            "office", "has a lead for Marc: a library wants twelve desks; and a call to make about shelves"
        )
        tell.line("office", f"sells desks at {_PRICE:.2f}, gives libraries 5 % off, and {GOOD_CODE} 5 % more")
        return shop

    def put_back(self) -> None:
        """Stage, price and promotion as they are in the demo data."""
        self.office.write(LEAD, self.shelves, stage_id=self.stages["New"])
        self.office.write(PRODUCT, self.desk, list_price=_PRICE)
        self.office.write(PROGRAM, self.spring, date_to=False)

    # --- meanwhile -------------------------------------------------------------------------------------------

    def move_on(self, tell: Teller) -> None:
        """Stage, price, promotion and customer: each of them is something that Marc works on."""
        self.office.write(LEAD, self.shelves, stage_id=self.stages["Proposition"])
        tell.line("office", "Shelves along the wall: moved to Proposition")
        self.office.write(PRODUCT, self.desk, list_price=_NEW_PRICE)
        tell.line("office", f"Oak Reading Desk: {_NEW_PRICE:.2f} instead of {_PRICE:.2f}")
        yesterday = datetime.now(UTC) - timedelta(days=1)
        self.office.write(PROGRAM, self.spring, date_to=yesterday.strftime("%Y-%m-%d"))
        tell.line("office", f"the promotion of the code {ENDED_CODE} is over")
        self.office.write(PARTNER, self.library, street="12 Mill Lane", city="Northtown")
        tell.line("office", "Hillside Library: 12 Mill Lane, Northtown")

    # --- in the evening --------------------------------------------------------------------------------------

    def tell_order(self, tell: Teller, order_id: int) -> bool:
        """The confirmed order with its promotion and its terms, and the price that was agreed for it."""
        names = (
            "name",
            "state",
            "opportunity_id",
            "payment_term_id",
            "amount_total",
            "currency_id",
            "order_line",
        )
        order = self.office.read(ORDER, order_id, *names)
        currency = order["currency_id"][1]
        lead = self.office.read(LEAD, self.lead, "type", "partner_id")
        is_confirmed = order["state"] == "sale"
        became = "confirmed" if is_confirmed else order["state"]
        tell.line("order", f"{order['name']} for {lead['partner_id'][1]}: {became}")
        lines = [
            self.office.read(LINE, line, "name", "product_uom_qty", "price_unit", "price_subtotal", "is_reward_line")
            for line in order["order_line"]
        ]  # fmt: skip
        for line in lines:
            name = line["name"].splitlines()[0]
            much = f"{line['product_uom_qty']:.0f} × {line['price_unit']:.2f} = {line['price_subtotal']:.2f}"
            tell.line("order", f"{name}: {much}")
        tell.line(
            "order", f"{order['amount_total']:.2f} {currency} with taxes; {order['payment_term_id'][1]}"
        )
        shelves = self.office.read(LEAD, self.shelves, "stage_id")["stage_id"]
        tell.line("deal", f"Shelves along the wall: {shelves[1]}, the newer of both")
        return (
            is_confirmed
            and lead["type"] == "opportunity"
            and order["opportunity_id"][0] == self.lead
            and order["payment_term_id"][0] == self.terms
            and any(line["is_reward_line"] for line in lines)
            and shelves[0] == self.stages["Proposition"]
            and self._tell_price(tell, order_id)
        )

    def _tell_price(self, tell: Teller, order_id: int) -> bool:
        rows = self.office(
            "offline.price.variance", "search_read", [("order_id", "=", order_id)],
            ["agreed_price", "odoo_price", "difference_amount", "difference_percent", "state"],
        )  # fmt: skip
        for row in rows:
            what = {"kept": "kept, within the tolerance", "review": "to be reviewed"}.get(
                row["state"], row["state"]
            )
            tell.line(
                "price",
                f"agreed {row['agreed_price']:.2f}, by Odoo now {row['odoo_price']:.2f}: {what}"
                f" ({row['difference_amount']:.2f}, {row['difference_percent']:.2f} %)",
            )
        return [row["state"] for row in rows] == ["kept"]

    def tell_open(self, tell: Teller, ops: list[str]) -> bool:
        """What waits for a person: one conflict for the office, one refusal for Marc."""
        open_ones = self.office(
            "offline.operation", "search_read", [("op", "in", ops), ("is_open", "=", True)],
            ["status", "code", "message", "conflict_ids"],
        )  # fmt: skip
        for one in sorted(open_ones, key=lambda one: str(one["status"])):
            for conflict in self.office(
                "offline.conflict", "read", one["conflict_ids"], ["record_name", "line_ids"]
            ):
                lines = self.office(
                    "offline.conflict.line", "read", conflict["line_ids"],
                    ["label", "base_text", "mine_text", "theirs_text"],
                )  # fmt: skip
                for line in lines:
                    sides = f"was {line['base_text']}, Marc {line['mine_text']}, office {line['theirs_text']}"
                    tell.line("conflict", f"{conflict['record_name']}, {line['label']}: {sides}")
            if one["status"] == "rejected":
                tell.line("refused", f"{one['code']}: {one['message']}")
        return sorted(one["status"] for one in open_ones) == ["conflict", "rejected"]
