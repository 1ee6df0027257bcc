from odoo import fields, models
from odoo.addons.offline_base.store.at_work import device_at_work


class OfflineOrigin(models.AbstractModel):
    """On which device a record was made."""

    _name = "offline.origin"
    _description = "Made on a Device"
    _offline_engine_fields = ("offline_device_id",)

    offline_device_id = fields.Many2one(
        "offline.device",
        "Origin Device",
        default=lambda self: device_at_work(self.env),
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The device on which it was made. Empty where it was made in Odoo.",
    )

    def _has_field_access(self, field, operation):
        """What a device did is written by the engine only, whoever may change the record."""
        if operation == "write" and not self.env.su and field.name in self._offline_engine_fields:
            return False
        return super()._has_field_access(field, operation)
