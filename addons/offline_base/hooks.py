"""What installing and uninstalling the suite does besides data and tables."""

from .store import capture


def post_init_hook(env):
    """Give this database its own epoch and secret; capture triggers come with the registry's own hook."""
    env["offline.epoch"]._ensure()


def uninstall_hook(env):
    """Leave nothing behind: triggers, functions, the change log, parameters."""
    capture.uninstall(env.cr)
    # sudo: uninstalling is an administrator's act and parameters are readable by the system only.
    env["ir.config_parameter"].sudo().search([("key", "=like", r"offline\_base.%")]).unlink()
