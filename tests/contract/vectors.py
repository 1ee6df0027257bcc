"""The wire vectors: reading them, putting live values into them, comparing an answer with them.

The format is described in tests/vectors/README.md.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "wire"

#: The states of the server that a vector may ask for: {name: what holds before the request}.
GIVEN: Mapping[str, str] = {
    "unprovoked": "No test can bring this about over HTTP; the vector is held against the schemas only.",
    "empty": "The server as installed.",
    "code_issued": "A manager issued an enrolment code for a user.",
    "code_used": "A device enrolled with a code and a nonce; both are known.",
    "code_guessed": "A code was issued; then somebody tried its prefix with wrong endings until it was locked.",
    "device": "A device is enrolled. It has neither pulled nor pushed.",
    "device_revoked": "An enrolled device was revoked without an order to wipe.",
    "device_to_wipe": "An enrolled device was revoked with an order to wipe.",
    "token_spent": "An enrolled device rotated its token and used the new one; the token is the old one.",
    "rotation_asked": "The office asked an enrolled device to change its token.",
    "token_expired": "The token of an enrolled device is past its time; it can sign a proof of its key.",
    "device_with_key": "An enrolled device that used its token; it can sign a proof of its key.",
    "proof_of_yesterday": "As token_expired; the proof was signed for a time that is a day ago.",
    "app_outdated": "A device is enrolled; its profile asks for version 2.0 of the app.",
    "user_archived": "The user of an enrolled device was archived.",
    "synced": "A device pulled to the end. It holds a contact and an activity of its user on that contact.",
    "synced_holding": "As synced; what the device holds is known as a list of ids and versions.",
    "reader_synced": "As synced, for a user who may read contacts and not change them.",
    "contacts_pull_only": "As synced, with a profile in which contacts only travel to the device.",
    "contact_outside": "As synced, with a profile of the contacts of one city; the contact is one of another city.",
    "cursor_of_another": "As device; the cursor is one that another device got.",
    "office_edited_phone": "As synced; then the office set the contact's phone to +1 555 0199.",
    "office_edited_city": "As synced; then the office set the contact's city to Namur.",
    "office_set_salesperson": "As synced; then the office set the contact's salesperson.",
    "office_added_tag": "As synced, the contact having one tag; then the office added another tag.",
    "office_archived": "As synced; then the office archived the contact.",
    "office_deleted": "As synced; then the office deleted the contact.",
    "office_reassigned_activity": "As synced; then the office gave the activity to somebody else.",
    "pushed_one": "As synced; operation 1 set the contact's phone to +1 555 0142 and was applied.",
    "parked_one": "As office_edited_phone; operation 1 set the phone to +1 555 0142 and is a conflict.",
    "pull_lane_held": "As device; another pull of the device is under way.",
    "push_lane_held": "As device; another push of the device is under way.",
    "crowd": "As device; as many other devices as may be are being given everything.",
    "office_discarded": "As synced; operation 1 was rejected; then the office discarded it.",
    "office_kept_server": "As parked_one; then the office decided to keep the server's value.",
    "cursor_forgotten": "As synced; the cursor is its first one, and it confirmed two later ones.",
    "former_life": "As synced; then the database was set back to before the first pull and does not know it.",
    "copy_suspected": "As device; then the database was copied, and no manager has said which it is.",
    "office_hid_contact": "As synced; then the office moved the contact to a company that the user is not in.",
    "created_one": "As synced; operation 1 created a contact named by a uid; no pull since.",
    "rejected_one": "As synced; operation 1 set the contact's type to one that there is not, and was rejected.",
    "amended_one": "As rejected_one; operation 2 amended it.",
    "asked_one": "As parked_one, with a profile that asks on the device about the phone.",
    "discarded_create": "As synced; operation 1, a create, was rejected; operation 2 discarded it.",
    "unit_discarded": "As synced; a unit of two creates failed with its second; then the office discarded that.",
    "blob_begun": "As device; it declared the blob of the vectors and sent the first 5 of its 19 bytes.",
    "blob_sent": "As device; it sent the blob of the vectors.",
}

Json = Any


@dataclass(frozen=True)
class Vector:
    """One request and the answer to it."""

    name: str
    about: str
    given: str
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    fill: Mapping[str, str] = field(default_factory=dict)
    vary: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def is_problem(self) -> bool:
        return self.answer["headers"].get("Content-Type") == "application/problem+json"

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """The receipts in the answer of a push or a pull."""
        body = self.answer.get("body", {})
        return [*body.get("receipts", ()), *body.get("outcomes", ())]

    @property
    def codes(self) -> set[str]:
        """The catalogue codes that the answer carries."""
        found = {receipt["code"] for receipt in self.receipts if receipt["code"]}
        return found | ({self.answer["body"]["code"]} if self.is_problem else set())

    def bind(self, named: Mapping[str, Json]) -> Vector:
        """The same vector with live values in the places that ``fill`` names.

        >>> one = Vector("x", "", "device", {"body": {"a": 1}}, {"body": {}}, {"/request/body/a": "n"})
        >>> one.bind({"n": 7}).request
        {'body': {'a': 7}}
        """
        document = {"request": copy.deepcopy(self.request), "answer": copy.deepcopy(self.answer)}
        for pointer, name in self.fill.items():
            assign(document, pointer, named[name])
        return replace(self, request=document["request"], answer=document["answer"], fill={})

    def content(self) -> bytes | None:
        """The request's body as bytes; None when it has none."""
        if "raw" in self.request:
            return (self.request["raw"] * self.request.get("times", 1)).encode()
        return json.dumps(self.request["body"]).encode() if "body" in self.request else None


def load() -> list[Vector]:
    """All vectors, by name."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        document["vary"], document["open"] = tuple(document["vary"]), tuple(document["open"])
        vector = Vector(**document)
        if vector.name != path.stem:
            raise ValueError(f"{path.name} calls itself {vector.name}")
        found.append(vector)
    return found


def resolve(document: Json, pointer: str) -> Json:
    """What a JSON pointer (RFC 6901) points to; LookupError when it points nowhere.

    >>> resolve({"a": [{"b": 1}]}, "/a/0/b"), resolve({"a": 1}, "")
    (1, {'a': 1})
    """
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def assign(document: Json, pointer: str, value: Json) -> None:
    """Replace what a pointer points to.

    >>> document = {"a": [1, 2]}; assign(document, "/a/1", 3); document
    {'a': [1, 3]}
    """
    resolve(document, pointer)
    parent, _, last = pointer.rpartition("/")
    holder = resolve(document, parent)
    holder[int(last) if isinstance(holder, list) else last.replace("~1", "/").replace("~0", "~")] = value


def differences(vector: Vector, body: Json) -> list[str]:
    """Where a live answer's body is not what the vector says; empty when it is.

    >>> one = Vector("x", "", "device", {}, {"body": {"a": 1, "b": "t", "c": {}}}, {}, ("/b",), ("/c",))
    >>> differences(one, {"a": 2, "b": "u", "c": {"more": 1}})
    ['/a: 2 instead of 1']
    """
    return list(_compare(vector, "", vector.answer["body"], body))


def _compare(vector: Vector, where: str, expected: Json, live: Json) -> Iterator[str]:
    if where in vector.vary or type(expected) is not type(live):
        if json_type(expected) != json_type(live):
            yield f"{where}: {json_type(live)} {live!r} instead of {json_type(expected)} {expected!r}"
    elif isinstance(expected, dict):
        for name in expected.keys() | live.keys():
            inner = f"{where}/{name}"
            if name not in live:
                yield f"{inner}: missing"
            elif name not in expected:
                if where not in vector.open:
                    yield f"{inner}: unexpected {live[name]!r}"
            else:
                yield from _compare(vector, inner, expected[name], live[name])
    elif isinstance(expected, list):
        if len(expected) != len(live):
            yield f"{where}: {len(live)} items instead of {len(expected)}: {live!r}"
        for index, (one, other) in enumerate(zip(expected, live, strict=False)):
            yield from _compare(vector, f"{where}/{index}", one, other)
    elif expected != live:
        yield f"{where}: {live!r} instead of {expected!r}"


def json_type(value: Json) -> str:
    """The name of a value's JSON type.

    >>> [json_type(v) for v in (None, True, 1, 1.5, "", [], {})]
    ['null', 'boolean', 'number', 'number', 'string', 'array', 'object']
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {str: "string", list: "array", dict: "object"}[type(value)]
