"""`python -m tests.bench.capture`: what capture costs (P5), in SQL alone and in Odoo's ordinary work.

Each measurement is taken with and without the triggers of contacts, in turns, on the same rows of one database.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg2

from tools.provision import database, odoo
from tools.provision.workspace import Workspace

_ROWS = 20_000
_REPEATS = 5
_ORM = """
import json, time
def work(n):
    start = time.process_time(), time.perf_counter()
    people = env["res.partner"].create([{"name": f"Bench {n} {i}", "city": "Here"} for i in range(200)])
    people.write({"phone": str(n)})
    for one in people[:40]:
        one.write({"comment": f"<p>{n}</p>", "city": "There"})
        one.activity_schedule("mail.mail_activity_data_todo", user_id=env.uid)
    env.flush_all()
    env.cr.execute("SELECT count(*) FROM offline_change WHERE xid = pg_current_xact_id()")
    rows = env.cr.fetchone()[0]
    people.unlink()
    env.flush_all()
    return time.perf_counter() - start[1], rows
tables = ("res_partner", "mail_activity")
def switch(how):
    for table in tables:
        for event in ("insert", "update", "delete"):
            env.cr.execute(f"ALTER TABLE {table} {how} TRIGGER offline_capture_{event}")
times = {"without": [], "with": []}
work(0)
env.cr.rollback()
for n in range(1, REPEATS + 1):
    for kind in ("without", "with") if n % 2 else ("with", "without"):
        switch("DISABLE" if kind == "without" else "ENABLE ALWAYS")
        seconds, rows = work(n)
        times[kind].append(seconds)
        env.cr.rollback()
print("RESULT " + json.dumps(times | {"rows": rows}))
"""


def main() -> int:
    """Make the data, measure in turns, print a table."""
    name = f"offline_bench_{uuid4().hex[:8]}"
    database.create(name)
    try:
        _in_sql(name)
        _in_odoo(name)
    finally:
        database.drop(name)
    return 0


def _in_sql(name: str) -> None:
    env = database.environment()
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    connection = psycopg2.connect(dbname=name, **{names[key]: env[key] for key in names if key in env})
    cursor = connection.cursor()
    cursor.execute(
        """INSERT INTO res_partner (name, complete_name, active, type)
           SELECT n, n, false, 'contact' FROM generate_series(1, %s) AS n RETURNING id""",
        [_ROWS],
    )
    ids = [row[0] for row in cursor.fetchall()]
    hundreds = [ids[start : start + 100] for start in range(0, 5000, 100)]

    def update(values: str, sets: list[list[int]]) -> Callable[[], Any]:
        query = f"UPDATE res_partner SET {values} WHERE id = ANY(%s)"
        return lambda: [cursor.execute(query, [part]) for part in sets]

    works = {
        f"one UPDATE of {_ROWS:,} rows": (1, update("phone = clock_timestamp()::text", [ids])),
        "UPDATE of 100 rows": (len(hundreds), update("phone = clock_timestamp()::text", hundreds)),
        "UPDATE of 100 rows that changes nothing": (len(hundreds), update("write_date = now()", hundreds)),
        "UPDATE of one row": (500, update("phone = clock_timestamp()::text", [[one] for one in ids[:500]])),
    }
    print("P5  capture, in SQL alone")
    times: dict[tuple[str, bool], list[float]] = {}
    for repeat in range(_REPEATS):
        for captured in (True, False) if repeat % 2 else (False, True):
            for label, (statements, work) in works.items():
                with _undone(cursor, captured):
                    start = time.perf_counter()
                    work()
                    times.setdefault((label, captured), []).append((time.perf_counter() - start) / statements)
    for label in works:
        without, captured = (statistics.median(times[label, kind]) * 1000 for kind in (False, True))
        print(
            f"    {label:<42} {without:9.3f} ms without  {captured:9.3f} ms with  x {captured / without:.2f}"
        )
    connection.rollback()
    connection.close()


@contextmanager
def _undone(cursor: Any, captured: bool) -> Iterator[None]:
    cursor.execute("SAVEPOINT work")
    how = "ENABLE ALWAYS" if captured else "DISABLE"
    cursor.execute(f"ALTER TABLE res_partner {how} TRIGGER offline_capture_update")
    yield
    cursor.execute("ROLLBACK TO SAVEPOINT work")


def _in_odoo(name: str) -> None:
    space = Workspace.here()
    odoo.script(space, name, _ORM.replace("REPEATS", "8"), what="Ordinary work")
    log = (space.logs / f"script-{name}.log").read_text(errors="replace")
    times = json.loads(log.rpartition("RESULT ")[2].splitlines()[0])
    ratios = sorted(w / o for w, o in zip(times["with"], times["without"], strict=True))
    low, middle, high = statistics.quantiles(ratios, n=4)
    print("P5  capture, in Odoo's work (200 contacts made, changed, with activities, deleted)")
    print(
        f"    {statistics.median(times['without']):.2f} s without; x {middle:.3f} [{low:.3f} to {high:.3f}] with",
        end="",
    )
    print(f", {times['rows']} rows logged")


if __name__ == "__main__":
    sys.exit(main())
