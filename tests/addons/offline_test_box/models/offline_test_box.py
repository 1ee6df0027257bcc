from odoo import api, fields, models


class OfflineTestBox(models.Model):
    """A box on a shelf in a room, with items made of parts in it and labels on it."""

    _name = "offline.test.box"
    _description = "Test Box"

    name = fields.Char(required=True)
    due = fields.Date()
    place = fields.Char(company_dependent=True)
    shelf_id = fields.Many2one("offline.test.shelf")
    item_ids = fields.One2many("offline.test.item", "box_id")
    label_ids = fields.Many2many("offline.test.label")
    shelf_name = fields.Char(related="shelf_id.name", string="Shelf Name")
    room_name = fields.Char(related="shelf_id.room_id.name", string="Room Name")
    weight = fields.Float(compute="_compute_weight")
    part_count = fields.Integer(compute="_compute_part_count")
    label_text = fields.Char(compute="_compute_label_text")
    is_late = fields.Boolean(compute="_compute_is_late")
    notes_about = fields.Integer(compute="_compute_notes_about")

    @api.depends("item_ids.weight")
    def _compute_weight(self):
        for box in self:
            box.weight = sum(box.item_ids.mapped("weight"))

    def _compute_part_count(self):
        for box in self:
            box.part_count = self.env["offline.test.part"].search_count([("item_id.box_id", "=", box.id)])

    @api.depends("label_ids.name")
    def _compute_label_text(self):
        for box in self:
            box.label_text = ", ".join(sorted(box.label_ids.mapped("name")))

    @api.depends("due")
    def _compute_is_late(self):
        for box in self:
            box.is_late = bool(box.due and box.due < fields.Date.context_today(box))

    def _compute_notes_about(self):
        for box in self:
            domain = [("res_model", "=", self._name), ("res_id", "=", box.id)]
            box.notes_about = (
                self.env["ir.attachment"].sudo().search_count(domain)
            )  # sudo: a count, in a test


class OfflineTestItem(models.Model):
    """Something in a box."""

    _name = "offline.test.item"
    _description = "Test Item"

    box_id = fields.Many2one("offline.test.box", ondelete="cascade")
    weight = fields.Float()


class OfflineTestPart(models.Model):
    """What an item is made of."""

    _name = "offline.test.part"
    _description = "Test Part"

    item_id = fields.Many2one("offline.test.item", ondelete="cascade")


class OfflineTestLabel(models.Model):
    """A label that several boxes bear."""

    _name = "offline.test.label"
    _description = "Test Label"

    name = fields.Char(required=True)


class OfflineTestShelf(models.Model):
    """Where boxes stand."""

    _name = "offline.test.shelf"
    _description = "Test Shelf"

    name = fields.Char(required=True)
    room_id = fields.Many2one("offline.test.room")


class OfflineTestRoom(models.Model):
    """Where shelves stand."""

    _name = "offline.test.room"
    _description = "Test Room"

    name = fields.Char(required=True)
