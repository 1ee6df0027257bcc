"""Runs inside `odoo shell`: first pulls in one page and in ten, beside the bare SQL of the same rows."""

import functools
import json
import time
import uuid

from odoo.addons.offline_base.core import wire
from odoo.addons.offline_base.store.pull import Pull

profile = env["offline.profile"].search([("name", "=", "Bench")])  # noqa: F821
user = env["res.users"].search([("login", "=", names["login"])])  # noqa: F821
root = env(user=1, su=True)  # noqa: F821


def new_device():
    _enrolment, code = root["offline.enrolment"]._issue(user, profile)
    asked = {"code": code, "nonce": str(uuid.uuid4()), "device": {"name": "Bench"}}
    device = root["offline.device"]._enrol(wire.EnrolRequest.model_validate(asked))[0]
    env.cr.commit()  # noqa: F821
    return device.with_user(1).sudo().with_context(**device._user_context())


def pull(device, cursor, limit):
    """One page, as its request would: nothing cached of another one; committed. Seconds, and the answer."""
    env.invalidate_all()  # noqa: F821
    started = time.perf_counter()
    answer = Pull(device, wire.PullRequest.model_validate({"cursor": cursor, "limit": limit})).run()
    env.cr.commit()  # noqa: F821
    return time.perf_counter() - started, json.loads(answer)


def pages(limit):
    device, cursor, total = new_device(), None, 0.0
    while True:
        taken, answer = pull(device, cursor, limit)
        total, cursor = total + taken, answer["cursor"]
        if answer["complete"]:
            return total


def bare(query):
    started = time.perf_counter()
    env.cr.execute(query)  # noqa: F821
    env.cr.fetchall()  # noqa: F821
    return time.perf_counter() - started


ways = {name: functools.partial(bare, query) for name, query in names["queries"].items()} | {  # noqa: F821
    "one page of 10,000": lambda: pages(10_000),
    "ten pages of 1,000": lambda: pages(1_000),
}
taken = {name: [] for name in ways}
for number in range(names["repeats"] + 1):  # noqa: F821
    for name, way in ways.items():
        seconds = way()
        if number:
            taken[name].append(seconds)
print("BENCH " + json.dumps(taken))
