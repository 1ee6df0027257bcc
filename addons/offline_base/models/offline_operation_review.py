from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.errors import CATALOGUE
from ..store import decisions, review
from ..store.outcome import Edit
from .arguments import argument_inputs
from .value_edit import described, for_input, from_input, may_edit
from .value_text import relation_of, value_text

_VALUE_VERBS = ("create", "update")
_GROUP_MANAGER = "offline_base.offline_base_group_manager"
_GROUP_REVIEWER = "offline_base.offline_base_group_reviewer"


class OfflineOperationReview(models.Model):
    """Refused work in the hands of the office: why, what to do, and what the office makes of it."""

    _inherit = "offline.operation"

    reviewer_id = fields.Many2one(
        "res.users",
        "Assigned To",
        readonly=True,
        index="btree_not_null",
        help="Who finishes it, if it was refused.",
    )
    run_by_id = fields.Many2one(
        "res.users", "Run as", readonly=True, help="Who of the office ran it instead of the device's user."
    )
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_at = fields.Datetime("Decided at", readonly=True)
    discard_reason = fields.Char("Why Discarded", readonly=True)
    edited = fields.Json(
        readonly=True,
        groups="offline_base.offline_base_group_manager",
        help="What the office entered instead of what was sent.",
    )
    replaced = fields.Json(groups=fields.NO_ACCESS, help="What a decision wrote over, to undo it.")
    timed = fields.Json(
        groups=fields.NO_ACCESS,
        help="The fields that it changed of which the newest edit counts, each with its transaction's time.",
    )
    title = fields.Char("Why", compute="_compute_title")
    remedy = fields.Char("What to Do", compute="_compute_title")
    blocker_ids = fields.Many2many("offline.operation", string="Waits for", compute="_compute_blocker_ids")

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_title(self):
        remedies = self._remedies()
        for operation in self:
            entry = CATALOGUE.get(operation.code or "")
            # The catalogue's sentences are marked for translation where they stand.
            operation.title = entry and self.env._(entry.title)  # pylint: disable=gettext-variable
            remedy = entry and self.env._(entry.remedy)  # pylint: disable=gettext-variable
            operation.remedy = remedies.get(operation.code) or remedy

    def _remedies(self):
        """What the office can do; the catalogue's remedies speak to the person on the device."""
        correct = self.env._(
            "Correct the values below and run it again, or mend the cause in Odoo and try again."
        )
        profile = self.env._("Change the device's profile and try again, or discard it.")
        leave_out = self.env._("Leave the field out below and run it again.")
        return {
            "validation_failed": correct,
            "constraint_violated": correct,
            "value_invalid": correct,
            "required_missing": self.env._("Fill in what is missing below and run it again."),
            "reference_unknown": self.env._("Choose another record below and run it again."),
            "access_denied": self.env._(
                "Give the person the right and try again, or run it as yourself: edit it below."
            ),
            "field_unknown": leave_out,
            "field_read_only": leave_out,
            "entity_unknown": profile,
            "entity_read_only": profile,
            "internal_error": self.env._(
                "Ask an administrator: the server's log says what failed. Then try again."
            ),
        }

    @api.depends("blocked_by")
    def _compute_blocker_ids(self):
        for operation in self:
            found = self.search(
                [("device_id", "=", operation.device_id.id), ("seq", "in", operation.blocked_by or [])]
            )
            # Work that was sent again after another enrolment is decided where it was received first.
            operation.blocker_ids = found.filtered(lambda o: not o.is_repeat) | found.original_id

    # --- what the screen shows ------------------------------------------------------------------------------

    def review(self):
        """What was sent, field by field with inputs, as far as the reader may read it; see also `run_with`."""
        self.ensure_one()
        self.check_access("read")
        specs = self._specs()
        model = self.env[self.entity] if specs else None
        sent = self._sent_values()
        errors = (
            self.sudo().field_errors or {}
        )  # sudo: sentences, shown beside fields that the reader may read
        names = [name for name in sent if model is not None and name in model._fields]
        missing = [n for n in errors if n in specs and n not in sent and self.verb in _VALUE_VERBS]
        may_edit_it = self.status == "rejected" and self.env.user.has_group(_GROUP_REVIEWER)
        return {
            "id": self.id,
            "status": self.status,
            "model": self.entity or "",
            "may_edit": may_edit_it and bool(specs),
            "fields": described(model, specs, specs, self.res_id, sent)
            if specs and self.verb in _VALUE_VERBS
            else {},
            "lines": [self._line_view(model, specs, name, sent, errors) for name in names + missing],
            "unknown": sorted(set(sent) - set(names)),
            "args": self._arguments(),
        }

    def _specs(self):
        adapter = self.env["offline.adapter"]._offline_adapter(self.entity)
        return adapter._offline_specs() if adapter is not None else {}

    def _line_view(self, model, specs, name, sent, errors):
        view = {"name": name, "label": self._label(name), "hidden": True}
        if not self._may_show(name):
            return view
        spec, value = specs.get(name), sent.get(name)
        relation = relation_of(model, name, self.res_id, sent)
        return {
            **view,
            "hidden": False,
            "is_rich": model._fields[name].type == "html",
            "missing": name not in sent,
            "text": value_text(model, name, value, relation),
            "error": errors.get(name, ""),
            "editable": spec is not None and may_edit(spec),
            "input": for_input(model, spec, value, relation) if spec else False,
        }

    def _arguments(self):
        adapter = self.env["offline.adapter"]._offline_adapter(self.entity)
        named = adapter._offline_operations().get(self.verb) if adapter is not None else None
        if named is None or not self._may_read_record():
            return []
        # sudo: the arguments of work on a record that the reader may read, checked above.
        return argument_inputs(named.args.model_json_schema(), (self.sudo().payload or {}).get("args"))

    def _may_read_record(self):
        """Whether the reader may read what it is about; without a record only its person and managers may."""
        record = self.env[self.entity].browse(self.res_id or ()).exists()
        if record:
            return record.has_access("read")
        return self.user_id == self.env.user or self.env.user.has_group(_GROUP_MANAGER)

    # --- what the office does -------------------------------------------------------------------------------

    def run_with(self, values=None, args=None, without=None):
        """Run refused work as yourself: ``values`` instead of those sent, ``without`` these fields; both are kept."""
        self.ensure_one()
        self._check_decidable("rejected")
        specs = self._specs()
        entered = {}
        for name, value in (values or {}).items():
            if name not in specs or not self._may_show(name):
                raise UserError(self.env._("You may not change: %s.", name))
            entered[name] = from_input(self.env[self.entity], specs[name], value)
        # sudo: checked above, the engine's record; what is written is written as the reviewer.
        review.run_again(self.sudo(), self.env.user, Edit(entered, args), frozenset(without or ()))
        return True

    def action_retry(self):
        """Run rejected operations again as their user, then what waited for them."""
        for operation in self.sorted("id"):
            operation._check_decidable("rejected")
            decisions.retry(operation.sudo())  # sudo: checked above, the engine's record
        return True

    def action_happened(self):
        """Say that interrupted work did happen, as somebody looked up: nothing is run."""
        for operation in self.sorted("id"):
            operation._check_decidable("unknown")
            decisions.happened(operation.sudo())  # sudo: checked above, the engine's record
        return True

    def action_did_not_happen(self):
        """Say that interrupted work did not happen: it runs again as its user."""
        for operation in self.sorted("id"):
            operation._check_decidable("unknown")
            decisions.retry(operation.sudo())  # sudo: checked above, the engine's record
        return True

    def action_discard(self, reason=None):
        """Give rejected operations up for a reason; what depended on a record that never came is rejected too."""
        for operation in self.sorted("id"):
            operation._check_decidable("rejected")
            decisions.discard(operation.sudo(), reason)  # sudo: checked above, the engine's record
        return True

    def decide_many(self, act, reason=None):
        """Retry or discard each by itself: {"done": ids, "failed": {id: why}}; one that fails stops no other."""
        if act not in ("retry", "discard"):
            raise UserError(self.env._("There is no such choice."))
        done, failed = [], {}
        for operation in self.sorted("id"):
            try:
                with self.env.cr.savepoint():
                    operation.action_retry() if act == "retry" else operation.action_discard(reason)
            except UserError as error:
                failed[str(operation.id)] = str(error)
                continue
            if operation.status == "rejected":
                failed[str(operation.id)] = operation.message or ""
            else:
                done.append(operation.id)
        return {"done": done, "failed": failed}

    def similar(self):
        """Others that were refused for the same reason: the same work on the same kind of records, the same code."""
        found = self.browse()
        for operation in self:
            found |= self.search(
                [
                    ("status", "=", "rejected"),
                    ("entity", "=", operation.entity),
                    ("verb", "=", operation.verb),
                    ("code", "=", operation.code),
                ]
            )
        return found - self

    def assign(self, user_id):
        """Ask somebody to finish refused work."""
        self._check_reviewer()
        user = self.env["res.users"].browse(user_id).exists()
        if not user or not user.has_group(_GROUP_REVIEWER):
            raise UserError(self.env._("Only a conflict reviewer can be asked to decide."))
        operations = self.sudo()  # sudo: the engine's records; who may assign was checked
        operations.reviewer_id = user
        for operation in operations.filtered(lambda one: one.status == "rejected"):
            operation._ask(operation.device_id.profile_id, self.env._("Finish refused work"))
        return True

    def action_assign_to_me(self):
        """Take it upon yourself."""
        return self.assign(self.env.uid)

    def _check_decidable(self, status):
        self.ensure_one()
        self._check_reviewer()
        if self.status != status:
            raise UserError(self.env._("%s was already decided.", self.display_name))

    def _check_reviewer(self):
        if not self.env.user.has_group(_GROUP_REVIEWER):
            raise UserError(self.env._("Only a conflict reviewer may decide this."))
