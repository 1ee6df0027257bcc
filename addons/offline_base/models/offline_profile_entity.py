from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval


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
        default="both",
    )
    domain = fields.Char(
        "Only Those Where",
        help="A domain that narrows what the device holds, such as [('is_company', '=', True)].",
    )
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

    @api.constrains("domain", "entity")
    def _check_domain(self):
        for line in self:
            try:
                Domain(line._narrowing()).validate(self.env[line.entity])
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The domain of %(entity)s cannot be used: %(error)s", entity=line.entity, error=error
                    )
                ) from error

    def _narrowing(self):
        """The line's own domain; it may speak of ``uid``, the device's user."""
        return Domain(safe_eval(self.domain, {"uid": self.env.uid})) if self.domain else Domain.TRUE

    def _policies(self):
        """{field: policy} in force: the line's own, else the adapter's, else the line's default."""
        adapter = self.env["offline.adapter"]._offline_adapter(self.entity)
        policies = dict.fromkeys(adapter._offline_field_names(), self.default_policy)
        policies.update(adapter._offline_default_policies())
        policies.update({policy.field_id.name: policy.policy for policy in self.policy_ids})
        return policies
