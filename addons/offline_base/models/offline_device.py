import hashlib
import secrets
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core import wire

_TOKEN_LIFE_DAYS = 180
_ENGINE_FIELDS = {
    "uid", "user_id", "state", "wipe", "platform", "app_version", "public_key", "token_hash", "token_expires_at",
    "lane_ids", "operation_ids", "profile_offset",
}  # fmt: skip
_GROUP_USER = "offline_base.offline_base_group_device_user"
_GROUP_MANAGER = "offline_base.offline_base_group_manager"


class OfflineDevice(models.Model):
    """A phone, tablet or till that works as one user. Its token is stored only as a hash."""

    _name = "offline.device"
    _description = "Offline Device"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    uid = fields.Char(
        "Identifier", required=True, readonly=True, copy=False, default=lambda self: str(uuid.uuid4())
    )
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="restrict", index=True, tracking=True
    )
    profile_id = fields.Many2one(
        "offline.profile", required=True, ondelete="restrict", index=True, tracking=True
    )
    state = fields.Selection(
        [("active", "Active"), ("revoked", "Revoked")],
        required=True,
        default="active",
        readonly=True,
        tracking=True,
    )
    wipe = fields.Boolean("Wipe Asked For", readonly=True)
    platform = fields.Char(readonly=True)
    app_version = fields.Char(readonly=True)
    public_key = fields.Json(readonly=True)
    token_hash = fields.Char(groups="base.group_system", copy=False)
    token_expires_at = fields.Datetime("Access Until", readonly=True)
    lane_ids = fields.One2many("offline.lane", "device_id")
    last_served_at = fields.Datetime("Last Exchange", compute="_compute_last_served_at")
    operation_ids = fields.One2many("offline.operation", "device_id")
    open_count = fields.Integer("Unfinished", compute="_compute_open_count")
    profile_offset = fields.Integer(
        default=0,
        readonly=True,
        copy=False,
        help="What this device's profile number is ahead of its profile's.",
    )

    _uid_unique = models.Constraint("UNIQUE (uid)", "The identifier is already taken.")
    _token_unique = models.UniqueIndex("(token_hash)")

    def _has_field_access(self, field, operation):
        # A manager names a device and chooses its profile; as whom it works is decided by enrolling it.
        if operation == "write" and not self.env.su and field.name in _ENGINE_FIELDS:
            return False
        return super()._has_field_access(field, operation)

    @api.depends("lane_ids.served_at")
    def _compute_last_served_at(self):
        for device in self:
            device.last_served_at = max(
                (lane.served_at for lane in device.sudo().lane_ids if lane.served_at), default=False
            )

    @api.depends("operation_ids.status")
    def _compute_open_count(self):
        groups = self.env["offline.operation"]._read_group(
            [("device_id", "in", self.ids), ("is_open", "=", True)], ["device_id"], ["__count"]
        )
        counts = dict(groups)
        for device in self:
            device.open_count = counts.get(device, 0)

    @api.model
    def issue_enrolment_code(self, user_id, profile_id=None):
        """A code by which one device enrols as this user: {"code", "url", "expires_at"}.

        A manager may ask for anybody, a device user for themselves; the profile defaults to the first one.
        """
        user = self.env["res.users"].browse(user_id).exists()
        if user != self.env.user and not self.env.user.has_group(_GROUP_MANAGER):
            raise AccessError(self.env._("Only an offline manager may issue codes for others."))
        if (
            user.has_group("base.group_system")
            and user != self.env.user
            and not self.env.user.has_group("base.group_system")
        ):
            raise AccessError(self.env._("Only an administrator may issue codes for an administrator."))
        if not user or not user.has_group(_GROUP_USER):
            raise UserError(
                self.env._("This user may not use the app: give them the group Offline / Device User first.")
            )
        # sudo: profiles and codes are the engine's; who may ask was decided above.
        profiles = self.env["offline.profile"].sudo()
        profile = profiles.browse(profile_id).exists() if profile_id else profiles.search([], limit=1)
        if not profile:
            raise UserError(
                self.env._("There is no such profile: create one under Offline / Configuration / Profiles.")
            )
        enrolment, code = self.env["offline.enrolment"].sudo()._issue(user, profile)
        return {
            "code": code,
            "url": f"{self.get_base_url()}/offline/app#{code}",
            "expires_at": fields.Datetime.to_string(enrolment.expires_at),
        }

    @api.model
    def _enrol(self, request: wire.EnrolRequest):
        """Redeem a code: (device, token). A second time with the same nonce gives a fresh token of the same device."""
        enrolment = self.env["offline.enrolment"]._redeem(request.code, request.nonce)
        token = secrets.token_urlsafe(32)
        described = request.device
        values = {
            "name": described.name,
            "platform": described.platform,
            "app_version": described.app_version,
            "public_key": described.public_key.model_dump() if described.public_key else False,
            "token_hash": self._hash_token(token),
            "token_expires_at": fields.Datetime.now() + timedelta(days=_TOKEN_LIFE_DAYS),
        }
        if enrolment.device_id:
            enrolment.device_id.write(values)
        else:
            enrolment.device_id = self.create(
                values
                | {
                    "user_id": enrolment.user_id.id,
                    "profile_id": enrolment.profile_id.id,
                    "lane_ids": [(0, 0, {"direction": "pull"}), (0, 0, {"direction": "push"})],
                }
            )
        return enrolment.device_id, token

    @api.model
    def _hash_token(self, token):
        # 256 random bits need no slow password hash, and every call pays for this one.
        return hashlib.sha256(token.encode()).hexdigest()

    @api.model
    def _by_token(self, token):
        """The device of a token, or an empty recordset."""
        return self.search([("token_hash", "=", self._hash_token(token))], limit=1)

    def _may_work(self):
        """Whether the user is active and still in the group that uses the app, in a company of the profile."""
        return self.user_id.active and self.user_id.has_group(_GROUP_USER) and bool(self._companies())

    def _companies(self):
        """The companies that this device works in: its user's, own one first, as far as the profile names any."""
        user, wanted = self.user_id, self.profile_id.company_ids
        own = user.company_id | user.company_ids
        return own & wanted if wanted else own

    def _user_context(self):
        """The context in which this device's user works: language, zone, companies."""
        user = self.user_id
        return {"lang": user.lang, "tz": user.tz, "allowed_company_ids": self._companies().ids}

    def _profile_version(self):
        """The number of what this device was told last: it rises when profile, user or their rights change."""
        return self.profile_id.version + self.profile_offset

    def _bump(self):
        """What these devices are told has changed, although their profile has not."""
        for device in self:
            device.profile_offset += 1

    def write(self, vals):
        if "profile_id" not in vals:
            return super().write(vals)
        # Another profile counts from elsewhere, and the number must not fall. The lock keeps a change of the old
        # profile from giving out the same number meanwhile.
        self.env.flush_all()
        told = {device: device._profile_version() for device in self}
        self.profile_id.lock_for_update(allow_referencing=True)
        done = super().write(vals)
        for device, number in told.items():
            # sudo: the number is the engine's own.
            device.sudo().profile_offset = number + 1 - device.profile_id.version
        return done

    def _as_user(self):
        """The device in the environment of its user: what it reads and writes is theirs, without sudo."""
        return self.with_user(self.user_id).with_context(**self._user_context())

    def _as_reviewer(self, reviewer):
        """The device in the environment of somebody of the office, who decides what became of its work."""
        companies = [reviewer.company_id.id] + [
            c for c in reviewer.company_ids.ids if c != reviewer.company_id.id
        ]
        context = {"lang": reviewer.lang, "tz": reviewer.tz, "allowed_company_ids": companies}
        return self.with_user(reviewer).with_context(**context)

    def _was_given(self, entity, record_id):
        """Whether an answer that the device has, or may have, gave it this record."""
        if record_id in self.env["offline.holding"]._given(self)[entity]:
            return True
        pending = self.env["offline.position"].search(
            [("device_id", "=", self.id), ("confirmed", "=", False)]
        )
        versions = [(position.delta or {}).get(entity, {}).get(str(record_id)) for position in pending]
        return any(version is not None and int(version, 16) for version in versions)

    def _set_state(self, values):
        self.check_access("write")
        # sudo: the right was checked; which state follows from which act is the engine's to write.
        return self.sudo().write(values)

    def action_revoke(self):
        """Refuse this device from now on; what it has not sent stays on it."""
        return self._set_state({"state": "revoked"})

    def action_revoke_and_wipe(self):
        """Refuse this device and tell it to forget what it holds."""
        return self._set_state({"state": "revoked", "wipe": True})

    def action_restore(self):
        """Let a revoked device work again."""
        return self._set_state({"state": "active", "wipe": False})

    def action_open_operations(self):
        """The operations of this device."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Operations"),
            "res_model": "offline.operation",
            "view_mode": "list,form",
            "domain": [("device_id", "in", self.ids)],
        }
