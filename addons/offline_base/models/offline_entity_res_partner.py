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

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
