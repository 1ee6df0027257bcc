from odoo import models


class OfflineKept(models.AbstractModel):
    """What happened on a device, as the engine kept it: nobody else writes it."""

    _name = "offline.kept"
    _description = "Kept by the Engine"

    def _has_field_access(self, field, operation):
        return (operation != "write" or self.env.su) and super()._has_field_access(field, operation)
