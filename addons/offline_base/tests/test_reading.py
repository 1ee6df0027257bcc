import json
from unittest.mock import patch

from odoo.fields import Command, Domain

from ..core.digest import from_signed
from ..core.fields import TYPES
from ..store import reader, sql_reader
from ..store.capture import DENIED_COLUMNS
from ..store.scope import Scope
from .common import ACTIVITY, PARTNER, OfflineCase

#: Models that between them have every field type that travels; each with all such fields, exported or not.
MODELS = (
    PARTNER, ACTIVITY, "mail.activity.type", "product.template", "product.product", "calendar.event.type",
    "calendar.attendee", "res.country", "res.country.state", "res.currency", "res.currency.rate", "res.company",
    "uom.uom", "resource.calendar", "resource.calendar.attendance", "product.pricelist.item",
)  # fmt: skip
#: They change what reading gives (private events), or have fields without a column (boxes and jobs, of the tests).
READ_BY_ORM = {"calendar.event", "mail.message", "offline.test.box", "offline.test.job"}
TEXTS = (
    None, "", " ", "0", "caf\u00e9", 'a "quoted" \\ text', "two\nlines\tand\r\x01\x1f\x7f", "\u2028\U0001f600",
    "</script>",
)  # fmt: skip
NUMBERS = (
    None, 0, "-0.0", 1, -1.5, 0.1 + 0.2, 2.675, 1e-7, 123456789.123456789, 1e15, -1e16, "NaN", 3.3333333333333335,
)  # fmt: skip
MOMENTS = (None, "2026-11-21 10:00:00", "2026-11-21 23:59:59.999999", "1999-02-28 00:00:00.000001")


class Everything(Scope):
    """All records that the user may read."""

    readable = True
    domain = Domain.TRUE


class TestReading(OfflineCase):
    """SQL and ORM show the same: byte for byte, as any user, in any company and language. Proves I4, I6."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.other_company = cls.env["res.company"].create({"name": "Other"})
        cls.user.company_ids = [Command.link(cls.other_company.id)]

    def use(self, model, names=None):
        """Let the contacts' adapter adapt another model, or these fields only."""
        adapter = type(self.env["offline.entity.res_partner"])
        self.patch(adapter, "_offline_model", model)
        if names is None:
            names = [
                name
                for name, field in self.env[model]._fields.items()
                if field.store
                and field.type in TYPES
                and name not in DENIED_COLUMNS
                and name != "id"
                and sql_reader.has_sql(self.env[model], name)
            ]
        self.patch(adapter, "_offline_field_names", lambda self: names)

    def adapter_in(self, company, lang):
        user = self.user
        context = {"lang": lang, "tz": "UTC", "allowed_company_ids": [company.id]}
        return self.env["offline.entity.res_partner"].with_user(user).with_context(**context)

    def both_ways(self, adapter):
        scope = Everything(adapter, self.partner_line, self.device)
        reading = adapter._offline_reading()
        by_sql = sql_reader.can_read(scope.model, reading.specs)
        if not by_sql:
            self.assertIn(scope.model._name, READ_BY_ORM)
        self.env.flush_all()
        self.env.invalidate_all()
        in_sql = reader.read_rows(scope, reading)
        self.env.invalidate_all()
        with patch.object(sql_reader, "can_read", lambda *a: False):
            by_orm = reader.read_rows(scope, reading)
        return in_sql, by_orm

    def assert_block_is_the_rows(self, adapter, rows):
        """Records that go out as one block are, byte for byte, what they are one by one."""
        scope = Everything(adapter, self.partner_line, self.device)
        reading = adapter._offline_reading()
        block = reader.read_block(scope, reading, 0, len(rows))
        if not rows or block is None:
            return self.assertFalse(rows and sql_reader.can_read(scope.model, reading.specs))
        expected = [
            f'{{"id":{row.id},"uid":null,"born":"{row.born}","v":"{row.version:016x}","values":{row.text}}}'
            for row in rows
        ]
        self.assertEqual(expected, list(block.upserts))
        self.assertEqual(
            [(row.id, row.version) for row in rows],
            [*zip(block.ids, map(from_signed, block.versions), strict=True)],
        )
        self.assertEqual([row.refs for row in rows], [*zip(*block.refs, strict=True)] or [()] * len(rows))
        self.assertFalse(block.full)

    def assert_same(self, adapter):
        in_sql, by_orm = self.both_ways(adapter)
        self.assert_block_is_the_rows(adapter, in_sql)
        self.assertEqual([row.id for row in by_orm], [row.id for row in in_sql])
        for one, other in zip(by_orm, in_sql, strict=True):
            if one != other:
                self.assertEqual(json.loads(one.text), json.loads(other.text))
            self.assertEqual(one, other)
        return in_sql

    def spoil(self, model):
        """Put awkward values into the columns of some records, past the ORM."""
        table = self.env[model]._table
        self.env.cr.execute(f'SELECT id FROM "{table}" ORDER BY id DESC LIMIT 13')
        ids = [row[0] for row in self.env.cr.fetchall()]
        for name, field in self.env[model]._fields.items():
            if not field.store or not field.column_type or field.company_dependent or field.translate:
                continue
            awkward = {
                "char": TEXTS, "text": TEXTS, "html": TEXTS, "float": NUMBERS, "monetary": NUMBERS,
                "datetime": MOMENTS, "integer": (None, 0, -1, 2**31 - 1), "boolean": (None, True, False),
            }.get(field.type, ())  # fmt: skip
            if field.required or name in ("id", "active", "parent_path", "name", "type"):
                continue
            for position, value in enumerate(awkward):
                if position >= len(ids):
                    break
                try:
                    with self.env.cr.savepoint(flush=False):
                        query = f'UPDATE "{table}" SET "{name}" = %s WHERE id = %s'
                        self.env.cr.execute(query, [value, ids[position]], log_exceptions=False)
                except Exception:  # a constraint of the table, or its size
                    continue
        self.env.invalidate_all(flush=False)

    def samples(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Meeting", "start": "2026-11-21 10:00:00", "stop": "2026-11-21 11:30:00",
                "partner_ids": [Command.set((self.partner + self.user.partner_id).ids)],
                "description": "<p>Bring <b>everything</b></p>", "user_id": self.user.id,
            }
        )  # fmt: skip
        for n in range(13):
            self.new_activity(self.partner, self.user, summary=f"Call {n}", note="<p>x</p>")
            self.new_partner(
                f"Contact {n}", category_id=[Command.create({"name": f"T{n}", "active": n % 2 == 0})]
            )
            self.env["product.template"].create({"name": f"Product {n}", "list_price": n / 3})
        product = self.env["product.template"].search([], limit=1)
        product.with_context(lang="fr_FR").name = "Produit"
        product.with_company(self.other_company).standard_price = 7.77
        return event

    def test_every_field_of_every_model_is_shown_alike_by_sql_and_orm(self):
        self.samples()
        compared = set()
        for model in MODELS:
            if model not in self.env:
                continue
            self.spoil(model)
            self.use(model)
            for company in (self.env.company, self.other_company):
                for lang in ("en_US", "fr_FR"):
                    with self.subTest(model, company=company.name, lang=lang):
                        rows = self.assert_same(self.adapter_in(company, lang))
                        if rows:
                            specs = self.env["offline.entity.res_partner"]._offline_specs()
                            compared.update(spec.type for spec in specs.values())
        self.assertEqual(TYPES - compared - {"monetary"}, set(), "a type that travels was compared nowhere")

    def test_every_entity_is_shown_alike_by_sql_and_orm(self):
        self.samples()
        for adapter in self.device._as_user().env["offline.adapter"]._offline_adapters():
            with self.subTest(adapter._name):
                self.assert_same(adapter)

    def test_company_dependent_values_follow_the_company_and_its_default(self):
        self.use(PARTNER, ["name", "barcode"])
        self.partner.with_company(self.env.company).barcode = "A"
        self.partner.with_company(self.other_company).barcode = "B"
        other = self.new_partner("Default")
        self.env["ir.default"].set(PARTNER, "barcode", "from the default", company_id=self.other_company.id)
        self.env.flush_all()
        found = {}
        for company in (self.env.company, self.other_company):
            rows = self.assert_same(self.adapter_in(company, "en_US"))
            found[company] = {row.id: json.loads(row.text)["barcode"] for row in rows}
        self.assertEqual(("A", "B"), tuple(found[c][self.partner.id] for c in found))
        self.assertEqual([None, "from the default"], [found[c][other.id] for c in found])

    def test_translated_values_fall_back_to_english(self):
        self.use("mail.activity.type", ["name"])
        kind = self.env["mail.activity.type"].create({"name": "Only English"})
        both = self.env["mail.activity.type"].create({"name": "English"})
        both.with_context(lang="fr_FR").name = "Fran\u00e7ais"
        rows = {
            r.id: json.loads(r.text) for r in self.assert_same(self.adapter_in(self.env.company, "fr_FR"))
        }
        self.assertEqual({"name": "Only English"}, rows[kind.id])
        self.assertEqual({"name": "Fran\u00e7ais"}, rows[both.id])

    def test_relation_leaves_out_what_the_user_may_not_read(self):
        """Proves I4."""
        tags = self.env["res.partner.category"].create([{"name": "Open"}, {"name": "Secret"}])
        self.partner.category_id = tags
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("res.partner.category"),
                "domain_force": f"[('id', '!=', {tags[1].id})]",
            }
        )
        self.use(PARTNER, ["name", "category_id"])
        rows = {r.id: r for r in self.assert_same(self.adapter_in(self.env.company, "en_US"))}
        self.assertEqual(tags[0].ids, json.loads(rows[self.partner.id].text)["category_id"])

    def test_numbers_that_are_none_stop_no_pull(self):
        self.use(PARTNER, ["name", "partner_latitude"])
        self.env.cr.execute(
            "UPDATE res_partner SET partner_latitude = 'NaN' WHERE id = %s", [self.partner.id]
        )
        self.env.invalidate_all(flush=False)
        rows = {
            r.id: json.loads(r.text) for r in self.assert_same(self.adapter_in(self.env.company, "en_US"))
        }
        self.assertIsNone(rows[self.partner.id]["partner_latitude"])

    def test_model_that_reads_in_its_own_way_is_read_by_the_orm(self):
        read = self.registry[PARTNER].read
        self.patch(
            type(self.env[PARTNER]), "read", lambda records, *args, **options: read(records, *args, **options)
        )
        adapter = self.adapter()
        self.assertFalse(sql_reader.can_read(self.env[PARTNER], adapter._offline_specs()))

    def test_relation_to_a_model_without_access_is_left_out(self):
        """Proves I4."""
        self.env["ir.model.access"].search(
            [("model_id.model", "=", "res.partner.category")]
        ).perm_read = False
        self.assertNotIn("category_id", self.adapter()._offline_specs())
        self.assert_converged()
