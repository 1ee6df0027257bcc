from odoo import models
from odoo.fields import Domain


class OfflineEntityAccountFiscalPosition(models.AbstractModel):
    """Fiscal positions: which taxes replace those of a product, and for whom by themselves."""

    _name = "offline.entity.account_fiscal_position"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Fiscal Position"

    _offline_model = "account.fiscal.position"
    _offline_direction = "pull"
    _offline_fields = (
        "name", "sequence", "company_id", "auto_apply", "vat_required", "country_id", "country_group_id",
        "state_ids", "zip_from", "zip_to", "tax_ids", "active",
    )  # fmt: skip

    # Of relations those records are told that the user may read, by their company.
    _offline_dependencies = {"account.tax": "tax_ids"}

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain("active", "=", True)
