from odoo import models


class OfflineOperation(models.Model):
    _inherit = "offline.operation"

    _quoted_order_index = models.Index("((result->>'order')) WHERE entity = 'crm.lead' AND verb = 'quote'")
