"""The states that vectors ask for, made on a live server: by the office over JSON-RPC, by devices over the wire.

Every state has a device, a contact and an activity of its own, so that vectors do not see each other.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import itertools
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import psycopg2
import requests

from offline_device import keys
from tools.provision import database
from tools.stage.office import Office

from .vectors import GIVEN

_TIMEOUT_S = 60
#: The blob of the vectors.
_BLOB = b"Photo of the meter\n"
Named = dict[str, Any]


def uuid7() -> str:
    """A time-ordered uid as devices make them (RFC 9562, version 7).

    >>> uuid7()[14]
    '7'
    """
    milliseconds = time.time_ns() // 1_000_000
    number = (
        (milliseconds << 80)
        | (0x7 << 76)
        | (secrets.randbits(12) << 64)
        | (0b10 << 62)
        | secrets.randbits(62)
    )
    return str(uuid.UUID(int=number))


class Wire:
    """A device as far as a state needs one: its token and plain calls that must succeed."""

    def __init__(self, url: str, code: str, nonce: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.key = keys.new_key()
        public = keys.public_part(self.key).model_dump()
        body = {"code": code, "nonce": nonce, "device": {"name": "Contract test", "public_key": public}}
        answer = self.post("enroll", body)
        self.uid, self.token, self.epoch = answer["device"], answer["token"], answer["epoch"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self.held: dict[str, dict[int, dict[str, Any]]] = {}
        self.cursor: str | None = None

    def post(self, route: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.http.post(f"{self.url}/offline/v1/{route}", json=body, timeout=_TIMEOUT_S)
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{route}: {answer.status_code} {answer.text}")
        return dict(answer.json())

    def proof(self, **other: str) -> dict[str, Any]:
        """A nonce and a proof of the device's key, signed now."""
        nonce = secrets.token_urlsafe(16)
        time = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        said = {"device": self.uid, "epoch": self.epoch, "time": time} | other
        signature = keys.sign(self.key, said | {"nonce": nonce})
        return {"nonce": nonce, "proof": said | {"signature": signature}}

    def pull(self) -> dict[str, Any]:
        """Pull to the closing page, which is answered."""
        while True:
            answer = self.post("pull", {"cursor": self.cursor, "limit": 10_000})
            for change in answer["changes"]:
                records = self.held.setdefault(change["entity"], {})
                for upsert in change["upserts"]:
                    records[upsert["id"]] = upsert
                for remove in change["removes"]:
                    records.pop(remove["id"], None)
            self.cursor = answer["cursor"]
            if answer["complete"]:
                return answer

    def push(self, *operations: Mapping[str, Any]) -> list[dict[str, Any]]:
        complete = [{"at": "2026-11-21T09:58:12Z", **operation} for operation in operations]
        return list(self.post("push", {"operations": complete})["receipts"])


class World:
    """Brings about the states of `vectors.GIVEN`: ``with world.given("synced") as named``."""

    def __init__(self, url: str, db: str) -> None:
        self.url = url
        self.office = Office(url, db)
        self._counter = itertools.count(1)
        self._sql = psycopg2.connect(dbname=db, **self._reach())
        self._sql.autocommit = True
        self._db = db
        self.rider = self.user("Rider", "base.group_partner_manager")
        self._reader: int | None = None

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sql.close()

    @staticmethod
    def _reach() -> dict[str, str]:
        """How psycopg2 reaches the server: it reads PG* variables from the process only, not from a mapping."""
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
        found = database.environment()
        return {option: found[name] for name, option in names.items() if found.get(name)}

    @contextlib.contextmanager
    def sql(self) -> Iterator[Any]:
        """A cursor past Odoo, for rows as it would not make them."""
        with self._sql.cursor() as cursor:
            yield cursor

    # --- people, devices, records

    def user(self, name: str, *groups: str) -> int:
        """A user of the app, with the rights of an employee and the groups named."""
        wanted = ["base.group_user", "offline_base.offline_base_group_device_user", *groups]
        ids = [self.office.ref(group) for group in wanted]
        login = f"{name.lower()}-{next(self._counter)}"
        values = {"name": name, "login": login, "tz": "Europe/Paris", "group_ids": [(6, 0, ids)]}
        return int(self.office("res.users", "create", values, context={"no_reset_password": True}))

    def code(self, user: int, profile: int | None = None) -> str:
        return str(self.office("offline.device", "issue_enrolment_code", user, profile)["code"])

    def device(self, user: int | None = None, profile: int | None = None) -> Wire:
        return Wire(self.url, self.code(user or self.rider, profile), secrets.token_urlsafe(16))

    def contact(self, **values: Any) -> int:
        name = f"Deco Addict {next(self._counter)}"
        filled = {
            "name": name,
            "email": "deco@example.com",
            "phone": "+1 555 0100",
            "city": "Liège",
            **values,
        }
        return self.office.create("res.partner", **filled)

    def activity(self, contact: int, user: int) -> int:
        values = {
            "res_model_id": self.office.find("ir.model", ("model", "=", "res.partner")),
            "res_id": contact,
            "user_id": user,
            "activity_type_id": self.office.ref("mail.mail_activity_data_todo"),
            "summary": "Bring the samples",
            "date_deadline": "2026-11-27",
        }
        return int(
            self.office("mail.activity", "create", values, context={"mail_activity_quick_update": True})
        )

    # --- states

    @contextlib.contextmanager
    def given(self, state: str) -> Iterator[Named]:
        """The live values of a state. What holds a lock lets it go at the end."""
        if state not in GIVEN:
            raise ValueError(f"{state} is not in the closed list")
        fresh = {"op_1": uuid7(), "op_2": uuid7(), "uid_1": uuid7(), "uid_2": uuid7()}
        made = getattr(self, f"_{state}")()
        held = made.pop("lock", contextlib.nullcontext())
        with held:
            yield fresh | made

    def _empty(self) -> Named:
        return {}

    def _code_issued(self) -> Named:
        return {"code": self.code(self.rider), "nonce": secrets.token_urlsafe(16), **self._person(self.rider)}

    def _code_used(self) -> Named:
        named = self._code_issued()
        return named | {"device": Wire(self.url, named["code"], named["nonce"]).uid}

    def _code_guessed(self) -> Named:
        named = self._code_issued()
        code = named["code"]
        wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
        for _try in range(20):
            body = {"code": wrong, "nonce": secrets.token_urlsafe(16), "device": {"name": "Guess"}}
            if (
                requests.post(f"{self.url}/offline/v1/enroll", json=body, timeout=_TIMEOUT_S).status_code
                == 429
            ):
                return named
        raise RuntimeError("twenty wrong tries were not enough to lock the code")

    def _person(self, user: int) -> Named:
        found = self.office("res.users", "read", [user], ["name", "company_id", "company_ids"])[0]
        return {
            "user_id": user,
            "user_name": found["name"],
            "company_id": found["company_id"][0],
            "company_ids": found["company_ids"],
        }

    def _device(self, user: int | None = None, profile: int | None = None) -> Named:
        wire = self.device(user, profile)
        return {
            "wire": wire,
            "device": wire.uid,
            "authorization": f"Bearer {wire.token}",
            "user_id": user or self.rider,
        }

    def _pull_lane_held(self) -> Named:
        named = self._device()
        return named | {"lock": self._locked_lane(named["device"], "pull")}

    def _push_lane_held(self) -> Named:
        named = self._device()
        return named | {"lock": self._locked_lane(named["device"], "push")}

    @contextlib.contextmanager
    def _locked_lane(self, device: str, direction: str) -> Iterator[None]:
        query = """SELECT 1 FROM offline_lane WHERE direction = %s
                   AND device_id = (SELECT id FROM offline_device WHERE uid = %s) FOR UPDATE"""
        connection = psycopg2.connect(dbname=self._db, **self._reach())
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, (direction, device))
            yield
        finally:
            connection.close()

    def _crowd(self) -> Named:
        return self._device() | {"lock": self._taken_places()}

    @contextlib.contextmanager
    def _taken_places(self) -> Iterator[None]:
        """More than a server has by default; the number in the query is `LOCK_CLASS` of store/admission.py."""
        connection = psycopg2.connect(dbname=self._db, **self._reach())
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(1868981872, place) FROM generate_series(1, 100) AS place"
                )
            yield
        finally:
            connection.close()

    def _device_revoked(self) -> Named:
        return self._office_did("action_revoke")

    def _device_to_wipe(self) -> Named:
        return self._office_did("action_revoke_and_wipe")

    def _rotation_asked(self) -> Named:
        return self._office_did("action_rotate")

    def _office_did(self, action: str) -> Named:
        named = self._device()
        # A token that was never used would be as good as a rotated one.
        named["wire"].push()
        device = self.office.find("offline.device", ("uid", "=", named["device"]))
        self.office("offline.device", action, [device])
        return named

    def _token_spent(self) -> Named:
        named = self._device()
        wire: Wire = named["wire"]
        wire.http.headers["Authorization"] = f"Bearer {wire.post('token', {})['token']}"
        wire.push()
        return named

    def _device_with_key(self) -> Named:
        named = self._device()
        named["wire"].push()
        return named | named["wire"].proof()

    def _proof_of_yesterday(self) -> Named:
        named = self._token_expired()
        yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
        return named | named["wire"].proof(time=yesterday.replace("+00:00", "Z"))

    def _app_outdated(self) -> Named:
        profile = self.office.create("offline.profile", name="New apps only", minimum_app_version="2.0")
        return self._device(profile=profile)

    def _token_expired(self) -> Named:
        named = self._device_with_key() | self._person(self.rider)
        with self._sql.cursor() as cursor:
            cursor.execute(
                """UPDATE offline_token SET expires_at = now() - interval '1 day'
                    WHERE device_id = (SELECT id FROM offline_device WHERE uid = %s)""",
                [named["device"]],
            )
        return named

    def _user_archived(self) -> Named:
        user = self.user("Leaver")
        named = self._device(user)
        self.office.write("res.users", user, active=False)
        return named

    def _cursor_of_another(self) -> Named:
        other = self.device()
        other.pull()
        return self._device() | {"cursor": other.cursor}

    def _cursor_forgotten(self) -> Named:
        named = self._synced()
        for phone in ("+1 555 0101", "+1 555 0102", "+1 555 0103"):
            self.office.write("res.partner", named["partner_id"], phone=phone)
            named["wire"].pull()
        return named

    def _former_life(self) -> Named:
        named = self._synced()
        with self._sql.cursor() as cursor:
            cursor.execute("SELECT id FROM offline_device WHERE uid = %s", [named["device"]])
            [device] = cursor.fetchone()
            cursor.execute("DELETE FROM offline_position WHERE device_id = %s", [device])
            cursor.execute(
                "UPDATE offline_lane SET counter = 1 WHERE direction = 'pull' AND device_id = %s", [device]
            )
        return named | {"lock": self._until_nothing_more_is_brought()}

    @contextlib.contextmanager
    def _until_nothing_more_is_brought(self) -> Iterator[None]:
        # After a restore unseen records are waited for, and claims believed only as far as they were given; the other
        # vectors are not of such a database.
        yield
        with self._sql.cursor() as cursor:
            cursor.execute("UPDATE offline_epoch SET reason = 'first' WHERE reason = 'time_back'")

    def _copy_suspected(self) -> Named:
        return self._device() | {"lock": self._elsewhere()}

    @contextlib.contextmanager
    def _elsewhere(self) -> Iterator[None]:
        change = "UPDATE offline_epoch SET home = %s WHERE ended_at IS NULL"
        with self._sql.cursor() as cursor:
            cursor.execute("SELECT home FROM offline_epoch WHERE ended_at IS NULL")
            [home] = cursor.fetchone()
            cursor.execute(change, ["1/2/production"])
            yield
            cursor.execute(change, [home])

    def _synced(self, user: int | None = None, profile: int | None = None, **contact: Any) -> Named:
        partner = self.contact(**contact)
        activity = self.activity(partner, user or self.rider)
        named = self._device(user, profile)
        wire: Wire = named["wire"]
        wire.pull()
        partner_now, activity_now = wire.held["res.partner"][partner], wire.held["mail.activity"][activity]
        return named | {
            "cursor": wire.cursor,
            "partner_id": partner,
            "partner_born": partner_now["born"],
            "partner_v": partner_now["v"],
            "partner_name": partner_now["values"]["name"],
            "activity_id": activity,
            "activity_born": activity_now["born"],
            "activity_v": activity_now["v"],
            "activity_deadline": activity_now["values"]["date_deadline"],
        }

    def _synced_holding(self) -> Named:
        named = self._synced()
        held = named["wire"].held.items()
        return named | {
            "held": {entity: [[i, r["v"]] for i, r in records.items()] for entity, records in held}
        }

    def _reader_synced(self) -> Named:
        self._reader = self._reader or self.user("Reader")
        return self._synced(self._reader)

    def _contacts_pull_only(self) -> Named:
        lines = [(0, 0, {"entity": "res.partner", "direction": "pull"}), (0, 0, {"entity": "mail.activity"})]
        profile = self.office.create("offline.profile", name="Contacts to look at", entity_ids=lines)
        return self._synced(profile=profile)

    def _office_edited_phone(self) -> Named:
        named = self._synced()
        self.office.write("res.partner", named["partner_id"], phone="+1 555 0199")
        return named

    def _office_edited_city(self) -> Named:
        named = self._synced()
        self.office.write("res.partner", named["partner_id"], city="Namur")
        return named

    def _office_set_salesperson(self) -> Named:
        named = self._synced()
        person = self.office.uid
        self.office.write("res.partner", named["partner_id"], user_id=person)
        name = self.office("res.users", "read", [person], ["display_name"])[0]["display_name"]
        return named | {"salesperson_id": person, "salesperson_names": {str(person): name}}

    def _office_added_tag(self) -> Named:
        before, theirs, mine = (
            self.office.create("res.partner.category", name=f"Tag {next(self._counter)}") for _tag in range(3)
        )
        named = self._synced(category_id=[(6, 0, [before])])
        self.office.write("res.partner", named["partner_id"], category_id=[(4, theirs)])
        return named | {"tags_before": [before], "tags_mine": sorted([before, mine])}

    def _office_archived(self) -> Named:
        named = self._synced()
        self.office.write("mail.activity", named["activity_id"], active=False)
        named["wire"].pull()
        self.office.write("res.partner", named["partner_id"], active=False)
        return named | {"cursor": named["wire"].cursor}

    def _office_deleted(self) -> Named:
        named = self._synced()
        self.office("mail.activity", "unlink", [named["activity_id"]])
        named["wire"].pull()
        self.office("res.partner", "unlink", [named["partner_id"]])
        return named | {"cursor": named["wire"].cursor}

    def _office_hid_contact(self) -> Named:
        named = self._synced()
        company = self.office.create("res.company", name=f"Another company {next(self._counter)}")
        self.office.write("res.partner", named["partner_id"], company_id=company)
        return named

    def _office_reassigned_activity(self) -> Named:
        named = self._synced()
        self.office.write("mail.activity", named["activity_id"], user_id=self.office.uid)
        return named

    def _edit_of_phone(
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
        [receipt] = named["wire"].push(operation)
        return named | {"done_op": operation["op"], "operation": operation, "receipt": receipt}

    @staticmethod
    def repeat(named: Named) -> Callable[[], dict[str, Any]]:
        """A function that sends the state's operation 1 again and answers its receipt."""

        def again() -> dict[str, Any]:
            [receipt] = named["wire"].push(named["operation"])
            return dict(receipt)

        return again

    def _pushed_one(self) -> Named:
        return self._expect(self._edit_of_phone(self._synced()), "applied")

    def _parked_one(self) -> Named:
        return self._expect(self._edit_of_phone(self._office_edited_phone()), "conflict")

    def _office_kept_server(self) -> Named:
        named = self._parked_one()
        named["wire"].pull()
        conflict = self.office.find("offline.conflict", ("operation_id.op", "=", named["done_op"]))
        self.office("offline.conflict", "action_keep_server", [conflict])
        return named | {"cursor": named["wire"].cursor}

    def _office_discarded(self) -> Named:
        named = self._expect(self._edit_of_phone(self._synced(), field="shoe_size"), "rejected")
        named["wire"].pull()
        operation = self.office.find("offline.operation", ("op", "=", named["done_op"]))
        self.office("offline.operation", "action_discard", [operation])
        return named | {"cursor": named["wire"].cursor}

    def _created_one(self) -> Named:
        named = self._synced()
        op, uid = uuid7(), uuid7()
        values = {"name": "Bakery Nova", "phone": "+1 555 0142"}
        target = {"uid": uid}
        [receipt] = named["wire"].push(
            {
                "seq": 1,
                "op": op,
                "entity": "res.partner",
                "verb": "create",
                "target": target,
                "values": values,
            }
        )
        self._expect({"receipt": receipt}, "applied")
        made = receipt["target"]
        return named | {"done_op": op, "done_uid": uid, "new_id": made["id"], "new_born": made["born"]}

    def _rejected_one(self) -> Named:
        return self._expect(self._edit_of_phone(self._synced(), "nonsense", "type", "contact"), "rejected")

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
        return self._expect(self._edit_of_phone(named), "conflict")

    def _discarded_create(self) -> Named:
        named = self._synced()
        op, uid = uuid7(), uuid7()
        [receipt] = named["wire"].push(self._create(1, op, uid, email="nobody@example.com"))
        self._expect({"receipt": receipt}, "rejected")
        self._follow_up(named, 2, "discard", {"op": op})
        return named | {"done_op": op, "done_uid": uid}

    def _unit_discarded(self) -> Named:
        named = self._synced()
        names = {"done_op": uuid7(), "done_uid": uuid7(), "second_op": uuid7(), "second_uid": uuid7()}
        unit = {"id": uuid7(), "size": 2}
        receipts = named["wire"].push(
            self._create(1, names["done_op"], names["done_uid"], name="Bakery Nova") | {"unit": unit},
            self._create(2, names["second_op"], names["second_uid"], email="x@example.com") | {"unit": unit},
        )
        self._expect({"receipt": receipts[1]}, "rejected")
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
        [receipt] = named["wire"].push(operation)
        self._expect({"receipt": receipt}, "applied")

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
        requests.post(url, headers=headers | declared, timeout=_TIMEOUT_S).raise_for_status()
        answer = requests.patch(
            f"{url}/uploads/{digest}", data=part, headers=headers | sent, timeout=_TIMEOUT_S
        )
        answer.raise_for_status()
        return named

    @staticmethod
    def _expect(named: Named, status: str) -> Named:
        if named["receipt"]["status"] != status:
            raise RuntimeError(f"the state needs operation 1 to be {status}: {named['receipt']}")
        return named
