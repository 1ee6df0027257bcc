"""A backup of the database, and the day on which it is put back: what was lost comes again from the devices (I9).

What replayed work meets depends on which device comes first, so the model predicts no single end here. It checks what
has to hold whatever the order: no operation is lost or stands twice, both sides name the same end, every delivered
record exists once, every difference counts once. Then the office closes what is open, and the model goes on from
what the database holds.
"""

from __future__ import annotations

import copy
from collections import Counter
from typing import ClassVar

from .devices import Handset
from .office import Bureau
from .truth import DECISIONS, DONE, WAITING, Sent
from .world import CONTACT, FILE, JOB, Record, World

#: Rounds of syncs within which all outboxes must be empty, or hold what waits for a person.
_ROUNDS = 6
#: What a device may note of a restore.
_EXPECTED = {"reset", "epoch_changed", "seq_gap", "cursor_invalid", "digest_mismatch"}


class Backup:
    """The database and the world as they were; taken and put back once. Each kind of histories has one of its own."""

    #: The kinds of records that are counted afterwards.
    kinds: ClassVar[tuple[str, ...]]

    def __init__(self, office: Bureau, handsets: dict[str, Handset]) -> None:
        self._office, self._handsets = office, handsets
        office.end_long()
        office.ground.back_up()
        self._world = copy.deepcopy(office.truth.world)
        self._cursors = {name: handset.device.settings.cursor for name, handset in handsets.items()}
        #: What had its effect by then. What was parked may run after the restore.
        self._done = {op for op, status in self._stored_ops().items() if status in DONE}
        self.is_used = False

    def put_back(self) -> None:
        """Lose what was done since; then everybody syncs, the office closes what is open, and all agree."""
        office, truth = self._office, self._office.truth
        self.is_used = True
        office.end_long(commit=False)
        moved = {
            name: handset.device.settings.epoch
            for name, handset in self._handsets.items()
            if handset.device.settings.cursor != self._cursors[name]
        }
        before = {name: handset.device.status() for name, handset in self._handsets.items()}
        office.ground.put_back()
        office.ids.clear()
        office.names.forget_ids()
        for kind in self.kinds:
            office.stored(kind)
        lost, truth.world = truth.world, copy.deepcopy(self._world)
        truth.is_open = True
        self._drain()
        for name, handset in self._handsets.items():
            status = handset.device.status()
            assert name not in moved or handset.device.settings.epoch != moved[name], (
                f"{name} noticed nothing"
            )
            kinds = {one["kind"] for one in status.incidents[len(before[name].incidents) :]}
            assert kinds <= _EXPECTED, (name, status.incidents)
            handset.excused = (status.heals, status.incidents)
            assert status.heals == before[name].heals, (name, "content had to be read again")
        states = self._check_ends()
        self._check_effects(states)
        self._close_what_is_open()
        self._go_on(lost)

    # --- until nothing moves any more ---------------------------------------------------------------------------

    def _drain(self) -> None:
        for _round in range(_ROUNDS):
            for handset in self._handsets.values():
                assert handset.sync(), "without faults a sync goes through"
            self._office.run_waiting()
            if not any(handset.device.status().unsent for handset in self._handsets.values()):
                break
        for handset in self._handsets.values():
            assert handset.sync()
            left = [entry.op for entry in handset.device.outbox() if entry.state not in WAITING]
            assert not left, (handset.name, "did not drain", left)

    def _close_what_is_open(self) -> None:
        """The office keeps what stands in Odoo; devices hear of it."""
        for _round in range(_ROUNDS):
            left = [entry.op for handset in self._handsets.values() for entry in handset.device.outbox()]
            if not left:
                break
            # What waited for a decision may ask for one of its own when its turn comes: one by one at the longest.
            for _decision in left:
                if not self._office.give_up(left):
                    break
            self._drain()
        for handset in self._handsets.values():
            left = [(entry.seq, entry.verb, entry.state, entry.receipt) for entry in handset.device.outbox()]
            assert left == [], (handset.name, "is not closed by the office", left)

    # --- what has to hold ---------------------------------------------------------------------------------------

    def _stored_ops(self) -> dict[str, str]:
        """{operation id: status} of this history's devices."""
        rows = self._office.ground.sql(
            """SELECT op, status FROM offline_operation o JOIN offline_device d ON d.id = o.device_id
                WHERE d.name LIKE %s AND NOT o.is_repeat""",
            f"{self._office.prefix}%",
        )
        assert len(rows) == len(dict(rows)), "an operation stands twice"
        return dict(rows)

    def _check_ends(self) -> dict[str, str]:
        """I2, I8: nothing that a device ever sent is missing, and both sides name the same end."""
        stored = self._stored_ops()
        for handset in self._handsets.values():
            said = handset.states()
            here = {op: stored.get(op) for op in said}
            assert here == said, (
                handset.name,
                {op: (here[op], said[op]) for op in said if here[op] != said[op]},
            )
        missing = self._office.truth.operations.keys() - stored.keys()
        assert not missing, ("lost", missing)
        return stored

    def _check_effects(self, states: dict[str, str]) -> None:
        """I2: what was created exists once, and what is reckoned from many operations has each of them once."""
        sent = self._office.truth.operations
        times: Counter[str] = Counter()
        for kind in self.kinds:
            times.update(self._office.names_there(kind))
        assert not [name for name, number in times.items() if number > 1], "a record came twice"
        gone = {name for name, record in self._world.records.items() if not record.exists}
        gone |= {one.record for op, one in sent.items() if one.verb == "delete" and states[op] in DONE}
        born = {
            name
            for op, one in sent.items()
            if states[op] in DONE
            for name, kind in self._office.truth.makes(one).items()
            if kind in self.kinds
        }
        assert born <= times.keys() | gone, ("not brought back", born - times.keys() - gone)
        self.check_values(states)

    def check_values(self, states: dict[str, str]) -> None:
        """What has to hold of values, whichever device came first, with these states of all operations."""

    def check_sums(self, kind: str, field: str, states: dict[str, str]) -> None:
        """I2: what differences come to has each of them once, where nobody decided about one of them."""
        operations = self._office.truth.operations
        decided = {one.record for one in operations.values() if one.replaces is not None}
        decided |= {
            operations[one.body["args"]["op"]].record for one in operations.values() if one.verb in DECISIONS
        }
        for name, values in self._office.stored(kind).items():
            if name in decided:
                continue
            before = self._world.records.get(name)
            expected = before.values[field] if before and before.exists else 0
            since = {op: self.difference(one, name) for op, one in operations.items() if op not in self._done}
            expected += sum(number for op, number in since.items() if states[op] in DONE)
            told = [(operations[op].body, states[op]) for op, number in since.items() if number]
            assert values[field] == expected, (name, values, expected, told)

    def difference(self, sent: Sent, name: str) -> int:
        """What an operation adds to what is counted of a record."""
        raise NotImplementedError

    # --- and on from there --------------------------------------------------------------------------------------

    def _go_on(self, lost: World) -> None:
        """The model takes over what the database holds."""
        truth = self._office.truth
        known = truth.world.records = {**lost.records, **truth.world.records}
        self.take_over(known)
        stored = self._stored_ops()
        for op, one in truth.operations.items():
            one.state, one.over = stored[op], True
        truth.chain, truth.versions = {}, {}
        truth.is_open = False

    def take_over(self, known: dict[str, Record]) -> None:
        """Make of all records that were ever known what the database holds of them."""
        raise NotImplementedError


class ContactBackup(Backup):
    """The backup of a history of contacts, jobs and files: what a job counts is reckoned anew."""

    kinds = (CONTACT, JOB)

    def check_values(self, states: dict[str, str]) -> None:
        self.check_sums(JOB, "count", states)

    def difference(self, sent: Sent, name: str) -> int:
        if sent.record == name and sent.verb == "visit":
            return int(sent.body["args"]["by"])
        return difference_of(sent, "count") if sent.record == name else 0

    def take_over(self, known: dict[str, Record]) -> None:
        office, truth = self._office, self._office.truth
        there = {kind: office.stored(kind) for kind in (CONTACT, JOB)}
        active = office.active_contacts()
        files = office.files_there()
        for one in truth.operations.values():
            if one.verb == "create" and one.body["entity"] == FILE and one.record in files:
                known.setdefault(one.record, World.blank(FILE)).values["sha256"] = one.values["sha256"]
        for name, record in known.items():
            record.exists = name in (files if record.kind == FILE else there[record.kind])
            if record.kind == FILE and record.exists:
                record.values["contact"] = files[name]
        for kind, found in there.items():
            for name, values in found.items():
                record = known.setdefault(name, World.blank(kind))
                record.values, record.exists = values, True
                record.active = kind != CONTACT or name in active


def difference_of(sent: Sent, field: str) -> int:
    """What an operation adds to a field of its record that is reckoned from differences."""
    mine = sent.values.get(field)
    if mine is None:
        return 0
    return int(mine) - int((sent.body.get("base") or {}).get(field) or 0)
