"""A bare device that comes again as the reference device does, for tests in which a server has too much to do."""

from __future__ import annotations

import random
import time

import requests

from offline_core.digest import digest, from_hex, to_hex
from offline_device.modes import pause_s
from offline_device.transport import retry_after
from tests.faults.wire import Json, Wire

#: More tries in a row than this count as never.
TRIES = 40
_PASSING = (502, 503, 504)


class Patient(Wire):
    """It waits for what the server asks, and longer with every failure in a row, as `offline_device` does."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token)
        #: How often it was sent away in a row, at most.
        self.longest_wait = 0
        #: How long each answered call took, in seconds, by route.
        self.took: dict[str, list[float]] = {}
        #: {code: how often it was sent away with it}; "" when no answer came.
        self.sent_away: dict[str, int] = {}

    def post(self, route: str, body: Json) -> requests.Response:
        for failures in range(1, TRIES + 1):
            started = time.monotonic()
            try:
                answer = super().post(route, body)
            except requests.RequestException:
                code, wait = "", None
            else:
                if answer.status_code not in _PASSING:
                    self.took.setdefault(route, []).append(time.monotonic() - started)
                    return answer
                code, wait = answer.json()["code"], retry_after(answer.headers.get("Retry-After"))
            self.longest_wait = max(self.longest_wait, failures)
            self.sent_away[code] = self.sent_away.get(code, 0) + 1
            time.sleep(pause_s(failures, random.random(), wait))
        raise AssertionError(f"{route} was not served in {TRIES} tries: {self.sent_away}")

    def deliver(self, operations: list[Json]) -> list[Json]:
        """Push until each operation has its receipt."""
        receipts: list[Json] = []
        for _try in range(TRIES):
            answer = self.push(*operations[len(receipts) :])
            receipts += [receipt for receipt in answer["receipts"] if receipt["status"] != "retry"]
            if len(receipts) == len(operations):
                return receipts
            time.sleep(pause_s(1, random.random(), 1))
        raise AssertionError(f"{len(operations) - len(receipts)} operations got no receipt in {TRIES} tries")

    def digests(self) -> dict[str, Json]:
        """What it holds, as the server tells it."""
        return {
            entity: {
                "count": len(rows),
                "sum": to_hex(digest(from_hex(row["v"]) for row in rows.values())),
            }
            for entity, rows in self.held.items()
        }

    def holds_what(self, page: Json) -> bool:
        """Whether a closing page says of each entity what this device holds."""
        nothing = {"count": 0, "sum": to_hex(0)}
        own = self.digests()
        return all(own.get(entity, nothing) == said for entity, said in page["digests"].items())
