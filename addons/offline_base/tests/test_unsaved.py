"""Forms open on records that are not stored yet: nothing of them may fail for want of what they belong to."""

from odoo.tests import TransactionCase


class TestUnsaved(TransactionCase):
    def test_every_field_of_an_unsaved_record_can_be_shown(self):
        """As Odoo's own test asks of the name of every model, and a form of its fields."""
        for name, model in sorted(self.env.items()):
            if name.startswith("offline.") and model._auto and not model._abstract:
                with self.subTest(name):
                    record = model.new({})
                    for field in model._fields:
                        record[field]  # computing it is what may fail
