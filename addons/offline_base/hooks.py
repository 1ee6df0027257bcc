"""What installing and uninstalling the suite does besides data and tables."""

import logging

from .store import capture
from .store.farewell import unsent

_logger = logging.getLogger(__name__)


def post_init_hook(env):
    """Give this database its own epoch and secret; capture triggers come with the registry's own hook."""
    env["offline.epoch"]._ensure()


def uninstall_hook(env):
    """Leave nothing behind: triggers, functions, the change log, parameters; say in the log what was lost."""
    left = unsent(env.cr)
    _logger.warning(
        "Offline is uninstalled: %s of %s devices held %s unsent operations, %s operations waited for a decision.",
        left.holding, left.devices, left.operations, left.waiting,
    )  # fmt: skip
    capture.uninstall(env.cr)
    # sudo: uninstalling is an administrator's act and parameters are readable by the system only.
    env["ir.config_parameter"].sudo().search([("key", "=like", r"offline\_base.%")]).unlink()
