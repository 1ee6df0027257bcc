from .common import ACTIVITY, OfflineCase
from .tracing import untraced


class TestTracing(OfflineCase):
    """What the exported fields of every installed entity are read from is watched."""

    maxDiff = None

    def test_reading_of_every_entity_touches_nothing_that_is_not_watched(self):
        """Proves I1."""
        category = self.env["res.partner.category"].create({"name": "Traced"})
        self.new_partner("Traced", parent_id=self.partner.id, category_id=category.ids, user_id=self.user.id)
        self.new_activity(self.partner, self.user, note="Traced", summary="Traced")
        self.env.flush_all()
        adapters = [
            adapter.with_env(self.device._as_user().env)
            for adapter in self.env["offline.adapter"]._offline_adapters()
        ]
        self.assertGreaterEqual(len(adapters), 2)
        for adapter in adapters:
            if self.env[adapter._offline_model].search_count([], limit=1):
                with self.subTest(adapter._name):
                    self.assertEqual({}, untraced(adapter))

    def test_trace_sees_a_column_that_is_not_captured(self):
        """The test above can fail. An activity's time of last change is bookkeeping that no trigger looks at."""
        self.new_activity(self.partner, self.user)
        self.patch(
            type(self.env["offline.entity.mail_activity"]),
            "_offline_field_names",
            lambda adapter: ["write_date"],
        )
        self.assertEqual({"write_date": {"mail_activity.write_date"}}, untraced(self.adapter(ACTIVITY)))
