"""Random price lists, taxes and fiscal positions, and baskets whose prices Odoo itself reckons.

A seed gives the same world again. What Odoo refuses to have is not drawn; nothing else is left out for being odd.
"""

from datetime import timedelta

from odoo import fields
from odoo.addons.offline_base.core.fields import format_instant
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.sale_arguments import RewardChoice

#: Whose records a basket's prices are made of, with the fields that decide. Names are for people.
NEEDED = {
    "res.company": (
        "currency_id", "parent_path", "vat", "tax_calculation_rounding_method", "offline_catalog_currency_id",
        "offline_uses_price_lists", "offline_shows_discounts", "offline_unit_digits", "offline_discount_digits",
        "offline_promotion_tz", "offline_is_in_europe",
    ),
    "res.currency": ("rounding", "decimal_places"),
    "res.currency.rate": ("currency_id", "company_id", "name", "rate"),
    "res.country.group": ("country_ids", "exclude_state_ids"),
    "uom.uom": ("factor",),
    "product.category": ("parent_id",),
    "product.template": (
        "type", "list_price", "uom_id", "categ_id", "company_id", "taxes_id", "product_tag_ids", "active",
    ),
    "product.product": (
        "product_tmpl_id", "standard_price", "product_template_attribute_value_ids", "additional_product_tag_ids",
        "active",
    ),
    "product.template.attribute.value": ("product_tmpl_id", "price_extra"),
    "product.pricelist": ("sequence", "currency_id", "company_id", "country_group_ids"),
    "product.pricelist.item": (
        "pricelist_id", "applied_on", "product_id", "product_tmpl_id", "categ_id", "min_quantity", "date_start",
        "date_end", "base", "base_pricelist_id", "compute_price", "fixed_price", "percent_price", "price_discount",
        "price_markup", "price_round", "price_surcharge", "price_min_margin", "price_max_margin",
    ),
    "account.tax": (
        "amount_type", "amount", "sequence", "price_include", "include_base_amount", "is_base_affected",
        "has_negative_factor", "tax_group_id", "children_tax_ids", "original_tax_ids", "company_id", "active",
    ),
    "account.tax.group": ("sequence", "preceding_subtotal"),
    "account.fiscal.position": (
        "sequence", "company_id", "auto_apply", "vat_required", "country_id", "country_group_id", "state_ids",
        "zip_from", "zip_to", "tax_ids",
    ),
    "loyalty.program": (
        "sequence", "company_id", "currency_id", "pricelist_ids", "program_type", "applies_on", "trigger",
        "date_from", "date_to", "limit_usage", "max_usage",
    ),
    "loyalty.rule": (
        "program_id", "product_domain", "product_ids", "product_category_id", "product_tag_id",
        "reward_point_amount", "reward_point_split", "reward_point_mode", "minimum_qty", "minimum_amount",
        "minimum_amount_tax_mode", "mode", "code",
    ),
    "loyalty.reward": (
        "program_id", "description", "reward_type", "discount", "discount_mode", "discount_applicability",
        "discount_product_domain", "discount_product_ids", "discount_product_category_id",
        "discount_product_tag_id", "discount_max_amount", "discount_line_product_id", "reward_product_id",
        "reward_product_tag_id", "reward_product_qty", "required_points", "clear_wallet",
    ),
}  # fmt: skip
#: What decides of a customer, and of where they are delivered to.
_OF_PARTNER = (
    "specific_property_product_pricelist", "property_account_position_id", "country_id", "state_id", "zip", "vat",
    "parent_id", "type", "is_company",
)  # fmt: skip


class PriceWorld:
    """One database's worth of what prices are made of, drawn by a generator of random numbers."""

    def __init__(self, env, rng, ref, promotions=True):
        self.env = env
        self.rng = rng
        #: The mark by which the device's profile finds the customers.
        self.ref = ref
        #: Whether people ask for codes and rewards.
        self.asks_for_promotions = promotions
        self.now = fields.Datetime.now()
        self.company = env.company
        self._draw_settings()
        self._draw_currencies()
        self._draw_units()
        self._draw_taxes()
        self._draw_products()
        self._draw_price_lists()
        self._draw_customers()
        self._draw_terms()
        self._draw_promotions()

    # --- the world --------------------------------------------------------------------------------------------

    def _maybe(self, chance):
        return self.rng.random() < chance

    def _some(self, records, most):
        """Up to so many of some records, in an order of their own."""
        count = self.rng.randint(0, min(most, len(records)))
        return records.browse(self.rng.sample(records.ids, count))

    def _often(self, records):
        return records.browse([self.rng.choice(records.ids)] if self._maybe(0.85) else [])

    def _amount(self, most, digits=2):
        return round(self.rng.uniform(0, most), digits)

    def _moment(self, before, after):
        return self.now + timedelta(seconds=self.rng.randint(-before * 86400, after * 86400))

    def _set_feature(self, group, wanted):
        everybody = self.env.ref("base.group_user")
        if wanted:
            everybody._apply_group(self.env.ref(group))
        else:
            everybody._remove_group(self.env.ref(group))

    def _draw_settings(self):
        env, rng = self.env, self.rng
        env["product.pricelist"].search([]).active = False
        env["account.fiscal.position"].search([]).active = False
        env["loyalty.program"].search([]).active = False
        self.countries = env["res.country"].search([("code", "in", ("BE", "FR", "US", "JP"))])
        self.company.country_id = env.ref("base.be")
        self.company.account_fiscal_country_id = env.ref("base.be")
        self.company.tax_calculation_rounding_method = rng.choice(("round_globally", "round_per_line"))
        self._set_feature("product.group_product_pricelist", True)
        self._set_feature("sale.group_discount_per_so_line", self._maybe(0.7))
        unit = env["decimal.precision"].search([("name", "=", "Product Unit")])
        unit.digits = rng.choice((2, 2, 3))

    def _draw_currencies(self):
        env, rng = self.env, self.rng
        wanted = {"EUR": 0.01, "JPY": 1.0, "CHF": 0.05, "BHD": 0.001}
        self.currencies = self.company.currency_id
        for name, rounding in wanted.items():
            currency = env["res.currency"].with_context(active_test=False).search([("name", "=", name)])
            currency.write({"active": True, "rounding": rounding})
            currency.rate_ids.unlink()
            self.currencies |= currency
            rate = rng.choice((1.0, 0.5, 1.1, 0.92, 110.0, 7.4361, 0.0031))
            days = rng.sample(range(-400, 60), rng.randint(0, 5))
            env["res.currency.rate"].create(
                [
                    {
                        "currency_id": currency.id,
                        "name": (self.now + timedelta(days=day)).date(),
                        "rate": round(rate * rng.uniform(0.8, 1.2), 6),
                        "company_id": rng.choice((False, self.company.id)),
                    }
                    for day in days
                ]
            )
        if self._maybe(0.5):
            self.company.currency_id.rate_ids.unlink()

    def _draw_units(self):
        units = self.env["uom.uom"]
        self.piece = units.create({"name": f"Piece {self.ref}"})
        self.units = self.piece | units.create(
            [
                {"name": f"{name} {self.ref}", "relative_factor": factor, "relative_uom_id": self.piece.id}
                for name, factor in (("Dozen", 12), ("Seven", 7), ("Third", 1 / 3), ("Bulk", 2.5))
            ]
        )

    def _draw_taxes(self):
        env, rng = self.env, self.rng
        # A tax and its group are of one country.
        groups = env["account.tax.group"].create(
            [
                {
                    "name": f"Group {n}",
                    "sequence": rng.randint(1, 4),
                    "preceding_subtotal": label,
                    "country_id": False,
                }
                for n, label in enumerate((False, False, "Before duties"))
            ]
        )
        groups.country_id = self.company.account_fiscal_country_id
        made = env["account.tax"]
        for n in range(11):
            kind = rng.choice(("percent", "percent", "percent", "fixed", "division"))
            amount = {
                "percent": rng.choice((0, 3, 5.5, 6, 10, 15, 20, 21, 8.875, -10)),
                "fixed": rng.choice((0.1, 1, 2.5, 0.333)),
                "division": rng.choice((5, 10, 18)),
            }[kind]
            tax = made.create(
                {
                    "name": f"Tax {self.ref} {n}",
                    "amount_type": kind,
                    "amount": amount,
                    "type_tax_use": "sale",
                    "sequence": rng.randint(1, 5),
                    "tax_group_id": rng.choice(groups.ids),
                    "price_include_override": rng.choice(
                        ("tax_included", "tax_excluded", "tax_excluded", False)
                    ),
                    "include_base_amount": self._maybe(0.3),
                    "is_base_affected": self._maybe(0.8),
                }
            )
            if kind == "percent" and self._maybe(0.15):
                self._reverse_charge(tax)
            made |= tax
        self.simple_taxes = made
        bundles = made.browse()
        for n in range(2):
            bundles |= made.create(
                {
                    "name": f"Bundle {self.ref} {n}",
                    "amount_type": "group",
                    "type_tax_use": "sale",
                    "sequence": rng.randint(1, 5),
                    "tax_group_id": rng.choice(groups.ids),
                    "children_tax_ids": [Command.set(self._some(made[n * 4 : n * 4 + 4], 3).ids)],
                }
            )
        self.taxes = made | bundles.filtered("children_tax_ids")
        self._draw_positions()

    def _reverse_charge(self, tax):
        def lines():
            return [
                Command.create({"repartition_type": "base"}),
                Command.create({"repartition_type": "tax", "factor_percent": 100}),
                Command.create({"repartition_type": "tax", "factor_percent": -100}),
            ]

        tax.write(
            {
                "invoice_repartition_line_ids": [Command.clear(), *lines()],
                "refund_repartition_line_ids": [Command.clear(), *lines()],
            }
        )

    def _draw_positions(self):
        env, rng = self.env, self.rng
        europe = env.ref("base.europe")
        positions = env["account.fiscal.position"]
        # Of two with the same sequence Odoo takes whichever the database gives first: nobody can know.
        for n, sequence in enumerate(rng.sample(range(1, 6), 4)):
            position = positions.create(
                {
                    "name": f"Position {self.ref} {n}",
                    "sequence": sequence,
                    "auto_apply": self._maybe(0.7),
                    "vat_required": self._maybe(0.2),
                    "country_id": rng.choice((False, *self.countries.ids)),
                }
            )
            if not position.country_id and self._maybe(0.5):
                position.country_group_id = europe
            elif position.country_id and self._maybe(0.3):
                position.write({"zip_from": "1000", "zip_to": "5000"})
            positions |= position
        self.positions = positions
        for position in positions[: rng.randint(2, 4)]:
            for tax in self._some(self.simple_taxes, 3):
                replaced = self._some(self.simple_taxes - tax, 2)
                tax.write(
                    {
                        "fiscal_position_ids": [Command.link(position.id)],
                        "original_tax_ids": [Command.link(other.id) for other in replaced],
                    }
                )
        retired = self._some(self.simple_taxes, 1)
        retired.active = False
        self.retired = retired

    def _draw_products(self):
        env, rng = self.env, self.rng
        categories = env["product.category"]
        for n in range(7):
            categories |= categories.create(
                {"name": f"Category {n}", "parent_id": rng.choice((False, *categories.ids))}
            )
        self.categories = categories
        self.tags = env["product.tag"].create([{"name": f"Tag {self.ref} {n}"} for n in range(2)])
        always, never = env["product.attribute"].create(
            [
                {
                    "name": name,
                    "create_variant": variant,
                    "value_ids": [Command.create({"name": value}) for value in ("a", "b", "c")],
                }
                for name, variant in (("Size", "always"), ("Finish", "no_variant"))
            ]
        )
        templates = env["product.template"]
        for n in range(14):
            attributes = [attribute for attribute in (always, never) if self._maybe(0.35)]
            templates |= templates.create(
                {
                    "name": f"Product {n}",
                    "list_price": rng.choice((self._amount(20), self._amount(2000), self._amount(5, 4), 0)),
                    "standard_price": self._amount(100),
                    "categ_id": rng.choice(categories.ids),
                    "uom_id": rng.choice(self.units.ids),
                    "uom_ids": [Command.set(self.units.ids)],
                    "company_id": rng.choice((False, False, self.company.id)),
                    "taxes_id": [
                        Command.set((self._some(self.taxes | self.retired, 2) | self._often(self.taxes)).ids)
                    ],
                    "product_tag_ids": [Command.set(self._some(self.tags, 1).ids)],
                    "attribute_line_ids": [
                        Command.create(
                            {
                                "attribute_id": attribute.id,
                                "value_ids": [Command.set(attribute.value_ids[: rng.randint(2, 3)].ids)],
                            }
                        )
                        for attribute in attributes
                    ],
                }
            )
        for value in templates.attribute_line_ids.product_template_value_ids:
            value.price_extra = rng.choice((0, self._amount(10), self._amount(1, 3)))
        for variant in templates.product_variant_ids:
            variant.standard_price = self._amount(100, 4)
        self.products = templates.product_variant_ids

    def _draw_price_lists(self):
        env, rng = self.env, self.rng
        lists = env["product.pricelist"]
        europe = env.ref("base.europe")
        for n in range(5):
            made = lists.create(
                {
                    "name": f"List {self.ref} {n}",
                    "sequence": rng.randint(1, 9),
                    "currency_id": rng.choice((self.company.currency_id.id, *self.currencies.ids)),
                    "company_id": rng.choice((False, False, self.company.id)),
                    "country_group_ids": [Command.set(europe.ids if self._maybe(0.3) else [])],
                }
            )
            env["product.pricelist.item"].create([self._rule(made, lists) for _ in range(rng.randint(0, 14))])
            lists |= made
        self.price_lists = lists

    def _rule(self, price_list, others):
        rng = self.rng
        kind = rng.choice(("fixed", "percentage", "percentage", "formula", "formula"))
        values = {
            "pricelist_id": price_list.id,
            "compute_price": kind,
            "min_quantity": rng.choice((0, 0, 0, 1, 2, 5, 10.5)),
            **self._applied_on(),
            **self._dates(),
        }
        if kind == "fixed":
            values["fixed_price"] = rng.choice((self._amount(100), self._amount(10, 4), 0))
        base = rng.choice(("list_price", "list_price", "standard_price", "pricelist"))
        # A price list of all companies builds on such only.
        others = others.filtered(
            lambda other: not other.company_id or other.company_id == price_list.company_id
        )
        if base == "pricelist" and not others:
            base = "list_price"
        if kind != "fixed":
            values["base"] = base
            if base == "pricelist":
                values["base_pricelist_id"] = rng.choice(others.ids)
        if kind == "percentage":
            values["percent_price"] = rng.choice((10, 5, 33.33, 12.5, -7, 0, 100, self._amount(60, 3)))
        if kind == "formula":
            # Odoo stores the markup on a cost as a negative discount.
            name = "price_markup" if base == "standard_price" else "price_discount"
            low = rng.choice((0, 0, self._amount(10)))
            values |= {
                name: rng.choice((10, 25, -15, 0, self._amount(40))),
                "price_round": rng.choice((0, 0, 0.05, 0.1, 1, 5, 0.99)),
                "price_surcharge": rng.choice((0, 0, -0.01, 1.5, -2)),
                "price_min_margin": low,
                "price_max_margin": max(low, rng.choice((0, 0, self._amount(50)))),
            }
        return values

    def _applied_on(self):
        rng = self.rng
        product = self.products.browse(rng.choice(self.products.ids))
        return rng.choice(
            (
                {"applied_on": "3_global"},
                {"applied_on": "2_product_category", "categ_id": rng.choice(self.categories.ids)},
                {"applied_on": "2_product_category", "categ_id": rng.choice(self.categories.ids)},
                {"applied_on": "1_product", "product_tmpl_id": product.product_tmpl_id.id},
                {"applied_on": "0_product_variant", "product_id": product.id},
            )
        )

    def _dates(self):
        start, end = sorted((self._moment(20, 30), self._moment(20, 40) + timedelta(seconds=1)))
        if start == end or self._maybe(0.6):
            return {}
        return self.rng.choice(
            ({"date_start": start}, {"date_end": end}, {"date_start": start, "date_end": end})
        )

    def _draw_customers(self):
        env, rng = self.env, self.rng
        customers = env["res.partner"]
        for n in range(8):
            customers |= customers.create(
                {
                    "name": f"Customer {n}",
                    "ref": self.ref,
                    "is_company": True,
                    "country_id": rng.choice((False, *self.countries.ids)),
                    "zip": rng.choice((False, "1000", "4711", "9000")),
                }
            )
        for customer in customers:
            if self._maybe(0.3):
                customer.specific_property_product_pricelist = rng.choice(self.price_lists.ids)
            if self._maybe(0.15):
                customer.property_account_position_id = rng.choice(self.positions.ids)
        self.contacts = customers
        for customer in customers:
            customers |= self._draw_family(customer)
        self.customers = customers

    def _draw_family(self, company):
        """Addresses and people of a company; answers those who are customers themselves.

        One address of a family at most is that of deliveries: of several Odoo takes whichever its database sorts first.
        """
        rng = self.rng

        def contact(name, parent, kind):
            made = parent.create(
                {
                    "name": f"{name} of {company.name}",
                    "ref": self.ref,
                    "parent_id": parent.id,
                    "type": kind,
                    "country_id": rng.choice((False, *self.countries.ids)),
                    "zip": rng.choice((False, "1000", "4711", "9000")),
                }
            )
            self.contacts |= made
            return made

        people = company.browse()
        for n in range(rng.choice((0, 0, 1, 2))):
            people |= contact(f"Person {n}", company, rng.choice(("contact", "contact", "invoice", "other")))
        if self._maybe(0.6):
            contact("Store", company.browse(rng.choice((company.id, *people.ids))), "delivery")
        return people

    def _draw_terms(self):
        self.terms = self.env["account.payment.term"].create(
            {
                "name": f"Early {self.ref}",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 7,
                "early_pay_discount_computation": "mixed",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})],
            }
        )

    def _draw_promotions(self):
        env, rng = self.env, self.rng
        self.company.partner_id.tz = rng.choice((False, "Asia/Tokyo", "America/Los_Angeles"))
        today = fields.Date.context_today(env.user.with_context(tz=self.company.partner_id.tz or "UTC"))
        programs = env["loyalty.program"]
        for n in range(rng.randint(3, 6)):
            automatic = self._maybe(0.5)
            lists = self._some(self.price_lists, 2) if self._maybe(0.15) else self.price_lists.browse()
            currency = lists[:1].currency_id or self.company.currency_id
            start = today + timedelta(days=rng.choice((-9, 0, 1))) if self._maybe(0.2) else False
            end = today + timedelta(days=rng.choice((0, 9))) if self._maybe(0.2) and not start else False
            programs |= programs.create(
                {
                    "name": f"Promotion {n}",
                    "sequence": rng.randint(1, 3),
                    "program_type": "promotion" if automatic else "promo_code",
                    "trigger": "auto" if automatic else "with_code",
                    "applies_on": "current",
                    "company_id": rng.choice((False, self.company.id)),
                    "currency_id": currency.id,
                    "pricelist_ids": [
                        Command.set(lists.filtered_domain([("currency_id", "=", currency.id)]).ids)
                    ],
                    "date_from": start,
                    "date_to": end,
                    "rule_ids": [
                        Command.create(self._condition(automatic, f"{self.ref}-{n}-{m}"))
                        for m in range(rng.choice((1, 1, 2)))
                    ],
                    "reward_ids": [Command.create(self._reward()) for _ in range(rng.choice((1, 1, 2, 3)))],
                }
            )
        self.promotions = programs
        self.codes = [code for code in programs.rule_ids.mapped("code") if code]

    def _which(self, products, category, tag):
        """Some products, by one of three ways, or all."""
        rng = self.rng
        if self._maybe(0.7):
            return {}
        return rng.choice(
            (
                {products: [Command.set(self._some(self.products, 5).ids)]},
                {category: rng.choice(self.categories.ids)},
                {tag: rng.choice(self.tags.ids)},
            )
        )

    def _condition(self, automatic, code):
        rng = self.rng
        return {
            "mode": "auto" if automatic else "with_code",
            "code": False if automatic else code,
            "minimum_amount": rng.choice((0, 0, 0, 20, 150)),
            "minimum_amount_tax_mode": rng.choice(("incl", "excl")),
            "minimum_qty": rng.choice((0, 0, 1, 1, 2)),
            "reward_point_mode": rng.choice(("order", "order", "unit", "money")),
            "reward_point_amount": rng.choice((1, 2, 2, 0.1)),
            **self._which("product_ids", "product_category_id", "product_tag_id"),
        }

    def _reward(self):
        rng = self.rng
        values = {
            "required_points": rng.choice((1, 1, 1, 1, 2)),
            "clear_wallet": self._maybe(0.15),
        }
        if self._maybe(0.25):
            return {
                **values,
                "reward_type": "product",
                "reward_product_id": rng.choice(self.products.ids),
                "reward_product_qty": rng.choice((1, 1, 2)),
            }
        mode = rng.choice(("percent", "percent", "percent", "per_order", "per_point"))
        return {
            **values,
            "reward_type": "discount",
            "discount_mode": mode,
            "discount": {"percent": rng.choice((5, 10, 12.5, 50, 100)), "per_order": self._amount(40)}.get(
                mode, rng.choice((0.5, 1))
            )
            or 1,
            "discount_applicability": rng.choice(("order", "order", "specific", "cheapest")),
            "discount_max_amount": rng.choice((0, 0, 0, 15)),
            **self._which("discount_product_ids", "discount_product_category_id", "discount_product_tag_id"),
        }

    # --- baskets ----------------------------------------------------------------------------------------------

    def draw_order(self):
        """The values of one order, as `create` takes them."""
        rng = self.rng
        values = {
            "partner_id": rng.choice(self.customers.ids),
            "date_order": self._moment(15, 35).replace(microsecond=0),
            "payment_term_id": self.terms.id if self._maybe(0.1) else False,
            "order_line": [Command.create(self._draw_line()) for _ in range(rng.randint(1, 5))],
        }
        if self._maybe(0.6):
            values["pricelist_id"] = rng.choice((False, *self.price_lists.ids))
        if self._maybe(0.5):
            values["fiscal_position_id"] = rng.choice((False, *self.positions.ids))
        return values

    def _draw_line(self):
        rng = self.rng
        product = self.products.browse(rng.choice(self.products.ids))
        values = {
            "product_id": product.id,
            "product_uom_qty": rng.choice((1, 1, 2, 3, 5, 12, 100, -1, 0, self._amount(20, 3))),
        }
        if self._maybe(0.3):
            values["product_uom_id"] = rng.choice(self.units.ids)
        extras = product.product_tmpl_id.attribute_line_ids.filtered(
            lambda line: line.attribute_id.create_variant == "no_variant"
        )
        if extras:
            chosen = rng.choice(extras.product_template_value_ids.ids)
            values["product_no_variant_attribute_value_ids"] = [Command.set([chosen])]
        if self._maybe(0.1):
            values["price_unit"] = self._amount(50, 4)
        if self._maybe(0.1):
            values["discount"] = rng.choice((5, 12.5, 33.333, 100))
        return values

    def _draw_steps(self):
        """What a person asks of promotions, one after the other."""
        rng = self.rng
        steps = []
        if not self.asks_for_promotions:
            return steps
        automatic = self.promotions.filtered(lambda program: program.trigger == "auto")
        while self._maybe(0.7) and len(steps) < 4:
            program = self.promotions.browse(rng.choice((*automatic.ids, *self.promotions.ids)))
            codes = [code for code in program.rule_ids.mapped("code") if code]
            if codes:
                steps.append({"code": rng.choice((*codes, *codes, *codes, "NONE"))})
            steps.append({"reward_id": rng.choice(program.reward_ids.ids)})
        return steps

    def _take(self, order, step):
        """Whether Odoo took a step, by the operations that devices send."""
        operations = self.env["offline.entity.sale_order"]
        try:
            with self.env.cr.savepoint():
                if "code" in step:
                    operations._offline_apply_code(order, step["code"])
                else:
                    reward = self.env["loyalty.reward"].browse(step["reward_id"])
                    operations._offline_claim(order, RewardChoice.model_validate({"reward": reward.id}))
        except UserError:
            return False
        return True

    def basket(self, order, values):
        """An order that Odoo made of such values: what was asked for, and what came of it."""
        steps = self._draw_steps()
        taken = [self._take(order, step) for step in steps]
        asked = {**self._asked(values), **({"promotions": steps} if steps else {})}
        return {
            "order": asked,
            "expected": {
                "taken": taken,
                "pricelist_id": order.pricelist_id.id or None,
                "fiscal_position_id": order.fiscal_position_id.id or None,
                "lines": [
                    [
                        line.price_unit,
                        line.discount,
                        line.price_subtotal,
                        line.price_tax,
                        line.price_total,
                        None if line.reward_id else line.pricelist_item_id.id or None,
                    ]
                    for line in order.order_line
                ],
                "totals": [order.amount_untaxed, order.amount_tax, order.amount_total],
                "groups": [
                    [group["id"], group["base_amount_currency"], group["tax_amount_currency"]]
                    for subtotal in order.tax_totals["subtotals"]
                    for group in subtotal["tax_groups"]
                ],
            },
        }

    def _asked(self, values):
        partner = self.env["res.partner"].browse(values["partner_id"])
        asked = {
            "company_id": self.company.id,
            "date_order": format_instant(values["date_order"]),
            "partner": partner.id,
            "lines": [self._asked_line(command[2]) for command in values["order_line"]],
        }
        if values["payment_term_id"]:
            asked["payment_term"] = {
                "early_discount": True,
                "early_pay_discount_computation": "mixed",
                "discount_percentage": self.terms.discount_percentage,
            }
        for name in ("pricelist_id", "fiscal_position_id"):
            if name in values:
                asked[name] = values[name] or None
        return asked

    def customer_values(self):
        """What decides of each customer, by id."""
        return {
            partner.id: {name: _plain(partner, name) for name in _OF_PARTNER} for partner in self.contacts
        }

    def _asked_line(self, values):
        return {
            name: value[0][2] if name == "product_no_variant_attribute_value_ids" else value
            for name, value in values.items()
        }


def _plain(record, name):
    value = record[name]
    return (value.id if record._fields[name].type == "many2one" else value) or None


def records_of(held):
    """What a phone holds, in columns: {entity: [[field, …], [id, value, …], …]}; only what prices are made of."""
    return {
        entity: [
            ["id", *names],
            *(
                [record_id, *(row["values"][name] for name in names)]
                for record_id, row in held.get(entity, {}).items()
            ),
        ]
        for entity, names in NEEDED.items()
    }
