"""P6: a fleet that pulls each minute while the office works: how many devices fit, and what one more costs."""

from __future__ import annotations

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import requests

from tests.faults.wire import Wire
from tools.provision.server import OdooServer

from .bed import Bed
from .data import LARGE, connect, refer, sql
from .measure import Claim, Result

_DEVICES = 40
_HELD = 2_000
_RATES = (5, 10, 20, 40, 60, 80)
_SECONDS = 12
_LIMIT_S = 1.0
_FLEETS = (100, 1_000, 10_000)
_HOURLY_SHARE = 0.01
#: Besides contacts: what everybody has, in the numbers in which Odoo brings it.
_COMMON = (
    "res.country", "res.partner.category", "uom.uom", "product.category", "product.template", "product.product",
    "mail.activity.type", "mail.activity", "calendar.event",
)  # fmt: skip


def measure(bed: Bed) -> Result:
    """Rising rates of pulls against two workers, then the same rate with more and more devices in the tables."""
    refs = [f"fleet-{number}" for number in range(_DEVICES)]
    refer(bed.db, refs, _HELD)
    devices = [_device(bed, ref) for ref in refs]
    result = Result(
        f"Fleet: {LARGE:,} contacts, {_HELD:,} of them on each device with {len(_COMMON)} other kinds of records, "
        "each pulling once a minute"
    )
    with OdooServer(bed.db, workers=2) as server:
        for device in devices:
            device.url = server.url
        _run(devices, 5)  # both workers load what they need
        with _Office(bed.db):
            table = []
            for rate in _RATES:
                found = _run(devices, rate)
                table.append({"pulls a second": rate, "devices": rate * 60} | found)
                if found["p95 ms"] > 1000 * _LIMIT_S:
                    break
            result.tables["latency of pulls while the office changes 1 % of the contacts an hour"] = table
            good = [row["devices"] for row in table if row["p95 ms"] <= 1000 * _LIMIT_S]
            costs = []
            for fleet in _FLEETS:
                _pretend(bed.db, fleet)
                # A fleet does not come into being at once: each finds its own rows again first.
                _run(devices, _RATES[0])
                taken = _run(devices, _RATES[0])
                costs.append({"devices in the tables": fleet} | taken)
            result.tables[f"the same pulls at {_RATES[0]} a second in larger fleets"] = costs
    cost = costs[-1]["p50 ms"] / costs[0]["p50 ms"]
    result.claims = [
        Claim(
            "devices with p95 under a second (to report)", max(good, default=0), 0, more=True, unit="devices"
        ),
        Claim(f"a pull with {_FLEETS[-1]:,} devices in the tables, against {_FLEETS[0]}", cost, 1.2),
    ]
    result.notes.append(
        f"{_DEVICES} devices call, at the rate of the fleet that they stand for. In the larger fleets the others are "
        "rows of devices, tokens, lanes, positions and holdings. The load is made on the same machine, which takes "
        "from the server's share."
    )
    return result


def _device(bed: Bed, ref: str) -> Wire:
    """A device that holds the contacts of a reference and has confirmed them."""
    lines = [{"entity": "res.partner", "domain": f"[('ref', '=', '{ref}')]"}]
    lines += [{"entity": entity} for entity in _COMMON]
    profile = bed.office.create(
        "offline.profile", name=ref, entity_ids=[(0, 0, line) for line in lines], sequence=99, limit_records=0
    )
    device = Wire.enrol(bed.server.url, bed.office.code(bed.person()[0], profile))
    device.pull(limit=1000)
    device.pull()
    return device


class _Office:
    """Changes contacts at an even pace in the background, 1 % of them an hour."""

    def __init__(self, db: str) -> None:
        self.db = db
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._work)

    def __enter__(self) -> _Office:
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.done.set()
        self.thread.join()

    def _work(self) -> None:
        connection = connect(self.db)
        connection.autocommit = True
        pause = 3600 / (LARGE * _HOURLY_SHARE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id), max(id) FROM res_partner")
            first, last = cursor.fetchone()
            number = 0
            while not self.done.wait(pause):
                number += 1
                record = first + (number * 7919) % (last - first)
                cursor.execute("UPDATE res_partner SET phone = %s WHERE id = %s", [str(number), record])
        connection.close()


def _run(devices: list[Wire], rate: int) -> dict[str, Any]:
    """Pulls at this rate for some seconds, each at its time whether or not the former are answered."""
    sessions = [requests.Session() for _device in devices]
    locks = [threading.Lock() for _device in devices]
    began = time.perf_counter() + 0.1

    def pull(number: int) -> float:
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        which = number % len(devices)
        device = devices[which]
        with locks[which]:
            answer = sessions[which].post(
                f"{device.url}/offline/v1/pull",
                json={"cursor": device.cursor}, headers=device.headers, timeout=60,
            )  # fmt: skip
            answer.raise_for_status()
            device.cursor = answer.json()["cursor"]
        return time.perf_counter() - due

    with ThreadPoolExecutor(len(devices)) as pool:
        taken = sorted(pool.map(pull, range(rate * _SECONDS)))
    return {
        "p50 ms": round(1000 * statistics.median(taken), 1),
        "p95 ms": round(1000 * taken[int(len(taken) * 0.95)], 1),
        "pulls": len(taken),
    }


def _pretend(db: str, fleet: int) -> None:
    """Rows of devices that never call, up to a number of devices in all, each like the first real one."""
    [(first, now)] = sql(db, "SELECT max(id), count(*) FROM offline_device")
    if now >= fleet:
        return
    names = [
        row[0]
        for row in sql(
            db,
            """SELECT column_name FROM information_schema.columns WHERE table_name = 'offline_device'
                  AND column_name NOT IN ('id', 'uid', 'key_hash')""",
        )
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    sql(
        db,
        f"""WITH made AS (
                INSERT INTO offline_device (uid, {columns})
                SELECT gen_random_uuid()::text, {columns} FROM offline_device, generate_series(1, {fleet - now})
                 WHERE id = {first} RETURNING id
            ), tokens AS (
                INSERT INTO offline_token (device_id, token_hash, state, expires_at)
                SELECT id, md5(id::text) || md5(id::text), 'used', now() + interval '90 days' FROM made
            ), lanes AS (
                INSERT INTO offline_lane (device_id, direction, counter)
                SELECT id, direction, 3 FROM made, (VALUES ('pull'), ('push')) AS lane(direction)
            ), held AS (
                INSERT INTO offline_holding (device_id, entity, shard, ids, versions)
                SELECT made.id, entity, shard, ids, versions FROM made, offline_holding WHERE device_id = {first}
            )
            INSERT INTO offline_position (device_id, generation, nonce, confirmed, complete, snapshot, taken_at)
            SELECT id, 2, md5(id::text), true, true, pg_current_snapshot()::text, now() AT TIME ZONE 'UTC' FROM made""",
    )
    with closing(connect(db)) as connection, connection.cursor() as cursor:
        connection.autocommit = True  # PostgreSQL vacuums outside of transactions alone
        for table in ("device", "token", "lane", "holding", "position"):
            cursor.execute(f"VACUUM (ANALYZE) offline_{table}")
