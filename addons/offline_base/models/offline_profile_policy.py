from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core import merge


class OfflineProfilePolicy(models.Model):
    """Who wins when device and server both changed this field."""

    _name = "offline.profile.policy"
    _description = "Offline Profile: Policy of a Field"
    _rec_name = "field_id"

    entity_id = fields.Many2one("offline.profile.entity", required=True, ondelete="cascade", index=True)
    entity = fields.Selection(related="entity_id.entity")
    available_field_ids = fields.Many2many("ir.model.fields", compute="_compute_available_field_ids")
    field_id = fields.Many2one(
        "ir.model.fields", required=True, ondelete="cascade", domain="[('id', 'in', available_field_ids)]"
    )
    policy = fields.Selection(
        [
            (merge.SERVER, "Keep the Server's"),
            (merge.DEVICE, "Keep the Device's"),
            (merge.NEWEST, "Keep the Newest"),
            (merge.SUM, "Add Up Both Changes"),
            (merge.MAX, "Keep the Greatest"),
            (merge.UNION, "Keep All of Both"),
            (merge.APPEND, "Append the Device's Text"),
            (merge.ASK, "Ask on the Device"),
            (merge.REVIEW, "Park for Review"),
        ],
        required=True,
        default=merge.REVIEW,
    )

    _field_unique = models.Constraint("UNIQUE (entity_id, field_id)", "A field has one policy.")

    @api.depends("entity")
    def _compute_available_field_ids(self):
        for line in self:
            adapter = self.env["offline.adapter"]._offline_adapter(line.entity)
            names = adapter._offline_field_names() if adapter is not None else []
            line.available_field_ids = self.env["ir.model.fields"].search(
                [("model", "=", line.entity), ("name", "in", names)]
            )

    @api.depends("field_id", "policy")
    @api.depends_context("lang")
    def _compute_display_name(self):
        words = dict(self._fields["policy"]._description_selection(self.env))
        for line in self:
            line.display_name = f"{line.field_id.field_description}: {words.get(line.policy, '')}"

    @api.constrains("policy", "field_id")
    def _check_policy(self):
        for line in self:
            if line.policy not in merge.allowed_policies(line.field_id.ttype):
                raise ValidationError(
                    self.env._(
                        "%(field)s cannot have this policy: it does not fit its type.",
                        field=line.field_id.field_description,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        policies.entity_id.profile_id._bump()
        return policies

    def write(self, vals):
        profiles = self.entity_id.profile_id
        done = super().write(vals)
        (profiles | self.entity_id.profile_id)._bump()
        return done

    def unlink(self):
        profiles = self.entity_id.profile_id
        done = super().unlink()
        profiles._bump()
        return done
