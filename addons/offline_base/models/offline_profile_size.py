from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import formatLang, human_size

from ..store import sizing

#: Of the people who use a profile, so many are counted for; more would make saving slow.
_USERS = 50


class OfflineProfile(models.Model):
    """The size of a profile: shown while it is edited, and refused when it is large and nobody confirmed it."""

    _inherit = "offline.profile"

    preview_user_id = fields.Many2one(
        "res.users",
        "Preview For",
        compute="_compute_preview_user_id",
        readonly=False,
        store=False,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("offline_base.offline_base_group_device_user").id)
        ],
    )
    preview_text = fields.Char("Size", compute="_compute_preview")
    preview_is_large = fields.Boolean(compute="_compute_preview")
    size_confirmed = fields.Boolean(
        "Large on Purpose", copy=False, help="Devices may hold as much as this profile gives them."
    )
    size_confirmed_by_id = fields.Many2one("res.users", "Confirmed By", readonly=True, copy=False)
    size_confirmed_at = fields.Datetime("Confirmed On", readonly=True, copy=False)

    @api.depends("device_ids")
    def _compute_preview_user_id(self):
        for profile in self:
            profile.preview_user_id = profile._users()[:1]

    @api.depends("entity_ids.preview_count", "entity_ids.preview_bytes", "preview_user_id")
    @api.depends_context("lang")
    def _compute_preview(self):
        for profile in self:
            size = sizing.Size(
                sum(profile.entity_ids.mapped("preview_count")),
                sum(profile.entity_ids.mapped("preview_bytes")),
            )
            profile.preview_is_large = size.is_large
            profile.preview_text = self._size_text(size)

    def _size_text(self, size):
        weight = human_size(size.bytes) or self.env._("0 bytes")
        if size.records == 1:
            return self.env._("one record, about %s", weight)
        count = formatLang(self.env, size.records, digits=0)
        return self.env._("%(count)s records, about %(bytes)s", count=count, bytes=weight)

    def _users(self):
        """Who works with this profile; the one who asks, where nobody does yet."""
        # sudo: a manager's question about people whose records the manager need not see.
        devices = self.sudo().device_ids.filtered(
            lambda device: device.state == "active" and device._may_work()
        )
        return devices.user_id.sorted("id") or self.env.user

    def _sizes(self, user, *, strict=True):
        """{line: sizing.Size} for a user's device; without ``strict`` a half-written domain has size 0."""
        # sudo: the user's companies and language, which a manager need not be allowed to read.
        candidate = sizing.Candidate(user.sudo(), self)
        env = self.env(user=user.id, su=False, context=self.sudo()._user_context(candidate.user_id))
        adapters = {adapter._offline_model: adapter for adapter in env["offline.adapter"]._offline_adapters()}
        sizes = {}
        for line in self.entity_ids.filtered(lambda line: line.entity in adapters):
            try:
                sizes[line] = sizing.measure(line, adapters[line.entity], candidate)
            except (UserError, ValueError, TypeError, SyntaxError):
                if strict:
                    raise
                sizes[line] = sizing.Size()
        return sizes

    def _check_size(self):
        """Refuse a profile that is large for somebody who uses it, unless a manager confirmed it."""
        for profile in self:
            if profile.env.context.get("install_mode"):
                continue
            largest = max(
                ((user, profile._sizes(user)) for user in profile._users()[:_USERS]),
                key=lambda one: sum(size.records for size in one[1].values()),
            )
            profile._judge_size(*largest)

    def _judge_size(self, user, sizes):
        total = sum(sizes.values(), sizing.Size())
        if not total.is_large:
            if self.size_confirmed:
                self.size_confirmed = False
        elif not self.size_confirmed:
            lines = sorted(sizes.items(), key=lambda one: one[1].records, reverse=True)
            names = dict(self.entity_ids._fields["entity"]._description_selection(self.env))
            raise ValidationError(
                self.env._(
                    "This profile would give the device of %(user)s %(size)s:\n%(lines)s\nNarrow it, or tick Large on "
                    "Purpose to save it all the same.",
                    user=user.name,
                    size=self._size_text(total),
                    lines="\n".join(
                        f"- {names[line.entity]}: {self._size_text(size)}"
                        for line, size in lines
                        if size.records
                    ),
                )
            )

    @api.constrains("size_confirmed", "company_ids", "entity_ids")
    def _constrain_size(self):
        self._check_size()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_confirmation(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_confirmation(vals))

    def _with_confirmation(self, vals):
        """The values with who confirmed the size, and when; nobody can say that for somebody else."""
        vals = {n: v for n, v in vals.items() if n not in ("size_confirmed_by_id", "size_confirmed_at")}
        if "size_confirmed" in vals:
            vals["size_confirmed_by_id"] = self.env.uid if vals["size_confirmed"] else False
            vals["size_confirmed_at"] = fields.Datetime.now() if vals["size_confirmed"] else False
        return vals
