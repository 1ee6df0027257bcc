from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import human_size

#: Complete blobs are kept this long after they came; what used them has its own attachment.
_COMPLETE_DAYS = 30


class OfflineBlob(models.Model):
    """The bytes of a photo or document on their way from one device, named by their SHA-256."""

    _name = "offline.blob"
    _description = "Offline Photo or Document"
    _order = "id desc"

    name = fields.Char("File Name", readonly=True)
    sha256 = fields.Char("Hash (SHA-256)", required=True, readonly=True, index=True)
    size = fields.Integer("Size (Bytes)", required=True, readonly=True)
    size_text = fields.Char("Size", compute="_compute_size_text")
    received = fields.Integer("Received (Bytes)", required=True, readonly=True, default=0)
    progress = fields.Float("Progress", compute="_compute_progress")
    mimetype = fields.Char("Type", readonly=True)
    device_id = fields.Many2one("offline.device", required=True, readonly=True, ondelete="cascade")
    user_id = fields.Many2one(related="device_id.user_id", store=True, index=True)
    state = fields.Selection(
        [("uploading", "On Its Way"), ("complete", "Received"), ("given_up", "Given Up")],
        required=True,
        readonly=True,
        default="uploading",
    )
    attachment_id = fields.Many2one("ir.attachment", "File", readonly=True, ondelete="set null")
    completed_at = fields.Datetime("Received On", readonly=True)
    expires_at = fields.Datetime("Given Up On", readonly=True, index="btree_not_null")
    use_ids = fields.One2many("offline.blob.use", "blob_id", string="Used By", readonly=True)

    _device_hash_unique = models.Constraint(
        "UNIQUE (device_id, sha256)", "A device sends the same bytes once."
    )

    @api.depends("size")
    def _compute_size_text(self):
        for blob in self:
            blob.size_text = human_size(blob.size) or self.env._("0 bytes")

    @api.depends("size", "received")
    def _compute_progress(self):
        for blob in self:
            blob.progress = 100.0 * blob.received / blob.size if blob.size else 100.0

    @api.depends("name", "sha256")
    def _compute_display_name(self):
        for blob in self:
            blob.display_name = blob.name or (blob.sha256 or "")[:12]

    @api.autovacuum
    def _gc_blobs(self):
        """Give up what nothing was added to for a week, and let go of what came and was used long ago."""
        now = fields.Datetime.now()
        late = self.search([("state", "=", "uploading"), ("expires_at", "<", now)])
        late._give_up()
        self.env["offline.blob.use"]._gc_uses()
        # Records that took the bytes have files of their own, which the file store keeps once.
        self.search(
            [("state", "=", "complete"), ("completed_at", "<", now - timedelta(days=_COMPLETE_DAYS))]
        ).unlink()
        self.search(
            [("state", "=", "given_up"), ("write_date", "<", now - timedelta(days=_COMPLETE_DAYS)),
             ("use_ids", "=", False)]
        ).unlink()  # fmt: skip

    def _give_up(self):
        """Forget the bytes that came; what waits for the rest stays in sight of people."""
        if self:
            self.env.cr.execute(SQL("DELETE FROM offline_blob_chunk WHERE blob_id = ANY(%s)", self.ids))
            self.write({"state": "given_up", "received": 0, "expires_at": False})
