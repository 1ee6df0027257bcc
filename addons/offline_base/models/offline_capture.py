import logging

from odoo import api, models

from ..store import capture

_logger = logging.getLogger(__name__)

#: Tables that decide who may read what. A pull that finds one of them changed compares everything anew.
_RIGHTS_MODELS = (
    "ir.rule",
    "ir.model.access",
    "res.groups",
    "res.users",
    "res.company",
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


class OfflineCapture(models.AbstractModel):
    """The capture triggers as state derived from the installed adapters."""

    _name = "offline.capture"
    _description = "Offline Change Capture"

    @api.model
    def _rights_models(self):
        """The models whose change can change what a device may read."""
        return frozenset(_RIGHTS_MODELS)

    @api.model
    def _sources(self):
        """The tables to watch: each adapter's model and exported relations, rights, outcomes."""
        owners = {}
        for adapter in self.env["offline.adapter"]._offline_adapters():
            model = self.env[adapter._offline_model]
            owners[model._table] = (("id", model._name),)
            for name in adapter._offline_field_names():
                self._add_relation(owners, model._fields[name])
        for name in _RIGHTS_MODELS:
            owners[self.env[name]._table] = (("id", name),)
        for name, field_name in _RIGHTS_RELATIONS:
            self._add_relation(owners, self.env[name]._fields[field_name])
        operations = self.env[_OUTCOME_MODEL]._table
        owners[operations] = (("id", _OUTCOME_MODEL),)
        columns = capture.stored_columns(self.env.cr, owners)
        return [
            capture.Source(table, owner, columns[table], only_updates=table == operations)
            for table, owner in sorted(owners.items())
            if table in columns
        ]

    def _add_relation(self, owners, field):
        if field.type == "many2many" and field.store:
            owners[field.relation] = ((field.column1, field.model_name), (field.column2, field.comodel_name))

    @api.model
    def _install(self):
        """Bring the triggers in line with the installed adapters."""
        capture.install(self.env.cr, self._sources())

    @api.model
    def _problems(self):
        """What is wrong with capture now, as sentences; empty when all is well."""
        present = capture.installed(self.env.cr)
        wanted = {source.table: capture.fingerprint(source) for source in self._sources()}
        return [
            self.env._("Changes of table %(table)s are not captured as they should be.", table=table)
            for table, mark in wanted.items()
            if present.get(table) != mark
        ]

    def _register_hook(self):
        super()._register_hook()
        if self.env.registry.updated_modules:
            self._install()
        else:
            for problem in self._problems():
                _logger.warning("%s Update the module offline_base to repair this.", problem)
