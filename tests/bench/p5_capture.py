"""P5: what capture costs, in SQL alone and in Odoo's ordinary work.

Each measurement is taken with and without the triggers of the tables, in turns, on the same rows of one database.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .bed import Bed, in_odoo
from .data import connect
from .measure import Claim, Result, Seconds

_ROWS = 20_000
_REPEATS = 5
_WITH, _WITHOUT = "with", "without"


def measure(bed: Bed) -> Result:
    """The worst case and single statements in SQL; then creating, changing and deleting by the ORM."""
    result = Result("What capture costs")
    statements = _in_sql(bed)
    work = in_odoo(bed.db, "in_odoo_work.py", repeats=8)
    result.seconds = statements | {"contacts made, changed, with activities, deleted, by the ORM": work}
    worst = f"one UPDATE of {_ROWS:,} rows"
    result.claims = [
        _claim("Odoo's ordinary work with capture, against without", work, 1.03),
        _claim(f"{worst} with capture, against without", statements[worst], 3.0),
    ]
    result.tables = {
        "a statement, in SQL alone": [
            {
                "statement": name,
                "ms without": round(1000 * statistics.median(taken[_WITHOUT]), 3),
                "ms with": round(1000 * statistics.median(taken[_WITH]), 3),
                "µs more a row": round(
                    1e6 * (statistics.median(taken[_WITH]) - statistics.median(taken[_WITHOUT])) / rows, 2
                ),
            }
            for (name, taken), rows in zip(statements.items(), (_ROWS, 100, 100, 1), strict=True)
        ]
    }
    return result


def _claim(what: str, taken: Seconds, goal: float) -> Claim:
    runs = [a / b for a, b in zip(taken[_WITH], taken[_WITHOUT], strict=True)]
    # Pairs of neighbours in time: what else the machine does weighs on both.
    return Claim(what, statistics.median(runs), goal, runs=runs)


def _in_sql(bed: Bed) -> dict[str, Seconds]:
    connection = connect(bed.db)
    cursor = connection.cursor()
    cursor.execute(
        "SELECT id FROM res_partner WHERE ref IN ('bench', 'elsewhere') ORDER BY id LIMIT %s", [_ROWS]
    )
    ids = [row[0] for row in cursor.fetchall()]
    if len(ids) < _ROWS:
        cursor.execute(
            """INSERT INTO res_partner (name, complete_name, active, type)
               SELECT n, n, false, 'contact' FROM generate_series(1, %s) AS n RETURNING id""",
            [_ROWS - len(ids)],
        )
        ids += [row[0] for row in cursor.fetchall()]
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
    times: dict[str, Seconds] = {label: {_WITHOUT: [], _WITH: []} for label in works}
    for repeat in range(_REPEATS):
        for kind in (_WITH, _WITHOUT) if repeat % 2 else (_WITHOUT, _WITH):
            for label, (statements, work) in works.items():
                with _undone(cursor, kind == _WITH):
                    started = time.perf_counter()
                    work()
                    times[label][kind].append((time.perf_counter() - started) / statements)
    connection.rollback()
    connection.close()
    return times


@contextmanager
def _undone(cursor: Any, captured: bool) -> Iterator[None]:
    cursor.execute("SAVEPOINT work")
    how = "ENABLE ALWAYS" if captured else "DISABLE"
    cursor.execute(f"ALTER TABLE res_partner {how} TRIGGER offline_capture_update")
    yield
    cursor.execute("ROLLBACK TO SAVEPOINT work")
