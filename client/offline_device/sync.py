"""One sync, as a page of named steps: push, pull, compare, heal.

Every step ends in one durable transaction; between two of them the process may die, and the next sync goes on
from what is stored. `Sync.run` raises `Offline` or `Refused` when a step got no usable answer; what was stored
until then stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from offline_core.fields import format_instant, parse_instant
from offline_core.wire import DeviceState, PullAnswer, PullRequest, VerifyRequest

from .api import Api
from .blobs import Blobs
from .cut import Cut
from .errors import AnswerInvalid, Refused
from .outbox import Batch, Outbox
from .records import SHARDS, Held, Records
from .settings import Settings
from .store import Store, dump
from .transport import clock_offset
from .version import APP_VERSION

PUSH_BATCH = 50
PULL_PAGE = 1000
#: Rows whose own hash is checked at each sync; a store of 10,000 is checked through in fifty.
SCAN_ROWS = 200
#: How often one sync may be told to begin again before that counts as a fault of the server.
RESTARTS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a sync is: ``push`` counts operations, ``pull`` records."""

    step: str
    done: int


@dataclass(slots=True)
class SyncResult:
    """What one sync did.

    ``receipts`` counts by status; ``retry_after_s`` is set when the push has to go on later; ``files_held`` wait for a
    network without a meter.
    """

    receipts: dict[str, int] = field(default_factory=dict)
    pages: int = 0
    upserts: int = 0
    removes: int = 0
    outcomes: int = 0
    files: int = 0
    files_held: int = 0
    resets: int = 0
    healed: list[str] = field(default_factory=list)
    unhealed: list[str] = field(default_factory=list)
    retry_after_s: int | None = None
    poll_after_s: int = 0


class Sync:
    """Runs syncs over the parts of the device."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        records: Records,
        outbox: Outbox,
        cut: Cut,
        api: Api,
        *,
        clock: Callable[[], datetime],
        checkpoint: Callable[[str], None],
        progress: Callable[[Progress], None],
        batch: int = PUSH_BATCH,
        page: int = PULL_PAGE,
        blobs: Blobs | None = None,
    ):
        self._blobs = blobs
        self._store, self._settings, self._records = store, settings, records
        self._outbox, self._cut, self._api = outbox, cut, api
        self._clock, self._checkpoint, self._progress = clock, checkpoint, progress
        self._batch, self._page = batch, page

    def run(self) -> SyncResult:
        """Deliver what is unsent, then receive until the server says complete."""
        result = SyncResult()
        refused = self._push(result)
        self._send_files(result)
        self._pull(result)
        if (refused or self._settings.resend_from is not None) and result.retry_after_s is None:
            # The server went back in time: what it lost is delivered again, and shown as it sees it.
            self._push(result)
            self._send_files(result)
            self._pull(result)
        self._scan()
        return result

    def verify(self) -> dict[str, list[int]]:
        """Compare what is held with the server, shard by shard; what differs is fetched again by the next sync."""
        cursor = self._settings.cursor
        if cursor is None or self._settings.cut is not None:
            return {}  # the next sync compares everything
        differ = {}
        for entity in self._settings.profile.entities:
            request = VerifyRequest(
                entity=entity.name, shards=SHARDS, sums=self._records.sums(entity.name), cursor=cursor
            )
            if found := self._api.verify(request).differ:
                differ[entity.name] = found
        if differ:
            with self._store.transaction():
                self._store.incident("verify_differs", shards=differ)
                self._settings.heals += 1
                self._settings.repair = differ
            self._checkpoint("verify.stored")
        return differ

    def check(self) -> list[tuple[str, int]]:
        """Check the hash of every held row now; rotten ones are read again by the next sync."""
        _next, rotten = self._records.scan(None, 1 << 40)
        self._report(rotten)
        return rotten

    # --- push ---------------------------------------------------------------------------------------------------

    def _send_files(self, result: SyncResult) -> None:
        if self._blobs is not None:
            sent = self._api.send_blobs(self._blobs)
            result.files, result.files_held = result.files + sent.done, sent.held

    def _push(self, result: SyncResult) -> bool:
        """Deliver what is unsent; True when the server takes nothing before a pull, being in another life."""
        size = min(self._batch, self._settings.profile.limits.operations)
        gap_at: int | None = None
        while (batch := self._outbox.batch(size)) is not None:
            self._checkpoint("push.sending")
            try:
                if batch.delivered:
                    answer, wait = self._api.journal(batch.entries, self._state())
                else:
                    answer, wait = self._api.push(batch.entries, self._state(), self._cursor)
            except Refused as refused:
                expected = refused.problem.expected_seq if refused.problem else None
                if refused.code == "seq_gap" and expected is not None and expected != gap_at:
                    gap_at = self._close_gap(expected, batch)
                    continue
                if refused.code in ("epoch_changed", "cursor_invalid") and self._cursor is not None:
                    return True
                if refused.status == 413 and len(batch.entries) > 1:
                    size = len(batch.entries) // 2
                    continue
                raise
            self._checkpoint("push.answered")
            counts, moved = self._outbox.take_answer(batch, answer.receipts, answer.next_seq)
            self._checkpoint("push.stored")
            self._note_clock(answer.server_time)
            for status, number in counts.items():
                result.receipts[status] = result.receipts.get(status, 0) + number
            self._progress(Progress("push", sum(result.receipts.values())))
            if "retry" in counts:
                result.retry_after_s = wait or 1
                return False
            if not moved:
                raise AnswerInvalid("the push was answered without any receipt for what was sent")
        return False

    @property
    def _cursor(self) -> str | None:
        """The newest cursor that is stored: of the open cut, or of the last closed one."""
        cut = self._settings.cut
        return cut["cursor"] if cut else self._settings.cursor

    def _close_gap(self, expected: int, batch: Batch) -> int:
        first = batch.entries[0].seq
        if expected >= first:
            raise AnswerInvalid(f"the server expects number {expected} but refused {first} as a gap")
        self._store.incident("seq_gap", sent=first, expected=expected)
        self._outbox.send_again(expected)
        self._checkpoint("push.rewound")
        return expected

    # --- pull ---------------------------------------------------------------------------------------------------

    def _pull(self, result: SyncResult) -> None:
        restarts = 0
        while True:
            page, from_null = self._next_page(restarts, result)
            if page is None:
                restarts += 1
                continue
            result.pages += 1
            result.upserts += sum(len(changes.upserts) for changes in page.changes)
            result.removes += sum(len(changes.removes) for changes in page.changes)
            result.outcomes += len(page.outcomes)
            result.poll_after_s = page.poll_after_s
            if page.profile_version != self._settings.profile.profile_version:
                self._refresh_profile()
            self._progress(Progress("pull", result.upserts + result.removes))
            if not page.complete:
                if page.cursor is None:
                    raise AnswerInvalid("a page that is not complete carries no cursor")
                self._cut.stage(page, from_null=from_null)
                self._checkpoint("pull.staged")
                # The next page comes into the memory of this one.
                del page
                continue
            differ = self._cut.close(page, from_null=from_null)
            self._checkpoint("pull.applied")
            self._note_clock(page.server_time)
            if not differ:
                return
            if result.healed:
                result.unhealed = sorted(differ)
                return
            result.healed = sorted(differ)

    def _next_page(self, restarts: int, result: SyncResult) -> tuple[PullAnswer | None, bool]:
        """Ask for the page after the last stored one; None when the cursor is of no use any more."""
        settings = self._settings
        cut = settings.cut
        cursor = self._cursor
        from_null = bool(cut["from_null"]) if cut else cursor is None
        held = self._claims() if cursor is None else None
        repair = None if cut or cursor is None else settings.repair
        if repair is not None:
            self._cut.begin_repair(repair)
        request = PullRequest(
            cursor=cursor,
            limit=min(self._page, settings.profile.limits.page),
            versions={entity.name: entity.version for entity in settings.profile.entities},
            held=held,
            repair=repair,
            repair_shards=SHARDS,
            state=self._state(),
        )
        self._checkpoint("pull.sending")
        try:
            page = self._api.pull(request)
        except Refused as refused:
            if refused.code != "cursor_invalid" or cursor is None or restarts:
                raise
            self._store.incident("cursor_invalid")
            self._cut.start_over()
            return None, True
        self._checkpoint("pull.answered")
        start_over = page.reset and cursor is not None
        if page.reset or page.epoch != settings.epoch:
            self._take_new_life(page, start_over=start_over)
        if start_over:
            if restarts >= RESTARTS:
                raise AnswerInvalid("the server resets this device again and again")
            result.resets += 1
            return None, True
        return page, from_null

    def _take_new_life(self, page: PullAnswer, *, start_over: bool) -> None:
        """The cursor is of no use any more, or the database is in another life: see what has to be sent again.

        A device without a cursor is told of no reset; the epoch tells it. Then it asks for the number to go on at.
        """
        replay = page.replay_from_seq
        if replay is None and page.epoch != self._settings.epoch:
            replay = self._api.push((), self._state(), None)[0].next_seq
        with self._store.transaction():
            self._store.incident(
                "reset" if page.reset else "epoch_changed", epoch=page.epoch, replay_from_seq=replay
            )
            if start_over:
                self._cut.start_over()
            self._settings.epoch = page.epoch
            if replay is not None:
                self._outbox.send_again(replay)
        self._checkpoint("pull.reset")

    def _claims(self) -> Held | None:
        held = self._cut.begin()
        if held is None:
            return None
        if len(dump(held).encode()) > self._settings.profile.limits.body_bytes // 2:
            self._cut.claim_nothing()
            return None
        return held

    def _refresh_profile(self) -> None:
        profile = self._api.profile()
        self._checkpoint("profile.answered")
        self._settings.put_profile(profile)
        self._checkpoint("profile.stored")

    # --- both ---------------------------------------------------------------------------------------------------

    def _scan(self) -> None:
        goes_on, rotten = self._records.scan(self._settings.scrubbed, SCAN_ROWS)
        with self._store.transaction():
            self._settings.scrubbed = goes_on
            self._report(rotten)

    def _report(self, rotten: list[tuple[str, int]]) -> None:
        if not rotten:
            return
        with self._store.transaction():
            self._settings.heals += 1
            self._cut.start_over()

    def _state(self) -> DeviceState:
        return self._outbox.report(app_version=APP_VERSION, clock=format_instant(self._clock()))

    def _note_clock(self, server_time: str) -> None:
        offset = round(clock_offset(parse_instant(server_time), self._clock()))
        if offset != self._settings.clock_offset_s:
            self._settings.clock_offset_s = offset
