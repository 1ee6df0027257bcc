"""A bare device on the wire: a token, a cursor, what it holds. For tests that must see every request."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import requests
import uuid6

Json = dict[str, Any]


class Wire:
    """It applies what it pulls and numbers what it pushes; it never sends anything again by itself."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {token}"}
        self.cursor: str | None = None
        self.held: dict[str, dict[int, Json]] = {}
        self.next_seq = 1

    @classmethod
    def enrol(cls, url: str, code: str) -> Wire:
        body = {"code": code, "nonce": secrets.token_urlsafe(24), "device": {"name": "Bare device"}}
        answer = requests.post(f"{url}/offline/v1/enroll", json=body, timeout=60)
        answer.raise_for_status()
        return cls(url, answer.json()["token"])

    def post(self, route: str, body: Json) -> requests.Response:
        return requests.post(f"{self.url}/offline/v1/{route}", json=body, headers=self.headers, timeout=60)

    def pull(self, cursor: str | None = "own", **more: Any) -> Json:
        """Pull until complete and apply it; answers the closing page."""
        while True:
            answer = self.post("pull", {"cursor": self.cursor if cursor == "own" else cursor, **more})
            answer.raise_for_status()
            page: Json = answer.json()
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
        answer = self.post("push", {"operations": list(operations)})
        answer.raise_for_status()
        result: Json = answer.json()
        return result

    def operation(self, entity: str, verb: str, **more: Any) -> Json:
        """The next operation in the device's order."""
        number, self.next_seq = self.next_seq, self.next_seq + 1
        head = {
            "seq": number,
            "op": str(uuid6.uuid7()),
            "entity": entity,
            "verb": verb,
            "at": "2026-11-21T10:00:00Z",
        }
        return head | more

    def create(self, entity: str, **values: Any) -> Json:
        return self.operation(entity, "create", target={"uid": str(uuid6.uuid7())}, values=values)

    def update(self, entity: str, record_id: int, values: Json, base: Json | None = None) -> Json:
        """An edit of what the device holds."""
        held = self.held[entity][record_id]
        before = base if base is not None else {name: held["values"][name] for name in values}
        target = {"id": record_id, "born": held["born"]}
        return self.operation(entity, "update", target=target, base_v=held["v"], values=values, base=before)

    def names(self, entity: str = "res.partner") -> Sequence[str]:
        return [upsert["values"]["name"] for upsert in self.held.get(entity, {}).values()]
