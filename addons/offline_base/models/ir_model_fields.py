from odoo import api, models
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..store import capture


class IrModelFields(models.Model):
    """Labels and custom fields are part of what devices are told."""

    _inherit = "ir.model.fields"

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        self.env["offline.profile"]._bump_all()
        return made

    def write(self, vals):
        done = super().write(vals)
        self.env["offline.profile"]._bump_all()
        return done

    def unlink(self):
        done = super().unlink()
        # While an addon is uninstalled, ours among them, tables go away under us; the load that follows bumps.
        if not self.env.context.get(MODULE_UNINSTALL_FLAG):
            self.env["offline.profile"]._bump_all()
        return done

    def _drop_column(self):
        """A column that goes changes its records without a trigger firing."""
        changed = set(self.mapped("model"))
        done = super()._drop_column()
        capture.log_all(self.env.cr, changed)
        return done
