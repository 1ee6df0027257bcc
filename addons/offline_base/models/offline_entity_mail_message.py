from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html_sanitize

from .offline_entity_ir_attachment import WINDOW_DAYS


class OfflineEntityMailMessage(models.AbstractModel):
    """Notes and comments on records that the device holds; Odoo's own rules say which the user may read.

    A device writes notes: Odoo's method posts them, as the user.
    """

    _name = "offline.entity.mail_message"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Message"

    _offline_model = "mail.message"
    _offline_fields = (
        "model", "res_id", "date", "author_id", "subject", "body", "message_type", "subtype_id", "is_internal",
        "attachment_ids",
    )  # fmt: skip
    # Who may read the record may read what is said on it, and devices hold records that their user may read.
    _offline_filter_is_logged = True
    _offline_readonly_fields = ("date", "author_id", "message_type", "subtype_id", "is_internal")
    _offline_verbs = frozenset({"create"})

    def _offline_scope(self, device):
        since = fields.Date.today() - timedelta(days=WINDOW_DAYS)
        spoken = Domain("message_type", "in", ("comment", "email", "email_outgoing"))
        held = self._offline_on_held(device, "model", only=lambda model: hasattr(model, "message_post"))
        return super()._offline_scope(device) | (spoken & Domain("date", ">=", since) & held)

    def _offline_create(self, values):
        model = values.get("model")
        if not values.get("res_id") or not hasattr(self.env[model], "message_post"):
            raise UserError(self.env._("Messages cannot be written on this kind of record."))
        record = self.env[model].browse(values["res_id"])
        attachments = values.get("attachment_ids")
        return record.message_post(
            body=Markup(html_sanitize(values.get("body") or "")),
            subject=values.get("subject") or None,
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachment_ids=attachments[0][2] if attachments else None,
        )
