"""What the fake server of the unit tests does with operations: it applies them, or says what a test told it to."""

from __future__ import annotations

import copy
from typing import Any

from offline_core.errors import CATALOGUE
from offline_core.wire import Operation

from .fake_state import PARTNER, Life, Row, default_profile


class Work:
    """The records, and what becomes of an operation."""

    def __init__(self) -> None:
        self.life = Life()
        self.profile = default_profile()
        #: What to say of operations by number instead of applying them: (status, code).
        self.verdicts: dict[int, tuple[str, str | None]] = {}
        self.decider = "device"
        #: The new records that are ones which are there, by number: the id. Only what these lack is taken over.
        self.there: dict[int, int] = {}

    def _judge(self, operation: Operation) -> dict[str, Any]:
        verdict = self.verdicts.get(operation.seq)
        if verdict is not None:
            return self._receipt(operation, *verdict)
        if operation.verb == "void":
            return self._receipt(operation, "discarded", "superseded")
        if operation.verb in ("amend", "discard", "resolve"):
            return self._decision(operation)
        receipt = self._receipt(operation, "applied")
        self._effect(operation, receipt)
        return receipt

    def _decision(self, operation: Operation) -> dict[str, Any]:
        about = self.life.receipts[str(operation.args["op"])]
        old = Operation.model_validate(self.life.operations[about["op"]])
        if operation.verb == "amend":
            self._effect(old.model_copy(update={"values": operation.args["values"]}), about)
        if (there := operation.args.get("same_as")) is not None:
            self._link(old, there, about)
            changed = {**about, "conflict": None}
            self.life.receipts[about["op"]] = changed
            self.life.outcomes.append(changed)
            return self._receipt(operation, "applied")
        states = {"amend": "amended", "discard": "discarded", "resolve": "resolved_server"}
        changed = {**about, "status": states[operation.verb], "conflict": None}
        self.life.receipts[about["op"]] = changed
        self.life.outcomes.append(changed)
        return self._receipt(operation, "applied")

    def _effect(self, operation: Operation, receipt: dict[str, Any]) -> None:
        self.life.effects[operation.op] = self.life.effects.get(operation.op, 0) + 1
        rows = self.life.rows[operation.entity]
        target = operation.target
        if operation.verb == "create" and operation.seq in self.there:
            self._link(operation, self.there[operation.seq], receipt)
            return
        if operation.verb == "create":
            record_id = self.life.next_id
            self.life.next_id += 1
            born = f"2026-11-21T10:00:00.{record_id:06d}Z"
            rows[record_id] = Row(
                {**self._empty(operation.entity), **self._named(operation.values)}, target.uid, born
            )  # type: ignore[union-attr]
            receipt["target"] = {"id": record_id, "uid": target.uid, "born": born}  # type: ignore[union-attr]
            return
        record_id = self._id_of(operation.entity, target.model_dump())  # type: ignore[union-attr]
        if operation.verb == "update":
            rows[record_id].values.update(self._named(operation.values))
        elif operation.verb == "delete":
            rows.pop(record_id, None)
        elif operation.verb == "visit":
            rows[record_id].values["visits"] = (rows[record_id].values.get("visits") or 0) + 1
            if uid := operation.args.get("uid"):  # whoever was met there
                met = {"target": {"uid": uid}, "verb": "create", "values": {"name": operation.args["note"]}}
                self._effect(Operation.model_validate({**operation.model_dump(), **met, "args": {}}), {})

    def _link(self, operation: Operation, record_id: int, receipt: dict[str, Any]) -> None:
        row, uid = self.life.rows[operation.entity][record_id], operation.target.uid  # type: ignore[union-attr]
        self.life.links[uid] = record_id
        said = self._named(operation.values)
        row.values.update({name: value for name, value in said.items() if row.values.get(name) is None})
        left = sorted(name for name, value in said.items() if row.values[name] != value)
        receipt |= {
            "status": "merged" if left else "applied",
            "target": {"id": record_id, "uid": uid, "born": row.born},
            "result": {"linked_to": record_id, "left_out": left},
        }

    def _named(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self._id_of(PARTNER, value)
            if isinstance(value, dict) and "sha256" not in value
            else copy.deepcopy(value)
            for name, value in values.items()
        }

    def _id_of(self, entity: str, ref: dict[str, Any]) -> int:
        if ref.get("uid") in self.life.links:
            return self.life.links[ref["uid"]]
        if ref.get("uid"):
            return next(number for number, row in self.life.rows[entity].items() if row.uid == ref["uid"])
        return int(ref["id"])

    def _empty(self, entity: str) -> dict[str, Any]:
        known = next(known for known in self.profile["entities"] if known["name"] == entity)
        return {one["name"]: [] if one["type"] == "many2many" else None for one in known["fields"]}

    def _receipt(self, operation: Operation, status: str, code: str | None = None) -> dict[str, Any]:
        message = CATALOGUE[code].title if code else None
        conflict = {"kind": "fields", "decider": self.decider, "fields": {}} if status == "conflict" else None
        return {
            "seq": operation.seq, "op": operation.op, "status": status, "target": None, "result": None, "code": code,
            "message": message, "fields": {}, "conflict": conflict, "blocked_by": [],
        }  # fmt: skip
