import re

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..core import fields as core_fields
from ..store import narrowing
from ..store.capture import DENIED_COLUMNS

#: The names of the adapters that are made for models without one; Odoo wants manual models to begin with x_.
PREFIX = "x_offline_entity_"
#: Types whose values are columns of the record's own row, so that capture sees every change of them.
_TYPES = core_fields.TYPES & {
    "char", "text", "html", "selection", "integer", "float", "monetary", "boolean", "date", "datetime", "many2one",
    "many2many",
}  # fmt: skip
#: What devices have no business with: Odoo's own machinery, and ours.
_CLOSED = re.compile(
    r"(ir|base|bus|offline|res\.config|res\.users|res\.groups|auth|fetchmail|change\.password)([._]|$)"
)


class OfflineCustomEntity(models.Model):
    """A kind of records that a manager made known to devices by clicking: a model without adapter, or more fields.

    For a model that has no adapter, one is made: an abstract manual model, built by Odoo's own mechanism for models
    without code (`ir.model._instanciate_attrs`), so that every worker has it after the registry was loaded again.
    Where an addon has an adapter, the fields chosen here are added to those that it declares.
    """

    _name = "offline.custom.entity"
    _description = "Offline: Records Set Up by Hand"
    _rec_name = "model_id"

    model_id = fields.Many2one(
        "ir.model", "Records", required=True, ondelete="cascade", domain="[('id', 'in', available_model_ids)]"
    )
    model = fields.Char(related="model_id.model", string="Technical Name")
    field_ids = fields.Many2many(
        "ir.model.fields", string="Fields", domain="[('id', 'in', available_field_ids)]", required=True
    )
    available_model_ids = fields.Many2many("ir.model", compute="_compute_available_model_ids")
    available_field_ids = fields.Many2many("ir.model.fields", compute="_compute_available_field_ids")
    has_adapter = fields.Boolean(compute="_compute_has_adapter")
    domain = fields.Char(
        "Which of Them",
        help="Devices hold the records that fit and that their users may read. It may speak of uid, user and today.",
    )

    _model_unique = models.Constraint("UNIQUE (model_id)", "These records have already been set up.")

    def _compute_available_model_ids(self):
        # sudo: names of models are no secret to those who set up profiles.
        found = self.env["ir.model"].sudo().search([("transient", "=", False), ("abstract", "=", False)])
        usable = found.filtered(lambda model: self._is_usable(model.model))
        for entity in self:
            entity.available_model_ids = usable

    @api.depends("model_id")
    def _compute_available_field_ids(self):
        for entity in self:
            found = self.env["ir.model.fields"].search([("model_id", "=", entity.model_id.id)])
            entity.available_field_ids = found.filtered(
                lambda field: self._is_exportable(field.model, field.name)
            )

    @api.depends("model_id")
    def _compute_has_adapter(self):
        for entity in self:
            adapter = self.env["offline.adapter"]._offline_adapter(entity.model)
            entity.has_adapter = adapter is not None and not adapter._name.startswith(PREFIX)

    def _is_usable(self, name):
        """Whether devices may hold records of a model at all."""
        model = self.env.get(name)
        return (
            model is not None
            and model._auto
            and not model._abstract
            and not model._transient
            and (not _CLOSED.match(name) or self.env["offline.adapter"]._offline_adapter(name) is not None)
        )

    def _is_exportable(self, model, name):
        """Whether a field's changes are seen and its values can travel."""
        field = self.env[model]._fields.get(name) if model in self.env else None
        return (
            field is not None
            and field.store
            and not field.company_dependent
            and field.type in _TYPES
            and (field.column_type is not None or field.type == "many2many")
            and name not in DENIED_COLUMNS | {"id"}
        )

    @api.model
    @tools.ormcache("model")
    def _field_names_of(self, model):
        """The fields that a manager added to a model's entity, those that can still travel."""
        # sudo: what a manager set up is for the engine to apply, whoever the device's user is.
        entity = self.sudo().search([("model", "=", model)], limit=1)
        return tuple(name for name in entity.field_ids.mapped("name") if self._is_exportable(model, name))

    @api.model
    @tools.ormcache("model")
    def _domain_of(self, model):
        # sudo: as above.
        return self.sudo().search([("model", "=", model)], limit=1).domain or "[]"

    @api.constrains("model_id", "field_ids", "domain")
    def _check_usable(self):
        for entity in self:
            if not self._is_usable(entity.model):
                raise ValidationError(self.env._("%s cannot be given to devices.", entity.model_id.name))
            for field in entity.field_ids:
                if field.model != entity.model or not self._is_exportable(field.model, field.name):
                    raise ValidationError(
                        self.env._("The field %s cannot be given to devices.", field.field_description)
                    )
            if not entity.field_ids:
                raise ValidationError(self.env._("Choose the fields that devices get."))
            try:
                entity._narrowing().validate(self.env[entity.model])
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The domain of %(model)s cannot be used: %(error)s",
                        model=entity.model_id.name,
                        error=error,
                    )
                ) from error

    def _narrowing(self):
        return (
            narrowing.evaluate(self.domain, self.env, narrowing.today(self.env.user))
            if self.domain
            else Domain.TRUE
        )

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        made._apply()
        return made

    def write(self, vals):
        if "model_id" in vals and any(entity.model_id.id != vals["model_id"] for entity in self):
            raise UserError(self.env._("Set up other records anew: these stay what they are."))
        done = super().write(vals)
        self._apply()
        return done

    def unlink(self):
        used = self.env["offline.profile.entity"].search(
            [("entity", "in", self._made().mapped("model"))], limit=1
        )
        if used:
            raise UserError(
                self.env._(
                    "%s is in the profile %s: remove it there first.", used.entity, used.profile_id.name
                )
            )
        names = [entity._adapter_name() for entity in self._made()]
        done = super().unlink()
        # sudo: the adapters are the engine's own; who may remove what they were made for was decided above.
        self.env["ir.model"].sudo().search([("model", "in", names), ("state", "=", "manual")]).unlink()
        self._refresh()
        return done

    def _adapter_name(self):
        return PREFIX + self.model.replace(".", "_")

    def _made(self):
        """Those whose adapter was made, rather than extended."""
        return self.filtered(lambda entity: not entity.has_adapter)

    def _apply(self):
        """Make the adapters that are missing, and let capture, profiles and every worker know."""
        self.env.flush_all()
        self.env.registry.clear_cache()
        for entity in self._made():
            name = entity._adapter_name()
            # sudo: the adapter is the engine's own, and holds no records.
            models_ = self.env["ir.model"].sudo()
            if not models_.search_count([("model", "=", name)]):
                models_.create(
                    {
                        "name": f"Offline Entity: {entity.model_id.name}",
                        "model": name,
                        "abstract": True,
                        "field_id": [],
                    }
                )
        self._refresh()

    def _refresh(self):
        self.env.flush_all()
        self.env.registry.clear_cache()
        self.env["offline.capture"]._install()
        self.env["offline.profile"]._bump_all()
