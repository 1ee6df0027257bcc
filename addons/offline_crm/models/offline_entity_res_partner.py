from odoo import models
from odoo.fields import Domain


class OfflineEntityResPartner(models.AbstractModel):
    """Contacts as customers: their price list, fiscal position and terms of payment.

    New ones are compared by e-mail and phone, too, in the forms to which Odoo brings both.
    """

    _inherit = "offline.entity.res_partner"

    # What the office agreed with a customer; a device may not change it by the way.
    _offline_fields = (
        "specific_property_product_pricelist", "property_account_position_id", "property_payment_term_id",
    )  # fmt: skip
    _offline_readonly_fields = _offline_fields
    _offline_dependencies = {"ir.default": "*"}

    def _offline_duplicates(self, values):
        """A contact with the same e-mail or phone, those of the same company left out: people there share a phone."""
        found = super()._offline_duplicates(values)
        partner = self.env["res.partner"].new(values)
        same = Domain.FALSE
        for name in ("email_normalized", "phone_sanitized"):
            if partner[name]:
                same |= Domain(name, "=", partner[name])
        if same.is_false():
            return found
        company = partner.parent_id.commercial_partner_id._origin
        if company:
            same &= Domain("commercial_partner_id", "!=", company.id)
        return found | self.env["res.partner"].search(same, limit=20)
