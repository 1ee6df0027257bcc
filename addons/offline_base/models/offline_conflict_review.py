from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..core.words import marked
from ..store import reader
from ..store.outcome import duplicates_of
from .value_edit import described, for_input, from_input
from .value_text import value_text

_TEXTS = ("char", "text", "html")


class OfflineConflictReview(models.Model):
    """What the review screen shows of a conflict, and what people say there."""

    _inherit = "offline.conflict"

    device_decides = fields.Boolean(
        compute="_compute_device_decides", help="By its policy the person on the device is asked."
    )
    has_others = fields.Boolean(
        compute="_compute_has_others",
        help="It may be a duplicate of more records than the one that is shown.",
    )

    @api.depends("operation_id", "state")
    def _compute_device_decides(self):
        for conflict in self:
            sides = conflict.operation_id.sudo().conflict or {}  # sudo: who is asked, nothing of the values
            conflict.device_decides = conflict.state == "open" and sides.get("decider") == "device"

    @api.depends("operation_id", "state")
    def _compute_has_others(self):
        for conflict in self:
            # sudo: only how many there are.
            there = duplicates_of(conflict.operation_id.sudo().result)
            conflict.has_others = conflict.kind == "duplicate" and len(there) > 1

    def review(self):
        """All that the screen shows, filtered by what its reader may read: headline, fields side by side, inputs."""
        self.ensure_one()
        self.check_access("read")
        specs = self._specs()
        lines = [self._line_view(line, specs) for line in self.line_ids]
        visible = [line["name"] for line in lines if not line["hidden"]]
        return {
            "id": self.id,
            "state": self.state,
            "kind": self.kind,
            "model": self.res_model,
            "headline": self._headline(),
            "lines": lines,
            "rest": self.rest_text or "",
            "fields": self._inputs(specs, visible),
            "may_add": self.can_create,
            "may_choose": self.state == "open" and self.has_access("write") and self._chooses(),
        }

    def _inputs(self, specs, names):
        """What the screen has to know of the fields that can be entered; all of them where a record is created."""
        if not specs:
            return {}
        names, sent = specs if self.can_create else names, self.operation_id._sent_values()
        return described(self.env[self.res_model], specs, names, self.res_id, sent)

    def choose(self, field_name, side, value=None):
        """Say what to keep of one field: "server", "device", or "value" with a value of your own; False forgets."""
        self.ensure_one()
        self._check_open()
        line = self.line_ids.filtered(lambda line: line.field_name == field_name)
        specs = self._specs()
        if not line and side == "value" and self.can_create and field_name in specs:
            # sudo: the right was checked; a record that is created again may need more than the device sent.
            line = self.sudo().line_ids.create({"conflict_id": self.id, "field_name": field_name}).sudo(False)
        if not line or side not in ("server", "device", "value", False):
            raise UserError(self.env._("There is no such choice."))
        if side == "value":
            if field_name not in specs or not line._may_read():
                raise UserError(self.env._("You may not change: %s.", line.label))
            entered = from_input(self.env[self.res_model], specs[field_name], value)
            # sudo: the right was checked above; raw values are the engine's to keep.
            line.sudo().chosen_value = {"value": entered}
        line.chosen = side
        return self.review()

    def choose_all(self, side):
        """Say the same side for each field."""
        self.ensure_one()
        self._check_open()
        if side not in ("server", "device", False):
            raise UserError(self.env._("There is no such choice."))
        self.line_ids.chosen = side
        return self.review()

    def _check_open(self):
        self.check_access("write")
        if self.state != "open":
            raise UserError(self.env._("%s was already decided.", self.name))

    def _chooses(self):
        """Whether fields are decided one by one: both sides changed them, or the record is created again."""
        return self.kind == "fields" or self.can_create

    def _specs(self):
        """{field: spec} of the entity as the reader may read it; empty where its addon is gone."""
        adapter = self.env["offline.adapter"]._offline_adapter(self.res_model)
        return adapter._offline_specs() if adapter is not None else {}

    def _headline(self):
        operation = self.operation_id
        values = {
            "person": self.user_id.sudo().name,  # sudo: a colleague's name
            "device": self.device_id.name,
            "work": operation.verb_label,
            "entity": operation.entity_label,
            "record": self.record_name or "",
        }
        return {
            **values,
            "done_at": format_datetime(self.env, self.done_at, dt_format="short") if self.done_at else "",
            "received_at": format_datetime(self.env, self.received_at, dt_format="short")
            if self.received_at
            else "",
            "sent": "" if self.line_ids else operation.content_text or "",
        }

    def _line_view(self, line, specs):
        """One field: its sides with what changed marked. A hidden field says its name and nothing else."""
        view = {"name": line.field_name, "label": line.label, "chosen": line.chosen, "hidden": True}
        model = self.env.get(self.res_model)
        if not line._may_read() or model is None:
            return view
        raw = line.sudo()  # sudo: the reader may read the field, checked above
        theirs = raw.theirs if self.kind in ("fields", "expect") else self._present(line.field_name, specs)
        relation = line._relation()
        texts = {
            side: value_text(model, line.field_name, value, relation)
            for side, value in (("base", raw.base), ("mine", raw.mine), ("theirs", theirs))
        }
        spec = specs.get(line.field_name)
        start = raw.chosen_value["value"] if raw.chosen_value else raw.mine
        return {
            **view,
            "hidden": False,
            "is_rich": model._fields[line.field_name].type == "html",
            "sent": line.field_name in self.operation_id._sent_values() or self.kind == "expect",
            "base": texts["base"],
            "mine": self._marked(line.field_name, texts["base"], texts["mine"]),
            "theirs": self._marked(line.field_name, texts["base"], texts["theirs"]),
            "entered": line.chosen_text if raw.chosen_value else "",
            "input": for_input(model, spec, start, relation) if spec else False,
        }

    def _marked(self, name, before, after):
        """The text in pieces, what is new in it marked: word by word in texts, else as a whole."""
        if self.env[self.res_model]._fields[name].type in _TEXTS:
            return marked(before, after)
        return [(after, before != after)] if after else []

    def _present(self, name, specs):
        """What the record holds now, where its user cannot see it but the reader can."""
        record = self.env[self.res_model].browse(self.res_id).exists() if self.res_id else None
        if not record or name not in specs or not record.has_access("read"):
            return None
        adapter = self.env["offline.adapter"]._offline_adapter(self.res_model)
        return reader.read_values(adapter, {name: specs[name]}, record.ids)[record.id][name]

    # --- many, and for whom ---------------------------------------------------------------------------------

    def decide_many(self, outcome):
        """Decide each by itself: {"done": ids, "failed": {id: why}}; one that fails stays open, the others count."""
        if outcome not in ("server", "device"):
            raise UserError(self.env._("There is no such choice."))
        done, failed = [], {}
        for conflict in self.sorted("id"):
            try:
                with self.env.cr.savepoint():
                    conflict._decide("linked" if outcome == "server" and conflict._is_one() else outcome)
            except UserError as error:
                failed[str(conflict.id)] = str(error)
                continue
            if (operation := conflict.operation_id).status == "rejected":
                failed[str(conflict.id)] = self.env._("Odoo refused it: %s", operation.message or "")
            else:
                done.append(conflict.id)
        return {"done": done, "failed": failed}

    def _is_one(self):
        """Whether the new record is the one shown beside it as far as the entity can tell, and not only alike."""
        adapter = self.env["offline.adapter"]._offline_adapter(self.res_model)
        may_link = adapter is not None and adapter._offline_may_link
        return may_link and self.kind == "duplicate" and not self.has_others

    def assign(self, user_id):
        """Ask somebody else to decide; the activity moves along."""
        self.check_access("write")
        user = self.env["res.users"].browse(user_id).exists()
        if not user or not user.has_group("offline_base.offline_base_group_reviewer"):
            raise UserError(self.env._("Only a conflict reviewer can be asked to decide."))
        self.write({"reviewer_id": user.id})
        return True

    def action_assign_to_me(self):
        """Take it upon yourself."""
        return self.assign(self.env.uid)

    @api.model
    def to_do(self):
        """What waits for the reader or for anybody: {"conflicts", "rejected", "suspected"}, for the systray.

        ``suspected``: this looks like a copy of a database, which is asked of managers only.
        """
        mine = [("reviewer_id", "in", [self.env.uid, False])]
        conflicts = self.search_count([("state", "=", "open"), *mine])
        rejected = self.env["offline.operation"].search_count([("status", "=", "rejected"), *mine])
        epochs = self.env["offline.epoch"]
        suspected = epochs.has_access("read") and epochs._is_suspected()
        return {"conflicts": conflicts, "rejected": rejected, "suspected": suspected}

    @api.model
    def record_summary(self, model, record_id):
        """What waits about one record, for the banner on its form: counts, and what a link opens."""
        conflicts = self.search(
            [("res_model", "=", model), ("res_id", "=", record_id), ("state", "=", "open")]
        )
        operations = self.env["offline.operation"]
        adapter = self.env["offline.adapter"]._offline_adapter(model)
        # Of a record that was deleted there is nothing left to keep from its reader.
        may_read = adapter is not None and self.env[model].browse(record_id).exists().has_access("read")
        work = adapter._offline_work(record_id) if may_read else Domain.FALSE
        about = work & Domain("is_repeat", "=", False)
        return {
            "conflicts": conflicts.ids,
            "rejected": operations.search(about & Domain("status", "=", "rejected")).ids,
            "operations": operations.search_count(about),
            "work": list(about),
        }
