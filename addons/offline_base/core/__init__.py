"""The engine's pure half: no Odoo, no database, no clock, no network.

The same files serve two processes: the server imports them as ``odoo.addons.offline_base.core``, devices and
pure tests as ``offline_core``. Hence only relative imports, and nothing outside the standard library but
pydantic.
"""
