from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import human_size

from ..store import narrowing
from ..store.linking import LINK

#: What decides which records a line gives a device.
_SCOPE = (
    "entity", "direction", "domain", "window_field_id", "window_past_days", "window_future_days", "window_is_open",
)  # fmt: skip


class OfflineProfileEntity(models.Model):
    """One kind of record in a profile: which of them, in which direction, and who wins."""

    _name = "offline.profile.entity"
    _description = "Offline Profile: Kind of Records"
    _order = "sequence, id"
    _rec_name = "entity"

    profile_id = fields.Many2one("offline.profile", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    entity = fields.Selection(selection="_select_entities", string="Records", required=True)
    direction = fields.Selection(
        [("both", "Both Ways"), ("pull", "To the Device Only"), ("push", "From the Device Only")],
        required=True,
        compute="_compute_direction",
        store=True,
        readonly=False,
        precompute=True,
    )
    domain = fields.Char(
        "Only Those Where",
        help="A domain that narrows what the device holds, such as [('is_company', '=', True)]. It may speak of uid "
        "and user (the device's user), company_id, company_ids, and today.",
    )
    window_field_id = fields.Many2one(
        "ir.model.fields",
        "Only Around Today, By",
        ondelete="cascade",
        domain="[('id', 'in', available_window_field_ids)]",
        help="The device holds the records whose date lies in the days given here, counted from its user's today. "
        "Records without the date stay away.",
    )
    available_window_field_ids = fields.Many2many(
        "ir.model.fields", compute="_compute_available_window_field_ids"
    )
    window_past_days = fields.Integer("Days Back", default=30, required=True)
    window_future_days = fields.Integer("Days Ahead", default=90, required=True)
    window_is_open = fields.Boolean("And Everything Later", help="The window has no end.")
    preview_count = fields.Integer("How Many", compute="_compute_preview")
    preview_bytes = fields.Integer("Bytes", compute="_compute_preview")
    preview_size = fields.Char("Size", compute="_compute_preview")
    narrowing_text = fields.Char(
        "Which Days", compute="_compute_narrowing_text", help="What narrows the records, but for the domain."
    )
    delete_policy = fields.Selection(
        [
            ("review", "Park for Review"),
            ("ask", "Ask on the Device"),
            ("device", "Take the Device's Side"),
            ("server", "Take Odoo's Side"),
        ],
        required=True,
        default="review",
        string="When One Deletes What the Other Changes",
        help="A change of what was deleted in Odoo can only be given up: the device's side means that it is reviewed.",
    )
    duplicate_policy = fields.Selection(
        [
            ("off", "Look for None"),
            ("flag", "Create It and Say So"),
            ("review", "Park for Review"),
            ("ask", "Ask on the Device"),
            ("link", "Link It, or Ask on the Device"),
        ],
        required=True,
        default="flag",
        string="When a New One May Be a Duplicate",
        help="Linked: no second record is made, what hangs on the new one goes to the one that is there. That one gets "
        "what it lacks; what else was written on the device stands in its chatter. Where several may be meant, or the "
        "one is archived, not on the device or not the user's to change, the person is asked. "
        "Parked work is decided like a conflict: it is the one that is there, or created all the same.",
    )
    tells_duplicates = fields.Boolean(compute="_compute_tells_duplicates")
    default_policy = fields.Selection(
        selection="_select_policies",
        required=True,
        default="review",
        string="When Both Changed a Field",
        help="For fields without a policy of their own.",
    )
    policy_ids = fields.One2many("offline.profile.policy", "entity_id", string="Policies by Field", copy=True)

    _entity_unique = models.Constraint(
        "UNIQUE (profile_id, entity)", "A profile has each kind of record once."
    )
    _window_positive = models.Constraint(
        "CHECK (window_past_days BETWEEN 0 AND 36500 AND window_future_days BETWEEN 0 AND 36500)",
        "The days of a window are counted from today: they cannot be negative.",
    )

    @api.model
    def _select_entities(self):
        adapters = self.env["offline.adapter"]._offline_adapters()
        return [(a._offline_model, self.env["ir.model"]._get(a._offline_model).name) for a in adapters]

    @api.model
    def _select_policies(self):
        return [
            ("server", "Keep the Server's"),
            ("device", "Keep the Device's"),
            ("review", "Park for Review"),
        ]

    @api.depends("entity")
    def _compute_direction(self):
        for line in self:
            adapter = self.env["offline.adapter"]._offline_adapter(line.entity)
            line.direction = "both" if adapter is None else adapter._offline_direction

    @api.depends("entity")
    def _compute_tells_duplicates(self):
        for line in self:
            adapter = self.env["offline.adapter"]._offline_adapter(line.entity)
            line.tells_duplicates = adapter is not None and adapter._offline_tells_duplicates()

    @api.depends("entity")
    def _compute_available_window_field_ids(self):
        for line in self:
            line.available_window_field_ids = self.env["ir.model.fields"].search(
                [("model", "=", line.entity), ("ttype", "in", ("date", "datetime")), ("store", "=", True)]
            )

    @api.depends("domain", "window_field_id", "window_past_days", "window_future_days", "window_is_open")
    @api.depends_context("lang")
    def _compute_narrowing_text(self):
        for line in self:
            if line.window_field_id:
                line.narrowing_text = self.env._(
                    "%(field)s: %(past)s days back, %(ahead)s",
                    field=line.window_field_id.field_description,
                    past=line.window_past_days,
                    ahead=self.env._("no end")
                    if line.window_is_open
                    else self.env._("%s days ahead", line.window_future_days),
                )
            elif not line.domain or line.domain.strip() == "[]":
                line.narrowing_text = self.env._("All that the user may read")
            else:
                line.narrowing_text = False

    @api.depends(*_SCOPE, "profile_id.preview_user_id", "profile_id.company_ids")
    def _compute_preview(self):
        self.update({"preview_count": 0, "preview_bytes": 0, "preview_size": False})
        for profile in self.profile_id:
            for line, size in profile._sizes(profile.preview_user_id or self.env.user, strict=False).items():
                if line in self:
                    line.preview_count, line.preview_bytes = size.records, size.bytes
                    line.preview_size = human_size(size.bytes)

    @api.constrains(*_SCOPE)
    def _check_size(self):
        self.profile_id._check_size()

    @api.constrains("duplicate_policy", "entity")
    def _check_duplicate_policy(self):
        for line in self.filtered(lambda one: one.duplicate_policy == LINK):
            adapter = self.env["offline.adapter"]._offline_adapter(line.entity)
            if adapter is not None and not adapter._offline_may_link:
                raise ValidationError(
                    self.env._(
                        "Records of the kind %s that look alike may be two all the same: let somebody say which.",
                        self.env["ir.model"]._get(line.entity).name,
                    )
                )

    @api.onchange("entity")
    def _onchange_entity(self):
        """What was said of one kind of record means nothing for another, which may have a window of its own."""
        self.domain = self.window_field_id = False
        adapter = self.env["offline.adapter"]._offline_adapter(self.entity)
        if adapter is not None and adapter._offline_window:
            name, past, ahead = adapter._offline_window
            self.window_field_id = self.env["ir.model.fields"]._get(self.entity, name)
            self.window_past_days, self.window_is_open = past, ahead is None
            self.window_future_days = ahead or 0

    @api.constrains("domain", "entity", "window_field_id")
    def _check_narrowing(self):
        for line in self:
            if line.window_field_id and line.window_field_id not in line.available_window_field_ids:
                raise ValidationError(
                    self.env._("%(entity)s has no such date to count days from.", entity=line.entity)
                )
            try:
                Domain(line._narrowing()).validate(self.env[line.entity])
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The domain of %(entity)s cannot be used: %(error)s", entity=line.entity, error=error
                    )
                ) from error

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.profile_id._bump()
        return lines

    def write(self, vals):
        profiles = self.profile_id
        done = super().write(vals)
        (profiles | self.profile_id)._bump()
        return done

    def unlink(self):
        profiles = self.profile_id
        done = super().unlink()
        profiles._bump()
        return done

    def _today(self):
        """The day of the environment's user."""
        return narrowing.today(self.env.user)

    def _narrowing(self):
        """What the line leaves of a scope: its window and its domain, for the environment's user, today."""
        day = self._today()
        wanted = narrowing.evaluate(self.domain, self.env, day) if self.domain else Domain.TRUE
        return wanted & self._window(day)

    def _window(self, day):
        if not self.window_field_id:
            return Domain.TRUE
        field = self.env[self.entity]._fields[self.window_field_id.name]
        ahead = None if self.window_is_open else self.window_future_days
        return narrowing.window(field, self.env.user, self.window_past_days, ahead, day)

    def _describe_window(self):
        """The window as devices are told it (core.wire.Window)."""
        if not self.window_field_id:
            return None
        return {
            "field": self.window_field_id.name,
            "past_days": self.window_past_days,
            "future_days": None if self.window_is_open else self.window_future_days,
        }

    def _policies(self):
        """{field: policy} in force: the line's own, else the adapter's, else the line's default."""
        adapter = self.env["offline.adapter"]._offline_adapter(self.entity)
        policies = dict.fromkeys(adapter._offline_field_names(), self.default_policy)
        policies.update(adapter._offline_default_policies())
        policies.update({policy.field_id.name: policy.policy for policy in self.policy_ids})
        return policies
