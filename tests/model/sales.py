"""What the models of truth for leads and for quotations have in common: what Odoo fills in, and who may see what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .decisions import Judged
from .truth import Sent


@dataclass
class SalesTruth(Judged):
    """The truth of a history of salespeople, each of whom sees their own documents."""

    #: What a field shows on a device before anybody filled it, if that is not nothing.
    blank: ClassVar[dict[str, Any]] = {"tag_ids": []}
    #: Whether the server did a delete: asked where that hangs on what a device was told, or on what Odoo reckons.
    was_done: Callable[[str], bool] = field(default=lambda _op: False)

    def _may_write(self, sent: Sent) -> bool:
        return True

    def _remember_all(self, sent: Sent) -> None:
        """What a new record showed on its device stands for what Odoo made of it."""
        for name in self.world.policies[sent.body["entity"]]:
            shown = sent.values.get(name, self.blank.get(name))
            made = (sent.body["op"], shown, self._now(sent).values[name], True)
            self.chain.setdefault((sent.device, sent.record, name), []).append(made)

    def _remember_new(self, sent: Sent) -> None:
        """A record that was made just now; what took it out of its person's sight is nothing that they build upon."""
        if not self.sees(sent):
            return
        self._remember_all(sent)
        if sent.replaces is not None:
            self._remember_all(sent.replaces)
        self.versions[sent.device, sent.record] = [(None, self._content(sent))]

    def _delete(self, sent: Sent) -> str:
        """What its person sees no more stays; to a device that does not hold it any more it is gone."""
        if not self.world.alive(sent.record) or self.sees(sent):
            return super()._delete(sent)
        sent.conflicting = set()
        return "applied" if self.was_done(sent.body["op"]) else "conflict"

    def _seen(self, sent: Sent, name: str) -> Any:
        """As the device showed it: a new record shows nothing where Odoo fills in something."""
        if sent.verb == "create":
            return super()._seen(sent, name)
        base = (sent.body.get("base") or {}).get(name)
        return self.blank.get(name) if base is None else base

    def remember(self, sent: Sent, values: dict[str, Any] | None = None, *, as_it_came: bool = False) -> None:
        """What takes a record out of a person's sight is nothing that they build upon."""
        if self.sees(sent):
            super().remember(sent, values, as_it_came=as_it_came)
