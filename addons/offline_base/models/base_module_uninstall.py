from odoo import api, fields, models

from ..store.farewell import unsent


class BaseModuleUninstall(models.TransientModel):
    """Who uninstalls the engine is told what is lost on devices."""

    _inherit = "base.module.uninstall"

    offline_warning = fields.Char(compute="_compute_offline_warning")

    @api.depends("module_ids")
    def _compute_offline_warning(self):
        for wizard in self:
            gone = "offline_base" in wizard._get_modules().mapped("name")
            wizard.offline_warning = gone and self._offline_warning()

    def _offline_warning(self):
        left = unsent(self.env.cr)
        if not (left.devices or left.waiting):
            return False
        return self.env._(
            "%(holding)s of %(devices)s devices hold %(operations)s unsent operations, and %(waiting)s operations wait "
            "for a decision. All of that is lost to Odoo: let the devices sync and decide first.",
            holding=left.holding,
            devices=left.devices,
            operations=left.operations,
            waiting=left.waiting,
        )
