"""Whatever is lost, killed, repeated or restored: in the end both sides hold the same, every operation once.

Proves I2, I6, I8, I10 for the device. Each history is a list of steps; hypothesis shrinks a failing one.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from offline_device import Offline

from .conftest import Clock, Crashed, Home
from .fake_server import FakeServer
from .fake_state import PARTNER

STEPS = (
    "push.sending", "push.answered", "push.stored", "push.rewound", "pull.sending", "pull.answered", "pull.staged",
    "pull.applying", "pull.committing", "pull.applied", "pull.reset",
)  # fmt: skip
RECORDS = (1, 2, 3, 4, 5)

action = st.one_of(
    st.tuples(st.just("visit"), st.sampled_from(RECORDS)),
    st.tuples(st.just("edit"), st.sampled_from(RECORDS)),
    st.tuples(st.just("create"), st.just(0)),
    st.tuples(st.just("office"), st.sampled_from(RECORDS)),
    st.tuples(st.just("sync"), st.just(0)),
    st.tuples(st.just("crash"), st.sampled_from(range(len(STEPS)))),
    st.tuples(st.just("lose"), st.sampled_from((0, 1))),
    st.tuples(st.just("retry"), st.just(0)),
    st.tuples(st.just("prefix"), st.just(0)),
    st.tuples(st.just("forget"), st.just(0)),
    st.tuples(st.just("digest"), st.just(0)),
    st.tuples(st.just("rot"), st.sampled_from(RECORDS)),
    st.tuples(st.just("backup"), st.just(0)),
    st.tuples(st.just("restore"), st.just(0)),
)


class History:
    """A device and a server, and what must come of them."""

    def __init__(self, path: Path):
        self.server = FakeServer()
        for number in RECORDS:
            self.server.put(PARTNER, number, name=f"Partner {number}", phone=None, city=None, visits=0)
        self.home = Home(path, self.server, Clock())
        self.device = self.home.enrolled(page_size=2, push_batch=3)
        self.device.sync()
        self.visits = dict.fromkeys(RECORDS, 0)
        self.created = 0
        self.recorded: list[str] = []
        self.backup = self.server.backup()

    def reopen(self) -> None:
        self.device = self.home.open(page_size=2, push_batch=3)

    def run(self, kind: str, choice: int) -> None:
        if kind == "visit":
            self.recorded.append(self.device.call(PARTNER, choice, "visit", {"note": "x"}).op)
            self.visits[choice] += 1
        elif kind == "edit":
            self.recorded.append(self.device.update(PARTNER, choice, {"phone": str(len(self.recorded))}).op)
        elif kind == "create":
            self.created += 1
            self.device.create(PARTNER, {"name": f"Born here {self.created}"})
        elif kind == "office":
            self.server.put(PARTNER, choice, city=str(len(self.server.requests)))
        elif kind == "sync":
            self.sync()
        elif kind == "crash":
            self.crash(STEPS[choice])
        elif kind == "lose":
            self.server.lost.append(("push", "pull")[choice])
        elif kind == "retry":
            self.server.retry_at = self.server.life.next_seq + 1
        elif kind == "prefix":
            self.server.at_most = 1
        elif kind == "forget":
            self.server.life.cursors.clear()
        elif kind == "digest":
            self.server.wrong_digest = 1
        elif kind == "rot":
            self.device.store.db.execute("UPDATE record SET content = '{}' WHERE id = ?", (choice,))
            self.device.check()
        elif kind == "backup":
            self.backup = self.server.backup()
        elif kind == "restore":
            self.server.restore(self.backup)

    def sync(self) -> None:
        try:
            self.device.sync()
        except Offline:
            assert not self.device.store.db.in_transaction  # an answer was lost; the next sync goes on

    def crash(self, step: str) -> None:
        def die(name: str) -> None:
            if name == step:
                raise Crashed(step)

        self.device = self.home.open(page_size=2, push_batch=3, checkpoint=die)
        try:
            self.sync()
        except Crashed:
            assert not self.device.store.db.in_transaction
        self.reopen()

    def settle(self) -> None:
        self.server.lost.clear()
        self.server.at_most = self.server.retry_at = None
        for _ in range(4):
            self.device.sync()

    def compare(self) -> None:
        content = self.server.content()
        shown = {record.id: record.values for record in self.device.search(PARTNER, limit=1000)}
        assert shown == content
        assert {number: content[number]["visits"] for number in RECORDS} == self.visits
        born = sorted(row["name"] for number, row in content.items() if number not in RECORDS)
        assert born == sorted(f"Born here {number + 1}" for number in range(self.created))
        assert self.device.outbox() == []
        assert {entry.op for entry in self.device.journal(1000)} >= set(self.recorded)
        assert self.device.check() == []
        assert not any(record.pending for record in self.device.search(PARTNER, limit=1000))


@settings(max_examples=60)
@given(st.lists(action, max_size=25))
def test_every_history_converges_and_every_operation_counts_once(history: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = History(Path(folder) / "home")
        try:
            for kind, choice in history:
                world.run(kind, choice)
            world.settle()
            world.compare()
        finally:
            world.home.close()
