from odoo import api, fields, models


class OfflineProfile(models.Model):
    """What devices of a kind may hold and do."""

    _name = "offline.profile"
    _description = "Offline Profile"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    entity_ids = fields.One2many("offline.profile.entity", "profile_id", string="Kinds of Records", copy=True)
    device_ids = fields.One2many("offline.device", "profile_id", string="Devices")
    device_count = fields.Integer("Devices", compute="_compute_device_count")
    reviewer_id = fields.Many2one(
        "res.users", help="Who decides conflicts of records that nobody is responsible for."
    )
    poll_interval_s = fields.Integer(
        "Sync Every", default=30, required=True, help="Seconds between two syncs."
    )
    minimum_app_version = fields.Char(help="Older apps are asked to update before they go on.")

    _poll_interval_positive = models.Constraint(
        "CHECK (poll_interval_s > 0)", "Devices must wait a moment between two syncs."
    )

    def action_open_devices(self):
        """The devices of this profile."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Devices"),
            "res_model": "offline.device",
            "view_mode": "list,form",
            "domain": [("profile_id", "in", self.ids)],
        }

    @api.depends("device_ids")
    def _compute_device_count(self):
        counts = dict(
            self.env["offline.device"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.device_count = counts.get(profile, 0)

    def _version(self):
        """A number that rises with every change of the profile or of its lines."""
        self.ensure_one()
        self.env.cr.execute(
            """SELECT floor(extract(epoch FROM max(changed)) * 1000)::bigint FROM (
                   SELECT write_date AS changed FROM offline_profile WHERE id = %(id)s UNION ALL
                   SELECT write_date FROM offline_profile_entity WHERE profile_id = %(id)s UNION ALL
                   SELECT p.write_date FROM offline_profile_policy p
                     JOIN offline_profile_entity e ON e.id = p.entity_id WHERE e.profile_id = %(id)s) AS lines""",
            {"id": self.id},
        )
        return self.env.cr.fetchone()[0]

    def _lines(self):
        """The lines whose entity is installed, in order: [(line, adapter)], the adapter in our environment."""
        adapters = {
            adapter._offline_model: adapter for adapter in self.env["offline.adapter"]._offline_adapters()
        }
        # sudo: what a profile says is for the engine to apply, whoever the device's user is.
        return [(line, adapters[line.entity]) for line in self.sudo().entity_ids if line.entity in adapters]
