"""Unsent and parked operations, numbered without gaps; what the server says moves them on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from offline_core.errors import Refusal
from offline_core.wire import DeviceState, Operation, Receipt

from .files import SENT, WAITING
from .journal import Journal
from .operations import AMEND, DECISIONS, PARKED, PENDING, VOID, Entry, place
from .overlay import Overlay
from .records import Key, Records
from .settings import Settings
from .store import Store, dump

_COLUMNS = "device, seq, op, entity, verb, target_id, target_uid, decides, body, state, receipt"
#: Room for what stands around the operations in a body.
_ENVELOPE_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call carries, in the order of the numbers.

    ``again``: the server is behind this device, and everything from a number on goes once more. ``delivered``: all
    of it was answered before, so it goes the way of the journal.
    """

    entries: tuple[Entry, ...]
    again: bool
    delivered: bool = False


class Outbox:
    """Takes operations, hands out batches, takes receipts. Each step is one transaction."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        records: Records,
        journal: Journal,
        overlay: Overlay,
        new_uid: Callable[[], str],
    ):
        self._store, self._settings, self._records = store, settings, records
        self._journal, self._overlay, self._new_uid = journal, overlay, new_uid

    def record(
        self, key: Key, *, entity: str, verb: str, at: str, decides: str | None = None, **members: Any
    ) -> Entry:
        """Number an operation and keep it, with its effect on what the person sees.

        ``members`` are the other members of the wire shape, in their wire form. An operation that no push could
        ever carry is refused here.
        """
        with self._store.transaction() as db:
            seq = self._settings.next_seq
            body = {"seq": seq, "op": self._new_uid(), "entity": entity, "verb": verb, "at": at, **members}
            Operation.model_validate(body)
            text = dump(body)
            limit = self._settings.profile.limits.body_bytes
            if len(text.encode()) > limit - _ENVELOPE_BYTES:
                raise Refusal(
                    "operation_invalid", f"the change is larger than the {limit} bytes the server takes"
                )
            db.execute(
                f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                (self._device, seq, body["op"], entity, verb, key.id, key.uid, decides, text, PENDING),
            )
            self._settings.next_seq = seq + 1
            if entity:
                self._overlay.rebuild(entity, key)
        found = self.find(body["op"])
        assert found is not None
        return found

    @contextmanager
    def unit(self) -> Iterator[None]:
        """Make what is recorded inside one unit: it succeeds or fails together. An error leaves nothing recorded."""
        with self._store.transaction() as db:
            first = self._settings.next_seq
            yield
            rows = db.execute("SELECT seq, body FROM outbox WHERE seq >= ? ORDER BY seq", (first,)).fetchall()
            limits = self._settings.profile.limits
            if len(rows) > limits.operations:
                raise Refusal("operation_invalid", f"a unit has at most {limits.operations} operations")
            unit = {"id": self._new_uid(), "size": len(rows)}
            room = limits.body_bytes - _ENVELOPE_BYTES
            for row in rows:
                body = {**json.loads(row["body"]), "unit": unit}
                if body["verb"] in DECISIONS:
                    raise Refusal("operation_invalid", "a decision cannot be part of a unit")
                text = dump(body)
                room -= len(text.encode()) + 2
                db.execute("UPDATE outbox SET body = ? WHERE seq = ?", (text, row["seq"]))
            if room < 0:
                raise Refusal(
                    "operation_invalid", "the unit is larger than what the server takes in one call"
                )

    def effective(self, entry: Entry) -> dict[str, Any]:
        """What an operation is to do: its own body, or for an amendment that of what it replaces with other values."""
        if entry.verb != AMEND or entry.decides is None:
            return entry.body
        replaced = self.find(entry.decides)
        before = self.effective(replaced) if replaced is not None else {}
        args = entry.body.get("args", {})
        base = {**before.get("base", {}), **entry.body.get("base", {})}
        return {**before, "base": base, **{name: args[name] for name in ("values", "args") if name in args}}

    def batch(self, limit: int) -> Batch | None:
        """The next operations to send: from `Settings.resend_from` on, else from the first unanswered one."""
        again = self._settings.resend_from
        first = self._store.db.execute(
            "SELECT min(seq) AS seq FROM outbox WHERE state = ?", (PENDING,)
        ).fetchone()["seq"]
        start = again if again is not None else first
        if start is None:
            return None
        answered = self._journal.answered_to(self._device) if again is not None else 0
        delivered = start <= answered
        rows = self._store.db.execute(
            "SELECT * FROM (SELECT * FROM outbox UNION ALL SELECT * FROM journal WHERE device = ?)"
            " WHERE seq >= ? ORDER BY seq LIMIT ?",
            (self._device, start, limit + self._settings.profile.limits.operations),
        )
        entries: list[Entry] = []
        room = self._settings.profile.limits.body_bytes - _ENVELOPE_BYTES
        # Rows are read one by one, and only those that fit: memory does not grow with the outbox.
        for row in rows:
            if delivered and row["seq"] > answered:
                break
            room -= len(row["body"].encode()) + 2
            entry = Entry.read(row)
            goes_on = entries and entry.unit is not None and entry.unit == entries[-1].unit
            if entries and (room < 0 or len(entries) >= limit) and not goes_on:
                break
            entries.append(entry)
            if goes_on and (room < 0 or len(entries) > limit) and entries[0].unit != entry.unit:
                # The unit does not fit beside what stands before it: it goes with the next push, as a whole.
                entries = [one for one in entries if one.unit != entry.unit]
                break
        return Batch(tuple(entries), again is not None, delivered) if entries else None

    def take_answer(
        self, batch: Batch, receipts: list[Receipt], next_seq: int
    ) -> tuple[dict[str, int], bool]:
        """Keep the receipts of a push; answers how many of each status, and whether the first was answered.

        The next batch starts at the first operation without a receipt, whatever ``next_seq`` says: a number that
        the server counts and whose receipt did not arrive is asked for again, never skipped.
        """
        counts: dict[str, int] = {}
        with self._store.transaction():
            answered = set()
            for receipt in receipts:
                counts[receipt.status] = counts.get(receipt.status, 0) + 1
                if self.take_receipt(receipt, outcome=False) and receipt.status != "retry":
                    answered.add(receipt.op)
            waiting = [entry.seq for entry in batch.entries if entry.op not in answered]
            if batch.again:
                goes_on = waiting[0] if waiting else batch.entries[-1].seq + 1
                self._settings.resend_from = goes_on if goes_on < self._settings.next_seq else None
            if next_seq > self._settings.next_seq:
                self._store.incident("numbers_unknown", here=self._settings.next_seq, server=next_seq)
                self._settings.next_seq = next_seq
        return counts, batch.entries[0].op in answered

    def take_receipt(self, receipt: Receipt, *, outcome: bool) -> bool:
        """Keep what the server says of one operation; False, with an incident, when it is none of ours.

        It is known by its ``op``: a receipt given to the device that this home once was carries that one's number.
        ``outcome``: it came with a pull, in the same cut as its effect, so nothing of ours needs to cover it.
        """
        entry = self.find(receipt.op)
        if entry is None:
            self._store.incident("receipt_unknown", seq=receipt.seq, op=receipt.op, status=receipt.status)
            return False
        if receipt.status == "retry":
            return True
        with self._store.transaction() as db:
            target = receipt.target
            if target is not None and target.uid is not None and entry.entity:
                result = receipt.result if isinstance(receipt.result, dict) else {}
                linked = target.id is not None and result.get("linked_to") == target.id
                self._records.learn_identity(entry.entity, target.uid, target.id, target.born, linked=linked)
            settled = outcome or entry.settled or receipt.status not in ("applied", "merged")
            for table in ("outbox", "journal"):
                db.execute(f"DELETE FROM {table} WHERE op = ?", (receipt.op,))
            table = place(receipt.status, verb=entry.verb, code=receipt.code)
            db.execute(
                f"INSERT INTO {table} ({_COLUMNS}, settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    entry.device, entry.seq, entry.op, entry.entity, entry.verb, entry.target_id, entry.target_uid,
                    entry.decides, dump(entry.body), receipt.status, receipt.model_dump_json(by_alias=True),
                    table == "journal" and settled,
                ),
            )  # fmt: skip
            self._overlay.rebuild(entry.entity, Key(entry.target_id, entry.target_uid))
        return True

    def settle(self, applied_seq: int) -> None:
        """Effects up to this number are in the records of this cut."""
        self._journal.settle(self._device, applied_seq)

    def send_again(self, seq: int) -> None:
        """Send everything from this number on again, also what was delivered; each counts once.

        Numbers whose content this device no longer has are filled with `void`, so that the rest can follow.
        """
        with self._store.transaction() as db:
            have = {
                row["seq"]
                for row in db.execute(
                    "SELECT seq FROM outbox WHERE seq >= ?"
                    " UNION ALL SELECT seq FROM journal WHERE device = ? AND seq >= ?",
                    (seq, self._device, seq),
                )
            }
            for lost in sorted(set(range(seq, self._settings.next_seq)) - have):
                self._store.incident("number_lost", seq=lost)
                self._fill(lost)
            self._journal.show_again(self._device, seq)
            self._offer_files_again()
            known = self._settings.resend_from
            wanted = seq if known is None else min(seq, known)
            self._settings.resend_from = wanted if wanted < self._settings.next_seq else None
            self._overlay.rebuild_all()

    def _offer_files_again(self) -> None:
        """A server in another life, or for another device, may lack files that were sent; it says which it has."""
        self._store.db.execute("UPDATE blob SET state = ? WHERE state = ?", (WAITING, SENT))

    def _fill(self, seq: int) -> None:
        op = self._new_uid()
        at = self._settings.last_sync_at or "1970-01-01T00:00:00Z"
        entity = next((entity.name for entity in self._settings.profile.entities), "")
        reason = {"reason": "The device no longer has the content of this number."}
        body = {"seq": seq, "op": op, "entity": entity, "verb": VOID, "at": at, "args": reason}
        self._store.db.execute(
            f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, '', ?, NULL, NULL, NULL, ?, ?, NULL)",
            (self._device, seq, op, VOID, dump(body), PENDING),
        )

    def renumber(self, device: str) -> None:
        """As this home has become another device: what is not delivered gets new numbers and keeps its ``op``."""
        with self._store.transaction() as db:
            entries = self.entries()
            number = {entry.seq: index for index, entry in enumerate(entries, 1)}
            db.execute("DELETE FROM outbox")
            for entry in entries:
                after = [number[seq] for seq in entry.body.get("after", []) if seq in number]
                body = {**entry.body, "seq": number[entry.seq], "after": after}
                db.execute(
                    f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
                    (
                        device, body["seq"], entry.op, entry.entity, entry.verb, entry.target_id, entry.target_uid,
                        entry.decides, dump(body), PENDING,
                    ),
                )  # fmt: skip
            self._journal.settle(device, 0)
            self._offer_files_again()
            self._settings.next_seq = len(entries) + 1
            self._settings.resend_from = None
            self._settings.applied_seq = 0

    def for_escrow(self, room: int) -> list[dict[str, Any]]:
        """All that is here, then delivered work of this device, newest first, while there is room; by number."""
        found = [entry.body for entry in self.entries()]
        room -= sum(len(dump(body).encode()) for body in found)
        rows = self._store.db.execute(
            "SELECT body FROM journal WHERE device = ? ORDER BY seq DESC", (self._device,)
        )
        for row in rows:
            room -= len(row["body"].encode())
            if room < 0:
                break
            found.append(json.loads(row["body"]))
        return sorted(found, key=lambda body: int(body["seq"]))

    def forget_all(self) -> None:
        """Delete outbox and journal: the office has the work, or there is none."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM outbox")
            db.execute("DELETE FROM journal")

    def entries(self, *, states: tuple[str, ...] | None = None) -> list[Entry]:
        """Operations of the outbox in order, all or those in some states."""
        wanted = dump(states or (PENDING, *PARKED))
        rows = self._store.db.execute(
            "SELECT * FROM outbox WHERE state IN (SELECT value FROM json_each(?)) ORDER BY seq", (wanted,)
        )
        return [Entry.read(row) for row in rows]

    def find(self, op: str) -> Entry | None:
        """The operation with this id, in the outbox or the journal."""
        row = self._store.db.execute("SELECT * FROM outbox WHERE op = ?", (op,)).fetchone()
        return Entry.read(row) if row else self._journal.find(op)

    def deciding(self, op: str) -> int | None:
        """The number of the decision about this operation that has no visible effect yet."""
        row = self._store.db.execute("SELECT seq FROM unsettled WHERE decides = ?", (op,)).fetchone()
        return None if row is None else int(row["seq"])

    def makes(self, uid: str) -> bool:
        """Whether a function whose effect is not here yet gives this uid, its argument, to what it makes."""
        rows = self._store.db.execute("SELECT * FROM unsettled WHERE instr(body, ?)", (uid,))
        entries = [Entry.read(row) for row in rows]
        return any(
            self.effective(entry).get("args", {}).get("uid") == uid
            for entry in entries
            if entry.state != "discarded"
        )

    def counts(self) -> Mapping[str, int]:
        """How many operations are in each state; states without any are left out."""
        rows = self._store.db.execute("SELECT state, count(*) AS n FROM outbox GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    def report(self, *, app_version: str, clock: str) -> DeviceState:
        """The device's own view, as it travels with every call."""
        counts = self.counts()
        row = self._store.db.execute(
            "SELECT min(seq) AS oldest, max(seq) AS newest FROM outbox WHERE state = ?", (PENDING,)
        ).fetchone()
        return DeviceState(
            outbox=counts.get(PENDING, 0),
            oldest_seq=row["oldest"],
            highest_seq=row["newest"],
            unresolved=sum(counts.get(state, 0) for state in PARKED),
            storage_bytes=self._store.size_bytes(),
            app_version=app_version,
            clock=clock,
        )

    @property
    def _device(self) -> str:
        return self._settings.device or ""
