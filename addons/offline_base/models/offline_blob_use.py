import base64
import logging

from odoo import fields, models
from odoo.exceptions import AccessError, MissingError, UserError

from ..store.outcome import is_transient

_logger = logging.getLogger(__name__)


class OfflineBlobUse(models.Model):
    """A field or an attachment that an operation filled with a blob whose bytes had not arrived yet."""

    _name = "offline.blob.use"
    _description = "Offline Use of a Photo or Document"
    _order = "id desc"

    device_id = fields.Many2one(
        "offline.device", required=True, readonly=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one(related="device_id.user_id", store=True, index=True)
    sha256 = fields.Char("Hash (SHA-256)", required=True, readonly=True, index=True)
    blob_id = fields.Many2one(
        "offline.blob", "File", readonly=True, ondelete="set null", index="btree_not_null"
    )
    name = fields.Char("File Name", readonly=True)
    res_model = fields.Char("Kind of Record", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True, readonly=True)
    field_name = fields.Char("Field", required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting for the File"),
            ("filled", "Filled"),
            ("refused", "Refused"),
            ("given_up", "Given Up"),
            ("replaced", "Replaced by a Later Change"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    message = fields.Char("Reason", readonly=True)

    def _arrived(self, blob):
        """Fill what waits for these bytes of this device."""
        uses = self.search(
            [("device_id", "=", blob.device_id.id), ("sha256", "=", blob.sha256), ("state", "=", "waiting")],
            order="id",
        )
        uses.blob_id = blob
        uses._fill()

    def _fill(self):
        """Write the bytes as the device's user, with the rights of today; what Odoo refuses is kept and shown."""
        for use in self:
            data = use.blob_id.attachment_id.raw or b""
            record = use.device_id._as_user().env[use.res_model].browse(use.res_id)
            record = record.with_context(offline_base__device=use.device_id.id, image_no_postprocess=True)
            try:
                with self.env.cr.savepoint():
                    if not record.exists():
                        raise MissingError(self.env._("The record was deleted before its file arrived."))
                    value = data if use.field_name == "raw" else base64.b64encode(data)
                    record.write({use.field_name: value})
                    record.env.flush_all()
                use.write({"state": "filled", "message": False})
            except (AccessError, UserError) as error:
                _logger.warning(
                    "blob %s was refused by %s(%s): %s", use.sha256, use.res_model, use.res_id, error
                )
                use.write({"state": "refused", "message": str(error.args[0] if error.args else error)})
            except Exception as error:
                if is_transient(error):
                    raise
                _logger.exception("blob %s cannot be used by %s(%s)", use.sha256, use.res_model, use.res_id)
                use.write(
                    {"state": "refused", "message": self.env._("The file could not be used: see the log.")}
                )

    def _give_up(self):
        """The bytes did not come in time: say so where people look, and keep the row."""
        self.write({"state": "given_up"})

    def action_retry(self):
        """Fill once more what was refused, as the device's user."""
        self.check_access("read")
        if not self.env.user.has_group("offline_base.offline_base_group_reviewer"):
            raise AccessError(self.env._("Only a reviewer may try again."))
        # sudo: the right was checked; the bytes are written as the device's user.
        self.sudo().filtered(lambda use: use.state == "refused" and use.blob_id.attachment_id)._fill()

    def action_open_record(self):
        """The record that waits for the file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
