"""A fake of the server for unit tests of the device: the protocol's state in memory, written to be read.

It knows no Odoo, no rights and no merge policies. What it does keep is what a device could get wrong: pages,
cursors that stay usable, receipts that come again, gaps, resets and replays. The real server has tests of its own.
"""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

from offline_core import tus
from offline_core.digest import digest, to_hex
from offline_core.fields import parse_instant
from offline_core.wire import (
    Delivery,
    DeviceProof,
    EnrolRequest,
    JournalRequest,
    Operation,
    PullRequest,
    PushRequest,
)
from offline_device.errors import Offline, Refused
from offline_device.transport import RawReply, Reply

from .fake_state import NOW, PARTNER, TOKEN_ENDS, Life, Row, View, content_version, problem, uid
from .fake_work import Work


class FakeServer(Work):
    """A `Transport` with one enrolled device behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = uid(1, 0xE)
        self.nonces: dict[str, tuple[str, str]] = {}
        self.enrolments = 0
        self.user = 2
        self.requests: list[tuple[str, Any]] = []
        self.tokens: list[str | None] = []
        self.forgot_devices = False
        #: The token in use, those that wait for their first use, and those that were given up for another.
        self.token: str | None = None
        self.given: set[str] = set()
        self.spent: set[str] = set()
        #: The office has revoked the device, and says whether it has to wipe itself.
        self.revoked: bool | None = None
        self.wiped = False
        #: What the server takes as the present time when a device proves that it is itself.
        self.now = NOW
        self.boxes: list[str] = []
        #: Faults to come: routes whose next answer gets lost, or raises this.
        self.lost: list[str] = []
        self.refuse: dict[str, Refused] = {}
        self.down = False
        self.at_most: int | None = None
        self.retry_at: int | None = None
        self.wrong_digest = 0
        self.replay_from: int | None = None
        #: Cursors of lives before the last restore.
        self.former: set[str] = set()
        self._handles = 0
        #: Blobs by hash: what was declared, and what has come. And those that a record of the office has.
        self.uploads: dict[str, tuple[int, bytes]] = {}
        self.files: dict[str, bytes] = {}

    # --- the network --------------------------------------------------------------------------------------------

    def send(self, method: str, path: str, body: dict[str, Any] | None, token: str | None) -> Reply:
        if self.down:
            raise Offline("no connection")
        route = path.strip("/")
        if route in self.refuse:
            raise self.refuse.pop(route)
        self.requests.append((route, json.loads(json.dumps(body))))
        self.tokens.append(token)
        self._admit(route, token)
        reply = getattr(self, f"_{route}")(json.dumps(body))
        if route in self.lost:
            self.lost.remove(route)
            raise Offline("the answer was lost")
        return Reply(json.loads(json.dumps(reply)), 7 if "retry" in json.dumps(reply) else None)

    def exchange(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str], token: str
    ) -> RawReply:
        """Blobs: tus 1.0.0 as far as a device needs it, and downloads."""
        if self.down:
            raise Offline("no connection")
        route = f"{method} blobs"
        if route in self.refuse:
            raise self.refuse.pop(route)
        self.requests.append((route, path))
        self._admit(route, token)
        reply = self._blob(method, path.partition("?")[0].rsplit("/", 1)[-1], content or b"", headers)
        if route in self.lost:
            self.lost.remove(route)
            raise Offline("the answer was lost")
        return reply

    def _admit(self, route: str, token: str | None) -> None:
        """As the server does: the first use of a token spends the one before, and a spent one betrays a copy."""
        if route == "enroll":
            return
        leaving = route in ("escrow", "wipe")
        if token in self.spent and (self.revoked is None or not leaving):
            raise problem("device_cloned")
        if token not in self.given and token not in (self.token, *self.spent):
            raise problem("token_invalid")
        if self.revoked is not None and not leaving:
            raise problem("device_revoked", wipe=self.revoked)
        if token in self.given:
            self.spent |= (self.given | {self.token or ""}) - {token}
            self.given, self.token = set(), token

    def _blob(self, method: str, sha256: str, content: bytes, headers: dict[str, str]) -> RawReply:
        if method == "GET":
            if sha256 not in self.files:
                raise problem("blob_unknown")
            return RawReply({}, self.files[sha256])
        assert headers["Tus-Resumable"] == tus.VERSION
        if method == "POST":
            declared = tus.creation(headers)
            sha256 = declared.sha256
            self.uploads.setdefault(sha256, (declared.size, b""))
        else:
            size, come = self.uploads[sha256]
            if int(headers["Upload-Offset"]) != len(come):
                raise problem("blob_offset_wrong")
            self.uploads[sha256] = (size, come + content)
        size, come = self.uploads[sha256]
        if len(come) == size:
            assert hashlib.sha256(come).hexdigest() == sha256
            self.files[sha256] = come
        return RawReply({"upload-offset": str(len(come))}, b"")

    def sent(self, route: str) -> list[Any]:
        return [body for name, body in self.requests if name == route]

    # --- the office ---------------------------------------------------------------------------------------------

    def put(self, entity: str, record_id: int, **values: Any) -> None:
        """Create or change a record."""
        row = self.life.rows[entity].setdefault(record_id, Row({}))
        row.values.update(values)

    def remove(self, entity: str, record_id: int) -> None:
        del self.life.rows[entity][record_id]

    def decide(self, op: str, status: str) -> None:
        """The office decides about a parked operation."""
        receipt = {**self.life.receipts[op], "status": status, "code": None}
        if status == "applied":
            self._effect(Operation.model_validate(self.life.operations[op]), receipt)
        self.life.receipts[op] = receipt
        self.life.outcomes.append(receipt)

    def backup(self) -> Life:
        return copy.deepcopy(self.life)

    def restore(self, life: Life) -> None:
        """Go back in time; ids that were given out since may be given out again."""
        self.life = copy.deepcopy(life)
        self.epoch = uid(int(self.epoch[-4:], 16) + 1, 0xE)
        self.life.cursors.clear()
        self.replay_from = self.life.next_seq
        self.former = {f"cursor-{number}" for number in range(1, self._handles + 1)}

    def content(self, entity: str = PARTNER) -> dict[int, dict[str, Any]]:
        return {record_id: row.values for record_id, row in self.life.rows[entity].items()}

    # --- the routes ---------------------------------------------------------------------------------------------

    def _enroll(self, body: str) -> dict[str, Any]:
        request = EnrolRequest.model_validate_json(body)
        known = self.nonces.get(request.code or "")
        if request.proof is not None:
            self._check_proof(request.proof)
        if known is not None and known[0] != request.nonce:
            raise problem("enrolment_code_invalid")
        if request.proof is not None:
            if request.code is not None:
                self.nonces[request.code] = (request.nonce, request.proof.device)
            return self._come_back(request.proof)
        self.spent |= self.given | {self.token or ""}
        self.given, self.token, self.revoked, self.wiped = set(), None, None, False
        if known is None:
            self.enrolments += 1
            self.nonces[request.code or ""] = known = (request.nonce, uid(self.enrolments, 0xD))
            self.life.next_seq = 1
            self.life.cursors.clear()
        return {
            "device": known[1], **self._new_token(), "epoch": self.epoch, "server_time": NOW,
            "user": {"id": self.user, "name": "Mitchell", "lang": None, "tz": None, "company": 1, "companies": [1]},
            "profile": self.profile,
        }  # fmt: skip

    def _check_proof(self, proof: DeviceProof) -> None:
        """The fake trusts the signature, the server's own tests do not."""
        if self.forgot_devices:
            raise problem("proof_invalid")
        if self.revoked is not None:
            raise problem("device_revoked", wipe=self.revoked)
        if abs((parse_instant(proof.time) - parse_instant(self.now)).total_seconds()) > 600:
            raise problem("proof_outdated", server_time=self.now)

    def _come_back(self, proof: DeviceProof) -> dict[str, Any]:
        return {
            "device": proof.device, **self._new_token(), "epoch": self.epoch, "server_time": NOW,
            "user": {"id": self.user, "name": "Mitchell", "lang": None, "tz": None, "company": 1, "companies": [1]},
            "profile": self.profile,
        }  # fmt: skip

    def _escrow(self, body: str) -> dict[str, Any]:
        self.boxes.append(json.loads(body)["sealed"])
        return {"sha256": "0" * 64, "server_time": NOW}

    def _new_token(self) -> dict[str, str]:
        token = f"token-{len(self.requests)}"
        self.given.add(token)
        return {"token": token, "token_expires_at": TOKEN_ENDS}

    def _token(self, body: str) -> dict[str, Any]:
        return {**self._new_token(), "server_time": NOW}

    def _wipe(self, body: str) -> dict[str, Any]:
        self.wiped, self.revoked = True, True
        return {"state": "wiped", "server_time": NOW}

    def _profile(self, body: str) -> dict[str, Any]:
        return self.profile

    def _pull(self, body: str) -> dict[str, Any]:
        request = PullRequest.model_validate_json(body)
        if request.cursor is None:
            claimed = {(e, i): v for e, pairs in (request.held or {}).items() for i, v in pairs}
            view = View(claimed, 0)
        elif request.cursor not in self.life.cursors:
            return self._page(None, complete=False, reset=True, replay_from_seq=self.replay_from)
        else:
            view = self.life.cursors[request.cursor]
        now = {
            (entity, record_id): to_hex(content_version(entity, record_id, row.values))
            for entity, rows in self.life.rows.items()
            if any(known["name"] == entity for known in self.profile["entities"])
            for record_id, row in rows.items()
        }
        gone = sorted(set(view.held) - set(now))
        new = sorted(key for key in now if view.held.get(key) != now[key])
        todo = [(key, True) for key in gone] + [(key, False) for key in new]
        page, rest = todo[: request.limit], todo[request.limit :]
        held = {key: v for key, v in view.held.items() if (key, True) not in page}
        held |= {key: now[key] for key, is_gone in page if not is_gone}
        outcomes = self.life.outcomes[view.outcomes :] if not rest else []
        if not todo and not outcomes and request.cursor is not None:
            handle = request.cursor
        else:
            handle = self._handle(View(held, view.outcomes + len(outcomes)))
        changes: dict[str, dict[str, Any]] = {}
        for (entity, record_id), is_gone in page:
            part = changes.setdefault(entity, {"entity": entity, "upserts": [], "removes": []})
            if is_gone:
                part["removes"].append({"id": record_id, "why": "deleted"})
            else:
                row = self.life.rows[entity][record_id]
                v = now[(entity, record_id)]
                part["upserts"].append(
                    {
                        "id": record_id,
                        "uid": row.uid,
                        "born": row.born,
                        "v": v,
                        "values": copy.deepcopy(row.values),
                    }
                )
        return self._page(
            handle,
            complete=not rest,
            changes=list(changes.values()),
            outcomes=outcomes,
            digests=self._digests(held) if not rest else {},
        )

    def _page(self, cursor: str | None, *, complete: bool, **more: Any) -> dict[str, Any]:
        return {
            "cursor": cursor, "complete": complete, "reset": False, "epoch": self.epoch, "server_time": NOW,
            "poll_after_s": 30, "profile_version": self.profile["profile_version"],
            "applied_seq": self.life.next_seq - 1, "changes": [], "refs": {}, "outcomes": [], "digests": {}, **more,
        }  # fmt: skip

    def _digests(self, held: dict[tuple[str, int], str]) -> dict[str, Any]:
        digests = {}
        for entity in (known["name"] for known in self.profile["entities"]):
            versions = [int(v, 16) for key, v in held.items() if key[0] == entity]
            digests[entity] = {"count": len(versions), "sum": to_hex(digest([*versions, self.wrong_digest]))}
        self.wrong_digest = 0
        return digests

    def _journal(self, body: str) -> dict[str, Any]:
        return self._take(JournalRequest.model_validate_json(body))

    def _push(self, body: str) -> dict[str, Any]:
        request = PushRequest.model_validate_json(body)
        if request.cursor in self.former:
            raise problem("epoch_changed", epoch=self.epoch)
        return self._take(request)

    def _take(self, request: Delivery) -> dict[str, Any]:
        receipts: list[dict[str, Any]] = []
        for head in request.operations:
            operation = Operation.model_validate(head.model_dump())
            known = self.life.receipts.get(operation.op)
            if known is not None:
                receipts.append(known)
                self.life.next_seq = max(self.life.next_seq, operation.seq + 1)
                continue
            if operation.seq > self.life.next_seq:
                if receipts:
                    break
                raise problem("seq_gap", expected_seq=self.life.next_seq)
            if operation.seq < self.life.next_seq:
                raise problem("seq_reused")
            if self.retry_at == operation.seq:
                self.retry_at = None
                receipts.append(self._receipt(operation, "retry", "contention"))
                break
            receipt = self._judge(operation)
            self.life.receipts[operation.op] = receipt
            self.life.operations[operation.op] = operation.model_dump()
            self.life.next_seq += 1
            receipts.append(receipt)
            if len(receipts) == self.at_most:
                break
        return {"receipts": receipts, "next_seq": self.life.next_seq, "server_time": NOW}

    def _handle(self, view: View) -> str:
        self._handles += 1
        handle = f"cursor-{self._handles}"
        self.life.cursors[handle] = view
        return handle
