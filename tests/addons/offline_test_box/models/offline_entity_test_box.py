from odoo import models
from odoo.fields import Domain


class OfflineEntityTestBox(models.AbstractModel):
    """Boxes: nearly everything that they show is read from other records."""

    _name = "offline.entity.test_box"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Test Box"

    _offline_model = "offline.test.box"
    _offline_fields = (
        "name", "due", "shelf_id", "label_ids", "place", "shelf_name", "room_name", "weight", "part_count",
        "label_text", "is_late", "notes_about",
    )  # fmt: skip
    _offline_readonly_fields = (
        "place", "shelf_name", "room_name", "weight", "part_count", "label_text", "is_late", "notes_about",
    )  # fmt: skip
    _offline_dependencies = {
        "offline.test.item": "box_id",
        "offline.test.part": "item_id.box_id",
        "offline.test.label": "label_ids",
        "offline.test.shelf": "shelf_id",
        "offline.test.room": "shelf_id.room_id",
        "ir.attachment": "res_id",
        "ir.default": "_touched_by_defaults",
    }
    _offline_clock = "day"

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("name", "!=", "Hidden")

    def _touched_by_defaults(self, ids):
        """All boxes if the default was one of theirs, or is gone."""
        defaults = self.env["ir.default"].browse(ids).exists()
        gone = len(defaults) < len(ids)
        return None if gone or self._offline_model in defaults.field_id.mapped("model") else []
