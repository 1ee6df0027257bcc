"""The devices of a history: reference devices whose processes die at a named step and start again from their store."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from offline_core.errors import Refusal
from offline_device import Device, Offline, Refused

from .network import Body, Network
from .truth import DECISIONS, Truth
from .world import CONTACT, FILE, JOB

#: A refusal that passes: the device tries again.
_PASSES = ("busy", "crowded", "service_unavailable")


class Crash(BaseException):
    """The device's process dies here; nothing may catch it."""


class Names:
    """What records are called in the model, from the ids and uids by which the wire names them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Any], str] = {}

    def learn(self, kind: str, key: Any, name: str) -> None:
        self._known[kind, key] = name

    def forget_ids(self) -> None:
        """The database went back: ids may be given out again. What devices call records stays."""
        self._known = {(kind, key): name for (kind, key), name in self._known.items() if isinstance(key, str)}

    def of(self, kind: str, reference: Any) -> str | None:
        """The name behind an id, a uid, or a reference of the wire; None for none."""
        if isinstance(reference, dict):
            reference = reference.get("uid") or reference["id"]
        return self._known.get((kind, reference))


class Handset:
    """One device of one person."""

    def __init__(
        self,
        name: str,
        person: str,
        home: Path,
        url: str,
        truth: Truth,
        names: Names,
        faults: Counter[str],
        stored: Callable[[list[str]], dict[str, dict[str, Any]]],
        page_size: int,
    ) -> None:
        self.name, self.person, self.home = name, person, home
        self.truth, self.names, self._faults, self._stored = truth, names, faults, stored
        self.network = Network(url, faults, self._heard, self._lost)
        self.crash_after: int | None = None
        self.page_size = page_size
        self.shown: Any = None
        #: {operation: the work that stood over what the server had sent, when the person did this}
        self._own: dict[str, frozenset[str]] = {}
        #: Heals and incidents that a restore explains.
        self.excused: tuple[int, list[Any]] = (0, [])
        truth.owners[name] = person
        self.device = self._open()

    def restart(self) -> None:
        """A new process on the same store."""
        self.device.close()
        self.crash_after = None
        self.device = self._open()

    def sync(self) -> bool:
        """True when the sync went through."""
        self._note_own()
        self.shown = None
        try:
            self.device.sync()
            return True
        except Offline:
            return False
        except Refused as refused:
            if not refused.transient:
                raise
            return False
        except Crash:
            self._faults["device died"] += 1
            self.restart()
            return False

    def _note_own(self) -> None:
        """Only a sync lets the server's content show again what was laid over it: so ask before each."""
        waiting = self.device.outbox()
        over = [entry for entry in self.device.journal(100_000) if not entry.settled] + waiting
        for entry in waiting:
            if entry.op not in self._own:
                self._own[entry.op] = frozenset(one.op for one in over if one.seq < entry.seq)

    # --- what the device shows --------------------------------------------------------------------------------

    def held(self, kind: str) -> dict[str, dict[str, Any]]:
        """What the device holds from the server, own work left out: {name: values as the model has them}."""
        rows = self._held_values(kind)
        return {self.called(kind, values): self._as_modelled(kind, values) for values in rows}

    def called(self, kind: str, values: Mapping[str, Any]) -> Any:
        """The name by which the model knows a record, from its values."""
        return values.get("name")

    def visible(self, kind: str) -> dict[str, Any]:
        """The records that the person sees, own work included: {name: record}."""
        found = self.device.search(kind, limit=100_000)
        called = {self.names.of(kind, one.ref) or self.called(kind, one.values): one for one in found}
        return {name: record for name, record in called.items() if name and record.present}

    def states(self) -> dict[str, str]:
        """{operation id: state} of all that this device ever did."""
        return {entry.op: entry.state for entry in [*self.device.journal(100_000), *self.device.outbox()]}

    def may_fetch(self, sha256: str) -> bool:
        """Whether the server gives this device the bytes of a file; those that come are the right ones (I4)."""
        token = self.device.settings.token
        assert token is not None
        try:
            reply = self.network.exchange("GET", f"/blobs/sha256/{sha256}", None, {}, token)
        except Refused as refused:
            if refused.code != "blob_unknown":
                raise
            return False
        assert hashlib.sha256(reply.content).hexdigest() == sha256
        return True

    def _held_values(self, kind: str) -> list[dict[str, Any]]:
        rows = self.device.store.db.execute("SELECT content FROM record WHERE entity = ?", (kind,))
        return [json.loads(row["content"]) for row in rows]

    def _as_modelled(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        if kind == FILE:
            raw = values["raw"] or {}
            return {"contact": self.names.of(CONTACT, values["res_id"]), "sha256": raw.get("sha256")}
        if kind == JOB:
            kept = {n: values[n] for n in ("note", "count", "best", "city", "double")}
            return kept | {"contact_id": self.names.of(CONTACT, values["contact_id"])}
        wanted = ("phone", "city", "function", "zip", "category_id", "ref", "company_id")
        return {name: values[name] for name in wanted}

    def _open(self) -> Device:
        return Device(
            self.home, transport=self.network, checkpoint=self._checkpoint, page_size=self.page_size
        )

    def _checkpoint(self, step: str) -> None:
        if step in ("pull.sending", "pull.staged"):
            # I5: until the closing page is here nothing of a cut is seen.
            shows = self.device.records.digests()
            if step == "pull.staged":
                assert shows == self.shown, "a part of a cut is seen"
            self.shown = shows
        if self.crash_after is not None:
            self.crash_after -= 1
            if self.crash_after < 0:
                raise Crash

    # --- what reached the server ------------------------------------------------------------------------------

    def _heard(self, body: Body, answer: Body) -> None:
        """The server answered a push: the model learns what reached it, and the answer must be as it predicts."""
        said = {receipt["op"]: receipt for receipt in answer["receipts"] if receipt["status"] != "retry"}
        for receipt in said.values():
            self._learn(receipt["op"], receipt.get("target"))
        self._compare(body, {op: receipt["status"] for op, receipt in said.items()}, said)

    def _lost(self, body: Body) -> None:
        """No answer came: what the database holds of it arrived, the rest did not."""
        self._faults["unanswered push"] += 1
        found = self._stored([operation["op"] for operation in body["operations"]])
        for op, row in found.items():
            self._learn(op, {"id": row["res_id"], "uid": row["target_uid"]})
        self._compare(body, {op: row["status"] for op, row in found.items()}, found)

    def _learn(self, op: str, target: dict[str, Any] | None) -> None:
        entity = self._entity_of(op)
        if entity is not None and target and target.get("uid") and target.get("id"):
            name = self.names.of(entity, target["uid"])
            if name is not None:
                self.names.learn(entity, target["id"], name)

    def _entity_of(self, op: str) -> str | None:
        entry = self.device.operation(op)
        return entry and entry.entity

    def _compare(self, body: Body, found: dict[str, str], evidence: Any) -> None:
        groups: dict[str, list[Body]] = {}
        for operation in body["operations"]:
            groups.setdefault((operation.get("unit") or {}).get("id", operation["op"]), []).append(operation)
        for group in groups.values():
            answered = [operation["op"] in found for operation in group]
            assert len(set(answered)) == 1, ("a unit was split", group, evidence)
            if answered[0]:
                self.truth.arrive(self.name, [self._by_name(operation) for operation in group])
        # Only now: a later operation of the call may have decided an earlier one, and the answer tells how all ended.
        for operation in body["operations"]:
            if (op := operation["op"]) in found:
                predicted = self.truth.operations[op].state
                if self.truth.is_open:
                    continue
                assert found[op] == predicted, (self.name, operation, evidence[op], predicted)

    def _by_name(self, operation: Body) -> Body:
        """The operation as the model has it: records by name, files by what they are."""
        if operation["verb"] in DECISIONS:
            about = self.truth.operations[operation["args"]["op"]].body
            args = dict(operation["args"])
            if isinstance(args.get("values"), dict):
                args["values"] = self._named(about["entity"], args["values"])
            return {**operation, "record": about["record"], "args": args, "own": self._own[operation["op"]]}
        kind = operation["entity"]
        return {
            **operation,
            "record": self.names.of(kind, operation["target"]),
            "values": self._named(kind, operation.get("values") or {}),
            "saw": self.saw.get(operation["op"]),
            "own": self._own[operation["op"]],
        }

    def _named(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        named = dict(values)
        if kind == FILE:
            return {
                "name": named["name"],
                "contact": self.names.of(CONTACT, named["res_id"]),
                "sha256": named["raw"]["sha256"],
            }
        if "contact_id" in named:
            named["contact_id"] = self.names.of(CONTACT, named["contact_id"])
        return named

    #: {delete: the content that the person saw}
    saw: dict[str, Any]

    def decide(self, pick: int, verb: str, by: str, text: str | None) -> None:
        """The person finishes what waits, in whatever state the server has it by now."""
        waiting = self.device.unresolved()
        if not waiting:
            return
        entry = waiting[pick % len(waiting)]
        wanted = self.device.wanted(entry)
        if verb == "amend" and wanted["verb"] not in ("create", "update"):
            verb = "discard"
        try:
            if verb == "discard":
                self.device.discard(entry.op, "given up")
            elif verb == "resolve":
                conflict = entry.receipt.conflict if entry.receipt else None
                fields = conflict.fields_ if conflict else {}
                values = self._chosen(fields, text) if by == "values" else None
                self.device.resolve(entry.op, by, values)
            else:
                self.device.amend(entry.op, self._amendment(entry, wanted, text))
        except Refusal:
            return  # the device knows itself that this cannot be decided so

    def _amendment(self, entry: Any, wanted: Mapping[str, Any], text: str | None) -> dict[str, Any]:
        """What a person enters instead of what was refused."""
        if wanted["verb"] == "create":
            return {"name": self.names.of(entry.entity, wanted["target"])}
        return {"phone": text} if entry.entity == CONTACT else {"best": 7}

    def _chosen(self, fields: Iterable[str], text: str | None) -> dict[str, Any]:
        """What a person enters instead of both sides of a conflict."""
        return dict.fromkeys(fields, text)
