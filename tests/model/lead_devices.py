"""The devices of a history of leads: their clocks are wrong, and what a person chose when is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from offline_device import Device

from .devices import Handset
from .lead_world import EMPTY, LEAD
from .network import Body

#: How far the clock of each device is ahead; the server hears of it with every push.
AHEAD = {"ann": timedelta(hours=3), "bob": timedelta(0), "cem": timedelta(days=-2)}
#: Between two edits of a history lies more than a history takes, so that it is certain which came first.
STEP = timedelta(minutes=20)


class Clock:
    """The clock of a device, which stands still but for what a person does.

    They work at moments before and after the one at which everything is sent, and the office acts. No two are the
    same.
    """

    def __init__(self, ahead: timedelta, taken: set[int]) -> None:
        self._sends = datetime.now(UTC).replace(microsecond=0) + ahead
        self._taken = taken
        self._now = self._sends

    def __call__(self) -> datetime:
        return self._now

    @contextmanager
    def at(self, step: int) -> Iterator[None]:
        """A person does something, so many steps from the time at which everything is sent."""
        way = 1 if step > 0 else -1
        while step in self._taken or not step:
            step += way
        self._taken.add(step)
        self._now = self._sends + step * STEP
        try:
            yield
        finally:
            self._now = self._sends

    def moment(self, at: str) -> float:
        """So many steps lie between what was done then and what the office does."""
        return (datetime.fromisoformat(at) - self._sends) / STEP


class LeadHandset(Handset):
    """One device of one salesperson."""

    def __init__(self, name: str, *how: Any, taken: set[int], common_stage: int) -> None:
        self.clock = Clock(AHEAD[name], taken)
        self.common_stage = common_stage
        #: How often each lead was written when this device was last up to date.
        self.writes: dict[str, int] = {}
        super().__init__(name, *how)

    def sync(self) -> bool:
        is_done = super().sync()
        if is_done:
            self.writes = dict(self.truth.world.writes)  # type: ignore[attr-defined]
        return is_done

    def sees(self, name: str) -> Any:
        """(values, how often it was written by then) of a lead as it came from the server; None where none came."""
        content = self.held(LEAD).get(name)
        return content and (content, self.writes.get(name))

    def _open(self) -> Device:
        return Device(
            self.home,
            transport=self.network,
            clock=self.clock,
            checkpoint=self._checkpoint,
            page_size=self.page_size,
        )

    def _as_modelled(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        return {name: values[name] for name in EMPTY[LEAD]}

    def _by_name(self, operation: Body) -> Body:
        return {**super()._by_name(operation), "moment": self.clock.moment(operation["at"])}

    def _named(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        return dict(values)

    def _amendment(self, entry: Any, wanted: Mapping[str, Any], text: str | None) -> dict[str, Any]:
        """Another telephone number, and a stage that every team has."""
        values = super()._amendment(entry, wanted, text) if wanted["verb"] == "create" else {"phone": text}
        return values | ({"stage_id": self.common_stage} if "stage_id" in wanted["values"] else {})

    def _chosen(self, fields: Iterable[str], text: str | None) -> dict[str, Any]:
        return dict.fromkeys(fields, 4000 if text is None else 5000)
