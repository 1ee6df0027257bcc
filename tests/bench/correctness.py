"""Who loses changes when others write at the same time, and how many: the pull beside copies that are kept by dates."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.faults.wire import Wire

from .bed import Bed
from .data import DOMAIN, MINE, PARTNER, SMALL, add_contacts, connect, sql
from .peers import DateCursor, LoaderCursor, OverlapCursor, json2, odoorpc_reader

_MANY = 100
_FIELDS = ("name", "phone", "write_date")
_STAMP = "write_date = now() AT TIME ZONE 'UTC'"


def measure(bed: Bed) -> list[dict[str, Any]]:
    """[{"way", lost by each kind of writing}]: 100 records each, after two pulls of everybody."""
    user, office = bed.person()
    login = str(office("res.users", "read", [user], ["login"])[0]["login"])
    api = json2(bed, login)
    read = odoorpc_reader(office, _FIELDS)
    copies: dict[str, DateCursor] = {
        "OdooRPC, newest write_date": DateCursor(read),
        "/json/2, newest write_date": DateCursor(
            lambda domain: api(PARTNER, "search_read", domain=domain, fields=list(_FIELDS), load=None)
        ),
        "OdooRPC, newest write_date less a minute": OverlapCursor(read),
        "as the point of sale loads, time of the last load": LoaderCursor(read),
        "bare SQL, newest write_date": DateCursor(lambda domain: _rows(bed.db, domain[-1][2])),
    }
    device = bed.device(user)

    def pull() -> None:
        device.pull(limit=SMALL)
        for copy in copies.values():
            copy.pull()

    lost: dict[str, dict[str, int]] = {name: {} for name in ("offline pull", *copies)}
    pull()
    for number, (what, write) in enumerate(_writings().items()):
        _next_second()
        ids = [
            row[0]
            for row in sql(
                bed.db,
                f"SELECT id FROM res_partner WHERE ref = '{MINE}' ORDER BY id OFFSET %s LIMIT %s",
                1000 + number * _MANY, _MANY,
            )
        ]  # fmt: skip
        write(bed.db, ids, pull)
        pull()
        pull()
        truth = dict(
            sql(bed.db, f"SELECT id, phone FROM res_partner WHERE id = ANY(%s) AND ref = '{MINE}'", ids)
        )
        lost["offline pull"][what] = _wrong(_phones(device), truth, ids)
        for name, copy in copies.items():
            held = {i: row["phone"] or None for i, row in copy.held.items()}
            lost[name][what] = _wrong(held, truth, ids)
    [(left,)] = sql(bed.db, f"SELECT count(*) FROM res_partner WHERE ref = '{MINE}'")
    add_contacts(bed.db, SMALL - left, MINE)  # for who measures next
    return [{"way": name} | found for name, found in lost.items()]


def _phones(device: Wire) -> dict[int, Any]:
    return {i: row["values"]["phone"] for i, row in device.held[PARTNER].items()}


def _wrong(held: dict[int, Any], truth: dict[int, Any], ids: list[int]) -> int:
    nothing = object()
    return sum(held.get(i, nothing) != truth.get(i, nothing) for i in ids)


def _rows(db: str, since: str) -> list[dict[str, Any]]:
    assert DOMAIN[0][2] == MINE
    found = sql(
        db,
        f"""SELECT id, name, phone, to_char(write_date, 'YYYY-MM-DD HH24:MI:SS.US') FROM res_partner
             WHERE ref = '{MINE}' AND write_date > %s""",
        since,
    )
    return [dict(zip(("id", *_FIELDS), row, strict=True)) for row in found]


def _writings() -> dict[str, Callable[[str, list[int], Callable[[], None]], None]]:
    return {
        "committed late": _late,
        "twice in a second": _twice,
        "by SQL without a date": _by_sql,
        "deleted": _delete,
        "left the scope": _leave,
    }


def _late(db: str, ids: list[int], pull: Callable[[], None]) -> None:
    """A long transaction writes; a shorter one that began later is committed and pulled before it."""
    long = connect(db)
    with long.cursor() as cursor:
        cursor.execute(f"UPDATE res_partner SET phone = 'late', {_STAMP} WHERE id = ANY(%s)", [ids])
        _next_second()
        _next_second()
        sql(db, f"UPDATE res_partner SET {_STAMP} WHERE id = %s", ids[0] - 1)
        pull()
        long.commit()
    long.close()


def _twice(db: str, ids: list[int], pull: Callable[[], None]) -> None:
    """A pull falls between two writes of one second."""
    sql(db, f"UPDATE res_partner SET phone = 'once', {_STAMP} WHERE id = ANY(%s)", ids)
    pull()
    sql(db, f"UPDATE res_partner SET phone = 'twice', {_STAMP} WHERE id = ANY(%s)", ids)


def _by_sql(db: str, ids: list[int], pull: Callable[[], None]) -> None:
    """As business code of Odoo does here and there, and as the merge of contacts does."""
    sql(db, "UPDATE res_partner SET phone = 'by SQL' WHERE id = ANY(%s)", ids)


def _delete(db: str, ids: list[int], pull: Callable[[], None]) -> None:
    sql(db, "DELETE FROM res_partner WHERE id = ANY(%s)", ids)


def _leave(db: str, ids: list[int], pull: Callable[[], None]) -> None:
    """They are still there, and no longer concern the device: it should let them go."""
    sql(db, f"UPDATE res_partner SET ref = 'left', phone = 'left', {_STAMP} WHERE id = ANY(%s)", ids)


def _next_second() -> None:
    """Dates are compared by whole seconds; what is written from now on has a new one."""
    time.sleep(1.02 - time.time() % 1)
