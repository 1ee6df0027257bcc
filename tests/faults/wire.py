"""A bare device on the wire: a token, a cursor, what it holds. For tests that must see every request."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

import requests
import uuid6

from offline_device import keys

_TIMEOUT_S = 60
#: When the person did what says nothing else.
_AT = "2026-11-21T10:00:00Z"
Json = dict[str, Any]


def uuid7() -> str:
    """A time-ordered uid as devices make them (RFC 9562, version 7).

    >>> uuid7()[14]
    '7'
    """
    return str(uuid6.uuid7())


class Wire:
    """It applies what it pulls and numbers what it pushes; it never sends anything again by itself."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token
        self.uid, self.epoch, self.key = "", "", keys.new_key()
        self.cursor: str | None = None
        self.held: dict[str, dict[int, Json]] = {}
        self.next_seq = 1

    @classmethod
    def enrol(cls, url: str, code: str, nonce: str | None = None) -> Self:
        """A new device with a key of its own."""
        device = cls(url, "")
        public = keys.public_part(device.key).model_dump()
        body = {"code": code, "nonce": nonce or secrets.token_urlsafe(24)}
        body |= {"device": {"name": "Bare device", "public_key": public}}
        answer = requests.post(f"{url}/offline/v1/enroll", json=body, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        found: Json = answer.json()
        device.uid, device.token, device.epoch = found["device"], found["token"], found["epoch"]
        return device

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, route: str, body: Mapping[str, Any]) -> requests.Response:
        """Send; what comes is the caller's affair."""
        url = f"{self.url}/offline/v1/{route}"
        return requests.post(url, json=body, headers=self.headers, timeout=_TIMEOUT_S)

    def call(self, route: str, body: Mapping[str, Any]) -> Json:
        """Send what must succeed."""
        answer = self.post(route, body)
        if not answer.ok:
            raise requests.HTTPError(f"{route}: {answer.status_code} {answer.text}", response=answer)
        found: Json = answer.json()
        return found

    def profile(self) -> Json:
        """What the server says that this device may hold."""
        url = f"{self.url}/offline/v1/profile"
        answer = requests.get(url, headers=self.headers, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        found: Json = answer.json()
        return found

    def proof(self, **other: str) -> Json:
        """A nonce and a proof of the device's key, signed now."""
        nonce = secrets.token_urlsafe(16)
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        said = {"device": self.uid, "epoch": self.epoch, "time": now} | other
        return {"nonce": nonce, "proof": said | {"signature": keys.sign(self.key, said | {"nonce": nonce})}}

    def pull(self, cursor: str | None = "own", **more: Any) -> Json:
        """Pull until complete and apply it; answers the closing page."""
        while True:
            page = self.call("pull", {"cursor": self.cursor if cursor == "own" else cursor, **more})
            self.apply(page)
            if page["complete"]:
                return page
            cursor = "own"

    def apply(self, page: Json) -> None:
        for change in page["changes"]:
            held = self.held.setdefault(change["entity"], {})
            held |= {upsert["id"]: upsert for upsert in change["upserts"]}
            for remove in change["removes"]:
                held.pop(remove["id"], None)
        self.cursor = page["cursor"]

    def push(self, *operations: Json) -> Json:
        return self.call("push", {"operations": list(operations)})

    def receipts(self, *operations: Mapping[str, Any]) -> list[Json]:
        """Push operations, which need not say when; what became of each."""
        dated = [{"at": _AT, **operation} for operation in operations]
        return list(self.push(*dated)["receipts"])

    def operation(self, entity: str, verb: str, **more: Any) -> Json:
        """The next operation in the device's order."""
        number, self.next_seq = self.next_seq, self.next_seq + 1
        head = {
            "seq": number,
            "op": uuid7(),
            "entity": entity,
            "verb": verb,
            "at": _AT,
        }
        return head | more

    def create(self, entity: str, **values: Any) -> Json:
        return self.operation(entity, "create", target={"uid": uuid7()}, values=values)

    def update(self, entity: str, record_id: int, values: Json, base: Json | None = None) -> Json:
        """An edit of what the device holds."""
        held = self.held[entity][record_id]
        before = base if base is not None else {name: held["values"][name] for name in values}
        target = {"id": record_id, "born": held["born"]}
        return self.operation(entity, "update", target=target, base_v=held["v"], values=values, base=before)

    def names(self, entity: str = "res.partner") -> Sequence[str]:
        return [upsert["values"]["name"] for upsert in self.held.get(entity, {}).values()]
