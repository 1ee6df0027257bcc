import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..core import wire
from ..core.errors import Problem

_MODES = ("automatic", "always_online", "always_offline")
_MIB = 1024 * 1024
#: An origin as browsers write it: no path, no star.
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?")


class OfflineProfile(models.Model):
    """What devices of a kind may hold and do."""

    _name = "offline.profile"
    _description = "Offline Profile"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    entity_ids = fields.One2many("offline.profile.entity", "profile_id", string="Kinds of Records", copy=True)
    entity_count = fields.Integer("Number of Kinds", compute="_compute_entity_count")
    device_ids = fields.One2many("offline.device", "profile_id", string="Devices")
    device_count = fields.Integer("Number of Devices", compute="_compute_device_count")
    reviewer_id = fields.Many2one(
        "res.users", help="Who decides conflicts of records that nobody is responsible for."
    )
    poll_interval_s = fields.Integer(
        "Sync Every", default=30, required=True, help="Seconds between two syncs."
    )
    sync_from_hour = fields.Float("Sync From", help="Outside these hours devices sync only when asked to.")
    sync_to_hour = fields.Float("Sync Until", default=24.0)
    mode = fields.Selection(
        [
            ("choice", "The Person Chooses"),
            ("automatic", "Automatic: Works Online, Falls Back by Itself"),
            ("always_online", "Always Online"),
            ("always_offline", "Always Offline, Syncs on a Button"),
        ],
        required=True,
        default="choice",
        string="Working Mode",
    )
    company_ids = fields.Many2many(
        "res.company",
        string="Companies",
        help="Devices work in those of their user's companies that are named here. Empty: in all of them.",
    )
    wifi_only_blobs = fields.Boolean(
        "Photos and Files Over Wi-Fi Only", help="Everything else goes over any network."
    )
    minimum_app_version = fields.Char(help="Older apps are asked to update before they go on.")
    allowed_origins = fields.Text(
        help="Addresses of browser apps that may call from elsewhere, one on each line, as https://app.example.com."
    )
    limit_body_mib = fields.Integer("Largest Call", default=wire.BODY_BYTES // _MIB, required=True)
    limit_operations = fields.Integer("Changes in One Call", default=wire.PUSH_LIMIT, required=True)
    limit_page = fields.Integer("Records in One Page", default=wire.PAGE_LIMIT, required=True)
    limit_blob_mib = fields.Integer("Largest Photo or File", default=50, required=True)
    limit_records = fields.Integer(
        "Records on One Device",
        help="A device that would hold more is refused its sync, and says so. 0: as many as its scope has.",
    )
    version = fields.Integer(
        default=1, readonly=True, copy=False, help="Rises with every change of what devices are told."
    )

    _poll_interval_positive = models.Constraint(
        "CHECK (poll_interval_s > 0)", "Devices must wait a moment between two syncs."
    )
    _sync_hours_in_a_day = models.Constraint(
        "CHECK (sync_from_hour >= 0 AND sync_from_hour < sync_to_hour AND sync_to_hour <= 24)",
        "The hours in which devices sync lie between 0:00 and 24:00, the first before the last.",
    )
    _limits_positive = models.Constraint(
        f"CHECK (limit_body_mib BETWEEN 1 AND {wire.BODY_BYTES // _MIB}"
        f" AND limit_operations BETWEEN 1 AND {wire.PUSH_LIMIT}"
        f" AND limit_page BETWEEN 1 AND {wire.PAGE_LIMIT}"
        " AND limit_blob_mib BETWEEN 1 AND 1024 AND limit_records >= 0)",
        f"A limit is out of range: calls have at most {wire.BODY_BYTES // _MIB} MiB and {wire.PUSH_LIMIT} changes, "
        f"pages {wire.PAGE_LIMIT} records, files 1024 MiB.",
    )

    def write(self, vals):
        done = super().write(vals)
        self._bump()
        return done

    @api.model
    def _default(self):
        """The profile of the settings, else the first one."""
        # sudo: parameters are for the system only; this is the id of a profile.
        number = self.env["ir.config_parameter"].sudo().get_param("offline_base.default_profile_id")
        return self.search([("id", "=", int(number or 0))]) or self.search([], limit=1)

    def action_open_devices(self):
        """The devices of this profile."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Devices"),
            "res_model": "offline.device",
            "view_mode": "list,form",
            "domain": [("profile_id", "in", self.ids)],
        }

    @api.depends("entity_ids")
    def _compute_entity_count(self):
        for profile in self:
            profile.entity_count = len(profile.sudo().entity_ids)

    @api.depends("device_ids")
    def _compute_device_count(self):
        counts = dict(
            self.env["offline.device"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.device_count = counts.get(profile, 0)

    def _bump(self):
        """What these profiles tell devices has changed."""
        if self.ids:
            self.flush_recordset(["version"])
            self.env.cr.execute(
                SQL("UPDATE offline_profile SET version = version + 1 WHERE id = ANY(%s)", self.ids)
            )
            self.invalidate_recordset(["version"], flush=False)

    @api.model
    def _bump_all(self):
        """What any profile tells devices may have changed: entities, labels, rights to fields."""
        # sudo: whoever changed a field or a group need not know of profiles.
        self.sudo().with_context(active_test=False).search([])._bump()

    def _register_hook(self):
        super()._register_hook()
        if self.env.registry.updated_modules:
            self._bump_all()

    def _user_context(self, user):
        """The context in which a user's device works: language, zone, their companies as far as any are named here.

        The user's own company comes first. An empty list is no context to work in: Odoo would take it for all.
        """
        env = self.env
        env["res.users"].flush_model(["company_id", "company_ids", "partner_id"])
        env["res.partner"].flush_model(["lang", "tz"])
        env["res.company"].flush_model(["active", "sequence", "name"])
        self.flush_model(["company_ids"])
        # Every call begins with this: one small statement, where the ORM would read whole rows of five tables.
        [(lang, tz, companies)] = env.execute_query(
            SQL(
                """SELECT p.lang, p.tz, ARRAY(
                          SELECT c.id FROM res_company c
                           WHERE (c.id = u.company_id OR c.active AND EXISTS (
                                     SELECT FROM res_company_users_rel r WHERE r.user_id = u.id AND r.cid = c.id))
                             AND (named.ids IS NULL OR c.id = ANY(named.ids))
                           ORDER BY c.id <> u.company_id, c.sequence, c.name)
                     FROM res_users u JOIN res_partner p ON p.id = u.partner_id, (
                          SELECT array_agg(c.id) AS ids
                            FROM offline_profile_res_company_rel r JOIN res_company c ON c.id = r.res_company_id
                           WHERE r.offline_profile_id = ANY(%s) AND c.active) AS named
                    WHERE u.id = %s""",
                self.ids, user.id,
            )
        )  # fmt: skip
        return {"lang": lang or False, "tz": tz or False, "allowed_company_ids": companies}

    def _limits(self):
        """What one call of a device may carry, as the profile tells it (core.wire.Limits)."""
        return {
            "body_bytes": self.limit_body_mib * _MIB,
            "operations": self.limit_operations,
            "page": self.limit_page,
            "blob_bytes": self.limit_blob_mib * _MIB,
            "records": self.limit_records or None,
        }

    def _check_records(self, count):
        """Refuse a sync that would give a device more records than the profile allows, rather than cut it."""
        if self.limit_records and count > self.limit_records:
            raise Problem("limit_exceeded", limit={"records": self.limit_records})

    @api.constrains("allowed_origins")
    def _check_allowed_origins(self):
        for profile in self:
            for origin in (profile.allowed_origins or "").split():
                if not _ORIGIN.fullmatch(origin):
                    raise ValidationError(
                        self.env._("%s is not the address of an app, as https://app.example.com is.", origin)
                    )

    def _describe(self, device):
        """The profile as devices are told it (core.wire.Profile), in the language and with the rights of the user."""
        told = self.with_context(lang=device.user_id.lang)
        return {
            "profile_version": device._profile_version(),
            "name": told.name,
            "entities": [
                adapter._offline_describe(line)
                for line, adapter in self.with_env(device._as_user().env)._lines()
            ],
            "modes": list(_MODES) if self.mode == "choice" else [self.mode],
            "schedule": {
                "poll_interval_s": self.poll_interval_s,
                "from_minute": round(self.sync_from_hour * 60),
                "to_minute": round(self.sync_to_hour * 60),
            },
            "limits": self._limits(),
            "wifi_only_blobs": self.wifi_only_blobs,
            "minimum_app_version": self.minimum_app_version or None,
            "escrow_key": self.env["offline.escrow"]._public_key(),
        }

    def _lines(self):
        """The lines whose entity is installed, in order: [(line, adapter)], the adapter in our environment."""
        adapters = {
            adapter._offline_model: adapter for adapter in self.env["offline.adapter"]._offline_adapters()
        }
        # sudo: what a profile says is for the engine to apply, whoever the device's user is.
        lines = self.env["offline.profile.entity"].sudo()
        # All at once: left to itself the ORM reads them one by one, on every pull and push.
        columns = [name for name, field in lines._fields.items() if field.store and field.column_type]
        lines = lines.search_fetch([("profile_id", "in", self.ids)], columns)
        return [(line, adapters[line.entity]) for line in lines if line.entity in adapters]
