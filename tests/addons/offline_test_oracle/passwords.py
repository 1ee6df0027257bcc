"""Passwords that are quick to check: the office of the tests signs in with each call, and after each change of rights
every worker checks anew. With Odoo's 600,000 rounds that took most of a run's time.
"""

from odoo.addons.base.models import res_users

ROUNDS = 1000


def make_quick():
    """Let this process hash and check passwords with few rounds."""
    res_users.MIN_ROUNDS = ROUNDS


def post_init_hook(env):
    """The administrator's password, as the template of test databases has it."""
    env.ref("base.user_admin").password = "admin"
