import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..store import decisions, review
from ..store.outcome import Edit, Force, duplicates_of, guarded, is_transient, linked_to
from ..store.story import moment, where_from

_logger = logging.getLogger(__name__)

_GROUP_REVIEWER = "offline_base.offline_base_group_reviewer"
_ENGINE_FIELDS = frozenset(
    {
        "operation_id", "res_model", "res_id", "kind", "state", "outcome", "decided_by_id", "decided_at",
        "undone_by_id", "undone_at", "device_id", "user_id", "name",
    }
)  # fmt: skip


class OfflineConflict(models.Model):
    """An operation that only a person can decide: the whole of it is parked until then, nothing is lost."""

    _name = "offline.conflict"
    _description = "Offline Conflict"
    _inherit = ["offline.asked"]
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
    received_at = fields.Datetime(related="operation_id.received_at", string="Received at", store=True)
    verb = fields.Char(related="operation_id.verb")
    reviewer_id = fields.Many2one(
        "res.users",
        string="Assigned To",
        tracking=True,
        index=True,
        domain=lambda self: [("all_group_ids", "in", self.env.ref(_GROUP_REVIEWER).ids)],
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    record_name = fields.Char("About", compute="_compute_record_name", search="_search_record_name")
    kind = fields.Selection(
        [
            ("fields", "Both Changed"),
            ("deleted", "Deleted Meanwhile"),
            ("scope", "Left the Device"),
            ("expect", "No Longer as Expected"),
            ("duplicate", "Maybe a Duplicate"),
        ],
        string="What Happened",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("open", "To Decide"), ("done", "Decided")], default="open", readonly=True, tracking=True
    )
    outcome = fields.Selection(
        [
            ("server", "Odoo Kept"),
            ("device", "Device Kept"),
            ("fields", "Chosen by Field"),
            ("edited", "Edited"),
            ("reviewer", "Written by the Reviewer"),
            ("created", "Created Again"),
            ("linked", "Linked"),
            ("undone", "Undone"),
        ],
        readonly=True,
        tracking=True,
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_at = fields.Datetime("Decided at", readonly=True)
    can_create = fields.Boolean(compute="_compute_can_create")
    line_ids = fields.One2many("offline.conflict.line", "conflict_id", string="Fields")
    field_labels = fields.Char("Changed on Both Sides", compute="_compute_field_labels")
    rest_text = fields.Text(
        "Also Sent",
        compute="_compute_rest_text",
        help="Fields of the same work that nobody else changed. They are written with any decision but Odoo's.",
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
            conflict.record_name = conflict.operation_id._record_name(conflict.res_id)

    @api.model
    def _search_record_name(self, operator, value):
        return [("operation_id.record_name", operator, value)]

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
            shown = [name for name in rest if operation._may_show(name)]
            conflict.rest_text = operation._lines(shown) if shown else ""

    @api.model
    def _open_for(self, operations):
        """Make each parked operation a record that a person can read and decide, and ask somebody to.

        What fails here (somebody's method on activities, a reviewer without rights) must not fail the device's
        push: then the record stands there without the request to decide it.
        """
        for operation in operations:
            try:
                with guarded(self.env.cr):
                    self._open_one(operation)._ask_somebody()
            except Exception as error:
                if is_transient(error):
                    raise
                _logger.exception("nobody could be asked to decide %s", operation.display_name)
                self._open_one(operation)

    @api.model
    def _open_one(self, operation):
        lines = [
            fields.Command.create({"field_name": name, **sides})
            for name, sides in self._sides(operation).items()
        ]
        values = {
            "operation_id": operation.id,
            "res_model": operation.entity,
            # What may be a duplicate is shown beside the record that it may be one of.
            "res_id": operation.res_id or next(iter(duplicates_of(operation.result)), False),
            "kind": operation.conflict["kind"],
            "state": "open",
            "outcome": False,
            "line_ids": [fields.Command.clear(), *lines],
        }
        conflict = self.search([("operation_id", "=", operation.id)])
        if conflict:
            conflict.write(values)
            return conflict
        return self.create(values)

    def _ask_somebody(self):
        """Give it to a reviewer; what the person on the device is asked needs nobody's attention in the office."""
        operation = self.operation_id.sudo()  # sudo: the engine's record
        self.reviewer_id = self._find_reviewer()
        if operation.conflict.get("decider") != "device":
            self._ask(self.device_id.profile_id, self.env._("Decide a conflict"))
        self._message_log(
            body=where_from(self.env, operation.device_id, operation.corrected_at, operation.received_at)
        )

    def _close(self, by):
        """The operation was decided elsewhere: on the device, or with its unit."""
        for conflict in self.filtered(lambda c: c.state == "open"):
            operation = conflict.operation_id.sudo()  # sudo: how it ended, nothing of the values
            kept = operation.status not in ("resolved_server", "discarded", "amended")
            linked = kept and linked_to(operation.result)
            conflict._note_decision("linked" if linked else "device" if kept else "server", by)

    def _note_decision(self, outcome, by):
        """Write down who decided what; nobody has to any more."""
        # sudo: what was decided is the engine's to write; whether somebody may decide was checked before.
        self.sudo().write(
            {
                "state": "done",
                "outcome": outcome,
                "decided_by_id": by.id,
                "decided_at": fields.Datetime.now(),
            }
        )
        self._answered()

    def _sides(self, operation):
        """{field: base, mine, theirs}. Where the record is out of reach all that was sent is shown, to be rescued."""
        sides = operation.conflict["fields"]
        if sides or (operation.verb != "update" and operation.conflict["kind"] != "duplicate"):
            return sides
        model = self.env.get(operation.entity)
        base = operation.payload.get("base") or {}
        # A record that is created again takes what was sent unless somebody enters something else.
        chosen = {"chosen": "device"} if operation.conflict["kind"] == "deleted" else {}
        return {
            name: {"base": base.get(name), "mine": value, "theirs": None, **chosen}
            for name, value in operation._sent_values().items()
            if model is not None and name in model._fields
        }

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

    @api.depends("state", "kind", "operation_id")
    @api.depends_context("uid")
    def _compute_can_create(self):
        for conflict in self:
            conflict.can_create = (
                conflict.state == "open"
                and conflict.kind == "deleted"
                and conflict.verb == "update"
                and conflict.res_model in self.env
                and self.env[conflict.res_model].has_access("create")
            )

    # --- decisions ------------------------------------------------------------------------------------------

    def action_keep_server(self):
        """Leave the records as they are; the device learns that its change was not taken."""
        return self._decide("server")

    def action_keep_device(self):
        """Write what the person on the device wanted, as that person, with Odoo's validation."""
        return self._decide("device")

    def action_link(self):
        """Say that the new record is the one shown beside it (``same_as`` of the context): no second one is made."""
        for conflict in self:
            if self.env.context.get("same_as", conflict.res_id) != conflict.res_id:
                raise UserError(
                    self.env._("Another record is shown beside %s by now: look at it first.", conflict.name)
                )
        return self._decide("linked")

    def action_show_next(self):
        """Show the next record that the new one may be a duplicate of beside it."""
        for conflict in self:
            conflict._check_open()
            # sudo: what may be meant was found as the device's user; which is shown is the engine's to write.
            there = duplicates_of(conflict.operation_id.sudo().result)
            if conflict.res_id in there:
                conflict.sudo().res_id = there[(there.index(conflict.res_id) + 1) % len(there)]
        return True

    def action_apply_choice(self):
        """Write for each field what was chosen; with a value of your own the whole is written as yourself."""
        for conflict in self:
            if any(not line.chosen for line in conflict.line_ids):
                raise UserError(self.env._("Say for each field which side to keep."))
            edited = any(line.chosen == "value" for line in conflict.line_ids)
            conflict._decide("edited" if edited else "fields")
        return True

    def action_apply_as_reviewer(self):
        """Write what the person on the device wanted as yourself, where they may not any more."""
        return self._decide("reviewer")

    def action_create_again(self):
        """Create the record that was deleted again, as yourself, from what the device sent and you entered."""
        return self._decide("created")

    def _decide(self, outcome):
        for conflict in self.sorted("id"):
            conflict.check_access("write")
            if conflict.state != "open":
                raise UserError(self.env._("%s was already decided.", conflict.name))
            # sudo: the reviewer's right was checked, the operation is the engine's.
            conflict._carry_out(conflict.operation_id.sudo(), outcome)
            if conflict.operation_id.status == "conflict":
                raise UserError(conflict._why_still_open())
            # Where the record to link with was gone, a new one was made all the same.
            is_new = outcome == "linked" and not linked_to(conflict.operation_id.sudo().result)
            conflict._note_decision("device" if is_new else outcome, self.env.user)
            conflict._tell_record()
        return True

    def _carry_out(self, operation, outcome):
        if outcome == "server":
            decisions.keep_server(operation)
        elif outcome == "linked":
            if self.kind != "duplicate" or not self.res_id:
                raise UserError(self.env._("%s is about no duplicate.", self.name))
            decisions.link(operation, self.res_id)
        elif outcome == "created":
            if not self.can_create:
                raise UserError(self.env._("%s cannot be created again.", self.name))
            review.create_again(operation, self.env.user, self._edit())
        elif outcome in ("edited", "reviewer"):
            edit = self._edit() if outcome == "edited" else Edit()
            force = self._force("fields" if outcome == "edited" else "device")
            review.decide(operation, self.env.user, force, edit)
        else:
            decisions.keep_device(operation, self._force(outcome))

    def _force(self, outcome):
        """The decision as the engine takes it: all to the device, or side by side of each field."""
        if outcome == "device":
            return Force(None)
        device = self.line_ids.filtered(lambda line: line.chosen == "device")
        server = self.line_ids - device
        return Force(frozenset(device.mapped("field_name")), frozenset(server.mapped("field_name")))

    def _edit(self):
        """What the reviewer entered. A line that says so and has nothing was written past the screen."""
        entered = self.line_ids.filtered(lambda line: line.chosen == "value")
        if empty := entered.filtered(
            lambda line: not line.sudo().chosen_value
        ):  # sudo: only whether it is set
            raise UserError(self.env._("Enter a value for %s first.", ", ".join(empty.mapped("label"))))
        return Edit({line.field_name: line._entered() for line in entered})

    def _why_still_open(self):
        if self.operation_id.sudo().conflict["kind"] == "fields":  # sudo: which kind is shown on the conflict
            return self.env._("%s was changed again meanwhile: keep one side as a whole.", self.name)
        if self.kind == "duplicate":
            return self.env._(
                "The record shown beside %s cannot be reached by its person any more.", self.name
            )
        return self.env._(
            "The device's change of %s cannot be written any more: keep the server's.", self.name
        )

    def _tell_record(self):
        """Say on the conflict and on its record who decided what; values are not repeated there."""
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        told = self.env._(
            "%(person)s decided a conflict of %(device)s: %(outcome)s. It was done at %(done)s, received %(received)s.",
            person=self.env.user.name,
            device=self.device_id.name,
            outcome=outcomes[self.outcome],
            done=moment(self.env, self.done_at),
            received=moment(self.env, self.received_at),
        )
        body = Markup("<p>%s</p>") % told
        author = self.env.user.partner_id.id
        self._message_log(body=body, author_id=author)
        if self.res_model not in self.env:
            return
        # sudo: who may decide need not be allowed to write on the record; the line says nothing of its values.
        record = self.env[self.res_model].sudo().browse(self.operation_id.res_id).exists()
        if record and hasattr(record, "_message_log"):
            record._message_log(body=body, author_id=author)

    def action_open_record(self):
        """The record that the conflict is about."""
        self.ensure_one()
        action = self.operation_id.action_open_record()
        return action | {"res_id": action["res_id"] or self.res_id}

    def action_open_operation(self):
        """What the device sent, and what became of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "offline.operation",
            "res_id": self.operation_id.id,
            "view_mode": "form",
        }
