"""What the device says of itself, for a status line, a support call or a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .journal import Journal
from .operations import PARKED, PENDING
from .outbox import Outbox
from .records import Records
from .settings import Settings
from .store import Store


@dataclass(frozen=True, slots=True)
class Status:
    """``unsent`` operations wait for a network, ``parked`` ones (by state) for a person.

    ``receiving``: a cut is open, what was received is not shown yet. ``locked_out``: the server no longer takes
    this device. ``heals``: how often content had to be read again because it differed from the server's. Of the files
    that wait, ``files_held`` wait for a network without a meter.
    """

    device: str | None
    server: str | None
    user: str | None
    profile: str | None
    profile_version: int | None
    mode: str
    last_sync_at: str | None
    next_sync_at: str | None
    failures: int
    last_error: dict[str, Any] | None
    locked_out: dict[str, Any] | None
    unsent: int
    parked: dict[str, int]
    delivered: int
    held: dict[str, int]
    receiving: bool
    applied_seq: int
    clock_offset_s: int | None
    heals: int
    incidents: list[dict[str, Any]]
    storage_bytes: int
    metered: bool = False
    files_waiting: int = 0
    files_held: int = 0
    bytes_waiting: int = 0
    bytes_cached: int = 0


def status_of(
    store: Store, settings: Settings, records: Records, outbox: Outbox, journal: Journal, mode: str
) -> Status:
    """Read it all together from the store."""
    counts = outbox.counts()
    profile = settings.profile if settings.profile_data is not None else None
    return Status(
        device=settings.device,
        server=settings.server,
        user=settings.user.name if settings.user_data is not None else None,
        profile=profile.name if profile else None,
        profile_version=profile.profile_version if profile else None,
        mode=mode,
        last_sync_at=settings.last_sync_at,
        next_sync_at=settings.next_sync_at,
        failures=settings.failures,
        last_error=settings.last_error,
        locked_out=settings.locked_out,
        unsent=counts.get(PENDING, 0),
        parked={state: counts[state] for state in PARKED if counts.get(state)},
        delivered=journal.count(),
        held=records.counts(),
        receiving=settings.cut is not None,
        applied_seq=settings.applied_seq,
        clock_offset_s=settings.clock_offset_s,
        heals=settings.heals,
        incidents=store.incidents(),
        storage_bytes=store.size_bytes(),
    )
