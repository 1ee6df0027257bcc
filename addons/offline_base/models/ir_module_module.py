from odoo import models

from .offline_capture import UNINSTALLED


class IrModuleModule(models.Model):
    """The registry that Odoo loads after modules went knows that some did: capture is brought in line with the rest."""

    _inherit = "ir.module.module"

    def module_uninstall(self):
        done = super().module_uninstall()
        UNINSTALLED.add(self.env.cr.dbname)
        return done
