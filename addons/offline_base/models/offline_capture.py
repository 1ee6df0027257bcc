import logging
from collections import defaultdict

from odoo import api, models, tools

from ..store import capture, names
from ..store.capture_sql import Owner, Source
from ..store.dependencies import dependencies

_logger = logging.getLogger(__name__)

#: Databases of which this process uninstalled modules and has not loaded the registry anew since.
UNINSTALLED: set[str] = set()

#: Tables that decide who may read what. A pull that finds one of them changed compares everything anew.
#: What workers remember something of (ormcache) that says what a user may read, and how.
_REMEMBERED_MODELS = (
    "ir.rule",
    "ir.model.access",
    "res.groups",
    "res.users",
    "res.company",
    "ir.default",
)
_RIGHTS_MODELS = (
    *_REMEMBERED_MODELS,
    "offline.profile",
    "offline.profile.entity",
    "offline.profile.policy",
    "offline.device",
)
_RIGHTS_RELATIONS = (
    ("res.users", "group_ids"),
    ("res.users", "company_ids"),
    ("res.groups", "implied_ids"),
    ("ir.rule", "groups"),
)
#: What no device holds but every pull must notice: decisions on parked operations.
_OUTCOME_MODEL = "offline.operation"


class _Plan:
    """Which tables have to be watched for what, gathered from all who need them."""

    def __init__(self, env):
        self.env = env
        self.models = {}
        self.owners = defaultdict(dict)
        self.named = defaultdict(set)

    def add_model(self, name):
        """The ids of the model's own rows are to be logged."""
        self.models[self.env[name]._table] = name

    def add_entity(self, adapter):
        """What an entity is read from."""
        model = self.env[adapter._offline_model]
        self.add_model(model._name)
        for name in adapter._offline_field_names():
            self.named[model._table].add(name)
            self.add_relation(model._fields[name], label=name)
            if model._fields[name].type == "binary" and model._fields[name].store:
                # The content of a file or picture field is a row of another table.
                self.add_owner("ir_attachment", "res_id", model._name, guard="res_model")
        for dependency in dependencies(adapter):
            for name in dependency.needs_rows:
                self.add_model(name)
            for hop in dependency.hops:
                if hop.is_logged:
                    self.add_owner(hop.table, hop.there, hop.target, hop.guard)
                elif hop.there != "id":
                    self.add_owner(hop.table, hop.here, hop.source)
                    self.add_owner(hop.table, hop.there, hop.target)

    def add_relation(self, field, label=""):
        """Both sides of a many2many are touched when they are linked or unlinked."""
        if field.type == "many2many" and field.store:
            self.add_owner(field.relation, field.column1, field.model_name, label=label)
            self.add_owner(field.relation, field.column2, field.comodel_name)

    def add_owner(self, table, column, model, guard=None, label=""):
        """The rows of a table stand for records of another model."""
        known = self.owners[table].get((column, model))
        if known is None or (label and not known.label):
            self.owners[table][column, model] = Owner(column, model, guard, label)

    def sources(self, only_updates):
        """The tables that exist, each with what it is watched for.

        ``only_updates`` are {model: the one column whose change is news}; rows that come or go are none.
        """
        tables = self.models.keys() | self.owners.keys()
        columns = capture.table_columns(self.env.cr, tables)
        return [
            Source(
                table,
                model=self.models.get(table),
                owners=tuple(self.owners[table][key] for key in sorted(self.owners[table])),
                columns=tuple(
                    column
                    for column in (found.compared if found.has_id else ())
                    if column[0] == only_updates.get(self.models.get(table), column[0])
                ),
                named=frozenset(self.named[table]),
                attributes=found.attributes,
                only_updates=self.models.get(table) in only_updates,
            )
            for table, found in sorted(columns.items())
        ]


class OfflineCapture(models.AbstractModel):
    """The capture triggers as state derived from the installed adapters."""

    _name = "offline.capture"
    _description = "Offline Change Capture"

    @api.model
    def _rights_models(self):
        """The models whose change can change what a device may read."""
        return frozenset(_RIGHTS_MODELS)

    @api.model
    def _remembered_models(self):
        """Those of them of which workers remember something: of devices and profiles every call reads the rows."""
        return frozenset(_REMEMBERED_MODELS)

    @api.model
    def _sources(self):
        """The tables to watch: each adapter's model, relations and dependencies; rights; outcomes."""
        plan = _Plan(self.env)
        for adapter in self.env["offline.adapter"]._offline_adapters():
            plan.add_entity(adapter)
        for made_of in self._name_sources().values():
            for name, _path in made_of:
                plan.add_model(name)
        for name in _RIGHTS_MODELS:
            plan.add_model(name)
        for name, field_name in _RIGHTS_RELATIONS:
            plan.add_relation(self.env[name]._fields[field_name])
        plan.add_model(_OUTCOME_MODEL)
        # An outcome is news when its revision rises; what retention empties, or people note on it, is none.
        return plan.sources(only_updates={_OUTCOME_MODEL: "revision"})

    @api.model
    @tools.ormcache()
    def _name_sources(self):
        """{model that exported fields point to: what the names of its records are made of (store.names.sources)}."""
        targets = set()
        for adapter in self.env["offline.adapter"]._offline_adapters():
            fields = self.env[adapter._offline_model]._fields
            targets |= {
                fields[name].comodel_name for name in adapter._offline_field_names() if name in fields
            }
        # A many2one_reference has no model of its own.
        known = [name for name in targets if name in self.env and self.env[name]._auto]
        return {name: tuple(sorted(names.sources(self.env, name))) for name in known}

    @api.model
    @tools.ormcache()
    def _watched(self):
        """{table: the models of which its changes are logged}."""
        return {
            source.table: frozenset([source.model] if source.model else [o.model for o in source.owners])
            for source in self._sources()
            if not source.only_updates
        }

    @api.model
    @tools.ormcache()
    def _tables(self):
        """All tables of models and relations."""
        tables = set()
        for model in self.env.registry.values():
            if not model._abstract:
                tables.add(model._table)
                tables.update(f.relation for f in model._fields.values() if f.type == "many2many" and f.store)
        return frozenset(tables)

    @api.model
    def _install(self):
        """Bring the triggers in line with the installed adapters."""
        capture.install(self.env.cr, self._sources())

    @api.model
    def _states(self):
        """[(source, state)] of every table that should be watched, see store.capture.states."""
        sources = self._sources()
        found = capture.states(self.env.cr, sources)
        return [(source, found[source.table]) for source in sources]

    @api.model
    def _problems(self):
        """What is wrong with capture now, as sentences; empty when all is well."""
        return [
            self.env._("Changes of table %(table)s are not captured as they should be.", table=source.table)
            for source, state in self._states()
            if state != "ok"
        ]

    def _register_hook(self):
        super()._register_hook()
        gone = self.env.cr.dbname in UNINSTALLED
        UNINSTALLED.discard(self.env.cr.dbname)
        if gone or self.env.registry.updated_modules:
            self._install()
        else:
            for problem in self._problems():
                _logger.warning("%s Repair it in Offline / Configuration / Health.", problem)
