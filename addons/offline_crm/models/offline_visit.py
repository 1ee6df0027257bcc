from datetime import timedelta

from odoo import api, fields, models

from . import moments, places


class OfflineVisit(models.Model):
    """Somebody was at a customer: who, when, and where, if they let their device say so.

    Positions are personal data: they are taken only with consent, and forgotten after the days that the profile says.
    """

    _name = "offline.visit"
    _inherit = "offline.kept"
    _description = "Offline Visit"
    _order = "arrived_at desc, id desc"
    # Its name is not stored.
    _rec_names_search = ["partner_id"]

    name = fields.Char(compute="_compute_name")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index=True, ondelete="cascade")
    lead_id = fields.Many2one(
        "crm.lead", "Opportunity", readonly=True, index="btree_not_null", ondelete="set null"
    )
    user_id = fields.Many2one("res.users", "Person", required=True, readonly=True, index=True)
    device_id = fields.Many2one("offline.device", readonly=True, ondelete="set null")
    company_id = fields.Many2one("res.company", readonly=True, default=lambda self: self.env.company)
    arrived_at = fields.Datetime("Arrived at", required=True, readonly=True, help="By the office's clock.")
    device_at = fields.Datetime("Arrived at (Device)", readonly=True, help="By the clock of the device.")
    received_at = fields.Datetime("Received at", readonly=True, default=fields.Datetime.now)
    note = fields.Text(readonly=True)
    has_consented = fields.Boolean("Position With Consent", readonly=True)
    latitude = fields.Float(readonly=True, digits=(10, 7), aggregator=None)
    longitude = fields.Float(readonly=True, digits=(10, 7), aggregator=None)
    accuracy_m = fields.Float("Accuracy (m)", readonly=True, digits=(10, 1), aggregator=None)
    forget_on = fields.Date("Position Kept Until", readonly=True, index="btree_not_null")
    is_anonymised = fields.Boolean("Position Forgotten", readonly=True)
    map_url = fields.Char("Map", compute="_compute_map_url")

    @api.depends("partner_id", "arrived_at")
    def _compute_name(self):
        for visit in self:
            visit.name = f"{visit.partner_id.display_name or ''} {visit.arrived_at or ''}".strip()

    @api.depends("latitude", "longitude", "has_consented", "is_anonymised")
    def _compute_map_url(self):
        for visit in self:
            known = visit.has_consented and not visit.is_anonymised
            visit.map_url = places.map_url(visit.latitude, visit.longitude) if known else False

    @api.autovacuum
    def _gc_positions(self):
        """Forget where people were, once the days of the profile are over; that they were there stays."""
        due = self.search([("forget_on", "<", fields.Date.today()), ("is_anonymised", "=", False)])
        due._forget()

    def _forget(self):
        self.write(
            {"latitude": 0, "longitude": 0, "accuracy_m": 0, "forget_on": False, "is_anonymised": True}
        )

    @api.model
    def _keep(self, partner, lead, args, device):
        """Keep a check-in of a device."""
        at = moments.worked_at(self.env)
        values = {
            "partner_id": partner.id,
            "lead_id": lead.id,
            "user_id": device.user_id.id,
            "device_id": device.id,
            "arrived_at": at,
            "device_at": moments.by_the_device(args.at) if args.at else at,
            "note": args.note.strip(),
        }
        if args.position is not None:
            days = device.profile_id.visit_position_days
            values |= {
                "has_consented": True,
                "latitude": args.position.latitude,
                "longitude": args.position.longitude,
                "accuracy_m": args.position.accuracy_m,
                "forget_on": fields.Date.today() + timedelta(days=days),
            }
        return self.create(values)
