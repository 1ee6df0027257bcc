"""The backup of a history of leads."""

from __future__ import annotations

from .backup import Backup
from .lead_office import LeadBureau
from .lead_world import LEAD
from .world import Record


class LeadBackup(Backup):
    """Whose choice of a stage is the newest hangs on what came again: the office chooses once more, and all go on."""

    kinds = (LEAD,)
    _office: LeadBureau

    def take_over(self, known: dict[str, Record]) -> None:
        world, there = self._office.truth.world, self._office.stored(LEAD)
        for record in known.values():
            record.exists = False
        for name, values in there.items():
            known[name] = Record(LEAD, values)
            world.stands(name)
        for name in there:
            self._office.choose_anew(name)
