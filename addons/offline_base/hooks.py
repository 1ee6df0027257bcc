"""What installing and uninstalling the suite does besides data and tables."""

import logging

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .store import capture
from .store.farewell import unsent

_logger = logging.getLogger(__name__)


def post_init_hook(env):
    """Give this database its own epoch and secret; capture triggers come with the registry's own hook."""
    env["offline.epoch"]._ensure()


def uninstall_hook(env):
    """Leave nothing behind: triggers, functions, the change log, parameters, bundles; say in the log what was lost."""
    left = unsent(env.cr)
    _logger.warning(
        "Offline is uninstalled: %s of %s devices held %s unsent operations, %s operations waited for a decision.",
        left.holding, left.devices, left.operations, left.waiting,
    )  # fmt: skip
    # Adapters that were made by hand are models without code: Odoo does not know that they were ours.
    # sudo: uninstalling is an administrator's act.
    by_hand = (
        env["ir.model"]
        .sudo()
        .search([("model", "=like", r"x\_offline\_entity\_%"), ("state", "=", "manual")])
    )
    by_hand.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
    capture.uninstall(env.cr)
    # sudo: uninstalling is an administrator's act and parameters are readable by the system only.
    env["ir.config_parameter"].sudo().search([("key", "=like", r"offline\_base.%")]).unlink()
    # Bundles are kept as files that no module owns.
    bundles = [("url", "=like", r"/web/assets/%/offline\_base.assets\_app%"), ("public", "=", True)]
    env["ir.attachment"].sudo().search(bundles).unlink()
