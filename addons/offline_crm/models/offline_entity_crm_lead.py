from odoo import models
from odoo.fields import Domain

from . import teams


class OfflineEntityCrmLead(models.AbstractModel):
    """Leads and opportunities: the user's own, and those of the teams that the user is in or leads.

    Odoo's rules say which of a team's the user may read: the unassigned ones, or all. Lost ones stay, so that they
    can be restored; a profile narrows closed ones to the last months. What else was archived is left out.
    """

    _name = "offline.entity.crm_lead"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Lead"

    _offline_model = "crm.lead"
    _offline_fields = (
        "name", "type", "partner_id", "partner_name", "contact_name", "function", "email_from", "phone", "website",
        "street", "street2", "zip", "city", "state_id", "country_id", "user_id", "team_id", "company_id", "stage_id",
        "priority", "tag_ids", "expected_revenue", "probability", "automated_probability", "date_deadline",
        "description", "won_status", "lost_reason_id", "campaign_id", "medium_id", "source_id", "referred",
        "date_open", "date_closed", "date_conversion", "date_last_stage_update", "create_date", "active",
    )  # fmt: skip
    # Won, lost and restored are functions of Odoo's, as named operations; the rest it finds out by itself.
    _offline_readonly_fields = (
        "automated_probability", "won_status", "lost_reason_id", "date_open", "date_closed", "date_conversion",
        "date_last_stage_update", "create_date", "active",
    )  # fmt: skip
    _offline_policies = {
        "stage_id": "newest",
        "priority": "newest",
        "date_deadline": "newest",
        "expected_revenue": "ask",
        # What a person enters stands above what Odoo reckoned meanwhile, which is what mostly changed it.
        "probability": "device",
        "tag_ids": "union",
        "description": "append",
    }
    _offline_dependencies = teams.DEPENDENCIES

    def _offline_scope(self, device):
        shown = Domain("active", "=", True) | Domain("won_status", "=", "lost")
        return super()._offline_scope(device) | (teams.of_user(device.user_id) & shown)

    def _offline_successor(self, record_id, born):
        """Leads that the office merges go into one of them."""
        # sudo: which lead is left; whether the user may read it is checked where it is used.
        return self.env["offline.merged.lead"].sudo()._successor(record_id, born)

    def _offline_duplicates(self, values):
        """The leads that Odoo shows as similar: same company by e-mail domain, same phone, same customer."""
        found = super()._offline_duplicates(values)
        # Odoo looks beyond what the user may read: of the rest nothing is told.
        similar = self.env["crm.lead"].new(values).duplicate_lead_ids
        return found | self.env["crm.lead"].browse(similar._origin.ids)._filtered_access("read")
