"""Functions that commit by themselves count once, or a person is told that nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
import requests

from tests.faults.waiting import until_blocked
from tests.faults.wire import Wire
from tools.provision.server import OdooServer
from tools.stage.office import Office

TILL = "offline.test.till"
_numbers = count(1)


class Shop:
    """A server with tills, and a device that closes them."""

    def __init__(self, server: OdooServer, connect: Callable[..., Any]) -> None:
        self.server, self._connect = server, connect
        self.office = Office(server.url, server.db)
        lines = [(0, 0, {"entity": TILL})]
        self.profile = self.office.create("offline.profile", name="Tills", sequence=1, entity_ids=lines)
        self.user = self.office.hire_traveller(f"cashier{next(_numbers)}", "Cashier")
        self.device = Wire.enrol(server.url, self.office.code(self.user, self.profile))
        self.gate = self.office.create(TILL, name="Gate")

    def till(self, **values: Any) -> int:
        return self.office.create(TILL, name="Till", gate_id=self.gate, **values)

    def close(self, till: int, **args: Any) -> dict[str, Any]:
        return self.device.operation(TILL, "close", target={"id": till}, args=args)

    def push(self, *operations: Any) -> list[Any]:
        return list(self.device.push(*operations)["receipts"])

    def counted(self, till: int) -> tuple[int, int]:
        row = self.office.read(TILL, till, "begun", "closed")
        return row["begun"], row["closed"]

    def killed_while_closing(self, operation: dict[str, Any]) -> None:
        """The server dies between the function's two commits."""
        blocker = self._connect(self.server.db)
        blocker.cursor().execute("SELECT 1 FROM offline_test_till WHERE id = %s FOR UPDATE", [self.gate])
        with ThreadPoolExecutor(1) as pool:
            sent = pool.submit(self.device.post, "push", {"operations": [operation]})
            until_blocked(self._connect(self.server.db))
            self.server.kill()
            with pytest.raises(requests.RequestException):
                sent.result()
        blocker.rollback()
        self.server.start()
        self.office = Office(self.server.url, self.server.db)

    def stored(self, op: str) -> dict[str, Any]:
        fields = ["status", "code"]
        [row] = self.office("offline.operation", "search_read", [("op", "=", op)], fields)
        return dict(row)


@pytest.fixture(scope="module")
def till_server(make_database: Callable[..., str]) -> Iterator[OdooServer]:
    with OdooServer(make_database(template="tests"), workers=2) as running:
        yield running


@pytest.fixture
def shop(till_server: OdooServer, connect: Callable[..., Any]) -> Shop:
    return Shop(till_server, connect)


def test_function_that_commits_by_itself_runs_and_is_answered(shop: Shop) -> None:
    """Proves I2. What stands beside it in the push is answered in the same order, before and after it."""
    till = shop.till()
    shop.device.pull()
    before = shop.device.update(TILL, till, {"name": "Before"}, {"name": "Till"})
    close, after = shop.close(till), shop.device.create(TILL, name="After")
    assert [r["status"] for r in shop.push(before, close, after)] == ["applied"]
    [receipt] = shop.push(close, after)
    assert (receipt["status"], receipt["result"]) == ("applied", {"closed": 1})
    assert shop.push(close, after)[0] == receipt
    assert shop.counted(till) == (1, 1)


def test_function_that_rolls_back_and_fails_is_refused(shop: Shop) -> None:
    """Proves I8. What it rolled back took nothing of the engine with it."""
    till = shop.till(refuses=True)
    [receipt] = shop.push(shop.close(till))
    assert (receipt["status"], receipt["message"]) == ("rejected", "The till does not balance.")


def test_dry_run_of_a_function_that_commits_is_refused_and_nothing_happens(shop: Shop) -> None:
    """Proves I2. Neither it nor what stands before it was done; interrupted work is not gone on with either."""
    till = shop.till()
    shop.device.pull()
    before = shop.device.update(TILL, till, {"name": "Before"}, {"name": "Till"})
    close = shop.close(till)
    for operations in ([before, close], [before]):
        answer = shop.device.post("push", {"operations": operations, "dry_run": True})
        if close in operations:
            assert (answer.status_code, answer.json()["code"]) == (409, "dry_run_impossible")
            assert answer.json()["seq"] == close["seq"]
        else:
            assert answer.json()["receipts"][0]["status"] == "applied"
        assert shop.office.read(TILL, till, "name", "begun") == {"id": till, "name": "Till", "begun": 0}
    shop.push(before)
    shop.killed_while_closing(close)
    answer = shop.device.post("push", {"operations": [before, close], "dry_run": True})
    assert answer.json()["code"] == "dry_run_impossible"
    assert shop.stored(close["op"])["status"] == "unknown"
    assert shop.push(close)[0]["status"] == "applied"
    assert shop.counted(till) == (2, 1)


def test_interrupted_function_is_asked_whether_it_happened_and_runs_again_if_not(shop: Shop) -> None:
    """Proves I2, I8. Killed after its first commit and before its second."""
    till = shop.till()
    operation = shop.close(till)
    shop.killed_while_closing(operation)
    assert shop.stored(operation["op"]) == {
        "id": shop.stored(operation["op"])["id"],
        "status": "unknown",
        "code": "interrupted",
    }
    assert shop.push(operation)[0]["status"] == "applied"
    assert shop.counted(till) == (2, 1)


def test_interrupted_function_that_cannot_be_asked_waits_for_a_person(shop: Shop) -> None:
    """Proves I2, I8, I10. Nothing runs twice behind anybody's back; the office says what is so."""
    till, other = shop.till(), shop.till()
    for target, decide, closed in ((till, "action_happened", 0), (other, "action_did_not_happen", 1)):
        operation = shop.close(target, can_be_asked=False)
        shop.killed_while_closing(operation)
        assert shop.push(operation)[0]["status"] == "unknown"
        later = shop.device.operation(TILL, "delete", target={"id": target})
        assert shop.push(later)[0]["status"] == "deferred"
        shop.office("offline.operation", decide, [shop.stored(operation["op"])["id"]])
        assert shop.push(operation)[0]["status"] == "applied"
        assert shop.counted(target)[1] == closed


def test_second_send_while_it_runs_is_told_to_wait(shop: Shop, connect: Callable[..., Any]) -> None:
    """Proves I2."""
    till = shop.till()
    operation = shop.close(till)
    blocker = connect(shop.server.db)
    blocker.cursor().execute("SELECT 1 FROM offline_test_till WHERE id = %s FOR UPDATE", [shop.gate])
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(shop.push, operation)
        until_blocked(connect(shop.server.db))
        assert shop.push(operation)[0]["status"] == "retry"
        blocker.rollback()
        assert sent.result()[0]["status"] == "applied"
    assert shop.counted(till) == (1, 1)


def test_function_runs_as_the_office_decided(shop: Shop) -> None:
    """Proves I8. With the arguments that the office corrected, and in spite of what it was not to find."""
    till = shop.till()
    operation = shop.close(till, can_be_asked="perhaps")
    assert shop.push(operation)[0]["code"] == "operation_invalid"
    shop.office(
        "offline.operation", "run_with", [shop.stored(operation["op"])["id"]], {}, {"can_be_asked": True}
    )
    assert shop.push(operation)[0]["status"] == "applied"
    assert shop.counted(till) == (1, 1)
    other = shop.till()
    expecting = shop.close(other) | {"expect": {"name": "Another name"}}
    assert shop.push(expecting)[0]["status"] == "conflict"
    [conflict] = shop.office("offline.conflict", "search", [("operation_id.op", "=", expecting["op"])])
    shop.office("offline.conflict", "action_keep_device", [conflict])
    assert shop.push(expecting)[0]["status"] == "applied"
    assert shop.counted(other) == (1, 1)
