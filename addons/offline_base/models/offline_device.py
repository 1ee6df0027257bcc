import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, parse_version

from ..core import wire
from ..core.errors import Problem
from ..core.fields import format_instant, parse_instant
from ..store import keys
from ..store.holdings import was_given
from ..store.scope import with_current
from ..store.verify import check_all, check_sample

#: How many devices are verified each night.
_SAMPLE = 20
_ENGINE_FIELDS = {
    "uid", "user_id", "state", "wipe", "wiped_at", "copy_seen_at", "rotation_asked", "proven_at", "platform",
    "app_version",
    "public_key", "token_ids", "presence_ids", "lane_ids", "operation_ids", "profile_offset", "escrow_ids",
    "pins",
}  # fmt: skip
#: A copy that calls again and again is noted once in this time.
_COPY_NOTED_EVERY = "1 hour"
#: By how much a device's clock may be off when it signs a proof; it is told the right time.
_PROOF_WINDOW = timedelta(minutes=10)
#: How long after the end of its token a device may come back by its key alone.
_LATE_DAYS = timedelta(days=90)
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
        [("active", "Active"), ("revoked", "Revoked"), ("wiped", "Wiped")],
        required=True,
        default="active",
        readonly=True,
        tracking=True,
    )
    wipe = fields.Boolean("Wipe Asked For", readonly=True)
    platform = fields.Char(readonly=True)
    app_version = fields.Char(readonly=True)
    public_key = fields.Json(readonly=True)
    proven_at = fields.Datetime("Last Proof of Its Key", readonly=True, copy=False)
    wiped_at = fields.Datetime("Wipe Confirmed", readonly=True)
    copy_seen_at = fields.Datetime("Copy Called", readonly=True, copy=False)
    rotation_asked = fields.Boolean("Rotation Asked For", readonly=True)
    token_ids = fields.One2many("offline.token", "device_id", groups="base.group_system")
    token_expires_at = fields.Datetime("Access Until", compute="_compute_token_expires_at", compute_sudo=True)
    lane_ids = fields.One2many("offline.lane", "device_id")
    presence_ids = fields.One2many("offline.presence", "device_id")
    last_contact_at = fields.Datetime(
        "Last Contact", compute="_compute_presence", search="_search_last_contact_at", compute_sudo=True
    )
    outbox_count = fields.Integer(
        "Unsent on the Device", compute="_compute_presence", search="_search_outbox_count", compute_sudo=True
    )
    oldest_seq = fields.Integer("Oldest Unsent Number", compute="_compute_presence", compute_sudo=True)
    storage_mb = fields.Float("Storage (MB)", digits=(12, 1), compute="_compute_presence", compute_sudo=True)
    clock_offset_s = fields.Integer("Clock Ahead By (s)", compute="_compute_presence", compute_sudo=True)
    operation_ids = fields.One2many("offline.operation", "device_id")
    open_count = fields.Integer("Unfinished", compute="_compute_open_count")
    escrow_ids = fields.One2many("offline.escrow", "device_id", groups=_GROUP_MANAGER)
    escrow_count = fields.Integer("Sealed Work", compute="_compute_escrow_count", groups=_GROUP_MANAGER)
    is_mine = fields.Boolean(compute="_compute_is_mine")
    profile_offset = fields.Integer(
        default=0,
        readonly=True,
        copy=False,
        help="What this device's profile number is ahead of its profile's.",
    )

    pins = fields.Json(
        "Pinned Records",
        readonly=True,
        copy=False,
        help="{entity: ids} of the records that the person pinned, as the device told them.",
    )

    _uid_unique = models.Constraint("UNIQUE (uid)", "The identifier is already taken.")

    def _has_field_access(self, field, operation):
        # A manager names a device and chooses its profile; as whom it works is decided by enrolling it.
        if operation == "write" and not self.env.su and field.name in _ENGINE_FIELDS:
            return False
        return super()._has_field_access(field, operation)

    @api.depends("token_ids.state", "token_ids.expires_at")
    def _compute_token_expires_at(self):
        for device in self:
            good = device.token_ids.filtered(lambda token: token.state != "spent")
            device.token_expires_at = max(good.mapped("expires_at"), default=False)

    @api.depends("presence_ids", "lane_ids.served_at")
    def _compute_presence(self):
        # What devices report is written beside the ORM, by transactions of its own.
        self.env["offline.presence"].invalidate_model()
        for device in self:
            presence = device.presence_ids[:1]
            device.last_contact_at = max(
                filter(None, [presence.contact_at, *device.lane_ids.mapped("served_at")]), default=False
            )
            device.outbox_count = presence.outbox
            device.oldest_seq = presence.oldest_seq
            device.storage_mb = (presence.storage_bytes or 0) / 1e6
            device.clock_offset_s = presence.clock_offset_s

    def _search_last_contact_at(self, operator, value):
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        since = Domain("presence_ids.contact_at", operator.replace("<", ">"), value) | Domain(
            "lane_ids.served_at", operator.replace("<", ">"), value
        )
        # sudo: both rows are the engine's; devices are found among those that the reader may see.
        recent = self.sudo()._search(since)
        return [("id", "not in" if "<" in operator else "in", recent)]

    def _search_outbox_count(self, operator, value):
        # sudo: as above.
        return [("id", "in", self.sudo()._search([("presence_ids.outbox", operator, value)]))]

    @api.depends("escrow_ids.state")
    def _compute_escrow_count(self):
        for device in self:
            device.escrow_count = len(
                device.escrow_ids.filtered(lambda box: box.state in ("waiting", "partly"))
            )

    @api.depends("user_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for device in self:
            device.is_mine = device.user_id == self.env.user

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

        A manager may ask for anybody, a device user for themselves; the profile defaults to that of the settings.
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
        profile = profiles.browse(profile_id).exists() if profile_id else profiles._default()
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
        """Let a device in: (device, token record, its text). By a code, by the key of an enrolled device, or both.

        The same code with the same nonce gives a fresh token again.
        """
        described = request.device
        values = {"platform": described.platform, "app_version": described.app_version}
        device = self._proven(request.proof, request.nonce) if request.proof else self.browse()
        if request.code is None:
            device._check_expired()
            device.write(values)
        else:
            enrolment = self.env["offline.enrolment"]._redeem(request.code, request.nonce)
            device = self._enrol_by_code(enrolment, device, described, values)
        return device, *self.env["offline.token"]._issue(device)

    def _enrol_by_code(self, enrolment, device, described, values):
        if device:
            if device.user_id != enrolment.user_id:
                raise Problem("proof_invalid")
            if device.profile_id != enrolment.profile_id:
                device.profile_id = enrolment.profile_id
            device.write(values)
            enrolment.device_id = device
            return device
        public_key = described.public_key.model_dump() if described.public_key else False
        values |= {"name": described.name, "public_key": public_key}
        if enrolment.device_id:
            enrolment.device_id.write(values)
            # The answer was lost: what it gave is void.
            enrolment.device_id.token_ids.unlink()
        else:
            lanes = [(0, 0, {"direction": direction}) for direction in ("pull", "push")]
            owner = {"user_id": enrolment.user_id.id, "profile_id": enrolment.profile_id.id}
            enrolment.device_id = self.create(values | owner | {"lane_ids": lanes})
        return enrolment.device_id

    @api.model
    def _proven(self, proof: wire.DeviceProof, nonce):
        """The device whose key signed this proof just now, or `Problem`. No proof is good twice."""
        device = self.search([("uid", "=", proof.device)])
        said = {"device": proof.device, "epoch": proof.epoch, "nonce": nonce, "time": proof.time}
        if not keys.is_signed(device.public_key, said, proof.signature):
            raise Problem("proof_invalid")
        if device.state != "active":
            raise Problem("device_revoked", wipe=device.wipe)
        now = fields.Datetime.now()
        at = parse_instant(proof.time).replace(tzinfo=None, microsecond=0)
        if abs(at - now) > _PROOF_WINDOW or (device.proven_at and at <= device.proven_at):
            raise Problem("proof_outdated", server_time=format_instant(now))
        device.proven_at = at
        return device

    def _check_expired(self):
        """A key alone brings back a device whose token has expired, for a while; a lost one needs a code."""
        now = fields.Datetime.now()
        used = self.token_ids.filtered(lambda token: token.state == "used")
        if not used or not now - _LATE_DAYS < max(used.mapped("expires_at")) < now:
            raise Problem("proof_needs_code")

    def _check_app_version(self, state):
        """An app older than the profile asks for receives nothing more; what it has not sent it may still send."""
        wanted = self.profile_id.minimum_app_version
        version = (state and state.app_version) or self.app_version
        if wanted and version and parse_version(version) < parse_version(wanted):
            raise Problem("app_outdated", minimum_app_version=wanted)

    @api.model
    def _by_token(self, token):
        """The device of a good token, or an empty recordset."""
        found = self.env["offline.token"]._find(token)
        return self.browse(found.device_id if found and found.state != "spent" else ())

    def _token_since(self):
        """Since when the device shows its present token; False before its first call."""
        return self.token_ids.filtered(lambda token: token.state == "used").used_at

    def _note_copy(self):
        """Remember that a spent token was shown, in a transaction of its own: the refusal rolls this one back."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """UPDATE offline_device SET copy_seen_at = now() AT TIME ZONE 'UTC'
                        WHERE id = %s AND (copy_seen_at IS NULL
                              OR copy_seen_at < now() AT TIME ZONE 'UTC' - %s::interval)""",
                    self.id,
                    _COPY_NOTED_EVERY,
                )
            )

    def _confirm_wipe(self):
        """The device says that it has forgotten everything: nothing of it may come in any more."""
        if self.state != "wiped":
            self.write({"state": "wiped", "wipe": True, "wiped_at": fields.Datetime.now()})

    def _may_work(self, context=None):
        """Whether the user is active and still in the group that uses the app, in a company of the profile.

        ``context``: the user's, where the caller knows it.
        """
        self.user_id.fetch(["active"])
        return (
            self.user_id.active
            and self.user_id.has_group(_GROUP_USER)
            and bool((context or self._user_context())["allowed_company_ids"])
        )

    def _user_context(self):
        """The context in which this device's user works."""
        return self.profile_id._user_context(self.user_id)

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
        companies = with_current(reviewer.company_id.id, reviewer.company_ids.ids)
        context = {"lang": reviewer.lang, "tz": reviewer.tz, "allowed_company_ids": companies}
        return self.with_user(reviewer).with_context(**context)

    def _was_given(self, entity, record_id):
        """Whether an answer that the device has, or may have, gave it this record."""
        return was_given(self, entity, record_id)

    @api.model
    def _cron_verify_sample(self):
        """Compare what some devices hold with a fresh reading; differences are logged and repaired."""
        return check_sample(self.env, _SAMPLE)

    def verify_now(self):
        """Do so for these devices now: {"devices": how many could be compared, "defects": how many records differ}."""
        self.check_access("write")
        # user 1, sudo: the right was checked; engine records, content is read as each device's user.
        return check_all(self.with_user(1).sudo())

    def action_verify(self):
        """The button: compare, and say what was found."""
        found = self.verify_now()
        if not found["devices"]:
            kind, text = (
                "warning",
                self.env._("There is nothing to compare: no complete sync yet, or no access."),
            )
        elif found["defects"]:
            text = self.env._(
                "%s records differ. They are in Odoo's log, and mended by the next sync.", found["defects"]
            )
            kind = "danger"
        else:
            kind, text = "success", self.env._("What is held is what Odoo reads.")
        params = {"type": kind, "message": text, "sticky": bool(found["defects"])}
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}

    def _set_state(self, values):
        self.check_access("write")
        # sudo: the right was checked; which state follows from which act is the engine's to write.
        return self.sudo().write(values)

    def action_revoke(self):
        """Refuse this device from now on; what it has not sent stays on it."""
        return self._set_state({"state": "revoked"})

    def action_revoke_and_wipe(self):
        """Refuse this device and tell it to hand over its unsent work and to forget what it holds."""
        return self._set_state({"state": "revoked", "wipe": True})

    def action_report_lost(self):
        """People revoke and wipe a device of their own; only a manager takes that back."""
        if self.user_id - self.env.user:
            raise AccessError(self.env._("Only an offline manager may revoke the devices of others."))
        # sudo: their own devices, refused from now on and nothing more.
        return self.sudo().write({"state": "revoked", "wipe": True})

    def action_restore(self):
        """Let a revoked device work again. One that has wiped itself has nothing left to work with."""
        if self.filtered(lambda device: device.state == "wiped"):
            raise UserError(self.env._("This device has wiped itself: enrol it again with a new code."))
        return self._set_state({"state": "active", "wipe": False})

    def action_rotate(self):
        """Have the device change its token: every other call is refused until it did."""
        return self._set_state({"rotation_asked": True})

    def action_reload(self):
        """Have the device compare everything that it holds with the server at its next pull."""
        self.check_access("write")
        # sudo: the right was checked; positions are the engine's. A cursor that is not kept is answered by reset.
        self.env["offline.position"].sudo().search([("device_id", "in", self.ids)]).unlink()
        return True

    def action_open_escrows(self):
        """The sealed work of this device."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sealed Work"),
            "res_model": "offline.escrow",
            "view_mode": "list,form",
            "domain": [("device_id", "in", self.ids)],
        }

    def action_open_operations(self):
        """The operations of this device."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Operations"),
            "res_model": "offline.operation",
            "view_mode": "list,form",
            "domain": [("device_id", "in", self.ids)],
        }
