from odoo import fields, models


class OfflineBlobChunk(models.Model):
    """A part of a blob that is not complete yet. Its bytes are read and written in SQL alone."""

    _name = "offline.blob.chunk"
    _description = "Offline Part of an Upload"
    _log_access = False

    blob_id = fields.Many2one("offline.blob", required=True, ondelete="cascade")
    position = fields.Integer(required=True)
    content = fields.Binary(attachment=False, groups="base.group_system")

    _position_unique = models.Constraint("UNIQUE (blob_id, position)", "A part has one place.")
