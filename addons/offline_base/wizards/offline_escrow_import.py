import base64

from odoo import fields, models
from odoo.exceptions import UserError

#: Of one box: what the route takes, with room. Of a file: as much as Odoo's servers take in one form.
_LARGEST_BYTES = 16 * 1024 * 1024
_MOST_BOXES = 500


class OfflineEscrowImport(models.TransientModel):
    """Take in a sealed file that was saved from a device: one box a line."""

    _name = "offline.escrow.import"
    _description = "Import a Sealed File"

    file = fields.Binary("Sealed File", required=True, attachment=False)
    filename = fields.Char()

    def action_import(self):
        """Keep the file and show what is in it."""
        self.ensure_one()
        raw = base64.b64decode(self.file)
        try:
            boxes = raw.decode("ascii").split()
        except UnicodeDecodeError:
            boxes = []
        wrong = [box for box in boxes if len(box) > _LARGEST_BYTES or box.count(".") != 4]
        if not boxes or wrong or len(boxes) > _MOST_BOXES:
            raise UserError(self.env._("This is no sealed file of a device: nothing was imported."))
        # sudo: who may use this wizard may import; boxes are the engine's to write.
        [escrow, *_files] = [self.env["offline.escrow"].sudo()._receive(box) for box in boxes]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sealed Work"),
            "res_model": "offline.escrow",
            "res_id": escrow.id,
            "view_mode": "form",
        }
