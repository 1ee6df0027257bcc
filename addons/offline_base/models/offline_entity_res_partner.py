from odoo import models
from odoo.fields import Domain


class OfflineEntityResPartner(models.AbstractModel):
    """Contacts and companies: all that the device's user may read, archived ones left out."""

    _name = "offline.entity.res_partner"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Contact"

    _offline_model = "res.partner"
    _offline_fields = (
        "name", "is_company", "parent_id", "type", "function", "email", "phone", "website", "vat", "ref", "lang",
        "street", "street2", "zip", "city", "state_id", "country_id", "category_id", "user_id", "company_id",
        "comment", "active", "image_1920",
    )  # fmt: skip
    _offline_policies = {"category_id": "union", "comment": "append"}
    _offline_may_link = True
    # Whose contact it is, and as what, is for the office to say.
    _offline_kept_fields = ("parent_id", "type")

    def _offline_duplicates(self, values):
        """A contact with the same tax number, as Odoo's own form warns of it."""
        found = super()._offline_duplicates(values)
        if values.get("vat"):
            # Odoo looks beyond what the user may read: of the rest nothing is told.
            same = self.env["res.partner"].new(values).same_vat_partner_id
            found |= self.env["res.partner"].browse(same._origin.ids)._filtered_access("read")
        return found

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
