"""Runs inside `odoo shell`: pulls of a few changes, their seconds and the blocks that they touched."""

import json
import time
import uuid

from odoo.addons.offline_base.core import wire
from odoo.addons.offline_base.store.pull import Pull

ROUNDS, WARM = 8, 2
#: Each block of a table, or of its indexes and long texts, counted once for each time it was looked at.
BLOCKS = """
SELECT coalesce(owner.relname, c.relname), sum(pg_stat_get_xact_blocks_fetched(c.oid))::bigint
  FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_class owner ON owner.oid = i.indrelid OR owner.reltoastrelid = c.oid
 WHERE c.oid >= 16384 AND pg_stat_get_xact_blocks_fetched(c.oid) > 0 GROUP BY 1"""
cr = env.cr  # noqa: F821
root = env(user=1, su=True)  # noqa: F821
profile = env["offline.profile"].search([("name", "=", "Bench")])  # noqa: F821
user = env["res.users"].search([("login", "like", "bench%")], order="id", limit=1)  # noqa: F821
_enrolment, code = root["offline.enrolment"]._issue(user, profile)
asked = {"code": code, "nonce": str(uuid.uuid4()), "device": {"name": "Bench"}}
device = root["offline.device"]._enrol(wire.EnrolRequest.model_validate(asked))[0]
cr.commit()
device = device.with_user(1).sudo().with_context(**device._user_context())
cursor = None


def pull():
    """One pull, as its request would; its seconds and its answer. The blocks are counted before it is committed."""
    global cursor
    env.invalidate_all()  # noqa: F821
    started = time.perf_counter()
    answer = json.loads(
        Pull(device, wire.PullRequest.model_validate({"cursor": cursor, "limit": 10000})).run()
    )
    taken = time.perf_counter() - started
    cr.execute(BLOCKS)
    blocks = dict(cr.fetchall())
    cr.execute("SELECT pg_stat_force_next_flush()")
    cr.commit()
    cursor = answer["cursor"]
    return taken, blocks, answer


pull()
pull()
seconds = []
for number in range(ROUNDS):
    cr.execute(
        """UPDATE res_partner SET phone = phone || '2' WHERE id IN
           (SELECT id FROM res_partner WHERE ref = 'bench' ORDER BY id OFFSET %s LIMIT %s)""",
        [number * 1000 + 333, names["changes"]],  # noqa: F821
    )
    cr.execute("SELECT pg_stat_force_next_flush()")
    cr.commit()
    taken, blocks, answer = pull()
    assert sum(len(change["upserts"]) for change in answer["changes"]) == names["changes"]  # noqa: F821
    if number >= WARM:
        seconds.append(taken)
print("BENCH " + json.dumps({"seconds": seconds, "blocks": blocks}))
