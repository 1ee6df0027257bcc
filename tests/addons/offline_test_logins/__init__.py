"""Servers of tests load this with ``--load``: passwords are hashed with one round, as in Odoo's own tests.

Odoo checks the password of an RPC call anew whenever its caches were dropped, which tests bring about all the time;
its 600,000 rounds are most of a second of a processor.
"""

from odoo.addons.base.models import res_users

res_users.MIN_ROUNDS = 1
