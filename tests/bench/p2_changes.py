"""P2: a pull of 100 changes costs the same in a large database with a long log as in a small one."""

from __future__ import annotations

from typing import Any

from tests.faults.wire import Wire

from .bed import Bed, in_odoo
from .data import LARGE, MIDDLE, SMALL, sql, touch
from .measure import Result, claim, in_turns
from .peers import DateCursor, odoorpc_reader

_CHANGES, _REPEATS = 100, 15


def measure(small: Bed, middle: Bed, large: Bed) -> Result:
    """The same pulls in all databases in turns, each database with a server of its own."""
    sizes = {SMALL: small, MIDDLE: middle, LARGE: large}
    pulls, dated = {}, {}
    for size, bed in sizes.items():
        pulls[f"pull, {size:,} contacts and log rows"] = _Puller(bed)
        dated[f"write_date by OdooRPC, {size:,} contacts"] = _Dated(bed)
    http = in_turns(pulls, _REPEATS, prepare=lambda side: side.prepare())
    peers = in_turns(dated, _REPEATS, prepare=lambda side: side.prepare())
    inside = {size: in_odoo(bed.db, "in_odoo_changes.py", changes=_CHANGES) for size, bed in sizes.items()}
    blocks = {size: found["blocks"] for size, found in inside.items()}
    quick, _between, slow = http.values()
    return Result(
        f"Pull of {_CHANGES} changes by a device that holds {SMALL:,} contacts",
        claims=[
            claim(f"time at {LARGE:,}, against {SMALL:,}", slow, quick, 1.15),
            claim(
                f"blocks touched at {LARGE:,}, against {SMALL:,}",
                [sum(blocks[LARGE].values())], [sum(blocks[SMALL].values())], 1.15,
            ),
        ],
        seconds={"by HTTP": http | peers, "in process": {f"{s:,}": inside[s]["seconds"] for s in inside}},
        tables={
            "blocks of 8 KiB that one pull touched, by table with its indexes": [
                {"table": table} | {f"{size:,}": found.get(table, 0) for size, found in blocks.items()}
                for table in sorted(blocks[LARGE], key=lambda table: -blocks[LARGE][table])
            ]
        },
    )  # fmt: skip


class _Side:
    """What is measured in one of the databases: each time, other records were changed before."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.number = 0

    def prepare(self) -> None:
        self.number += 1


class _Puller(_Side):
    def __init__(self, bed: Bed) -> None:
        super().__init__(bed)
        self.device: Wire = bed.device()
        self.device.pull(limit=SMALL)

    def prepare(self) -> None:
        super().prepare()
        self.device.pull()  # confirms, so that each pull has as much to confirm
        touch(self.bed.db, _CHANGES, self.number * 500)

    def __call__(self) -> Any:
        answer = self.device.pull()
        found = sum(len(change["upserts"]) for change in answer["changes"])
        assert found == _CHANGES, f"{self.bed.db}, round {self.number}: {found} records came"


class _Dated(_Side):
    """The same by `write_date`; each change is dated, as the ORM would."""

    def __init__(self, bed: Bed) -> None:
        super().__init__(bed)
        fields = bed.fields(bed.device())
        self.copy = DateCursor(odoorpc_reader(bed.person()[1], [*fields, "write_date"]))
        self.copy.pull()

    def prepare(self) -> None:
        super().prepare()
        sql(
            self.bed.db,
            f"""UPDATE res_partner SET phone = phone || '1',
                       write_date = clock_timestamp() AT TIME ZONE 'UTC' + interval '{self.number} s'
                WHERE id IN (SELECT id FROM res_partner WHERE ref = 'bench' ORDER BY id
                             OFFSET {self.number * 500 + 200} LIMIT {_CHANGES})""",
        )

    def __call__(self) -> Any:
        self.copy.pull()
