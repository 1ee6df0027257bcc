"""States in which a device has pushed work or files, and somebody decided about it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import requests

from tests.faults.wire import uuid7

from .place import TIMEOUT_S, Named
from .states_of_records import RecordStates

#: The blob of the vectors.
_BLOB = b"Photo of the meter\n"


class WorkStates(RecordStates):
    """Each method makes the state of `vectors.GIVEN` that it is named after."""

    def edit_of_phone(
        self, named: Named, mine: str = "+1 555 0142", field: str = "phone", base: str = "+1 555 0100"
    ) -> Named:
        operation = {
            "seq": 1,
            "op": uuid7(),
            "entity": "res.partner",
            "verb": "update",
            "target": {"id": named["partner_id"], "born": named["partner_born"]},
            "base_v": named["partner_v"],
            "values": {field: mine},
            "base": {field: base},
        }
        [receipt] = named["wire"].receipts(operation)
        return named | {"done_op": operation["op"], "operation": operation, "receipt": receipt}

    @staticmethod
    def repeat(named: Named) -> Callable[[], dict[str, Any]]:
        """A function that sends the state's operation 1 again and answers its receipt."""

        def again() -> dict[str, Any]:
            [receipt] = named["wire"].receipts(named["operation"])
            return dict(receipt)

        return again

    def _pushed_one(self) -> Named:
        return self.expect(self.edit_of_phone(self._synced()), "applied")

    def _parked_one(self) -> Named:
        return self.expect(self.edit_of_phone(self._office_edited_phone()), "conflict")

    def _office_kept_server(self) -> Named:
        named = self._parked_one()
        named["wire"].pull()
        conflict = self.office.find("offline.conflict", ("operation_id.op", "=", named["done_op"]))
        self.office("offline.conflict", "action_keep_server", [conflict])
        return named | {"cursor": named["wire"].cursor}

    def _office_discarded(self) -> Named:
        named = self.expect(self.edit_of_phone(self._synced(), field="shoe_size"), "rejected")
        named["wire"].pull()
        operation = self.office.find("offline.operation", ("op", "=", named["done_op"]))
        self.office("offline.operation", "action_discard", [operation])
        return named | {"cursor": named["wire"].cursor}

    def _created_one(self) -> Named:
        named = self._synced()
        op, uid = uuid7(), uuid7()
        values = {"name": "Bakery Nova", "phone": "+1 555 0142"}
        target = {"uid": uid}
        [receipt] = named["wire"].receipts(
            {
                "seq": 1,
                "op": op,
                "entity": "res.partner",
                "verb": "create",
                "target": target,
                "values": values,
            }
        )
        self.expect({"receipt": receipt}, "applied")
        made = receipt["target"]
        return named | {"done_op": op, "done_uid": uid, "new_id": made["id"], "new_born": made["born"]}

    def _rejected_one(self) -> Named:
        return self.expect(self.edit_of_phone(self._synced(), "nonsense", "type", "contact"), "rejected")

    def _amended_one(self) -> Named:
        named = self._rejected_one()
        named["wire"].pull()
        cursor = named["wire"].cursor
        values = {"name": "Deco Addict & Sons"}
        base = {"name": named["partner_name"]}
        args = {"op": named["done_op"], "values": values}
        self._follow_up(named, 2, "amend", args, base=base)
        return named | {"cursor": cursor}

    def _asked_one(self) -> Named:
        field = self.office.find("ir.model.fields", ("model", "=", "res.partner"), ("name", "=", "phone"))
        policy = {"field_id": field, "policy": "ask"}
        lines = [
            (0, 0, {"entity": "res.partner", "policy_ids": [(0, 0, policy)]}),
            (0, 0, {"entity": "mail.activity"}),
        ]
        named = self._synced(
            profile=self.office.create("offline.profile", name="Asks about phones", entity_ids=lines)
        )
        self.office.write("res.partner", named["partner_id"], phone="+1 555 0199")
        return self.expect(self.edit_of_phone(named), "conflict")

    def _discarded_create(self) -> Named:
        named = self._synced()
        op, uid = uuid7(), uuid7()
        [receipt] = named["wire"].receipts(self._create(1, op, uid, email="nobody@example.com"))
        self.expect({"receipt": receipt}, "rejected")
        self._follow_up(named, 2, "discard", {"op": op})
        return named | {"done_op": op, "done_uid": uid}

    def _unit_discarded(self) -> Named:
        named = self._synced()
        names = {"done_op": uuid7(), "done_uid": uuid7(), "second_op": uuid7(), "second_uid": uuid7()}
        unit = {"id": uuid7(), "size": 2}
        receipts = named["wire"].receipts(
            self._create(1, names["done_op"], names["done_uid"], name="Bakery Nova") | {"unit": unit},
            self._create(2, names["second_op"], names["second_uid"], email="x@example.com") | {"unit": unit},
        )
        self.expect({"receipt": receipts[1]}, "rejected")
        named["wire"].pull()
        operation = self.office.find("offline.operation", ("op", "=", names["second_op"]))
        self.office("offline.operation", "action_discard", [operation])
        return named | names | {"cursor": named["wire"].cursor}

    @staticmethod
    def _create(seq: int, op: str, uid: str, **values: Any) -> Named:
        return {
            "seq": seq,
            "op": op,
            "entity": "res.partner",
            "verb": "create",
            "target": {"uid": uid},
            "values": values,
        }

    def _follow_up(self, named: Named, seq: int, verb: str, args: Named, **more: Any) -> None:
        operation = {"seq": seq, "op": uuid7(), "entity": "res.partner", "verb": verb, "args": args, **more}
        [receipt] = named["wire"].receipts(operation)
        self.expect({"receipt": receipt}, "applied")

    def _blob_begun(self) -> Named:
        return self._blob(_BLOB[:5])

    def _blob_sent(self) -> Named:
        return self._blob(_BLOB)

    def _blob(self, part: bytes) -> Named:
        # Somebody else each time: what a user sent with one device, none of theirs sends again.
        named = self._device(self.user("Photographer", "base.group_partner_manager"))
        digest = hashlib.sha256(_BLOB).hexdigest()
        headers = {"Authorization": named["authorization"], "Tus-Resumable": "1.0.0"}
        declared = {
            "Upload-Length": str(len(_BLOB)),
            "Upload-Metadata": f"sha256 {base64.b64encode(digest.encode()).decode()}",
        }
        sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        url = f"{self.url}/offline/v1/blobs"
        requests.post(url, headers=headers | declared, timeout=TIMEOUT_S).raise_for_status()
        answer = requests.patch(
            f"{url}/uploads/{digest}", data=part, headers=headers | sent, timeout=TIMEOUT_S
        )
        answer.raise_for_status()
        return named
