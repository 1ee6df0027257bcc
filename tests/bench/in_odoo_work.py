"""Runs inside `odoo shell`: ordinary work with and without capture, in turns; nothing is committed."""

import json
import time

TABLES = ("res_partner", "mail_activity")


def work(n):
    started = time.perf_counter()
    people = env["res.partner"].create([{"name": f"Bench {n} {i}", "city": "Here"} for i in range(200)])  # noqa: F821
    people.write({"phone": str(n)})
    for one in people[:40]:
        one.write({"comment": f"<p>{n}</p>", "city": "There"})
        one.activity_schedule("mail.mail_activity_data_todo", user_id=env.uid)  # noqa: F821
    env.flush_all()  # noqa: F821
    people.unlink()
    env.flush_all()  # noqa: F821
    return time.perf_counter() - started


def switch(how):
    for table in TABLES:
        for event in ("insert", "update", "delete"):
            env.cr.execute(f"ALTER TABLE {table} {how} TRIGGER offline_capture_{event}")  # noqa: F821


taken = {"without": [], "with": []}
work(0)
env.cr.rollback()  # noqa: F821
for n in range(1, names["repeats"] + 1):  # noqa: F821
    for kind in ("without", "with") if n % 2 else ("with", "without"):
        switch("DISABLE" if kind == "without" else "ENABLE ALWAYS")
        taken[kind].append(work(n))
        env.cr.rollback()  # noqa: F821
print("BENCH " + json.dumps(taken))
