from odoo import api, fields, models


class OfflineDevice(models.Model):
    _inherit = "offline.device"

    blob_ids = fields.One2many("offline.blob", "device_id")
    blob_count = fields.Integer("Photos and Documents", compute="_compute_blob_count")

    @api.depends("blob_ids")
    def _compute_blob_count(self):
        groups = self.env["offline.blob"]._read_group(
            [("device_id", "in", self.ids)], ["device_id"], ["__count"]
        )
        counts = dict(groups)
        for device in self:
            device.blob_count = counts.get(device, 0)

    def unlink(self):
        # sudo: whoever may delete a device may delete what it sent; PostgreSQL alone would leave the attachments.
        self.sudo().blob_ids.unlink()
        return super().unlink()

    def action_open_blobs(self):
        """The photos and documents of this device."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Photos and Documents"),
            "res_model": "offline.blob",
            "view_mode": "list,form",
            "domain": [("device_id", "in", self.ids)],
        }
