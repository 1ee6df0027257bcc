"""Runs inside `odoo shell`: an API key for a login."""

import json
from datetime import datetime, timedelta

user = env["res.users"].search([("login", "=", names["login"])])  # noqa: F821
keys = env["res.users.apikeys"].with_user(user).sudo()  # noqa: F821
key = keys._generate("rpc", "bench", datetime.now() + timedelta(days=1))
env.cr.commit()  # noqa: F821
print("BENCH " + json.dumps(key))
