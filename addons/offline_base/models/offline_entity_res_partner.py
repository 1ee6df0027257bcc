from odoo import models
from odoo.addons.base.models.res_partner import EU_EXTRA_VAT_CODES
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
    # Whose contact it is, as what and of which salesperson, is for the office to say.
    _offline_kept_fields = ("parent_id", "type", "user_id")

    def _offline_duplicates(self, values):
        """The contacts with the same tax number: all that the user may read, where Odoo's own form warns of one."""
        found = super()._offline_duplicates(values)
        # sudo: fields that are hidden from the user decide, too; told are only those that they may read.
        partner = self.env["res.partner"].sudo().new(values)
        # What is written where there is no number ("N/A") says nothing.
        if partner.parent_id or not any(map(str.isdigit, partner.vat or "")):
            return found
        same = partner.with_context(active_test=False).search(self._same_vat(partner))
        # People of a company have its number.
        own = same.filtered(lambda other: other.commercial_partner_id == other)
        return found | own.with_env(self.env)._filtered_access("read")

    def _same_vat(self, partner):
        """The domain by which Odoo's `_compute_same_vat_partner_id` finds one."""
        vats, country = [partner.vat], partner.country_id
        if country and "EU_PREFIX" in country.country_group_codes:
            if partner.vat[:2].isalpha():
                vats.append(partner.vat[2:])
            else:
                codes = filter(None, (country.code, EU_EXTRA_VAT_CODES.get(country.code)))
                vats += [code + partner.vat for code in codes]
        domain = Domain("vat", "in", vats)
        if country:
            domain &= Domain("country_id", "in", [country.id, False])
        if partner.company_id:
            domain &= Domain("company_id", "in", [partner.company_id.id, False])
        return domain

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
