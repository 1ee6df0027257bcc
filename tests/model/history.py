"""What every kind of random history has: three devices of two people, an office, faults, and what must hold.

Every part is real but the network between a device and the server, and the end of a device's process. A failure
prints the steps that lead to it, and what runs them again.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from .agreement import agree, check_device, check_files
from .backup import Backup
from .decisions import Judged
from .devices import Handset, Names
from .network import FINE
from .office import Bureau, Ground
from .strategies import DEVICES, picks, whos

_MEMORY = Path("/dev/shm")
#: So many steps lie between two quiet points: what did not move need not be looked at again.
_BETWEEN_QUIET_POINTS = 6


class History(RuleBasedStateMachine):
    """One history. A kind of histories says what people do, and gives the model of truth that knows how it ends."""

    ground: ClassVar[Ground]
    #: The kinds of records that are compared with the database.
    kinds: ClassVar[tuple[str, ...]]
    backups: ClassVar[type[Backup]]
    #: Over all histories that count: final states, faults by kind, how many there were; and how many do not count.
    ends: ClassVar[Counter[str]] = Counter()
    faults: ClassVar[Counter[str]] = Counter()
    histories: ClassVar[int] = 0
    uncounted: ClassVar[int] = 0
    #: The first of each seed is the simplest that there is, always the same.
    is_simplest: ClassVar[bool] = False
    #: Called after each history.
    told: ClassVar[Callable[[], None]] = staticmethod(lambda: None)

    def open(self, truth: Judged, bureau: type[Bureau]) -> None:
        """An office and enrolled devices, and a model of truth that knows of them."""
        self.prefix = f"H{next(self.ground.numbers)}-"
        self.numbers = count(1)
        self.truth, self.names = truth, Names()
        self.saw: dict[str, Any] = {}
        self.steps = 0
        self.backup: Backup | None = None
        #: Changed in long transactions only: nobody else waits for their rows.
        self.reserved: str | None = None
        self.homes = Path(tempfile.mkdtemp(prefix="oracle-", dir=_MEMORY if _MEMORY.is_dir() else None))
        self.ground.reset()
        self.office = bureau(self.ground, self.truth, self.names, self.prefix)
        self.handsets = {name: self._enrolled(name, *how) for name, how in DEVICES.items()}

    def _enrolled(self, name: str, person: str, page_size: int) -> Handset:
        handset = self._handset(
            name, person, self.homes / name, self.ground.url, self.truth, self.names, self.faults,
            self.ground.stored, page_size,
        )  # fmt: skip
        handset.saw = self.saw
        handset.network.gate = self.ground.shut_a_door
        handset.device.enrol(self.ground.url, self.office.code(person), name=f"{self.prefix}{name}")
        return handset

    def _handset(self, *how: Any) -> Handset:
        return Handset(*how)

    def new_name(self) -> str:
        return f"{self.prefix}{next(self.numbers)}"

    def pick(self, kind: str, number: int) -> str | None:
        """One of the records that exist, leaving out what long transactions hold."""
        there = [
            name
            for name, record in self.truth.world.records.items()
            if record.kind == kind and record.exists and name != self.reserved
        ]
        return there[number % len(there)] if there else None

    def was_done(self, op: str) -> bool:
        """The server's word on a delete whose end the model does not reckon."""
        self.faults["end of a delete taken from the server"] += 1
        return self.ground.stored([op])[op]["status"] not in ("conflict", "resolved_server", "discarded")

    # --- decisions ------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.truth.waits_for_the_office("conflict"))
    @rule(pick=picks, side=st.sampled_from(["server", "device"]))
    def office_decides(self, pick: int, side: str) -> None:
        self.office.decide(pick, side)

    @precondition(lambda self: self.truth.waits_for_the_office("rejected"))
    @rule(pick=picks, act=st.sampled_from(["retry", "discard"]))
    def office_finishes_refused_work(self, pick: int, act: str) -> None:
        self.office.finish_refused(pick, act)

    # --- syncs and what may go wrong ----------------------------------------------------------------------------

    @rule(who=whos)
    def syncs(self, who: str) -> None:
        self.handsets[who].sync()

    def syncs_badly(self, who: str, ahead: list[Any], tries: int) -> None:
        """These faults befall the next requests, over so many syncs."""
        handset = self.handsets[who]
        handset.network.ahead.extend(ahead)
        for _try in range(tries):
            handset.sync()
        handset.network.ahead.clear()

    @rule(who=whos, which=st.integers(0, 2), commit=st.integers(1, 2))
    def others_sync_while_a_call_is_committing(self, who: str, which: int, commit: int) -> None:
        """What is not committed is nobody's yet; later everybody hears of it, though newer changes went before (I1)."""
        network = self.handsets[who].network
        network.meanwhile = lambda: self._those_without_work_sync(who)
        network.ahead.extend([FINE] * which + [("wait", commit)])
        self.handsets[who].sync()
        network.ahead.clear()

    def _those_without_work_sync(self, who: str) -> None:
        """Work on the same rows would wait for that commit."""
        for name, handset in self.handsets.items():
            if name != who and not handset.device.status().unsent:
                handset.sync()

    @rule(who=whos, after=st.integers(0, 14))
    def syncs_and_its_process_dies(self, who: str, after: int) -> None:
        handset = self.handsets[who]
        handset.crash_after = after
        handset.sync()
        handset.crash_after = None

    @rule(who=whos)
    def held_up_requests_arrive(self, who: str) -> None:
        self.handsets[who].network.deliver_late()

    # --- the database goes back in time -------------------------------------------------------------------------

    @precondition(lambda self: self.backup is None)
    @rule()
    def a_backup_is_made(self) -> None:
        self.backup = self.backups(self.office, self.handsets)

    def put_back(self) -> None:
        """Put the backup back, and look at what must hold then (I2, I6, I8, I9)."""
        assert self.backup is not None
        self.faults["restore"] += 1
        self.backup.put_back()

    # --- what must hold when nothing more happens ---------------------------------------------------------------

    @precondition(lambda self: self.steps >= _BETWEEN_QUIET_POINTS)
    @rule()
    def everybody_syncs(self) -> None:
        self.quiet()

    @invariant()
    def count_steps(self) -> None:
        self.steps += 1

    def quiet(self) -> None:
        """I1, I2, I3, I4, I5, I6, I7, I8, I10: two rounds of syncs, then all agree with the model."""
        self.steps = 0
        for handset in self.handsets.values():
            handset.network.deliver_late()
        # A worker that died after its commit left a file to the scheduled action.
        self.office.run_waiting()
        for _round in range(2):
            for handset in self.handsets.values():
                assert handset.sync(), "without faults a sync goes through"
            self.office.try_refused_files_again()
        world = self.truth.world
        for kind in self.kinds:
            there = {n: r.values for n, r in world.records.items() if r.kind == kind and r.exists}
            agree(self.office.stored(kind), there, ("the database", kind))
        for handset in self.handsets.values():
            check_device(handset, self.truth)
        ann, bob = (self.handsets[name].device.records.digests() for name in ("ann", "bob"))
        agree(ann, bob, "two devices of one person")

    def teardown(self) -> None:
        if not hasattr(self, "handsets") or len(self.handsets) < len(DEVICES):
            return
        try:
            if self.truth.is_open:
                return  # a restore went wrong; that was told
            self.office.end_long()
            self.quiet()
            check_files(self.handsets.values(), self.truth)
            for handset in self.handsets.values():
                verified = handset.device.verify()
                assert (verified.differ, verified.rotten) == ({}, [])
        finally:
            if History.is_simplest or not self.truth.operations:
                History.uncounted += 1
            else:
                History.histories += 1
                self.ends.update(sent.state for sent in self.truth.operations.values())
            History.is_simplest = False
            self.office.close()
            for handset in self.handsets.values():
                handset.device.close()
                handset.network.close()
            shutil.rmtree(self.homes, ignore_errors=True)
            self.told()
