from odoo import api, fields, models
from odoo.exceptions import UserError

_ACTS = [
    ("server", "Keep Odoo's"),
    ("device", "Keep the Device's"),
    ("retry", "Try Again"),
    ("discard", "Discard"),
    ("assign", "Assign"),
]


class OfflineDecision(models.TransientModel):
    """Decide many at once: says what it is about to do, does it one by one, and tells which ones failed."""

    _name = "offline.decision"
    _description = "Decide Offline Work"

    act = fields.Selection(_ACTS, required=True, readonly=True)
    state = fields.Selection([("ask", "Asking"), ("done", "Done")], default="ask", readonly=True)
    conflict_ids = fields.Many2many("offline.conflict", readonly=True)
    operation_ids = fields.Many2many("offline.operation", readonly=True)
    count = fields.Integer(compute="_compute_count")
    kinds_text = fields.Text("Chosen", compute="_compute_count")
    similar_count = fields.Integer(compute="_compute_count")
    with_similar = fields.Boolean(
        "And All Refused for the Same Reason",
        help="The same work on the same kind of records, refused alike.",
    )
    reason = fields.Char(help="It is kept with the work, and the person on the device is told.")
    user_id = fields.Many2one(
        "res.users",
        "Assign To",
        default=lambda self: self.env.user,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("offline_base.offline_base_group_reviewer").ids)
        ],
    )
    done_count = fields.Integer(readonly=True)
    failed_count = fields.Integer(readonly=True)
    failed_text = fields.Text("What Did Not Work", readonly=True)

    @api.model
    def default_get(self, fields):
        """The records from which the wizard was opened: those of a list that are still to be decided, or one."""
        values = super().default_get(fields)
        ids = self.env.context.get("active_ids", [])
        model = self.env.context.get("active_model")
        if model == "offline.conflict":
            values["conflict_ids"] = self.env[model].browse(ids).filtered(lambda c: c.state == "open").ids
        elif model == "offline.operation":
            rejected = self.env[model].browse(ids).filtered(lambda o: o.status == "rejected")
            values["operation_ids"] = rejected.ids
        return values

    @api.depends("conflict_ids", "operation_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.conflict_ids) + len(wizard.operation_ids)
            wizard.similar_count = len(wizard.operation_ids.similar())
            wizard.kinds_text = "\n".join(wizard._kinds())

    def _kinds(self):
        """How many of which kind: a person sees what they are about to decide."""
        kinds = dict(self.env["offline.conflict"]._fields["kind"]._description_selection(self.env))
        counts = {}
        for conflict in self.conflict_ids:
            label = f"{conflict.entity_label}: {kinds[conflict.kind]}"
            counts[label] = counts.get(label, 0) + 1
        for operation in self.operation_ids:
            label = (
                f"{operation.entity_label}: {operation.verb_label}, {operation.message or operation.title}"
            )
            counts[label] = counts.get(label, 0) + 1
        return [f"{count} × {label}" for label, count in counts.items()]

    def action_decide(self):
        """Do it, and show what became of it; without a failure the window closes."""
        self.ensure_one()
        if not self.count:
            raise UserError(self.env._("All of these were already decided."))
        answer = self._carry_out()
        names = {
            str(record.id): record.display_name
            for record in [*self.conflict_ids, *self.operation_ids, *self.operation_ids.similar()]
        }
        failed = [f"{names.get(key, key)}: {why}" for key, why in answer["failed"].items()]
        self.write(
            {
                "state": "done",
                "done_count": len(answer["done"]),
                "failed_count": len(failed),
                "failed_text": "\n".join(failed),
            }
        )
        if not failed:
            return {"type": "ir.actions.act_window_close", "infos": {"done": True}}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Not Everything Worked"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def _carry_out(self):
        operations = self.operation_ids
        if self.with_similar and self.act in ("retry", "discard"):
            operations |= operations.similar()
        if self.act == "assign":
            for records in (self.conflict_ids, operations):
                if records:
                    records.assign(self.user_id.id)
            return {"done": [*self.conflict_ids.ids, *operations.ids], "failed": {}}
        if self.act in ("server", "device"):
            return self.conflict_ids.decide_many(self.act)
        if self.act == "discard" and not self.reason:
            raise UserError(self.env._("Say why it is given up."))
        return operations.decide_many(self.act, self.reason)
