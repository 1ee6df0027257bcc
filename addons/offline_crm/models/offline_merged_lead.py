from odoo import api, fields, models
from odoo.addons.offline_base.store import reader


class OfflineMergedLead(models.Model):
    """Which lead went into which when the office merged them; kept for ever, for devices that come late."""

    _name = "offline.merged.lead"
    _description = "Offline Merged Lead"
    _log_access = False

    # No relations: the ids of leads that are gone. Births tell them from leads that get the id again.
    gone_id = fields.Integer(required=True, readonly=True, index=True)
    gone_born = fields.Char(required=True, readonly=True)
    successor_id = fields.Integer(required=True, readonly=True)
    successor_born = fields.Char(required=True, readonly=True)

    @api.model
    def _keep(self, births, successor):
        """Keep that leads with these births went into another one."""
        born = reader.births(self.env, "crm.lead", successor.ids)[successor.id]
        self.create(
            [
                {
                    "gone_id": gone,
                    "gone_born": gone_born,
                    "successor_id": successor.id,
                    "successor_born": born,
                }
                for gone, gone_born in births.items()
                if gone != successor.id
            ]
        )

    @api.model
    def _successor(self, lead_id, born):
        """(id, birth of the one that is gone) of the lead that is there in the end, or None."""
        first, seen = None, set()
        while lead_id not in seen:
            seen.add(lead_id)
            known = [("gone_id", "=", lead_id)] + ([("gone_born", "=", born)] if born else [])
            step = self.search(known, order="id desc", limit=1)
            if not step:
                return None
            first = first or step.gone_born
            lead_id, born = step.successor_id, step.successor_born
            if reader.births(self.env, "crm.lead", [lead_id]).get(lead_id) == born:
                return lead_id, first
        return None
