from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

#: Files and messages of the last days travel; older ones are read in the office.
WINDOW_DAYS = 90


class OfflineEntityIrAttachment(models.AbstractModel):
    """Files on records that the device holds: what they are, and their bytes by hash.

    The content of fields, links to elsewhere and files that hang on no record stay away.
    """

    _name = "offline.entity.ir_attachment"
    _inherit = "offline.adapter"
    _description = "Offline Entity: File"

    _offline_model = "ir.attachment"
    _offline_fields = (
        "name", "res_model", "res_id", "raw", "mimetype", "file_size", "description", "create_date",
    )  # fmt: skip
    # Who may read the record may read its files, and devices hold records that their user may read.
    _offline_filter_is_logged = True
    _offline_readonly_fields = ("mimetype", "file_size", "create_date")
    _offline_verbs = frozenset({"create", "delete"})

    def _offline_scope(self, device):
        since = fields.Date.today() - timedelta(days=WINDOW_DAYS)
        files = Domain("res_field", "=", False) & Domain("type", "=", "binary")
        held = self._offline_on_held(device, "res_model")
        return super()._offline_scope(device) | (files & Domain("create_date", ">=", since) & held)

    def _offline_prepare(self, values):
        # A file is always on a record: without one it would be its maker's alone, and no device would show it.
        return {**super()._offline_prepare(values), "type": "binary", "public": False}
