"""When to sync: the modes that a person may choose, and the pause after a failure.

Pure: time and chance come from outside. A sync that a person asks for is always possible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: Works with or without a network, and syncs by itself whenever it can.
AUTOMATIC = "automatic"
#: Every change reaches the server at once, or is not taken.
ALWAYS_ONLINE = "always_online"
#: Syncs only when a person asks for it.
ALWAYS_OFFLINE = "always_offline"
MODES = (AUTOMATIC, ALWAYS_ONLINE, ALWAYS_OFFLINE)

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 900.0


@dataclass(frozen=True, slots=True)
class Plan:
    """When the next sync may run by itself, after how many failures in a row."""

    failures: int
    at: datetime


def chosen(mode: str | None, allowed: Sequence[str]) -> str:
    """The mode in force: the chosen one while the profile offers it, else the profile's first.

    >>> chosen("always_offline", ["automatic"]), chosen(None, ["always_online"]), chosen(None, [])
    ('automatic', 'always_online', 'automatic')
    """
    if mode is not None and mode in allowed:
        return mode
    return allowed[0] if allowed else AUTOMATIC


def pause_s(failures: int, chance: float, retry_after_s: int | None = None) -> float:
    """How long to wait after this many failures in a row; ``chance`` (0 to 1) spreads a fleet out.

    Doubles up to a quarter of an hour, of which at least half is kept, and is never shorter than what the
    server asked for.

    >>> [pause_s(n, 1.0) for n in (1, 2, 3, 20)]
    [2.0, 4.0, 8.0, 900.0]
    >>> pause_s(1, 0.0), pause_s(1, 0.5, retry_after_s=30)
    (1.0, 37.5)
    """
    full = min(FIRST_PAUSE_S * 2.0 ** min(failures - 1, 30), LONGEST_PAUSE_S)
    if retry_after_s is not None and retry_after_s >= full / 2:
        return retry_after_s * (1 + chance / 2)
    return full * (1 + chance) / 2


def after_success(now: datetime, poll_after_s: int) -> Plan:
    """The next sync comes when the server asked to be polled (it has spread the fleet already)."""
    return Plan(0, now + timedelta(seconds=poll_after_s))


def after_failure(
    now: datetime, failures: int, chance: Callable[[], float], retry_after_s: int | None
) -> Plan:
    """The next sync comes after a pause that grows with each failure."""
    return Plan(failures + 1, now + timedelta(seconds=pause_s(failures + 1, chance(), retry_after_s)))


def minute_of_day(now: datetime, zone: str | None) -> int:
    """The minute of the day where the user lives; in UTC where the zone is unknown.

    >>> from datetime import UTC
    >>> minute_of_day(datetime(2026, 11, 21, 12, 5, tzinfo=UTC), "Europe/Paris")
    785
    """
    try:
        there = now.astimezone(ZoneInfo(zone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        there = now.astimezone(ZoneInfo("UTC"))
    return there.hour * 60 + there.minute


def in_hours(minute: int, from_minute: int, to_minute: int) -> bool:
    """Whether a minute of the day lies in the hours of syncing; they may go over midnight.

    >>> in_hours(480, 480, 1080), in_hours(1080, 480, 1080), in_hours(30, 1320, 360), in_hours(700, 0, 1440)
    (True, False, True, True)
    """
    if from_minute <= to_minute:
        return from_minute <= minute < to_minute
    return minute >= from_minute or minute < to_minute


def due(mode: str, now: datetime, plan: Plan | None, unsent: int, *, in_hours: bool = True) -> bool:
    """Whether a sync should run by itself now. New work does not wait for the poll, but for the pause.

    Outside of the hours that the profile gives nothing runs by itself, but the first sync.

    >>> noon = datetime(2026, 11, 21, 12)
    >>> due(AUTOMATIC, noon, Plan(0, noon + timedelta(minutes=1)), unsent=1)
    True
    >>> due(AUTOMATIC, noon, Plan(1, noon + timedelta(minutes=1)), unsent=1)
    False
    >>> due(ALWAYS_OFFLINE, noon, None, unsent=1)
    False
    """
    if mode == ALWAYS_OFFLINE:
        return False
    if plan is None:
        return True
    if not in_hours:
        return False
    if now >= plan.at:
        return True
    return unsent > 0 and plan.failures == 0
