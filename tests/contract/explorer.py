"""A device that says what a fuzzer made up, with names and numbers in it that mean something to the server.

What schemathesis generates from the OpenAPI document alone never gets past "there is no such entity". Here a part of
it is replaced by what the device knows: its cursors, numbers, records, fields; and by what it must not know:
records, operations, files of others.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

from tests.faults.wire import uuid7

from .planted import Planted
from .world import World

Json = Any
PREFIX = "/offline/v1"
_ODD: list[Json] = [0, -1, 1.5, 10**18, True, "", "<script>1</script>", "\x00", "\N{GRINNING FACE}", [], {}]
_USUAL: dict[str, list[Json]] = {
    "integer": [0, 1, -5],
    "float": [0, 1.25, -7.5],
    "monetary": [0, 10.5],
    "boolean": [True, False],
    "date": ["2026-11-21", None],
    "datetime": ["2026-11-21T10:00:00Z", "2026-11-22T11:30:00Z"],
}
_VERBS = ("create", "create", "update", "update", "update", "delete", "amend", "discard", "resolve", "void")
_OWN_FILE = b"Photo of the fuzzer\n"


class Explorer:
    """Knows what was answered so far, and puts it into what is asked next. All chance comes from ``seed``."""

    def __init__(self, world: World, planted: Planted, user: int) -> None:
        self.world, self.planted = world, planted
        self.wire = world.device(user)
        self.wire.pull()
        profile = self.wire.profile()
        self.entities = {entity["name"]: entity for entity in profile["entities"]}
        self.cursors: list[str | None] = [None, self.wire.cursor]
        self.next_seq = 1
        self.ops: list[str] = []
        self.uids: list[str] = []

    @property
    def headers(self) -> dict[str, str]:
        return self.wire.headers

    def learn(self, route: str, body: Json) -> None:
        """Remember what an answer gave."""
        if not isinstance(body, dict):
            return
        if route == "pull" and isinstance(body.get("cursor"), str):
            self.cursors.append(body["cursor"])
        if route == "token" and isinstance(body.get("token"), str):
            self.wire.token = body["token"]
        if isinstance(body.get("next_seq"), int):
            self.next_seq = body["next_seq"]
        for receipt in body.get("receipts") or []:
            self.ops.append(receipt["op"])
            if (receipt.get("target") or {}).get("uid"):
                self.uids.append(receipt["target"]["uid"])

    def ground(self, route: str, body: Json, seed: int) -> Json:
        """The body with names that mean something in it; some bodies stay as they were."""
        chance = random.Random(seed)
        make = getattr(self, f"_{route}", None)
        if make is None or not isinstance(body, dict) or chance.random() < 0.1:
            return body
        return make(dict(body), chance)

    def hash(self, seed: int) -> str:
        """The SHA-256 of a file: its own, one of others, none."""
        own = hashlib.sha256(_OWN_FILE).hexdigest()
        return random.Random(seed).choice(
            [own, self.planted.blob, "0" * 64, own.upper(), self.planted.blob[:63]]
        )

    def _pull(self, body: Json, chance: random.Random) -> Json:
        body["cursor"] = chance.choice(self.cursors if chance.random() < 0.85 else self.planted.cursors)
        if chance.random() < 0.7:
            body.pop("schema", None)
        if chance.random() < 0.5:
            body["limit"] = chance.choice([1, 7, 1000, 10_000])
        if body["cursor"] is not None:
            body.pop("held", None)
        elif chance.random() < 0.7:
            body["held"] = self._held(chance)
        body["repair"] = chance.choice([None, {chance.choice([*self.entities]): [0, 3, 63]}])
        body["pins"] = chance.choice(
            [None, {}, self.planted.ids, {chance.choice([*self.entities]): [1, 2, 3]}]
        )
        if chance.random() < 0.8:
            body.pop("state", None)
        return body

    def _held(self, chance: random.Random) -> Json:
        """A claim to hold records, hidden ones among them."""
        entity = chance.choice([*self.entities])
        ids = [*list(self.wire.held.get(entity, {}))[:3], *self.planted.ids.get(entity, [])]
        return {entity: [[record, f"{record:016x}"] for record in ids]}

    def _verify(self, body: Json, chance: random.Random) -> Json:
        body |= {"entity": chance.choice([*self.entities]), "shards": 64, "sums": ["0" * 16] * 64}
        return body

    def _find(self, body: Json, chance: random.Random) -> Json:
        body |= {"entity": chance.choice([*self.entities]), "text": chance.choice(["a", "offline", "%", "_"])}
        return body

    def _ask(self, body: Json, chance: random.Random) -> Json:
        entity = chance.choice([*self.entities])
        questions = [one["name"] for one in self.entities[entity].get("questions") or []]
        body |= {"entity": entity, "question": chance.choice([*questions, "complete", "_offline_scope"])}
        ids = [*list(self.wire.held.get(entity, {}))[:3], *self.planted.ids.get(entity, [])]
        body["targets"] = [{"id": record} for record in ids]
        body.pop("company", None)
        return body

    def _push(self, body: Json, chance: random.Random) -> Json:
        given = [one for one in body.get("operations") or [] if isinstance(one, dict)] or [{}]
        body["operations"] = [self._operation(one, place, chance) for place, one in enumerate(given[:5])]
        if chance.random() < 0.8:
            body = {"operations": body["operations"]}
        return body

    _journal = _push

    def _operation(self, given: Json, place: int, chance: random.Random) -> Json:
        if chance.random() < 0.2:
            return self._plain(place)
        writable = [name for name, one in self.entities.items() if one["direction"] != "pull"]
        entity = chance.choice(writable if chance.random() < 0.9 else [*self.entities])
        verbs = [*_VERBS]
        verbs += [operation["name"] for operation in self.entities[entity].get("operations") or []]
        made = {
            "seq": self.next_seq + place,
            "op": self._op(chance),
            "entity": entity,
            "verb": chance.choice(verbs),
            "target": self._target(entity, chance),
            "values": self._values(entity, given, chance),
            "at": "2026-11-21T10:00:00Z",
        }
        if made["verb"] == "create":
            made["target"] = {"uid": uuid7()} if chance.random() < 0.9 else made["target"]
        elif made["verb"] == "update":
            made["base"] = {name: chance.choice([None, "", value]) for name, value in made["values"].items()}
        else:
            values = made.pop("values")
            made["args"] = self._args(made["verb"], values, chance)
        if made["verb"] in ("amend", "discard", "resolve", "void"):
            del made["target"]
        if chance.random() < 0.2:
            made["expect"] = {"name": None}
        if chance.random() < 0.2:
            made["company"] = chance.choice([1, self.planted.company, 999])
        for name in [*made]:
            # A call whose number or identity is wrong is refused as a whole: seldom, or nothing else is seen.
            most = 0.01 if name in ("seq", "op") else 0.15
            if name in given and chance.random() < most:
                made[name] = given[name]  # what the fuzzer thought of
            elif chance.random() < most / 5:
                del made[name]
        return made

    def _plain(self, place: int) -> Json:
        """Work that nothing is wrong with: what follows can build on it."""
        number = self.next_seq + place
        head = {"seq": number, "op": uuid7(), "entity": "res.partner", "at": "2026-11-21T10:00:00Z"}
        return head | {"verb": "create", "target": {"uid": uuid7()}, "values": {"name": f"Plain {number}"}}

    def _args(self, verb: str, values: Json, chance: random.Random) -> Json:
        """What a follow-up names: an operation of its own, or one of others."""
        if verb not in ("amend", "discard", "resolve"):
            return chance.choice([{}, {"reason": "none"}, values])
        args = {"op": chance.choice([uuid7(), *self.ops[-4:], *self.planted.ops])}
        if verb == "resolve":
            args["by"] = chance.choice(["server", "device", "values"])
        return args if chance.random() < 0.5 else {**args, "values": values}

    def _op(self, chance: random.Random) -> str:
        """A new one; seldom one of its own again, or one of others: that refuses the whole call."""
        if chance.random() < 0.93:
            return uuid7()
        return chance.choice([*self.ops[-3:], *self.planted.ops])

    def _target(self, entity: str, chance: random.Random) -> Json:
        held = self.wire.held.get(entity, {})
        targets: list[Json] = [{"uid": uuid7()}, {"id": 2_000_000_000}]
        targets += [{"uid": uid} for uid in (*self.uids[-2:], *self.planted.uids)]
        targets += [{"id": record} for record in self.planted.ids.get(entity, [])]
        targets += [{"id": record, "born": row["born"]} for record, row in list(held.items())[:4]]
        return chance.choice(targets)

    def _values(self, entity: str, given: Json, chance: random.Random) -> Json:
        fields = {field["name"]: field for field in self.entities[entity]["fields"]}
        own = [name for name, field in fields.items() if not field["readonly"] or chance.random() < 0.05]
        needed = [name for name in own if fields[name]["required"] and chance.random() < 0.9]
        chosen = {*needed, *chance.sample(own, min(len(own), chance.randint(0, 3)))}
        odd = list((given.get("values") or {}).values()) if isinstance(given.get("values"), dict) else []
        return {name: self._value(fields[name], [*odd, None], chance) for name in sorted(chosen)}

    def _value(self, field: Json, odd: list[Json], chance: random.Random) -> Json:
        """What such a field may hold, mostly; else anything."""
        kind = field["type"]
        if chance.random() < 0.15:
            return chance.choice([*odd, *_ODD, {"sha256": self.planted.blob}])
        if kind in ("many2one", "many2many"):
            relation = field.get("relation")
            known = [*list(self.wire.held.get(relation, {}))[:2], *self.planted.ids.get(relation, []), None]
            one = chance.choice([*known, *known, {"uid": chance.choice([uuid7(), *self.planted.uids])}])
            return one if kind == "many2one" else [one] if one else []
        if kind == "selection":
            return chance.choice([key for key, _label in field.get("selection") or [[None, ""]]])
        return chance.choice(_USUAL.get(kind, ["text", "<p>rich</p>", "x" * 3000]))
