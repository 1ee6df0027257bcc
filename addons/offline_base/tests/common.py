import itertools
import json
import uuid
from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

from ..core import wire
from ..core.digest import digest, from_hex, to_hex
from ..core.errors import Problem
from ..store import reader
from ..store.positions import TimeWentBack
from ..store.pull import Pull
from ..store.push import Push
from ..store.rehearsal import Rehearsal
from ..store.replay import Replay
from ..store.scope import Scope

DEVICE_GROUPS = "base.group_user,base.group_partner_manager,offline_base.offline_base_group_device_user"
REVIEWER_GROUP = "offline_base.offline_base_group_reviewer"
MANAGER_GROUP = "offline_base.offline_base_group_manager"
PARTNER = "res.partner"
ACTIVITY = "mail.activity"
#: What `Domain` of the profile's line keeps the test's own records apart from those of the database.
MARK = "offline test"


def new_uid():
    """A uid as a device makes one."""
    return str(uuid.uuid4())


class Phone:
    """A device as the server sees it: it numbers its operations and keeps what it was sent."""

    def __init__(self, device):
        # sudo and user 1, as the controller hands the device to the engine.
        self.device = device.with_user(1).sudo().with_context(**device._user_context())
        self.numbers = itertools.count(1)
        self.cursor = None
        self.held = {}

    # --- pull -----------------------------------------------------------------------------------------------

    def ask(self, cursor=None, **request):
        """One pull; the answer is not kept, as if it were lost."""
        self.device.env.flush_all()
        asked = wire.PullRequest.model_validate_json(json.dumps({"cursor": cursor, **request}))
        answer = json.loads(self._run(Pull, asked))
        self.device.env.flush_all()
        wire.PullAnswer.model_validate(answer)
        return answer

    def pull(self, **request):
        """One pull from where the phone stands; it keeps what comes."""
        return self.receive(self.ask(self.cursor, **request))

    def receive(self, answer):
        """Store an answer: rows and cursor together."""
        if answer["reset"]:
            self.cursor = None
            return answer
        for change in answer["changes"]:
            rows = self.held.setdefault(change["entity"], {})
            for upsert in change["upserts"]:
                rows[upsert["id"]] = upsert
            for remove in change["removes"]:
                rows.pop(remove["id"], None)
        self.cursor = answer["cursor"]
        return answer

    def sync(self, **request):
        """Pull to the page that closes the cut; every page of it."""
        pages = [self.pull(**request)]
        while not pages[-1]["complete"]:
            pages.append(self.pull(**request))
        return pages

    def said(self, entity):
        """What ``held`` says of an entity."""
        return [[record_id, row["v"]] for record_id, row in self.held.get(entity, {}).items()]

    def _run(self, call, asked):
        """A call of the engine; it starts again when it found that time went back, as the dispatcher does."""
        try:
            return call(self.device, asked).run()
        except TimeWentBack:
            self.device.env.invalidate_all()
            return call(self.device, asked).run()

    # --- push -----------------------------------------------------------------------------------------------

    def push(self, *operations, **request):
        """The receipts, in the order of the operations."""
        return self.answer(*operations, **request)["receipts"]

    def push_one(self, operation):
        """The receipt of one operation."""
        return self.push(operation)[0]

    def journal(self, *operations, **request):
        """The answer to a delivery of what was delivered before."""
        self.device.env.flush_all()
        asked = wire.JournalRequest.model_validate_json(json.dumps({"operations": operations, **request}))
        answer = self._run(Replay, asked)
        self.device.env.flush_all()
        wire.PushAnswer.model_validate(answer)
        return answer

    def rehearse(self, *operations):
        """The whole answer to a dry run."""
        self.device.env.flush_all()
        body = json.dumps({"operations": operations, "dry_run": True})
        answer = self._run(Rehearsal, wire.PushRequest.model_validate_json(body))
        wire.PushAnswer.model_validate(answer)
        return answer

    def answer(self, *operations, **request):
        """The whole answer to a push."""
        self.device.env.flush_all()
        asked = wire.PushRequest.model_validate_json(json.dumps({"operations": operations, **request}))
        answer = self._run(Push, asked)
        self.device.env.flush_all()
        wire.PushAnswer.model_validate(answer)
        return answer

    def operation(self, verb, entity=PARTNER, **parts):
        """An operation with the next number."""
        return {
            "seq": next(self.numbers),
            "op": new_uid(),
            "entity": entity,
            "verb": verb,
            "at": "2026-11-21T10:00:00Z",
            **parts,
        }

    def create(self, values, uid=None, **parts):
        """A create of a record that the device names."""
        return self.operation("create", target={"uid": uid or new_uid()}, values=values, **parts)

    def update(self, record, values, base=None, **parts):
        """An update; ``base`` defaults to empty for each field. ``record`` is a recordset or a uid."""
        base = dict.fromkeys(values) if base is None else base
        return self.operation("update", target=self.target(record), values=values, base=base, **parts)

    def delete(self, record, **parts):
        """A delete of the version that the device holds."""
        return self.operation("delete", target=self.target(record), **parts)

    def target(self, record):
        """How an operation names a record."""
        return {"uid": record} if isinstance(record, str) else {"id": record.id}

    def stored(self, receipt):
        """The stored operation of a receipt."""
        return self.device.env["offline.operation"].search(
            [("device_id", "=", self.device.id), ("seq", "=", receipt["seq"])]
        )


class OfflineCase(TransactionCase):
    """A device user with one device, a colleague, a reviewer, a manager, and a profile of contacts and activities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.new_user("rider", DEVICE_GROUPS)
        cls.colleague = cls.new_user("colleague", DEVICE_GROUPS)
        cls.reviewer = cls.new_user("reviewer", REVIEWER_GROUP)
        cls.manager = cls.new_user("manager", MANAGER_GROUP)
        cls.profile = cls.env["offline.profile"].create(
            {
                "name": "Test",
                "reviewer_id": cls.reviewer.id,
                "entity_ids": [
                    Command.create({"entity": PARTNER, "domain": f"[('ref', '=', '{MARK}')]"}),
                    Command.create({"entity": ACTIVITY}),
                ],
            }
        )
        cls.partner_line = cls.profile.entity_ids.filtered(lambda line: line.entity == PARTNER)
        cls.device = cls.enrol(cls.user)
        cls.partner = cls.new_partner("Azure Interior")

    def setUp(self):
        super().setUp()
        self.phone = Phone(self.device)

    @classmethod
    def new_user(cls, name, groups, **values):
        return new_test_user(cls.env, f"offline_{name}", groups, name=name.title(), **values)

    @classmethod
    def new_partner(cls, name, **values):
        return cls.env[PARTNER].create({"name": name, "ref": MARK, **values})

    @classmethod
    def new_activity(cls, record, user, **values):
        return record.activity_schedule("mail.mail_activity_data_todo", user_id=user.id, **values)

    @classmethod
    def enrol(cls, user, name="Phone"):
        """A new device of a user, by a code, as over the wire."""
        env = cls.env(user=1, su=True)
        _enrolment, code = env["offline.enrolment"]._issue(user, cls.profile)
        device, _token, _text = env["offline.device"]._enrol(cls.enrol_request(code, name=name))
        return device

    @classmethod
    def enrol_request(cls, code, nonce=None, name="Phone"):
        return wire.EnrolRequest.model_validate(
            {"code": code, "nonce": nonce or new_uid(), "device": {"name": name}}
        )

    def adapter(self, entity=PARTNER, user=None):
        """The adapter as the device's user, or as another one."""
        device = self.device._as_user()
        env = device.env if user is None else device.with_user(user).env
        return env["offline.adapter"]._offline_adapter(entity)

    def set_policy(self, field_name, policy):
        """What the profile says of a contact's field."""
        field = self.env["ir.model.fields"]._get(PARTNER, field_name)
        self.partner_line.policy_ids.filtered(lambda line: line.field_id == field).unlink()
        self.partner_line.policy_ids = [Command.create({"field_id": field.id, "policy": policy})]

    def hide_field(self, field_name, groups="base.group_system"):
        """Let only a group read a contact's field."""
        self.patch(self.env[PARTNER]._fields[field_name], "groups", groups)
        self.env.invalidate_all()
        self.env.registry.clear_all_caches()

    def settle(self):
        """As if all that was logged so far had been committed before the last position was taken.

        In a test everything is one transaction, which never becomes visible to itself: without this every pull
        finds the test's own changes again.
        """
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM offline_change")

    def logged(self, model):
        """What is in the log now: {(id, letter of the operation)}."""
        self.env.flush_all()
        self.env.cr.execute("SELECT res_id, op FROM offline_change WHERE model = %s", [model])
        return set(self.env.cr.fetchall())

    @contextmanager
    def recorded_queries(self):
        """The SQL statements that are sent meanwhile."""
        self.env.flush_all()
        queries = []
        execute = Cursor.execute

        def recording(cr, query, *arguments, **options):
            queries.append(query.code if isinstance(query, SQL) else query)
            return execute(cr, query, *arguments, **options)

        with patch.object(Cursor, "execute", recording):
            yield queries

    def upserts(self, answer, entity=PARTNER):
        """{id: upsert} of an answer."""
        return {u["id"]: u for c in answer["changes"] if c["entity"] == entity for u in c["upserts"]}

    def removes(self, answer, entity=PARTNER):
        """{id: why} of an answer."""
        return {r["id"]: r["why"] for c in answer["changes"] if c["entity"] == entity for r in c["removes"]}

    def versions(self, entity=PARTNER):
        """{id: version in hex} of the device's scope, read now as its user."""
        adapter = self.adapter(entity)
        line = self.profile.entity_ids.filtered(lambda line: line.entity == entity)
        specs = adapter._offline_specs()
        rows = reader.read_values(adapter, specs, Scope(adapter, line, self.device).ids())
        return {i: to_hex(reader.version(adapter, i, row)) for i, row in rows.items()}

    def assert_converged(self, phone=None):
        """The phone holds exactly its scope in its present versions, and both sides' digests agree."""
        phone = phone or self.phone
        answer = phone.sync()[-1]
        for entity, said in answer["digests"].items():
            expected = self.versions(entity)
            held = {i: row["v"] for i, row in phone.held.get(entity, {}).items()}
            self.assertEqual(expected, held, entity)
            self.assertEqual({"count": len(held), "sum": to_hex(digest(map(from_hex, held.values())))}, said)

    @contextmanager
    def assert_problem(self, code, **extra):
        """The call as a whole is refused with this code."""
        with self.assertRaises(Problem) as caught:
            yield
        self.assertEqual(code, caught.exception.code)
        self.assertEqual(extra, {name: caught.exception.extra[name] for name in extra})

    def assert_rejected(self, receipt, code, *fields):
        """The operation is refused with this code, a sentence for people, and these fields."""
        self.assertEqual(("rejected", code), (receipt["status"], receipt["code"]), receipt)
        self.assertTrue(receipt["message"])
        self.assertEqual(set(fields), set(receipt["fields"]))

    def assert_status(self, status, receipt):
        self.assertEqual(status, receipt["status"], receipt)

    def hide(self, partner):
        """A record rule by which the device's user may not read this contact."""
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": f"[('id', '!=', {partner.id})]",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )


class PushCase(OfflineCase):
    """What tests of pushes share."""

    def by_uid(self, uid, model=PARTNER):
        """The record that a device's create became."""
        return self.env[model].browse(self.env["offline.identity"]._record_id(model, uid)).exists()

    def failing(self, failure):
        """Let every write on contacts call a function after it wrote."""
        write = self.registry[PARTNER].write

        def after(records, values):
            write(records, values)
            failure(records)
            return True

        return patch.object(self.registry[PARTNER], "write", after)

    def refuse_to(self, operation, user=None):
        """A record rule by which nobody, or one user, may do this to the partner any more."""
        those = f"[('id', '!=', {self.partner.id})]"
        permissions = {f"perm_{name}": name == operation for name in ("read", "write", "create", "unlink")}
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": those if user is None else f"{those} if user.id == {user.id} else []",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
                **permissions,
            }
        )


class PullCase(OfflineCase):
    """A user with contacts and an activity, which a device may hold."""

    def setUp(self):
        super().setUp()
        self.others = self.env[PARTNER].union(*(self.new_partner(f"Contact {n}") for n in range(4)))
        self.activity = self.new_activity(self.partner, self.user, summary="Call", note="<p>At noon</p>")
        self.settle()

    def all_contacts(self):
        return self.partner + self.others

    def assert_removed(self, record_id, why, entity=PARTNER):
        answer = self.phone.pull()
        self.assertEqual({record_id: why}, self.removes(answer, entity))
        self.assert_converged()
        self.assertEqual({}, self.removes(self.phone.pull(), entity), "said once")
