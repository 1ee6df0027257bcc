from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..core import fields as core_fields
from ..core import merge
from ..store import blob_values, provenance, reader
from ..store.capture import DENIED_COLUMNS
from ..store.dependencies import DependencyInvalid, dependencies, touched
from ..store.scope import Scope
from .value_text import value_text

#: Entities whose records hang on others; nothing hangs on them.
_ON_OTHERS = frozenset({"mail.message", "ir.attachment"})


class OfflineAdapter(models.AbstractModel):
    """What a kind of record is to devices. An entity is an abstract model that inherits this one.

    It declares ``_offline_model``, ``_offline_fields`` and, where the defaults do not fit, the hooks below. An
    addon extends an entity by inheriting it as any Odoo model: fields of all parents add up, and
    `_offline_scope` is widened by joining ``super()`` with OR. What is missing or wrong fails when the registry
    loads, naming addon and hook.
    """

    _name = "offline.adapter"
    _description = "Offline Adapter"

    #: The Odoo model; also the entity's name on the wire.
    _offline_model = None
    #: Raised when the meaning of a field changes, so that devices compare their content anew.
    _offline_schema = 1
    #: Exported fields; stored ones only, since capture sees columns.
    _offline_fields = ()
    #: Exported fields that devices may not write.
    _offline_readonly_fields = ()
    #: The direction that a profile gives the entity unless told otherwise: both, pull, push.
    _offline_direction = "both"
    #: The window that a profile offers first: (field, days back, days ahead or None), or None.
    _offline_window = None
    #: (field, entity): records follow those that the field points to, in scope with them and out of it. With the
    #: field that names the model in place of the entity, they follow records of whatever entity the device holds.
    _offline_parent = None
    #: The entity's default merge policies: {field: policy}; the rest is for review.
    _offline_policies = {}
    #: {model D: how a change of D's records touches records of this entity}: a path of fields from D to the
    #: entity's model or back, "*" for all records, or the name of a method that takes ids of D and answers ids of
    #: the entity (None: all). Several in a tuple.
    _offline_dependencies = {}
    #: "day" if exported fields change with the date alone: devices then compare the entity once a day.
    _offline_clock = None

    #: The model filters in Python what it searches (its own `_search`), and all that it looks at for that is logged:
    #: records of entities, rights. Else every pull has to search, idle ones too.
    _offline_filter_is_logged = False

    #: What `_offline_duplicates` finds is the same thing, not only alike: a profile may link a new one with it.
    _offline_may_link = False
    #: Fields in which no value says something, too: a record that a new one is linked with keeps its own there.
    _offline_kept_fields = ("company_id",)

    #: The generic verbs that devices may use; what a record needs besides are named operations.
    _offline_verbs = frozenset({"create", "update", "delete"})

    @api.model
    def _offline_adapters(self):
        """All entities of this database, one per Odoo model, in the order of their names."""
        names = self.env.registry.descendants(["offline.adapter"], "_inherit")
        # The bare parents adapt no model.
        bare = ("offline.adapter", "offline.entity.custom")
        return [self.env[name] for name in sorted(names) if name not in bare]

    @api.model
    def _offline_adapter(self, entity):
        """The adapter of an entity (an Odoo model's name), or None."""
        return next((a for a in self._offline_adapters() if a._offline_model == entity), None)

    def _offline_scope(self, device):
        """The records that this device holds, as a domain over the entity's model, evaluated as its user."""
        return Domain.FALSE

    def _offline_follows_any(self):
        """Whether its records follow those of any entity; nothing follows them in turn."""
        return bool(self._offline_parent) and self._offline_parent[1] in self.env[self._offline_model]._fields

    def _offline_with_parent(self, device):
        """The records whose parent the device holds, as a domain."""
        name, entity = self._offline_parent
        if self._offline_follows_any():
            return self._offline_on_held(device, entity, name)
        scope = self._offline_parent_scope(device)
        query = None if scope is None else scope.query()
        return Domain.FALSE if query is None else Domain(name, "in", query)

    def _offline_parent_scope(self, device):
        """The scope of the one entity that its records follow; None where the device has none such."""
        if self._offline_parent and not self._offline_follows_any():
            for line, adapter in device.profile_id.with_env(self.env)._lines():
                if adapter._offline_model == self._offline_parent[1]:
                    return Scope(adapter, line, device)
        return None

    def _offline_on_held(self, device, model_field, id_field="res_id", only=lambda model: True):
        """The records that name, by model and id, one that the device holds: its files, its messages."""
        found = Domain.FALSE
        for line, adapter in device.profile_id.with_env(self.env)._lines():
            if adapter._offline_follows_any():
                continue
            if adapter._offline_model not in _ON_OTHERS and only(self.env[adapter._offline_model]):
                ids = Scope(adapter, line, device).ids()
                found |= Domain(model_field, "=", adapter._offline_model) & Domain(id_field, "in", ids)
        return found

    @api.model
    def _offline_operations(self):
        """The named operations: {name: store.operations.NamedOperation}, collected from decorated methods."""
        return self._offline_marked("_offline_operation")

    @api.model
    def _offline_questions(self):
        """The questions: {name: store.operations.Question}; an override takes out what cannot be answered here."""
        return self._offline_marked("_offline_question")

    def _offline_marked(self, mark):
        found = {}
        for cls in reversed(type(self).mro()):
            for attribute in vars(cls).values():
                declared = getattr(attribute, mark, None)
                if declared is not None:
                    found[declared.name] = declared
        return found

    def _offline_prepare(self, values):
        """The values as the model's ``create`` and ``write`` take them, where that differs from how they are read."""
        return values

    def _offline_create(self, values):
        """Make a record from prepared values, in the model's own way where that is not `create`."""
        return self.env[self._offline_model].create(values)

    def _offline_successor(self, record_id, born):
        """(id, birth of the one that is gone) of the record that one which is gone was merged into, or None.

        ``born`` is what the device says of its birth, if it does: an id may have been given out again.
        """
        return None

    def _offline_duplicates(self, values):
        """The records that a new one with these values (as `create` takes them) may be a duplicate of."""
        return self.env[self._offline_model]

    @api.model
    def _offline_tells_duplicates(self):
        """Whether the entity has a rule by which a new record may be a duplicate."""
        return type(self)._offline_duplicates is not self.env.registry["offline.adapter"]._offline_duplicates

    def _offline_created(self, record, device):
        """Called after a device's create, inside the operation; for what a screen would have done besides."""

    def _offline_work(self, record_id):
        """The domain of the operations that a record's form shows as its offline work.

        Entities whose records are made or changed by operations of others add those.
        """
        return Domain("entity", "=", self._offline_model) & Domain("res_id", "=", record_id)

    def _offline_tell_linked(self, record, where_from, left_out):
        """Say on a record that a new one was linked with it, and what the device sent that was left out."""
        if not hasattr(record, "_message_log"):
            return
        label = record.fields_get(list(left_out), ["string"])
        # What a field's groups keep from others does not come to them by the chatter.
        told = [
            Markup("<li>%s: %s</li>") % (label[name]["string"], value_text(record, name, value))
            if not record._fields[name].groups and not isinstance(value, dict)
            else Markup("<li>%s</li>") % label[name]["string"]
            for name, value in left_out.items()
        ]
        lines = [
            where_from,
            Markup("<p>%s</p>") % record.env._("What was made there as a new record is this one."),
        ]
        if told:
            lines.append(Markup("<p>%s</p>") % record.env._("It was written there, and is not taken over:"))
            lines.append(Markup("<ul>%s</ul>") % Markup().join(told))
        record._message_log(body=Markup().join(lines))

    def _offline_options(self, line):
        """What the app needs to know of the entity besides, as its addon says: {name: JSON}."""
        return {}

    @api.model
    def _offline_field_names(self):
        """The exported fields: those of all parents together, in order of declaration, and what a manager added."""
        names = dict.fromkeys(self._offline_declared("_offline_fields"))
        names.update(dict.fromkeys(self.env["offline.custom.entity"]._field_names_of(self._offline_model)))
        return list(names)

    @api.model
    def _offline_readonly(self):
        return set(self._offline_declared("_offline_readonly_fields"))

    @api.model
    def _offline_kept(self):
        return set(self._offline_declared("_offline_kept_fields"))

    @api.model
    def _offline_declared(self, attribute):
        """The names that all parents together declare there, in order of declaration."""
        return [name for cls in reversed(type(self).mro()) for name in vars(cls).get(attribute, ())]

    @api.model
    def _offline_default_policies(self):
        policies = {}
        for cls in reversed(type(self).mro()):
            policies.update(vars(cls).get("_offline_policies", {}))
        return policies

    @api.model
    def _offline_declared_dependencies(self):
        """{model: ways} of all parents together, with what the type of an exported field implies."""
        declared = {}
        for cls in reversed(type(self).mro()):
            for model, ways in vars(cls).get("_offline_dependencies", {}).items():
                ways = (ways,) if isinstance(ways, str) else tuple(ways)
                declared[model] = tuple(dict.fromkeys(declared.get(model, ()) + ways))
        for name in self._offline_field_names():
            field = self.env[self._offline_model]._fields.get(name)
            if field is None:
                continue
            if field.type == "one2many" and field.store:
                declared.setdefault(field.comodel_name, (name,))
            elif field.type in ("binary", "image") and field.attachment:
                declared.setdefault("ir.attachment", ("res_id",))
        return declared

    @api.model
    def _offline_touched(self, changes):
        """The ids of this entity's records that logged changes touch (store.dependencies.touched)."""
        return touched(self, changes)

    @api.model
    def _offline_day(self):
        """The date in the user's zone where the entity follows the clock, else None; part of its fingerprint."""
        return str(fields.Date.context_today(self)) if self._offline_clock == "day" else None

    def _offline_asks_the_time(self):
        """Whether `_offline_scope` reckons with the present moment, so that idle pulls have to look, too."""
        return False

    @api.model
    def _offline_specs(self):
        """{field: core FieldSpec} of the exported fields that the environment's user may read."""
        model = self.env[self._offline_model]
        readonly = self._offline_readonly()
        specs = {}
        for name in self._offline_field_names():
            field = model._fields[name]
            if not model._has_field_access(field, "read"):
                continue
            if field.type == "many2many" and not self.env[field.comodel_name].has_access("read"):
                continue
            specs[name] = core_fields.FieldSpec(
                name=name,
                type="image" if isinstance(field, fields.Image) else field.type,
                digits=self._offline_digits(field),
                selection=self._offline_selection(field),
                relation=field.comodel_name if field.type in ("many2one", "many2many") else None,
                model_field=field.model_field if field.type == "many2one_reference" else None,
                readonly=name in readonly
                or not (field.store or field.inverse)
                or not model._has_field_access(field, "write"),
                required=bool(field.required),
            )
        return specs

    @api.model
    @tools.ormcache(
        "self.env.uid",
        "self.env.lang",
        "tuple(self.env.context.get('allowed_company_ids') or ())",
        "tuple(self.env.user._get_group_ids())",
        "(self._offline_schema, self._offline_day(), *self._offline_field_names())",
    )
    def _offline_reading(self):
        """How the environment's user reads the entity (store.reader.Reading)."""
        specs = self._offline_specs()
        return reader.Reading(specs, reader.fingerprint(self, specs))

    def _offline_digits(self, field):
        if field.type == "float" and (digits := field.get_digits(self.env)):
            return digits[1]
        # Amounts keep the digits of the finest currency in use; comparing beyond that would see noise.
        return 4 if field.type == "monetary" else None

    def _offline_selection(self, field):
        if field.type != "selection":
            return None
        return tuple(str(key) for key, _label in field._description_selection(self.env) if key)

    @api.model
    def _offline_describe(self, line):
        """The entity as the profile route answers it (core.wire.EntityProfile) for a profile line."""
        model = self.env[self._offline_model]
        specs = self._offline_specs()
        described = model.fields_get(list(specs), ["string", "selection"])
        policies = line._policies()
        return {
            "name": self._offline_model,
            "label": self.env["ir.model"]._get(self._offline_model).display_name,
            "schema": self._offline_schema,
            "fields": [
                {
                    "name": name,
                    "type": spec.type,
                    "label": described[name]["string"],
                    "required": spec.required,
                    "readonly": spec.readonly or line.direction == "pull",
                    "selection": [[str(key), label] for key, label in described[name]["selection"] if key]
                    if spec.selection is not None
                    else None,
                    "relation": spec.relation,
                    "digits": spec.digits,
                }
                for name, spec in specs.items()
            ],
            "operations": [operation.describe(self.env) for operation in self._offline_operations().values()],
            "questions": [question.describe() for question in self._offline_questions().values()],
            "parent": self._offline_parent and self._offline_parent[0],
            "direction": line.direction,
            "policies": {name: policies.get(name, merge.REVIEW) for name in specs},
            "delete_policy": line.delete_policy,
            "window": line._describe_window(),
            "options": self._offline_options(line),
        }

    def _register_hook(self):
        super()._register_hook()
        if self._name == "offline.adapter":
            self._offline_check_unique()
        else:
            self._offline_check()

    def _offline_check_unique(self):
        seen = {}
        for adapter in self._offline_adapters():
            other = seen.setdefault(adapter._offline_model, adapter._name)
            if other != adapter._name:
                raise ValidationError(
                    f"{adapter._name} and {other} adapt the same model: inherit one from the other."
                )

    def _offline_has_scope(self):
        return type(self)._offline_scope is not self.env.registry["offline.adapter"]._offline_scope

    def _offline_check_parent(self, where):
        if self._offline_parent is None:
            return
        name, entity = self._offline_parent
        fields = self.env[self._offline_model]._fields
        field = fields.get(name)
        fits = field is not None and (
            (field.type == "many2one" and field.comodel_name == entity and entity != self._offline_model)
            or (field.type == "many2one_reference" and field.model_field == entity)
        )
        if not fits or not field.store or name not in self._offline_field_names():
            raise ValidationError(
                f"{where}: _offline_parent names {name} and {entity}: no exported reference to other records"
            )

    def _offline_check(self):
        """Refuse an adapter that cannot work, naming its addon and the hook that is missing or wrong."""
        where = f"{self._name} (addon {self._original_module or self._module})"
        if self._offline_model not in self.env:
            raise ValidationError(f"{where}: _offline_model names no installed model: {self._offline_model}")
        if not self._offline_field_names():
            raise ValidationError(f"{where}: _offline_fields is empty")
        self._offline_check_parent(where)
        if not self._offline_parent and not self._offline_has_scope():
            raise ValidationError(f"{where}: _offline_scope is missing: no device would hold any record")
        self._offline_check_fields(where)
        model = self.env[self._offline_model]
        for name, policy in self._offline_default_policies().items():
            if name not in model._fields or policy not in merge.allowed_policies(model._fields[name].type):
                raise ValidationError(
                    f"{where}: _offline_policies gives {name} the policy {policy}, which its type cannot have"
                )

    def _offline_check_fields(self, where):
        """Refuse exported fields that do not exist, cannot travel, or whose changes nobody would notice."""
        try:
            dependencies(self)
        except DependencyInvalid as error:
            raise ValidationError(f"{where}: _offline_dependencies: {error}") from None
        if self._offline_clock not in (None, "day"):
            raise ValidationError(f"{where}: _offline_clock is neither None nor 'day': {self._offline_clock}")
        model = self.env[self._offline_model]
        for name in self._offline_field_names():
            field = model._fields.get(name)
            if field is None:
                raise ValidationError(
                    f"{where}: _offline_fields names {name}, which {model._name} does not have"
                )
            if field.type == "binary" and (name == blob_values.RAW or (field.store and field.attachment)):
                continue
            if field.type == "binary" or name in DENIED_COLUMNS or field.type not in core_fields.TYPES:
                raise ValidationError(
                    f"{where}: _offline_fields names {name}, whose changes are not captured or cannot travel"
                )
            missing = provenance.uncovered(self, name)
            if missing or provenance.needs_declaration(self, name):
                models = ", ".join(sorted(missing)) or "nothing"
                raise ValidationError(
                    f"{where}: _offline_fields names {name}, which is read from other records; "
                    f"_offline_dependencies does not say what their change touches: {models}"
                )
            if self._offline_clock is None and provenance.follows_the_clock(self.env, field):
                raise ValidationError(
                    f"{where}: _offline_fields names {name}, which changes with the clock; "
                    f"_offline_clock does not say how often"
                )
