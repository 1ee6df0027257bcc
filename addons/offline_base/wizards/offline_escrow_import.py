import base64

from odoo import fields, models
from odoo.exceptions import UserError

#: Base64 of the largest body that the route takes, with room.
_LARGEST_BYTES = 16 * 1024 * 1024


class OfflineEscrowImport(models.TransientModel):
    """Take in a sealed file that was saved from a device."""

    _name = "offline.escrow.import"
    _description = "Import a Sealed File"

    file = fields.Binary("Sealed File", required=True, attachment=False)
    filename = fields.Char()

    def action_import(self):
        """Keep the file and show what is in it."""
        self.ensure_one()
        raw = base64.b64decode(self.file)
        try:
            sealed = raw.decode("ascii").strip()
        except UnicodeDecodeError:
            sealed = ""
        if not sealed or len(sealed) > _LARGEST_BYTES or sealed.count(".") != 4:
            raise UserError(self.env._("This is no sealed file of a device: nothing was imported."))
        # sudo: who may use this wizard may import; boxes are the engine's to write.
        escrow = self.env["offline.escrow"].sudo()._receive(sealed)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sealed Work"),
            "res_model": "offline.escrow",
            "res_id": escrow.id,
            "view_mode": "form",
        }
