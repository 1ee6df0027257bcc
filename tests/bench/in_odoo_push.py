"""Runs inside `odoo shell`: pushes against the same ORM calls with a savepoint each; nothing is committed."""

import json
import time
import uuid

from odoo.addons.offline_base.core import wire
from odoo.addons.offline_base.store.push import Push
from odoo.tests import new_test_user

RUN, OPERATIONS, REPEATS = 50, 500, 5
PARTNER = "res.partner"
groups = "base.group_user,base.group_partner_manager,offline_base.offline_base_group_device_user"
user = new_test_user(env, "offline_bench", groups)  # noqa: F821
root = env(user=1, su=True)  # noqa: F821
_enrolment, code = root["offline.enrolment"]._issue(user, root["offline.profile"].search([], limit=1))
asked = {"code": code, "nonce": str(uuid.uuid4()), "device": {"name": "Bench"}}
device = root["offline.device"]._enrol(wire.EnrolRequest.model_validate(asked))[0]
device = device.with_user(1).sudo().with_context(**device._user_context())
mine = device._as_user().env[PARTNER]
seq = 1


def values(number):
    return {
        "name": f"Bench {number}",
        "phone": f"555-{number}",
        "city": "Namur",
        "email": f"b{number}@example.com",
    }


def push(verb, targets, contents, bases):
    global seq
    for start in range(0, OPERATIONS, RUN):
        operations = []
        for index in range(start, start + RUN):
            operation = {
                "seq": seq, "op": str(uuid.uuid4()), "entity": PARTNER, "verb": verb, "target": targets[index],
                "values": contents[index], "at": "2026-11-21T10:00:00Z",
            } | ({"base": bases[index]} if bases else {})  # fmt: skip
            operations.append(operation)
            seq += 1
        request = wire.PushRequest.model_validate_json(json.dumps({"operations": operations}))
        answer = Push(device, request).run()
        assert {receipt["status"] for receipt in answer["receipts"]} == {"applied"}, answer["receipts"]
        env.flush_all()  # noqa: F821


def orm_creates(context):
    for number in range(OPERATIONS):
        with env.cr.savepoint():  # noqa: F821
            mine.with_context(**context).create(values(number))


def orm_writes(records):
    for number, record in enumerate(records):
        with env.cr.savepoint():  # noqa: F821
            record.write({"phone": f"5-{number}"})


def timed(work):
    with env.cr.savepoint() as point:  # noqa: F821
        started = time.perf_counter()
        work()
        taken = time.perf_counter() - started
        point.rollback()
    env.invalidate_all()  # noqa: F821
    return taken


known = mine.create([values(number) for number in range(OPERATIONS)])
env.flush_all()  # noqa: F821
by_id = [{"id": record.id} for record in known]
bases = [{"phone": record.phone} for record in known]


def creates():
    push(
        "create",
        [{"uid": str(uuid.uuid4())} for _ in range(OPERATIONS)],
        [values(n) for n in range(OPERATIONS)],
        None,
    )


ways = {
    "creates": {
        "engine, runs of 50": creates,
        "ORM, a savepoint each, no log": lambda: orm_creates({"mail_create_nolog": True}),
        "ORM, a savepoint each, as a screen": lambda: orm_creates({}),
    },
    "updates": {
        "engine, runs of 50": lambda: push(
            "update", by_id, [{"phone": f"5-{n}"} for n in range(OPERATIONS)], bases
        ),
        "ORM, a savepoint each": lambda: orm_writes(known),
    },
}
result = {}
for title, calls in ways.items():
    result[title] = {name: [] for name in calls}
    for number in range(REPEATS + 1):
        for name, call in calls.items():
            start = seq
            taken = timed(call)
            seq = start  # what was pushed was rolled back
            if number:
                result[title][name].append(taken)
print("BENCH " + json.dumps(result))
