"""Random histories of two devices and the office, compared with the model of truth.

Every part is real but the network, which can be down, lose answers and repeat requests, and the devices'
processes, which can die between any two durable steps. A failure prints the steps that lead to it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from offline_core.errors import Refusal
from tools.provision.server import OdooServer
from tools.stage.office import Office

from .field import PARTNER, Handset
from .truth import EMPTY, FIELDS, POLICIES, WAITING, Truth

_histories = count(1)
_texts = st.sampled_from([None, "a", "b", "c"])
_edits = st.dictionaries(st.sampled_from(FIELDS[:4]), _texts, min_size=1)
_who = st.sampled_from(["ann", "bob"])


class Histories(RuleBasedStateMachine):
    """One history: fresh contacts, two fresh devices, one profile of its own."""

    office: ClassVar[Office]
    url: ClassVar[str]
    user: ClassVar[int]
    tags: ClassVar[list[int]]

    #: Final states over all histories, to see that they were not empty.
    ends: ClassVar[Counter[str]] = Counter()

    contacts = Bundle("contacts")

    @initialize(target=contacts)
    def begin(self) -> Any:
        self.prefix = f"H{next(_histories)}-"
        self.numbers = count(1)
        self.truth = Truth()
        self.ids: dict[str, int] = {}
        self.names: dict[Any, str] = {}
        self.homes = Path(tempfile.mkdtemp(prefix="oracle-"))
        profile = self._profile()
        self.handsets = {}
        for name in ("ann", "bob"):
            handset = Handset(name, self.homes / name, self.url, self.truth)
            handset.names = self.names
            handset.device.enrol(self.url, self.office.code(self.user, profile), name=f"{self.prefix}{name}")
            self.handsets[name] = handset
        known = [self._create(phone, "a") for phone in ("a", None)]
        for handset in self.handsets.values():
            assert handset.sync()
        return multiple(*known)

    def _profile(self) -> int:
        field = {
            row["name"]: row["id"]
            for row in self.office("ir.model.fields", "search_read", [("model", "=", PARTNER)], ["name"])
        }
        policies = [(0, 0, {"field_id": field[name], "policy": policy}) for name, policy in POLICIES.items()]
        line = {"entity": PARTNER, "domain": f"[('name', '=like', '{self.prefix}%')]", "policy_ids": policies}
        return self.office.create("offline.profile", name=self.prefix, sequence=99, entity_ids=[(0, 0, line)])

    # --- people -------------------------------------------------------------------------------------------------

    @rule(target=contacts, phone=_texts, city=_texts)
    def office_creates(self, phone: str | None, city: str | None) -> str:
        return self._create(phone, city)

    def _create(self, phone: str | None, city: str | None) -> str:
        name = f"{self.prefix}{next(self.numbers)}"
        self.truth.office_creates(name, {"phone": phone, "city": city})
        self._know(name, self.office.create(PARTNER, name=name, phone=phone or False, city=city or False))
        return name

    @rule(contact=contacts, field=st.sampled_from(FIELDS[:4]), text=_texts)
    def office_edits(self, contact: str, field: str, text: str | None) -> None:
        if self._exists(contact):
            self._office_updates(contact, {field: text})

    def _office_updates(self, contact: str, values: dict[str, Any]) -> None:
        self.truth.office_edits(contact, values)
        self.office.write(
            PARTNER, self.ids[contact], **{name: value or False for name, value in values.items()}
        )

    @rule(contact=contacts, picked=st.sets(st.integers(0, 2)))
    def office_tags(self, contact: str, picked: set[int]) -> None:
        if self._exists(contact):
            tags = sorted(self.tags[i] for i in picked)
            self.truth.office_edits(contact, {"category_id": tags})
            self.office.write(PARTNER, self.ids[contact], category_id=[(6, 0, tags)])

    @rule(contact=contacts)
    def office_deletes(self, contact: str) -> None:
        if self._exists(contact):
            self.truth.contacts[contact].exists = False
            self.office.unlink(PARTNER, self.ids[contact])

    @rule(contact=contacts, active=st.booleans())
    def office_archives(self, contact: str, active: bool) -> None:
        if self._exists(contact):
            self.truth.contacts[contact].active = active
            self.office.write(PARTNER, self.ids[contact], active=active)

    @rule(side=st.sampled_from(["server", "device"]), pick=st.integers(0, 9))
    @precondition(lambda self: self.truth.conflicts())
    def office_decides(self, side: str, pick: int) -> None:
        waiting = self.truth.conflicts()
        op = waiting[pick % len(waiting)]
        if not self.truth.contacts[self.truth.operations[op].body["contact"]].exists:
            side = "server"
        conflict = self.office(
            "offline.conflict", "search", [("operation_id.op", "=", op), ("state", "=", "open")]
        )
        self.truth.decide(op, side)
        self.office("offline.conflict", f"action_keep_{side}", conflict)

    @rule(target=contacts, who=_who, phone=_texts)
    def device_creates(self, who: str, phone: str | None) -> Any:
        name = f"{self.prefix}{next(self.numbers)}"
        values = {"name": name} | ({"phone": phone} if phone else {})
        record = self.handsets[who].device.create(PARTNER, values)
        self.names[record.uid] = name
        return multiple(name)

    @rule(target=contacts, who=_who, phone=_texts)
    def device_creates_what_is_refused(self, who: str, phone: str | None) -> Any:
        """A contact without a name, which it gets if it is amended."""
        name = f"{self.prefix}{next(self.numbers)}"
        record = self.handsets[who].device.create(PARTNER, {"phone": phone or "x"})
        self.names[record.uid] = name
        return multiple(name)

    @rule(who=_who, pick=st.integers(0, 9), verb=st.sampled_from(["amend", "discard", "resolve"]), text=_texts,
          by=st.sampled_from(["server", "device", "values"]))  # fmt: skip
    def device_decides(self, who: str, pick: int, verb: str, text: str | None, by: str) -> None:
        """The person finishes what waits, in whatever state the server has it by now."""
        handset = self.handsets[who]
        assert handset.sync()
        waiting = handset.device.unresolved()
        if not waiting:
            return
        entry = waiting[pick % len(waiting)]
        with suppress(Refusal):  # the device knows itself that this cannot be decided so
            if verb == "discard":
                handset.device.discard(entry.op, "given up")
            elif verb == "resolve":
                conflict = entry.receipt.conflict if entry.receipt else None
                fields = conflict.fields_ if conflict else {}
                values = dict.fromkeys(fields, text) if by == "values" else None
                handset.device.resolve(entry.op, by, values)
            else:
                wanted = handset.device.wanted(entry)
                changed = {"phone": text} if wanted["verb"] == "update" else {}
                if wanted["verb"] == "create":
                    changed = {"name": self.names[wanted["target"]["uid"]]}
                handset.device.amend(entry.op, changed)

    @rule(target=contacts, who=_who, contact=contacts, mine=_edits, named=st.booleans())
    def device_works_in_a_unit(self, who: str, contact: str, mine: dict[str, Any], named: bool) -> Any:
        """A new contact, a change of it, and a change of a known one: together or not at all."""
        device = self.handsets[who].device
        name = f"{self.prefix}{next(self.numbers)}"
        with device.unit():
            record = device.create(PARTNER, {"name": name} if named else {"city": "nameless"})
            self.names[record.uid] = name
            device.update(PARTNER, record.uid, {"phone": "unit"})
            self._device_updates(who, contact, mine)
        return multiple(name)

    @rule(who=_who, contact=contacts, edits=st.lists(_edits, min_size=1, max_size=4))
    def device_edits(self, who: str, contact: str, edits: list[dict[str, Any]]) -> None:
        """One after the other, as a person saves a form again and again."""
        for values in edits:
            self._device_updates(who, contact, values)

    @rule(contact=contacts, mine=_edits, yours=_edits, theirs=_edits)
    def everybody_edits_the_same(self, contact: str, mine: Any, yours: Any, theirs: Any) -> None:
        """Both devices and the office, none knowing of the others."""
        self._device_updates("ann", contact, mine)
        self._device_updates("bob", contact, yours)
        if self._exists(contact):
            self._office_updates(contact, theirs)

    @rule(who=_who, contact=contacts, picked=st.sets(st.integers(0, 2)))
    def device_tags(self, who: str, contact: str, picked: set[int]) -> None:
        self._device_updates(who, contact, {"category_id": sorted(self.tags[i] for i in picked)})

    def _device_updates(self, who: str, contact: str, values: dict[str, Any]) -> None:
        device = self.handsets[who].device
        found = [r for r in device.search(PARTNER, limit=10_000) if r.present and self._called(r) == contact]
        if found:
            device.update(PARTNER, found[0].ref, values)

    def _called(self, record: Any) -> str | None:
        return record.values.get("name") or self.names.get(record.uid)

    # --- syncs and what may go wrong ----------------------------------------------------------------------------

    @rule(who=_who)
    def syncs(self, who: str) -> None:
        assert self.handsets[who].sync()

    @rule(who=_who, after=st.integers(0, 3))
    def syncs_and_answers_are_lost(self, who: str, after: int) -> None:
        handset = self.handsets[who]
        handset.transport.lose = after
        for _ in range(after):
            handset.sync()
        handset.transport.lose = 0

    @rule(who=_who)
    def syncs_and_requests_arrive_twice(self, who: str) -> None:
        handset = self.handsets[who]
        handset.transport.repeat = 2
        handset.sync()
        handset.transport.repeat = 0

    @rule(who=_who, after=st.integers(0, 12))
    def syncs_and_its_process_dies(self, who: str, after: int) -> None:
        handset = self.handsets[who]
        handset.crash_after = after
        handset.sync()
        handset.crash_after = None

    @rule()
    def everybody_syncs(self) -> None:
        self._quiet()

    def teardown(self) -> None:
        if not hasattr(self, "handsets"):
            return
        try:
            self._quiet()
        finally:
            self.ends.update(sent.state for sent in self.truth.operations.values())
            for handset in self.handsets.values():
                handset.device.close()
            left = self.office(
                "res.partner",
                "search",
                [("name", "=like", f"{self.prefix}%"), ("active", "in", [True, False])],
            )
            self.office("res.partner", "unlink", left)
            shutil.rmtree(self.homes, ignore_errors=True)

    # --- what must hold when nothing more happens ----------------------------------------------------------------

    def _quiet(self) -> None:
        """Proves I1, I2, I3, I5, I6, I8, I10: two rounds of syncs, then all agree with the model."""
        for _round in range(2):
            for handset in self.handsets.values():
                assert handset.sync()
        truth = self.truth.scope()
        assert self._stored() == truth
        predicted = {op: sent.state for op, sent in self.truth.operations.items()}
        for name, handset in self.handsets.items():
            own = {op: state for op, state in predicted.items() if self.truth.operations[op].device == name}
            assert handset.states() == own
            status = handset.device.status()
            assert (status.heals, status.incidents, status.unsent) == (0, [], 0)
            waiting = {
                sent.body["contact"]
                for op, sent in self.truth.operations.items()
                if op in own and sent.state in WAITING
            }
            shown = handset.contacts()
            assert shown.keys() == truth.keys() | (shown.keys() & waiting)
            assert {n: v for n, v in shown.items() if n not in waiting} == {
                n: v for n, v in truth.items() if n not in waiting
            }

    def _stored(self) -> dict[str, dict[str, Any]]:
        """What the office's database holds, read over RPC."""
        rows = self.office(PARTNER, "search_read", [("name", "=like", f"{self.prefix}%")], ["name", *FIELDS])
        for row in rows:
            self._know(row["name"], row["id"])
        return {
            row["name"]: {f: sorted(row[f]) if f == "category_id" else row[f] or None for f in FIELDS}
            for row in rows
        }

    def _know(self, name: str, record_id: int) -> None:
        self.ids[name] = record_id
        self.names[record_id] = name

    def _exists(self, contact: str) -> bool:
        """Whether the office can see it: it came from a device perhaps, and then its id is to be found."""
        known = self.truth.contacts.get(contact)
        if known is None or not known.exists:
            return False
        if contact not in self.ids:
            self._know(
                contact,
                self.office(PARTNER, "search", [("name", "=", contact), ("active", "in", [True, False])])[0],
            )
        return True


@pytest.fixture(scope="module")
def oracle_server(make_database):
    with OdooServer(make_database()) as server:
        yield server


def test_random_histories_end_as_the_model_of_truth_says(oracle_server, capsys):
    """Proves I1, I2, I3, I5, I6, I8, I10 for histories without a server's death."""
    Histories.office = Office(oracle_server.url, oracle_server.db)
    Histories.url = oracle_server.url
    Histories.user = Histories.office.hire_traveller("oracle", "Oracle")
    Histories.tags = [Histories.office.create("res.partner.category", name=f"Tag {n}") for n in range(3)]
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            # Shrinking takes minutes: people have them, CI prints the history as it was found.
            phases=[phase for phase in Phase if phase is not Phase.shrink or os.environ.get("CI") != "true"],
            suppress_health_check=list(HealthCheck),
        ),
    )
    ends = Histories.ends
    with capsys.disabled():
        print(f" {sum(ends.values())} operations: {dict(ends)} ", end="")
    assert ends["applied"] > 50, "the histories were empty: they prove nothing"
    assert ends["merged"] > 0
    assert ends["conflict"] + ends["resolved_server"] > 0
    assert ends["rejected"] + ends["amended"] + ends["discarded"] > 0


def test_the_model_itself_knows_no_field_without_a_policy():
    """A field that the model compares and the profile leaves out would be compared by chance."""
    assert set(EMPTY) == set(POLICIES)
