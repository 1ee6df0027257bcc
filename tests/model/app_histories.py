"""Random histories in which some devices are the app's own engine, in pages that are closed and crash."""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from playwright.sync_api import Browser

from .app_devices import AppHandset
from .devices import Handset
from .machine import Histories
from .strategies import actions, whos

#: Which devices of a history run the app's engine: one with large pages, one with small ones beside the same person's
#: reference device, or two of two people.
_APPS = (("cem",), ("bob",), ("ann", "cem"))


class AppHistories(Histories):
    """The histories of `machine.py`, on the same ground and judged by the same model."""

    browser: ClassVar[Browser]

    @initialize(apps=st.sampled_from(_APPS), who=whos, todo=st.lists(actions, min_size=3, max_size=20))
    def begin(self, apps: tuple[str, ...], who: str, todo: list[Any]) -> None:  # type: ignore[override]
        self.apps = apps
        super().begin(who, todo)

    @rule(who=whos)
    def is_closed_and_opened_again(self, who: str) -> None:
        """Between two steps, without a word: what was kept is all there is."""
        self.faults["closed"] += 1
        self.handsets[who].restart()

    def _handset(self, name: str, *rest: Any) -> Handset:
        if name in self.apps:
            return AppHandset(self.browser, name, *rest)
        return super()._handset(name, *rest)

    def _those_without_work_sync(self, who: str) -> None:
        """An app's calls come in a thread of their own, in which nobody else's store can be used."""
        if who not in self.apps:
            super()._those_without_work_sync(who)

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            for handset in getattr(self, "handsets", {}).values():
                if isinstance(handset, AppHandset):
                    handset.leave()
