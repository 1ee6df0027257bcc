from odoo import api, fields, models
from odoo.exceptions import UserError

from ..store import decisions
from ..store.outcome import Force

_ENGINE_FIELDS = frozenset(
    {
        "operation_id", "res_model", "res_id", "kind", "state", "outcome", "decided_by_id", "decided_at",
        "device_id", "user_id", "name",
    }
)  # fmt: skip


class OfflineConflict(models.Model):
    """An operation that only a person can decide: the whole of it is parked until then, nothing is lost."""

    _name = "offline.conflict"
    _description = "Offline Conflict"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state desc, id desc"
    _rec_name = "name"

    name = fields.Char(compute="_compute_name", store=True)
    operation_id = fields.Many2one(
        "offline.operation", required=True, readonly=True, ondelete="cascade", index=True
    )
    device_id = fields.Many2one(related="operation_id.device_id", store=True)
    user_id = fields.Many2one(related="device_id.user_id", string="Done by", store=True)
    done_at = fields.Datetime(related="operation_id.corrected_at", string="Done at")
    verb_label = fields.Char(related="operation_id.verb_label")
    entity_label = fields.Char(related="operation_id.entity_label")
    reviewer_id = fields.Many2one("res.users", string="Assigned To", tracking=True)
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    record_name = fields.Char("About", compute="_compute_record_name")
    kind = fields.Selection(
        [
            ("fields", "Both Changed"),
            ("deleted", "Deleted Meanwhile"),
            ("scope", "Left the Device"),
            ("expect", "No Longer as Expected"),
        ],
        string="What Happened",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("open", "To Decide"), ("done", "Decided")], default="open", readonly=True, tracking=True
    )
    outcome = fields.Selection(
        [("server", "Server Kept"), ("device", "Device Kept"), ("fields", "Chosen by Field")],
        readonly=True,
        tracking=True,
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_at = fields.Datetime("Decided at", readonly=True)
    line_ids = fields.One2many("offline.conflict.line", "conflict_id", string="Fields")
    field_labels = fields.Char("Changed on Both Sides", compute="_compute_field_labels")
    rest_text = fields.Text(
        "Also Sent",
        compute="_compute_rest_text",
        help="Fields of the same work that nobody else changed. They are written with any decision but the server's.",
    )

    _operation_unique = models.Constraint("UNIQUE (operation_id)", "An operation has one conflict at a time.")

    def _has_field_access(self, field, operation):
        """What happened and what was decided is written by the engine only, whoever may assign a conflict."""
        if operation == "write" and not self.env.su and field.name in _ENGINE_FIELDS:
            return False
        return super()._has_field_access(field, operation)

    @api.depends("res_model", "kind", "operation_id")
    def _compute_name(self):
        for conflict in self:
            conflict.name = f"{conflict.operation_id.device_id.name} #{conflict.operation_id.seq}"

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_record_name(self):
        for conflict in self:
            conflict.record_name = conflict.operation_id._record_name()

    @api.depends("name", "record_name")
    def _compute_display_name(self):
        for conflict in self:
            named = conflict.record_name
            conflict.display_name = f"{named} ({conflict.name})" if named else conflict.name

    @api.depends("line_ids.label")
    def _compute_field_labels(self):
        for conflict in self:
            conflict.field_labels = ", ".join(conflict.line_ids.mapped("label"))

    @api.depends("operation_id", "line_ids.field_name")
    @api.depends_context("uid", "lang", "tz")
    def _compute_rest_text(self):
        for conflict in self:
            operation = conflict.operation_id
            # sudo: which fields were sent; they are shown if the reader may read them.
            sent = (operation.sudo().payload or {}).get("values") or {}
            rest = [name for name in sent if name not in conflict.line_ids.mapped("field_name")]
            conflict.rest_text = operation._lines(name for name in rest if operation._may_show(name))

    @api.model
    def _open_for(self, operations):
        """Make each parked operation a record that a person can read and decide, and ask somebody to."""
        for operation in operations:
            lines = [
                fields.Command.create({"field_name": name, **sides})
                for name, sides in operation.conflict["fields"].items()
            ]
            values = {
                "operation_id": operation.id,
                "res_model": operation.entity,
                "res_id": operation.res_id,
                "kind": operation.conflict["kind"],
                "state": "open",
                "outcome": False,
                "line_ids": [fields.Command.clear(), *lines],
            }
            conflict = self.search([("operation_id", "=", operation.id)])
            if conflict:
                conflict.write(values)
            else:
                conflict = self.create(values)
            conflict.reviewer_id = conflict._find_reviewer()
            conflict.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=conflict.reviewer_id.id,
                summary=self.env._("Decide a conflict"),
            )

    def _find_reviewer(self):
        """The record's responsible if they may decide, else the profile's reviewer, else a manager."""
        record = self.env[self.res_model].browse(self.res_id).exists()
        responsible = record.user_id if record and "user_id" in record._fields else self.env["res.users"]
        managers = self.env.ref("offline_base.offline_base_group_manager").all_user_ids
        candidates = responsible[:1] + self.device_id.profile_id.reviewer_id + managers.sorted("id")
        reviewers = candidates.filtered(
            lambda user: user.active and user.has_group("offline_base.offline_base_group_reviewer")
        )
        return reviewers[:1] or self.env.ref("base.user_admin")

    def action_keep_server(self):
        """Leave the records as they are; the device learns that its change was not taken."""
        return self._decide("server")

    def action_keep_device(self):
        """Write what the person on the device wanted, as that person, with Odoo's validation."""
        return self._decide("device")

    def action_apply_choice(self):
        """Write those fields whose line says "Device", keep the others."""
        for conflict in self:
            if any(not line.chosen for line in conflict.line_ids):
                raise UserError(self.env._("Say for each field which side to keep."))
        return self._decide("fields")

    def _decide(self, outcome):
        for conflict in self.sorted("id"):
            conflict.check_access("write")
            if conflict.state != "open":
                raise UserError(self.env._("%s was already decided.", conflict.name))
            # sudo: the reviewer's right was checked, the operation is the engine's.
            operation = conflict.operation_id.sudo()
            if outcome == "server":
                decisions.keep_server(operation)
            else:
                decisions.keep_device(operation, conflict._force(outcome))
            if operation.status == "conflict":
                raise UserError(conflict._why_still_open(operation))
            # sudo: the reviewer's right was checked, and the decision is the engine's to write down.
            conflict.sudo().write(
                {
                    "state": "done",
                    "outcome": outcome,
                    "decided_by_id": self.env.uid,
                    "decided_at": fields.Datetime.now(),
                }
            )
            conflict.activity_feedback(["mail.mail_activity_data_todo"])
        return True

    def _force(self, outcome):
        """The decision as the engine takes it: all to the device, or side by side of each field."""
        if outcome == "device":
            return Force(None)
        device = self.line_ids.filtered(lambda line: line.chosen == "device")
        server = self.line_ids - device
        return Force(frozenset(device.mapped("field_name")), frozenset(server.mapped("field_name")))

    def _why_still_open(self, operation):
        if operation.conflict["kind"] == "fields":
            return self.env._("%s was changed again meanwhile: keep one side as a whole.", self.name)
        return self.env._(
            "The device's change of %s cannot be written any more: keep the server's.", self.name
        )

    def action_open_record(self):
        """The record that the conflict is about."""
        return self.operation_id.action_open_record()
