from unittest.mock import patch

from odoo.addons.offline_base.store import reader, sql_reader
from odoo.addons.offline_base.store.scope import Scope
from odoo.addons.offline_base.tests.common import OfflineCase
from odoo.addons.offline_base.tests.tracing import untraced
from odoo.fields import Command, Domain
from odoo.models import BaseModel

from .common import EVENT, LEAD, CrmCase

#: They change what reading gives, so that all of their fields are read by the ORM.
READ_BY_ORM = {EVENT}
#: The methods that can be called over RPC, as attributes of the addon's classes; each checks its caller.
PUBLIC_METHODS = {
    "offline.entity.crm_lead": {
        "convert", "mark_won", "mark_lost", "restore", "set_stage", "next_stage", "schedule_activity", "log_call",
        "post_note", "plan_meeting",
    },
}  # fmt: skip


class Everything(Scope):
    """All records that the user may read."""

    readable = True
    domain = Domain.TRUE


class TestReading(CrmCase):
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
        self.lead.action_set_lost(lost_reason_id=self.reason.id)
        self.env[LEAD].search([], limit=1).action_set_won()
        self.env.flush_all()

    def ours(self):
        env = self.device._as_user().env
        return [
            adapter
            for adapter in env["offline.adapter"]._offline_adapters()
            if adapter._original_module == "offline_crm" or adapter._offline_model == EVENT
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
        """What is public can be called by anybody over RPC; named operations are marked private by the engine."""
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
                    self.assertTrue(getattr(self.env[model], name)._api_private)

    def test_addon_stores_nothing_that_needs_rights_of_its_own(self):
        stored = [
            name
            for name, model in self.env.registry.items()
            if model._original_module == "offline_crm" and not model._abstract
        ]
        self.assertEqual([], stored)
