from odoo import api, fields, models

from .value_text import field_label, may_read, relation_of, value_text


class OfflineConflictLine(models.Model):
    """One field of a conflict: what the person on the device saw, what they made of it, what the server has."""

    _name = "offline.conflict.line"
    _description = "Offline Conflict: Field"
    _rec_name = "field_name"
    _order = "id"

    conflict_id = fields.Many2one("offline.conflict", required=True, ondelete="cascade", index=True)
    field_name = fields.Char(required=True)
    label = fields.Char("Field", compute="_compute_label")
    # The raw values are for the engine alone: a reader gets the texts, which leave out what they may not read.
    base = fields.Json(groups=fields.NO_ACCESS)
    mine = fields.Json(groups=fields.NO_ACCESS)
    theirs = fields.Json(groups=fields.NO_ACCESS)
    chosen_value = fields.Json(groups=fields.NO_ACCESS, help='What the office entered: {"value": …}.')
    base_text = fields.Char("Before", compute="_compute_texts")
    mine_text = fields.Char("On the Device", compute="_compute_texts")
    theirs_text = fields.Char("In Odoo", compute="_compute_texts")
    chosen_text = fields.Char("Entered", compute="_compute_texts")
    chosen = fields.Selection([("server", "Odoo"), ("device", "Device"), ("value", "Edited")], string="Keep")

    def _has_field_access(self, field, operation):
        """People say which side to keep; what the sides are is not theirs to change."""
        if operation == "write" and not self.env.su and field.name != "chosen":
            return False
        return super()._has_field_access(field, operation)

    def _may_read(self):
        """Whether the reader may read this field, and the record while it exists."""
        self.ensure_one()
        model = self.env.get(self.conflict_id.res_model)
        return model is not None and may_read(model, self.conflict_id.res_id, self.field_name)

    def _relation(self):
        """The model that the field's references point to, if it holds references."""
        conflict, sent = self.conflict_id, self.conflict_id.operation_id._sent_values()
        return relation_of(self.env[conflict.res_model], self.field_name, conflict.res_id, sent)

    @api.depends("field_name")
    @api.depends_context("lang")
    def _compute_label(self):
        for line in self:
            line.label = field_label(self.env.get(line.conflict_id.res_model), line.field_name)

    @api.depends("base", "mine", "theirs", "chosen_value")
    @api.depends_context("uid", "lang", "tz")
    def _compute_texts(self):
        for line in self:
            model = self.env.get(line.conflict_id.res_model) if line._may_read() else None
            raw = line.sudo()  # sudo: the values are shown only if their reader may read them
            sides = {"base": raw.base, "mine": raw.mine, "theirs": raw.theirs, "chosen": line._entered()}
            for side, value in sides.items():
                shown = self.env._("(hidden)")
                if model is not None:
                    shown = value_text(model, line.field_name, value, line._relation())
                line[f"{side}_text"] = shown

    def _entered(self):
        """What the office entered, canonical; None while there is nothing."""
        # sudo: the engine's own reading; who may see it is decided by who asks.
        return (self.sudo().chosen_value or {}).get("value")

    def action_choose_device(self):
        """Keep what the device wanted; nothing is written until the choices are applied."""
        self.chosen = "device"
        return True

    def action_choose_server(self):
        """Keep what the server holds."""
        self.chosen = "server"
        return True
