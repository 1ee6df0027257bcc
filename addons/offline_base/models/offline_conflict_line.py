import json

from odoo import api, fields, models


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
    base_text = fields.Char("Before", compute="_compute_texts")
    mine_text = fields.Char("Device", compute="_compute_texts")
    theirs_text = fields.Char("Server", compute="_compute_texts")
    chosen = fields.Selection([("server", "Server"), ("device", "Device")], string="Keep")

    def _has_field_access(self, field, operation):
        """People say which side to keep; what the sides are is not theirs to change."""
        if operation == "write" and not self.env.su and field.name != "chosen":
            return False
        return super()._has_field_access(field, operation)

    def _may_read(self):
        """Whether the reader may read this field, and the record while it exists."""
        self.ensure_one()
        model = self.env.get(self.conflict_id.res_model)
        field = model._fields.get(self.field_name) if model is not None else None
        if field is None or not model._has_field_access(field, "read"):
            return False
        return model.browse(self.conflict_id.res_id).exists().has_access("read")

    @api.depends("field_name")
    def _compute_label(self):
        for line in self:
            model = self.env.get(line.conflict_id.res_model)
            described = model.fields_get([line.field_name], ["string"]) if model is not None else {}
            line.label = described.get(line.field_name, {}).get("string", line.field_name)

    @api.depends("base", "mine", "theirs")
    @api.depends_context("uid")
    def _compute_texts(self):
        for line in self:
            readable = line._may_read()
            raw = line.sudo()  # sudo: the values are shown only if their reader may read them
            for side in ("base", "mine", "theirs"):
                line[f"{side}_text"] = line._show(raw[side]) if readable else self.env._("(hidden)")

    def _show(self, value):
        """A value as a person reads it; references by name as far as the reader may see them."""
        field = self.env[self.conflict_id.res_model]._fields[self.field_name]
        ids = value if isinstance(value, list) else [value]
        if field.comodel_name and all(isinstance(item, int) for item in ids if item):
            records = self.env[field.comodel_name].browse([item for item in ids if item]).exists()
            return ", ".join(records._filtered_access("read").mapped("display_name"))
        if value in (None, False):
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
