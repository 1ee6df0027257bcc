import json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..store.history import OPEN
from .value_text import field_label, may_read, relation_of, value_text

_COLUMNS = (
    "device_id", "user_id", "seq", "op", "is_repeat", "original_id", "entity", "verb", "res_id", "target_uid", "born",
    "payload", "status", "code", "message", "field_errors", "result", "conflict", "blocked_by", "sent", "stored",
    "v_before", "v_after", "replaced", "timed", "wanted", "place", "unit_uid", "answers_at_arrival", "answers_at_end",
    "device_at", "corrected_at", "received_at", "revision",
)  # fmt: skip
_JSON = {
    "payload", "field_errors", "result", "conflict", "blocked_by", "sent", "stored", "replaced", "timed", "wanted",
}  # fmt: skip


class OfflineOperation(models.Model):
    """One thing that a person did on a device, its state, and the receipt that the device got for it."""

    _name = "offline.operation"
    _description = "Offline Operation"
    _inherit = ["offline.asked"]
    _log_access = False
    _order = "id desc"

    device_id = fields.Many2one("offline.device", required=True, ondelete="restrict", readonly=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="restrict", readonly=True, index=True)
    seq = fields.Integer("Number", required=True, readonly=True)
    op = fields.Char("Identifier", required=True, readonly=True)
    is_repeat = fields.Boolean(
        readonly=True, help="Its identifier was received before, under another number."
    )
    original_id = fields.Many2one(
        "offline.operation",
        readonly=True,
        index="btree_not_null",
        help="The same operation, received before under another number.",
    )
    entity = fields.Char("Model", readonly=True)
    entity_label = fields.Char("Kind of Records", compute="_compute_entity_label")
    verb = fields.Char("Verb", readonly=True)
    verb_label = fields.Char("Work", compute="_compute_verb_label")
    res_id = fields.Many2oneReference("Record", model_field="entity", readonly=True)
    target_uid = fields.Char(readonly=True)
    born = fields.Char(readonly=True, help="When the record was created, as the device knows it.")
    record_name = fields.Char("About", compute="_compute_record_name", search="_search_record_name")
    field_labels = fields.Char("Fields", compute="_compute_content")
    content_text = fields.Text(
        "What Was Sent", compute="_compute_content", help="As far as you may read the record."
    )
    payload = fields.Json(readonly=True, groups="offline_base.offline_base_group_manager")
    has_content = fields.Boolean(compute="_compute_has_content")
    status = fields.Selection(
        [
            ("applied", "Applied"),
            ("merged", "Merged"),
            ("conflict", "Conflict"),
            ("rejected", "Rejected"),
            ("deferred", "Waiting for Another"),
            ("unknown", "Unknown"),
            ("amended", "Amended"),
            ("discarded", "Discarded"),
            ("resolved_server", "Decided: Odoo Kept"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    is_open = fields.Boolean(compute="_compute_is_open", search="_search_is_open")
    code = fields.Char(readonly=True)
    message = fields.Char("Reason", readonly=True)
    field_errors = fields.Json(readonly=True, groups="offline_base.offline_base_group_manager")
    result = fields.Json(readonly=True, groups="offline_base.offline_base_group_manager")
    conflict = fields.Json(
        "Sides of the Conflict", readonly=True, groups="offline_base.offline_base_group_manager"
    )
    conflict_ids = fields.One2many("offline.conflict", "operation_id")
    blocked_by = fields.Json(readonly=True, help="The numbers of the operations it waits for.")
    sent = fields.Json(
        readonly=True, groups="offline_base.offline_base_group_manager", help="The values as sent, canonical."
    )
    stored = fields.Json(
        readonly=True, groups="offline_base.offline_base_group_manager", help="What the server made of them."
    )
    v_before = fields.Char(readonly=True, help="The record's content version before it was applied.")
    v_after = fields.Char(readonly=True, help="The record's content version after it was applied.")
    device_at = fields.Datetime("Time on the Device", readonly=True)
    corrected_at = fields.Datetime(
        "Done at", readonly=True, help="The time on the device, corrected by how far its clock is off."
    )
    received_at = fields.Datetime("Received at", readonly=True)
    wanted = fields.Json(
        readonly=True,
        groups="offline_base.offline_base_group_manager",
        help="What it is to do where a person edited it; else what was sent.",
    )
    place = fields.Integer(
        readonly=True,
        help="Its place in the device's order, if that is not its number: that of what it replaces.",
    )
    answers_at_arrival = fields.Integer(
        readonly=True, help="How many answers of a pull the device had been given when this came."
    )
    answers_at_end = fields.Integer(
        readonly=True, help="How many it had been given when this reached the state that it has."
    )
    unit_uid = fields.Char("Unit", readonly=True, help="Operations of one unit succeed or fail together.")
    decides_id = fields.Many2one(
        "offline.operation", readonly=True, index="btree_not_null", help="The work that it decides about."
    )
    decision = fields.Json(
        readonly=True,
        groups="offline_base.offline_base_group_manager",
        help="Which fields of a conflict were decided for the device, and which for the server.",
    )
    revision = fields.Integer(
        readonly=True, default=0, help="How often the state changed after the first receipt."
    )

    _device_seq_unique = models.Constraint("UNIQUE (device_id, seq)", "The number is already taken.")
    _op_unique = models.UniqueIndex("(op) WHERE NOT is_repeat")
    _record_index = models.Index("(entity, res_id)")
    _unit_index = models.Index("(device_id, unit_uid) WHERE unit_uid IS NOT NULL")
    _open_index = models.Index(
        "(device_id, seq) WHERE status IN ('conflict', 'rejected', 'deferred', 'unknown')"
    )

    @api.depends("status")
    def _compute_is_open(self):
        for operation in self:
            operation.is_open = operation.status in OPEN

    def _search_is_open(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("status", "in" if True in value else "not in", OPEN)]

    @api.depends("verb", "seq")
    def _compute_display_name(self):
        for operation in self:
            operation.display_name = f"{operation.device_id.name} #{operation.seq}"

    @api.depends("entity", "res_id")
    @api.depends_context("uid")
    def _compute_record_name(self):
        for operation in self:
            operation.record_name = operation._record_name()

    @api.model
    def _search_record_name(self, operator, value):
        """Work about records whose name fits, as far as the reader may see them."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        found = Domain.FALSE
        for (entity,) in self._read_group([("res_id", "!=", False)], ["entity"]):
            model = self.env.get(entity)
            if model is not None and model.has_access("read"):
                named = model.with_context(active_test=False).search([("display_name", operator, value)])
                found |= Domain("entity", "=", entity) & Domain("res_id", "in", named.ids)
        return found

    def _record_name(self, res_id=None):
        """The record's name as far as the reader may see it; nothing for an operation that is not there.

        With ``res_id`` that of another record of the kind.
        """
        res_id = res_id or self.res_id
        if self.entity not in self.env or not res_id:
            return False
        record = self.env[self.entity].browse(res_id).exists()
        return record._filtered_access("read").display_name or False

    @api.depends("entity")
    @api.depends_context("lang")
    def _compute_entity_label(self):
        for operation in self:
            known = operation.entity in self.env
            # sudo: a model's label, which every user reads on its menus.
            model = self.env["ir.model"].sudo()._get(operation.entity) if known else None
            operation.entity_label = model.name if known else operation.entity

    @api.depends("entity", "verb")
    @api.depends_context("lang")
    def _compute_verb_label(self):
        words = {
            "create": self.env._("Create"),
            "update": self.env._("Edit"),
            "delete": self.env._("Delete"),
            "void": self.env._("Given Up"),
        }
        for operation in self:
            named = {}
            if operation.verb not in words:
                adapter = self.env["offline.adapter"]._offline_adapter(operation.entity)
                named = adapter._offline_operations() if adapter is not None else {}
            label = named[operation.verb].describe(self.env)["label"] if operation.verb in named else None
            operation.verb_label = words.get(operation.verb) or label or operation.verb

    @api.depends("entity", "res_id", "payload")
    @api.depends_context("uid", "lang", "tz")
    def _compute_content(self):
        for operation in self:
            shown = [name for name in operation._sent_values() if operation._may_show(name)]
            operation.field_labels = ", ".join(operation._label(name) for name in shown)
            operation.content_text = operation._lines(shown)

    @api.depends("payload")
    def _compute_has_content(self):
        for operation in self:
            operation.has_content = bool(
                operation.sudo().payload
            )  # sudo: whether there is any, nothing of it

    def _sent_values(self):
        # sudo: what was sent is shown field by field, if the reader may read them.
        values = (self.sudo().payload or {}).get("values")
        return values if isinstance(values, dict) else {}  # what was refused may have any shape

    def _may_show(self, name):
        return self.entity in self.env and may_read(self.env[self.entity], self.res_id, name)

    def _label(self, name):
        return field_label(self.env[self.entity], name)

    def _lines(self, names):
        """A line for each of these fields with the value that the device sent."""
        self.ensure_one()
        model, values = self.env.get(self.entity), self._sent_values()
        return "\n".join(
            f"{self._label(name)}: "
            f"{value_text(model, name, values[name], relation_of(model, name, self.res_id, values))}"
            for name in names
        )

    def _open_conflicts(self):
        """Make these parked operations records that a person can decide."""
        self.env["offline.conflict"]._open_for(self)

    @api.model
    def _columns(self):
        """The columns of a stored receipt."""
        return _COLUMNS

    @api.model
    def _insert(self, rows):
        """Store receipts in one statement: a list of dicts with exactly the columns of an operation."""
        if not rows:
            return
        values = [
            SQL("(%s)", SQL(", ").join(self._sql_value(column, row[column]) for column in _COLUMNS))
            for row in rows
        ]
        columns = SQL(", ").join(map(SQL.identifier, _COLUMNS))
        self.env.cr.execute(
            SQL("INSERT INTO offline_operation (%s) VALUES %s", columns, SQL(", ").join(values))
        )
        self.invalidate_model(flush=False)

    @api.model
    def _sql_value(self, column, value):
        if column in _JSON:
            return SQL("%s::jsonb", json.dumps(value)) if value is not None else SQL("NULL::jsonb")
        return SQL("%s", value)

    def action_open_record(self):
        """The record that the operation is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.entity,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    def action_open_conflict(self):
        """The conflict that a person has to decide, or decided."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "offline.conflict",
            "res_id": self.conflict_ids[:1].id,
            "view_mode": "form",
        }
