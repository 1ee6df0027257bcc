from unittest.mock import patch

from odoo.addons.offline_base.store import reader, sql_reader
from odoo.addons.offline_base.store.scope import Scope
from odoo.addons.offline_base.tests.common import OfflineCase
from odoo.addons.offline_base.tests.tracing import untraced
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain
from odoo.models import BaseModel

from .common import EVENT, LEAD, SaleCase

#: They change what reading gives, so that all of their fields are read by the ORM.
READ_BY_ORM = {EVENT, "account.tax", "product.template.attribute.value", "res.company"}
#: Entities of other addons that this one extends.
EXTENDED = {EVENT, "res.partner", "product.template", "product.product"}
#: The methods that can be called over RPC, as attributes of the addon's classes; each checks its caller.
PUBLIC_METHODS = {
    "offline.entity.crm_lead": {
        "convert", "mark_won", "mark_lost", "restore", "set_stage", "next_stage", "schedule_activity", "log_call",
        "post_note", "plan_meeting", "quote", "check_in",
    },
    "offline.entity.res_partner": {"check_in"},
    "offline.entity.sale_order": {
        "confirm", "cancel", "reset_to_draft", "apply_template", "apply_code", "claim_reward", "update_promotions",
        "send_by_email", "sign", "credit", "document",
    },
    "offline.entity.product_product": {"stock"},
    "offline.entity.trail": {"add_positions", "end_duty"},
    "offline.price.variance": {"action_accept", "action_take_odoos_price"},
}  # fmt: skip
#: What the addon stores of its own: {model: who may read it}; nobody writes it but the engine.
STORED = {
    "offline.merged.lead": {"offline_base.offline_base_group_manager"},
    "offline.price.variance": {"sales_team.group_sale_manager", "offline_base.offline_base_group_reviewer"},
    "offline.signature": {"sales_team.group_sale_salesman", "offline_base.offline_base_group_reviewer"},
    "offline.trail": {"sales_team.group_sale_salesman", "offline_base.offline_base_group_manager"},
    "offline.trail.position": {"sales_team.group_sale_salesman", "offline_base.offline_base_group_manager"},
    "offline.visit": {"sales_team.group_sale_salesman", "offline_base.offline_base_group_manager"},
}


class Everything(Scope):
    """All records that the user may read."""

    readable = True
    domain = Domain.TRUE


class TestReading(SaleCase):
    """What devices are given of the addon's entities, and whether its changes are noticed."""

    def setUp(self):
        super().setUp()
        tag = self.env["crm.tag"].create({"name": 'Quoted "tag"'})
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        for n in range(5):
            self.new_lead(
                f"Lead {n}",
                type="lead" if n % 2 else "opportunity",
                partner_id=self.partner.id if n % 2 else False,
                tag_ids=[Command.set(tag.ids if n else [])],
                expected_revenue=n / 3,
                email_from=f"a{n}@b.example",
                phone="+32 2 290 34 90",
                description="<p>x</p>" if n else False,
                campaign_id=campaign.id,
                date_deadline="2026-12-01" if n else False,
            )
        template = self.env["sale.order.template"].create(
            {
                "name": "Office",
                "sale_order_template_line_ids": [Command.create({"product_id": self.desk.id})],
            }
        )
        term = self.env["account.payment.term"].create({"name": "In parts", "note": "<p>Half now</p>"})
        order = self.quoted(
            [
                {"product": self.desk.id, "quantity": 1.25, "price_unit": 33.33, "discount": 7},
                {"display_type": "line_note", "name": "x"},
            ],
            template=template.id,
            payment_term=term.id,
            note="y",
        )
        self.quoted(lead=self.new_lead("Second", partner_id=self.partner.id)).action_confirm()
        order.tag_ids = tag
        self.lead.action_set_lost(lost_reason_id=self.reason.id)
        self.env[LEAD].search([], limit=1).action_set_won()
        self.env["offline.visit"].create(
            {
                "user_id": self.seller.id,
                "partner_id": self.partner.id,
                "lead_id": self.lead.id,
                "arrived_at": "2026-11-21 10:00:00",
                "note": 'At "the gate"',
                "has_consented": True,
                "latitude": 50.8461234,
                "longitude": -4.3,
                "accuracy_m": 12.5,
            }
        )
        self.env["offline.trail"].create(
            {
                "user_id": self.seller.id,
                "started_at": "2026-11-21 10:00:00",
                "device_at": "2026-11-21 10:01:00",
            }
        )
        self.env.flush_all()

    def ours(self):
        env = self.device._as_user().env
        return [
            adapter
            for adapter in env["offline.adapter"]._offline_adapters()
            if adapter._original_module == "offline_crm" or adapter._offline_model in EXTENDED
        ]

    def test_every_entity_is_shown_alike_by_sql_and_orm(self):
        """Proves I6."""
        for adapter in self.ours():
            with self.subTest(adapter._name):
                scope = Everything(adapter, self.partner_line, self.device)
                reading = adapter._offline_reading()
                by_sql = sql_reader.can_read(scope.model, reading.specs)
                self.assertEqual(adapter._offline_model not in READ_BY_ORM, by_sql)
                self.env.invalidate_all()
                in_sql = reader.read_rows(scope, reading)
                self.env.invalidate_all()
                with patch.object(sql_reader, "can_read", lambda *a: False):
                    by_orm = reader.read_rows(scope, reading)
                self.assertEqual(by_orm, in_sql)
                if adapter._offline_model == LEAD:
                    self.assertGreater(len(in_sql), 5)

    def test_reading_of_every_entity_touches_nothing_that_is_not_watched(self):
        """Proves I1."""
        for adapter in self.ours():
            if self.env[adapter._offline_model].search_count([], limit=1):
                with self.subTest(adapter._name):
                    self.assertEqual({}, untraced(adapter))

    def test_idle_pull_does_not_look_at_the_leads(self):
        """Proves I1. All that decides about the scope is logged."""
        line = self.profile.entity_ids.filtered(lambda line: line.entity == LEAD)
        self.assertFalse(Scope(self.adapter(LEAD), line, self.device).mark.live)


class TestRights(OfflineCase):
    """What the addon opens over RPC."""

    def test_every_public_method_is_known(self):
        """What is public can be called by anybody over RPC; operations and questions the engine marks private."""
        for model in self.env.registry:
            public = {
                name
                for cls in type(self.env[model]).mro()
                if cls.__module__.startswith("odoo.addons.offline_crm.")
                for name, value in vars(cls).items()
                if callable(value) and not name.startswith("_") and not hasattr(BaseModel, name)
            }
            with self.subTest(model):
                self.assertEqual(PUBLIC_METHODS.get(model, set()), public)
                for name in public:
                    if model.startswith("offline.entity."):
                        self.assertTrue(getattr(self.env[model], name)._api_private)

    def test_what_the_addon_stores_is_read_by_those_named_and_written_by_nobody(self):
        """Proves I4."""
        stored = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "offline_crm" and not model._abstract
        }
        self.assertEqual(set(STORED), stored)
        for model, groups in STORED.items():
            access = self.env["ir.model.access"].search([("model_id.model", "=", model)])
            self.assertEqual({self.env.ref(group) for group in groups}, set(access.group_id))
            self.assertTrue(all(access.mapped("perm_read")))
            for name in ("perm_write", "perm_create", "perm_unlink"):
                self.assertFalse(any(access.mapped(name)))
            guest = self.new_user(f"guest_{model}", "sales_team.group_sale_salesman")
            with self.assertRaises(AccessError):
                self.env[model].with_user(guest).create({})
