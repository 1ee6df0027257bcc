"""Servers of tests load this, see tests/logins.py."""

from odoo.addons.base.models import res_users

res_users.MIN_ROUNDS = 1
