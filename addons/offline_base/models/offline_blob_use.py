import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError, UserError

from ..store import blob_reading, blob_uses
from ..store.at_work import context_of
from ..store.blobs import UNFINISHED_DAYS
from ..store.outcome import is_transient
from .value_text import field_label

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
    field_name = fields.Char("Field (Technical)", required=True, readonly=True)
    record_label = fields.Char("Kind of Records", compute="_compute_labels")
    field_label = fields.Char("Field", compute="_compute_labels")
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

    @api.depends("res_model", "field_name")
    @api.depends_context("lang")
    def _compute_labels(self):
        for use in self:
            model = self.env.get(use.res_model)
            # sudo: names of models are no secret, not even where the model is gone.
            use.record_label = self.env["ir.model"].sudo()._get(use.res_model).name or use.res_model
            use.field_label = field_label(model, use.field_name)

    def _wait(self, device, record, field_name, sha256):
        """Note that a field is to be filled when these bytes come from this device."""
        blob = self.env["offline.blob"].search([("device_id", "=", device.id), ("sha256", "=", sha256)])
        self.create(
            {
                "device_id": device.id,
                "sha256": sha256,
                "blob_id": blob.id,
                "name": record.display_name,
                "res_model": record._name,
                "res_id": record.id,
                "field_name": field_name,
            }
        )
        blob_uses.look_again(self.env, [(device.user_id.id, sha256)])

    def _replace(self, device, record, field_name):
        """A later operation fills the field: what waits to do so must not come after it."""
        waiting = self.search(
            [("res_model", "=", record._name), ("res_id", "=", record.id), ("field_name", "=", field_name),
             ("state", "in", ("waiting", "refused", "given_up"))]
        )  # fmt: skip
        waiting.write({"state": "replaced"})

    def _settle(self, user_id, sha256):
        """Fill what waits for these bytes, named by whichever device of the user, if they are there."""
        waiting = self.search(
            [("user_id", "=", user_id), ("sha256", "=", sha256), ("state", "in", ("waiting", "given_up"))],
            order="id",
        )
        data = blob_reading.data(waiting[0].device_id, sha256) if waiting else None
        if data is not None:
            waiting._fill(data)

    def _look_again(self):
        """Have filled what waits although its bytes are there: who should have looked again died before."""
        self.env.flush_all()
        self.env.cr.execute(
            """SELECT DISTINCT u.user_id, u.sha256 FROM offline_blob_use u
                WHERE u.state = 'waiting' AND (
                      EXISTS (SELECT 1 FROM offline_blob b
                               WHERE b.sha256 = u.sha256 AND b.user_id = u.user_id AND b.state = 'complete')
                      OR EXISTS (SELECT 1 FROM offline_blob_hash h WHERE h.sha256 = u.sha256))"""
        )
        blob_uses.look_again(self.env, self.env.cr.fetchall())

    def _fill(self, data, reviewer=None):
        """Write the bytes as the device's user, with the rights of today; what Odoo refuses is kept and shown.

        What they may not write any more a reviewer writes, with rights of their own.
        """
        for use in self:
            error = use._write_bytes(use.device_id._as_user().env, data)
            if isinstance(error, AccessError) and reviewer:
                error = use._write_bytes(use.device_id._as_reviewer(reviewer).env, data)
            use.write(
                {"state": "refused", "message": use._reason(error)}
                if error
                else {"state": "filled", "message": False}
            )

    def _write_bytes(self, env, data):
        """Fill the field with the rights of an environment; what Odoo raised if it refuses."""
        record = env[self.res_model].browse(self.res_id)
        record = record.with_context(**context_of(self.device_id), image_no_postprocess=True)
        try:
            with self.env.cr.savepoint():
                if not record.exists():
                    raise MissingError(self.env._("The record was deleted before its file arrived."))
                record.write({self.field_name: blob_uses.orm_value(self.field_name, data)})
                record.env.flush_all()
        except Exception as error:
            if is_transient(error):
                raise
            return error
        return None

    def _reason(self, error):
        where = f"{self.res_model}({self.res_id}).{self.field_name}"
        if isinstance(error, UserError):
            _logger.warning("blob %s was refused by %s: %s", self.sha256, where, error)
            return str(error.args[0] if error.args else error)
        _logger.error("blob %s cannot be used by %s", self.sha256, where, exc_info=error)
        return self.env._("The file could not be used: see the log.")

    def _gc_uses(self):
        """Say of what waits for a file that is on no way to us that it waits in vain; the row stays in sight."""
        self.env.flush_all()
        late = fields.Datetime.now() - timedelta(days=UNFINISHED_DAYS)
        self.env.cr.execute(
            """SELECT u.id FROM offline_blob_use u
                WHERE u.state = 'waiting' AND u.create_date < %s AND NOT EXISTS (
                      SELECT 1 FROM offline_blob b
                       WHERE b.sha256 = u.sha256 AND b.user_id = u.user_id AND b.state = 'uploading')""",
            [late],
        )
        self.browse([use_id for (use_id,) in self.env.cr.fetchall()]).write({"state": "given_up"})

    def action_retry(self):
        """Fill once more what was refused, as the device's user; what they may not write any more, as oneself."""
        self.check_access("read")
        if not self.env.user.has_group("offline_base.offline_base_group_reviewer"):
            raise AccessError(self.env._("Only a reviewer may try again."))
        # sudo: the right was checked; the bytes are written with the rights of the device's user, or of the reviewer.
        for use in self.sudo().filtered(lambda use: use.state in ("refused", "given_up")):
            data = blob_reading.data(use.device_id, use.sha256)
            if data is None:
                raise UserError(self.env._("The file is not here: the device must send it again."))
            use._fill(data, self.env.user)
        return True

    def action_open_record(self):
        """The record that waits for the file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
