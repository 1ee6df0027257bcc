"""SIGKILL in every phase of a push and a pull, to a worker of Odoo or to PostgreSQL: at marked points, not by luck.

Triggers of the test wait for a lock that the test holds; where nothing is written, it holds the table. Killed there, a
call did all of it or nothing; asked again it gives the one answer.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from threading import Event
from typing import Any

import psycopg2
import pytest
import requests

from tests.faults.cluster import Cluster
from tests.faults.waiting import until
from tests.faults.wire import Json, Wire
from tools.provision.server import OdooServer
from tools.stage.office import Office

PARTNER = "res.partner"
#: The points of a push and of a pull, in their order: {name: (key of the lock, the trigger that waits for it)}.
PUSH = {
    "effect": (1, "CREATE TRIGGER pause_1 AFTER INSERT OR UPDATE ON res_partner"),
    "receipt": (2, "CREATE TRIGGER pause_2 AFTER INSERT OR UPDATE ON offline_operation"),
    "end of lane": (3, "CREATE TRIGGER pause_3 AFTER UPDATE ON offline_lane"),
    "commit": (
        4,
        "CREATE CONSTRAINT TRIGGER pause_4 AFTER UPDATE ON offline_lane DEFERRABLE INITIALLY DEFERRED",
    ),
}
PULL = {
    "holdings": (5, "CREATE TRIGGER pause_5 AFTER INSERT OR UPDATE ON offline_holding"),
    "position": (6, "CREATE TRIGGER pause_6 AFTER INSERT ON offline_position"),
    "end of lane": PUSH["end of lane"],
    "commit": PUSH["commit"],
}
_FUNCTION = """
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock(TG_ARGV[0]::bigint); RETURN NULL; END $$
"""


class Site:
    """A cluster and a server of two workers, both of which may be killed, and a device."""

    def __init__(self, cluster: Cluster, server: OdooServer) -> None:
        self.cluster, self.server = cluster, server
        self.office = Office(server.url, server.db)
        self.device = Wire.enrol(server.url, self.office.code(self.office.hire_traveller("killed", "Killed")))
        self.partner = self.office.create(PARTNER, name="Changed by the office")
        self.device.pull()
        self.sql(_FUNCTION)
        for key, trigger in {**PUSH, **PULL}.values():
            each = "FOR EACH ROW" if "CONSTRAINT" in trigger else "FOR EACH STATEMENT"
            self.sql(f"{trigger} {each} EXECUTE FUNCTION pause('{key}')")

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Run a statement on a connection of its own, as soon as PostgreSQL is there."""
        connection = until(lambda: psycopg2.connect(**self.cluster.dsn()), psycopg2.OperationalError)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    def killed(self, victim: str, key: int | str, call: Callable[[], requests.Response]) -> None:
        """Send a call, kill at the point, let go; the call was not answered with success."""
        reached = Event()

        def send() -> requests.Response:
            while True:
                answer = call()
                # A worker that has not heard yet of PostgreSQL's last death fails with its first call.
                if reached.is_set() or answer.status_code < 500:
                    return answer

        with self.held(key) as waiting, ThreadPoolExecutor(1) as pool:
            sent = pool.submit(send)
            try:
                backend, since = until(waiting, LookupError)
            finally:
                reached.set()
            if victim == "worker":
                self.kill_workers()
                with pytest.raises(requests.RequestException):
                    sent.result()
            else:
                os.kill(backend, signal.SIGKILL)
                answer = sent.result()
                assert answer.status_code == 503, answer.text
        until(lambda: self._ended(backend, since), LookupError)
        self.stand_up()

    def kill_workers(self) -> None:
        """The processes that serve, not the one that starts them anew."""
        command = ["ps", "-o", "pid=", "--ppid", str(self.server.pid)]
        for worker in subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False).stdout.split():
            with suppress(ProcessLookupError):
                os.kill(int(worker), signal.SIGKILL)

    def stand_up(self) -> None:
        """An Odoo that has to replace a worker while PostgreSQL is away ends: as a service it is started again."""
        if not self.server.running:
            self.server.kill()
            self.server.start()

    def _ended(self, backend: int, since: datetime) -> None:
        """The transaction of the killed one is over, whichever way."""
        if self.sql("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND xact_start = %s", backend, since):
            raise LookupError("it still runs")

    @contextmanager
    def held(self, key: int | str) -> Iterator[Callable[[], tuple[int, datetime]]]:
        """Hold the lock of a point, or a table; yields a function that tells who waits: its backend, since when."""
        connection = psycopg2.connect(**self.cluster.dsn())
        if isinstance(key, str):
            connection.cursor().execute(f"LOCK TABLE {key} IN ACCESS EXCLUSIVE MODE")
        else:
            connection.cursor().execute("SELECT pg_advisory_lock(%s)", [key])
            connection.commit()

        def waiting() -> tuple[int, datetime]:
            found = self.sql(
                """SELECT a.pid, a.xact_start FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                    WHERE NOT l.granted AND a.datname = current_database()
                      AND CASE l.locktype WHEN 'advisory' THEN l.objid::text = %s
                                          WHEN 'relation' THEN l.relation::regclass::text = %s END""",
                str(key),
                str(key),
            )
            if not found:
                raise LookupError("nobody came to the point")
            return found[0]

        try:
            yield waiting
        finally:
            connection.close()

    def again(self, route: str, body: Json, device: Wire | None = None) -> Json:
        """Send until it is served: the server may be coming back, the lane may still be held."""

        def send() -> Json:
            answer = (device or self.device).post(route, body)
            answer.raise_for_status()
            found: Json = answer.json()
            if any(receipt["status"] == "retry" for receipt in found.get("receipts", ())):
                raise requests.ConnectionError("busy")
            return found

        return until(send, requests.RequestException)


@pytest.fixture(scope="module")
def standing(make_cluster: Callable[[], Cluster]) -> Iterator[Site]:
    with (
        make_cluster() as cluster,
        OdooServer(cluster.db, workers=2, extra=cluster.options) as server,
    ):
        yield Site(cluster, server)


@pytest.fixture
def site(standing: Site) -> Iterator[Site]:
    standing.stand_up()
    yield standing
    # A worker answers with 500 once for each of its connections that died with PostgreSQL: the next test gets new ones.
    standing.kill_workers()


@pytest.mark.parametrize("victim", ["worker", "postgresql"])
@pytest.mark.parametrize("point", PUSH)
def test_push_killed_at_any_point_counts_once(site, victim, point):
    """Proves I2, I5, I10. Asked again, at once, it has one effect and one receipt."""
    device, name = site.device, f"Push killed at {point} of {victim}"
    body = {"operations": [device.create(PARTNER, name=name), device.create(PARTNER, name=f"{name}, second")]}
    site.killed(victim, PUSH[point][0], lambda: device.post("push", body))
    [(before,)] = site.sql("SELECT count(*) FROM res_partner WHERE name LIKE %s", f"{name}%")
    assert before in (0, 2)
    # Who dies while PostgreSQL already commits does not stop it.
    assert before == (2 if (victim, point) == ("worker", "commit") else 0)
    receipts = site.again("push", body)["receipts"]
    assert [receipt["status"] for receipt in receipts] == ["applied", "applied"]
    assert site.sql("SELECT count(*) FROM res_partner WHERE name LIKE %s", f"{name}%") == [(2,)]
    assert site.again("push", body)["receipts"] == receipts


@pytest.mark.parametrize("point", PUSH)
def test_link_killed_at_any_point_counts_once(site, point):
    """Proves I2, I5, I10. The new contact is the one that is there: its gap is filled once, and told once."""
    device, vat = site.device, f"BE {900 + list(PUSH).index(point)}"
    there = site.office.create(PARTNER, name="There", vat=vat)
    site.sql(
        "UPDATE offline_profile_entity SET duplicate_policy = 'link' WHERE entity = %s RETURNING id", PARTNER
    )
    device.pull()
    create = device.create(PARTNER, name="Met", vat=vat, city="Ghent")
    edit = device.operation(
        PARTNER, "update", target=create["target"], values={"zip": "9000"}, base={"zip": None}
    )
    body = {"operations": [create, edit]}
    site.killed("worker", PUSH[point][0], lambda: device.post("push", body))
    receipts = site.again("push", body)["receipts"]
    assert [receipt["status"] for receipt in receipts] == ["merged", "applied"]
    assert [receipt["target"]["id"] for receipt in receipts] == [there, there]
    assert site.sql("SELECT id, city, zip FROM res_partner WHERE vat = %s", vat) == [(there, "Ghent", "9000")]
    names = "SELECT count(*) FROM offline_identity WHERE res_model = %s AND res_id = %s AND is_linked"
    assert site.sql(names, PARTNER, there) == [(1,)]
    lines = "SELECT count(*) FROM mail_message WHERE model = %s AND res_id = %s AND body LIKE '%%<li>%%Met</li>%%'"
    assert site.sql(lines, PARTNER, there) == [(1,)]
    assert site.again("push", body)["receipts"] == receipts


@pytest.mark.parametrize("victim", ["worker", "postgresql"])
@pytest.mark.parametrize("point", PULL)
def test_pull_killed_at_any_point_loses_nothing(site, victim, point):
    """Proves I1, I6, I10. The same cursor, at once, brings what the killed one would have brought."""
    device = site.device
    device.apply(site.again("pull", {"cursor": device.cursor}))
    site.sql("UPDATE res_partner SET phone = %s WHERE id = %s", f"{victim} {point}", site.partner)
    site.killed(victim, PULL[point][0], lambda: device.post("pull", {"cursor": device.cursor}))
    site.sql("UPDATE res_partner SET city = %s WHERE id = %s", f"{victim} {point}", site.partner)
    page = site.again("pull", {"cursor": device.cursor})
    device.apply(page)
    values = device.held[PARTNER][site.partner]["values"]
    assert (values["phone"], values["city"]) == (f"{victim} {point}", f"{victim} {point}")
    assert page["complete"]
    versions = sum(int(row["v"], 16) for row in device.held[PARTNER].values()) % 2**64
    assert page["digests"][PARTNER] == {"count": len(device.held[PARTNER]), "sum": f"{versions:016x}"}


@pytest.mark.parametrize("victim", ["worker", "postgresql"])
@pytest.mark.parametrize("table", ["offline_device", "res_partner"], ids=["who it is", "reading"])
def test_pull_killed_before_it_writes_loses_nothing(site, victim, table):
    """Proves I1, I10. While it is found out whose call it is, and in the middle of a page's reading."""
    device = site.device
    device.apply(site.again("pull", {"cursor": device.cursor}))
    site.sql("UPDATE res_partner SET phone = %s WHERE id = %s", f"{victim} {table}", site.partner)
    site.killed(victim, table, lambda: device.post("pull", {"cursor": device.cursor}))
    page = site.again("pull", {"cursor": device.cursor})
    device.apply(page)
    assert device.held[PARTNER][site.partner]["values"]["phone"] == f"{victim} {table}"
    assert page["complete"]


@pytest.mark.parametrize("victim", ["worker", "postgresql"])
@pytest.mark.parametrize("point", ["holdings", "commit"])
def test_first_pull_killed_in_an_inner_page_goes_on_where_it_was(site, victim, point):
    """Proves I1, I5, I10. The pages before it need not come again, those after it bring the rest, nothing twice."""
    office, name = site.office, f"Page {point} {victim}"
    made = office(PARTNER, "create", [{"name": f"{name} {number}"} for number in range(9)])
    device = Wire.enrol(site.server.url, office.code(office.find("res.users", ("login", "=", "killed"))))
    given = []

    def one_page() -> Json:
        page = site.again("pull", {"cursor": device.cursor, "limit": 150}, device)
        given.extend(
            upsert["id"]
            for change in page["changes"]
            for upsert in change["upserts"]
            if change["entity"] == PARTNER
        )
        device.apply(page)
        return page

    assert not one_page()["complete"]
    site.killed(victim, PULL[point][0], lambda: device.post("pull", {"cursor": device.cursor, "limit": 150}))
    while not one_page()["complete"]:
        pass
    assert set(made) <= device.held[PARTNER].keys()
    assert len(given) == len(set(given)), "a record came in two pages"


@pytest.mark.parametrize("table", ["offline_device", "offline_lane"], ids=["who it is", "its turn"])
@pytest.mark.parametrize("victim", ["worker", "postgresql"])
def test_push_killed_before_it_works_counts_once(site, victim, table):
    """Proves I2, I10."""
    device, name = site.device, f"Push killed at {table} of {victim}"
    body = {"operations": [device.create(PARTNER, name=name)]}
    site.killed(victim, table, lambda: device.post("push", body))
    assert site.sql("SELECT count(*) FROM res_partner WHERE name = %s", name) == [(0,)]
    assert [receipt["status"] for receipt in site.again("push", body)["receipts"]] == ["applied"]
    assert site.sql("SELECT count(*) FROM res_partner WHERE name = %s", name) == [(1,)]
