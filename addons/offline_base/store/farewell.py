"""What is lost when the engine goes: work that devices still hold, and work that waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass

from odoo.tools import SQL

from .history import OPEN


@dataclass(frozen=True, slots=True)
class Unsent:
    """``holding`` of the ``devices`` in use said that ``operations`` are unsent; ``waiting`` are undecided here."""

    devices: int
    holding: int
    operations: int
    waiting: int


def unsent(cr) -> Unsent:
    """As the devices last reported it; one that has not called since a crash of PostgreSQL counts as none."""
    cr.execute(
        SQL(
            """SELECT count(*), count(*) FILTER (WHERE p.outbox > 0), coalesce(sum(p.outbox), 0),
                      (SELECT count(*) FROM offline_operation WHERE status = ANY(%s))
                 FROM offline_device d LEFT JOIN offline_presence p ON p.device_id = d.id
                WHERE d.state = 'active'""",
            list(OPEN),
        )
    )
    return Unsent(*cr.fetchone())
