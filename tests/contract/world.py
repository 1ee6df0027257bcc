"""The states that vectors ask for, made on a live server: by the office over JSON-RPC, by devices over the wire.

Every state has a device, a contact and an activity of its own, so that vectors do not see each other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.faults.wire import uuid7

from .place import Named
from .states_of_access import AccessStates
from .states_of_work import WorkStates
from .vectors import GIVEN


class World(AccessStates, WorkStates):
    """Brings about the states of `vectors.GIVEN`: ``with world.given("synced") as named``."""

    @contextlib.contextmanager
    def given(self, state: str) -> Iterator[Named]:
        """The live values of a state. What holds a lock lets it go at the end."""
        if state not in GIVEN:
            raise ValueError(f"{state} is not in the closed list")
        fresh = {"op_1": uuid7(), "op_2": uuid7(), "uid_1": uuid7(), "uid_2": uuid7()}
        made = getattr(self, f"_{state}")()
        held = made.pop("lock", contextlib.nullcontext())
        with held:
            yield fresh | made
