from odoo import api, fields, models

from . import places


class OfflineTrailPosition(models.Model):
    """Where somebody was at one moment of their duty."""

    _name = "offline.trail.position"
    _inherit = "offline.kept"
    _description = "Offline Trail: Position"
    _order = "trail_id, at, id"
    _rec_name = "at"

    trail_id = fields.Many2one("offline.trail", required=True, readonly=True, index=True, ondelete="cascade")
    at = fields.Datetime("When", required=True, readonly=True, help="By the office's clock.")
    device_at = fields.Datetime(
        "When (Device)", required=True, readonly=True, help="By the clock of the device."
    )
    latitude = fields.Float(readonly=True, digits=(10, 7), aggregator=None)
    longitude = fields.Float(readonly=True, digits=(10, 7), aggregator=None)
    accuracy_m = fields.Float("Accuracy (m)", readonly=True, digits=(10, 1), aggregator=None)
    map_url = fields.Char("Map", compute="_compute_map_url")

    @api.depends("latitude", "longitude")
    def _compute_map_url(self):
        for position in self:
            position.map_url = places.map_url(position.latitude, position.longitude)
