"""The office of a history: each thing it does is done in Odoo, over RPC or by SQL, and told to the model of truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from itertools import count
from typing import Any, ClassVar

import psycopg2

from tools.provision import database, postgres
from tools.provision.server import OdooServer
from tools.provision.workspace import Workspace
from tools.stage.office import Office

from .decisions import Judged
from .devices import Names
from .world import CONTACT, EMPTY, FILE, JOB, POLICIES, TEAMS

PROFILE = "offline.profile"
_PEOPLE = ("una", "ugo")


class Door:
    """Before it the workers wait that a request told to; it is shut from the beginning, until it is opened."""

    _LOCK = 20260101

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.autocommit = True
        self._ask("SELECT pg_advisory_lock(%s)")

    def is_reached(self) -> bool:
        return bool(
            self._ask(
                """SELECT count(*) FROM pg_locks
                    WHERE locktype = 'advisory' AND objid = %s AND NOT granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
            )
        )

    def open(self) -> None:
        self._connection.close()

    def _ask(self, statement: str) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, (self._LOCK,))
            return cursor.fetchone()[0]


class Ground:
    """What all histories of a run share: a server's address, a database, two users, a team with its rule."""

    def __init__(self, server: OdooServer) -> None:
        self.server, self.url, self.db = server, server.url, server.db
        self.rpc = Office(self.url, self.db)
        self.users = {name: self._hire(name) for name in _PEOPLE}
        self.home = int(self.rpc.read("res.users", self.rpc.uid, "company_id")["company_id"][0])
        self.cron = self.rpc.ref("offline_base.offline_fence_cron")
        self.numbers = count(1)
        self._own: Any = None
        #: Whether a history changed the rights with which the next one begins.
        self.is_changed = True
        self._prepare()

    def _hire(self, name: str) -> int:
        return self.rpc.hire_traveller(name, name.title())

    def _prepare(self) -> None:
        """Make what its histories need besides people."""
        self.tags = [self.rpc.create("res.partner.category", name=f"Tag {n}") for n in range(3)]
        self.abroad = self.rpc.create("res.company", name="Abroad")
        self.rpc.write("res.users", self.rpc.uid, company_ids=[(4, self.abroad)])
        self.writers = self.rpc.ref("base.group_partner_manager")
        self.team = self.rpc.create("res.groups", name="Team")
        model = self.rpc.find("ir.model", ("model", "=", CONTACT))
        rule = {"name": "Team", "model_id": model, "groups": [(6, 0, [self.team])]}
        more = {"perm_write": False, "perm_create": False, "perm_unlink": False}
        self.rule = self.rpc.create("ir.rule", **rule, **more, domain_force=self.rule_of(TEAMS))
        #: {kind: {field: its id}}
        self.fields = {kind: self._fields(kind) for kind in POLICIES}

    def _fields(self, kind: str) -> dict[str, int]:
        wanted = [("model", "=", kind), ("name", "in", list(POLICIES[kind]))]
        return {
            one["name"]: one["id"] for one in self.rpc("ir.model.fields", "search_read", wanted, ["name"])
        }

    @staticmethod
    def rule_of(teams: Iterable[str]) -> str:
        return f"[('ref', 'in', {[False, *sorted(teams)]})]"

    def reset(self) -> None:
        """The rights with which each history begins; every change of rights costs each worker its caches."""
        if not self.is_changed:
            return
        self.is_changed = False
        for user in self.users.values():
            rights = [(4, self.team), (4, self.writers)]
            self.rpc.write("res.users", user, group_ids=rights, company_ids=[(6, 0, [self.home])])
        self.rpc.write("ir.rule", self.rule, domain_force=self.rule_of(TEAMS))

    def back_up(self) -> None:
        """Copy the database, while nobody has a connection to it."""
        self._let_go()
        postgres.drop(Workspace.here(), self._backup)
        # Nobody is kept from connecting again: an Odoo that cannot, while it replaces a dead worker, ends.
        postgres.disconnect(Workspace.here(), self.db)
        self._run(f'CREATE DATABASE "{self._backup}" TEMPLATE "{self.db}" STRATEGY file_copy')

    def put_back(self) -> None:
        """The copy takes the database's place, under its name; the server is started again."""
        self._let_go()
        self.server.kill()
        postgres.drop(Workspace.here(), self.db)
        self._run(f'ALTER DATABASE "{self._backup}" RENAME TO "{self.db}"')
        self.server.start()
        self.is_changed = True

    @property
    def _backup(self) -> str:
        return f"{self.db}_backup"

    @staticmethod
    def _run(statement: str) -> None:
        """A statement about whole databases."""
        with closing(psycopg2.connect(**database.reach("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def connect(self) -> Any:
        """A connection to the database besides Odoo's."""
        return psycopg2.connect(**database.reach(self.db))

    def sql(self, statement: str, *arguments: Any) -> list[Any]:
        """Run statements in a transaction of their own."""
        if self._own is None:
            self._own = self.connect()
        with self._own as connection, connection.cursor() as cursor:
            cursor.execute(statement, arguments)
            return list(cursor.fetchall()) if cursor.description else []

    def shut_a_door(self) -> Door:
        """Workers that a request told to wait do, until it is opened."""
        return Door(self.connect())

    def _let_go(self) -> None:
        """Close the connection for `sql`: PostgreSQL copies and renames no database in use."""
        if self._own is not None:
            self._own.close()
        self._own = None

    def stored(self, ops: list[str]) -> dict[str, dict[str, Any]]:
        """What the database holds of these operations, once nobody works on them any more."""
        # Whoever served them may still be committing and holds the lane; the second statement sees what they did.
        rows = self.sql(
            """SELECT id FROM offline_lane WHERE direction = 'push' FOR SHARE;
               SELECT op, status, res_id, target_uid FROM offline_operation WHERE op = ANY(%s) AND NOT is_repeat""",
            ops,
        )
        return {op: {"status": status, "res_id": i, "target_uid": uid} for op, status, i, uid in rows}


class Bureau:
    """The people at their desks in one history."""

    #: Where the records of each kind stand in the database.
    tables: ClassVar[dict[str, str]] = {CONTACT: "res_partner", JOB: "offline_test_job"}

    def __init__(self, ground: Ground, truth: Judged, names: Names, prefix: str) -> None:
        self.ground, self.truth, self.names, self.prefix = ground, truth, names, prefix
        self.rpc = ground.rpc
        self.ids: dict[str, int] = {}
        self._long: Any = None
        self._after: list[Callable[[], None]] = []
        self.changes_of_rights = self.changes_of_profile = 0
        #: Whether anybody may have lost a record from sight, or the right to change it.
        self.hides = False
        self.profile = self._profile()

    def code(self, person: str) -> str:
        return self.rpc.code(self.ground.users[person], self.profile)

    # --- records ----------------------------------------------------------------------------------------------

    def create(self, kind: str, name: str, values: dict[str, Any]) -> None:
        self.truth.world.create(kind, name, values)
        self.know(kind, name, self.rpc.create(kind, name=name, **self._odoo(values)))

    def edit(self, name: str, values: dict[str, Any]) -> None:
        record = self.truth.world.records[name]
        record.values |= values
        self.hides |= bool(values.keys() & {"ref", "company_id"})
        self.rpc.write(record.kind, self.id_of(name), **self._odoo(values))

    def archive(self, name: str, active: bool) -> None:
        self.truth.world.records[name].active = active
        self.rpc.write(CONTACT, self.id_of(name), active=active)

    def delete(self, name: str) -> None:
        kind, record_id = self.truth.world.records[name].kind, self.id_of(name)
        self.truth.world.delete(name)
        self.rpc.unlink(kind, record_id)

    def merge(self, gone: str, kept: str) -> None:
        """By Odoo's own wizard, which rewrites references with SQL."""
        ids = [self.id_of(gone), self.id_of(kept)]
        self.truth.world.merge(gone, kept)
        self.hides = True
        model = "base.partner.merge.automatic.wizard"
        wizard = self.rpc.create(model, partner_ids=[(6, 0, ids)], dst_partner_id=ids[1])
        self.rpc(model, "action_merge", [wizard])

    def by_sql(self, names: list[str], city: str | None) -> None:
        """One statement that no ORM sees."""
        ids = [self.id_of(name) for name in names]
        for name in names:
            self.truth.world.records[name].values["city"] = city
        self.ground.sql("UPDATE res_partner SET city = %s WHERE id = ANY(%s)", city, ids)

    # --- long transactions ------------------------------------------------------------------------------------

    def begin_long(self, name: str, city: str | None, job: str) -> None:
        """Change a contact, and make a job, in a transaction that stays open."""
        if self._long is None:
            self._long = self.ground.connect()
        values = {"city": city}
        with self._long.cursor() as cursor:
            cursor.execute("UPDATE res_partner SET city = %s WHERE id = %s", (city, self.id_of(name)))
            cursor.execute(
                """INSERT INTO offline_test_job (name, count, best, double, create_date, write_date)
                   VALUES (%s, 1, 1, 2, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC') RETURNING id""",
                (job,),
            )
            [job_id] = cursor.fetchone()

        def done() -> None:
            self.truth.world.records[name].values |= values
            self.truth.world.create(JOB, job, {"count": 1, "best": 1})
            self.know(JOB, job, job_id)

        self._after.append(done)

    @property
    def is_long_open(self) -> bool:
        return self._long is not None

    def end_long(self, *, commit: bool = True) -> None:
        """Commit it, or take it all back."""
        connection, self._long = self._long, None
        after, self._after = self._after, []
        if connection is None:
            return
        with closing(connection):
            if commit:
                connection.commit()
                for done in after:
                    done()
            else:
                connection.rollback()

    # --- who sees what ----------------------------------------------------------------------------------------

    def show_teams(self, teams: set[str]) -> None:
        self.truth.world.teams = set(teams)
        self._rights_change()
        self.rpc.write("ir.rule", self.ground.rule, domain_force=self.ground.rule_of(teams))

    def put_in_team(self, person: str, within: bool) -> None:
        self.truth.world.people[person].in_team = within
        self._user(person, group_ids=[(4 if within else 3, self.ground.team)])

    def send_abroad(self, person: str, abroad: bool) -> None:
        self.truth.world.people[person].abroad = abroad
        self._user(person, company_ids=[(4 if abroad else 3, self.ground.abroad)])

    def let_write(self, person: str, may: bool) -> None:
        self.truth.world.people[person].may_write = may
        self._user(person, group_ids=[(4 if may else 3, self.ground.writers)])

    def narrow(self, without_city: str | None, below: int | None) -> None:
        """Change the domains of the profile."""
        self.changes_of_profile += 1
        self.truth.world.without_city, self.truth.world.below = without_city, below
        domains = {
            CONTACT: self._domain(*([("city", "!=", without_city)] if without_city else [])),
            JOB: self._domain(*([("best", "<", below)] if below is not None else [])),
        }
        lines = self.rpc(
            "offline.profile.entity", "search_read", [("profile_id", "=", self.profile)], ["entity"]
        )
        for line in lines:
            if line["entity"] in domains:
                self.rpc.write("offline.profile.entity", line["id"], domain=domains[line["entity"]])

    def _rights_change(self) -> None:
        self.changes_of_rights += 1
        self.hides = True
        self.ground.is_changed = True

    def _user(self, person: str, **values: Any) -> None:
        self._rights_change()
        self.rpc.write("res.users", self.ground.users[person], **values)

    # --- decisions --------------------------------------------------------------------------------------------

    def decide(self, pick: int, side: str) -> None:
        """Decide a conflict; what nobody may write any more can only be left."""
        waiting = self.truth.waits_for_the_office("conflict")
        if not waiting:
            return
        op = waiting[pick % len(waiting)]
        if not self.truth.sees(self.truth.operations[op]):
            side = "server"
        found = self.rpc("offline.conflict", "search", [("operation_id.op", "=", op), ("state", "=", "open")])
        self.rpc("offline.conflict", f"action_keep_{side}", found)
        self.truth.decide(op, side)

    def finish_refused(self, pick: int, act: str) -> None:
        """Have refused work run again, or give it up."""
        waiting = self.truth.waits_for_the_office("rejected")
        if not waiting:
            return
        op = waiting[pick % len(waiting)]
        found = self.rpc("offline.operation", "search", [("op", "=", op), ("is_repeat", "=", False)])
        self.rpc("offline.operation", f"action_{act}", found)
        if act == "retry":
            self.truth.retry(op)
        else:
            self.truth.give_up(op)

    def try_refused_files_again(self) -> None:
        """I8: files whose person lost the right between their work and its bytes: somebody with rights puts them in."""
        found = self.ground.sql(
            """SELECT u.id FROM offline_blob_use u
                 JOIN offline_device d ON d.id = u.device_id JOIN ir_attachment a ON a.id = u.res_id
                WHERE u.state = 'refused' AND u.res_model = 'ir.attachment' AND d.name LIKE %s""",
            f"{self.prefix}%",
        )
        if found:
            assert self.hides, ("a file was refused although nobody lost a right", found)
            self.rpc("offline.blob.use", "action_retry", [use for (use,) in found])

    # --- what stands in Odoo ----------------------------------------------------------------------------------

    def stored(self, kind: str) -> dict[str, Any]:
        """The records of this history as the database holds them, archived ones too, read past Odoo."""
        if kind == JOB:
            rows = self.ground.sql(
                """SELECT id, name, note, count, best, contact_id FROM offline_test_job WHERE name LIKE %s""",
                f"{self.prefix}%",
            )
            names = ("note", "count", "best", "contact_id")
        else:
            rows = self.ground.sql(
                """SELECT id, name, phone, city, function, zip,
                          ARRAY(SELECT category_id FROM res_partner_res_partner_category_rel
                                 WHERE partner_id = p.id ORDER BY category_id), ref, company_id
                     FROM res_partner p WHERE name LIKE %s""",
                f"{self.prefix}%",
            )
            names = tuple(EMPTY[CONTACT])
        found = {}
        for record_id, name, *values in rows:
            self.know(kind, name, record_id)
            found[name] = dict(zip(names, values, strict=True))
            if kind == JOB:
                found[name]["contact_id"] = self.names.of(CONTACT, found[name]["contact_id"])
        return found

    def know(self, kind: str, name: str, record_id: int) -> None:
        self.ids[name] = record_id
        self.names.learn(kind, record_id, name)

    def id_of(self, name: str) -> int:
        """The id of a record that exists; it came from a device perhaps."""
        if name not in self.ids:
            kind = self.truth.world.records[name].kind
            more = [] if kind == JOB else [("active", "in", [True, False])]
            self.know(kind, name, self.rpc(kind, "search", [("name", "=", name), *more])[0])
        return self.ids[name]

    # --- after a restore ----------------------------------------------------------------------------------------

    def run_waiting(self) -> None:
        """What the scheduled action does every few minutes."""
        self.rpc("ir.cron", "method_direct_trigger", [self.ground.cron])

    def names_there(self, kind: str) -> list[str]:
        """The names of the history's records, as often as they stand in the database."""
        statement = f"SELECT name FROM {self.tables[kind]} WHERE name LIKE %s"
        return [name for (name,) in self.ground.sql(statement, f"{self.prefix}%")]

    def active_contacts(self) -> set[str]:
        rows = self.ground.sql(
            "SELECT name FROM res_partner WHERE active AND name LIKE %s", f"{self.prefix}%"
        )
        return {name for (name,) in rows}

    def files_there(self) -> dict[str, str | None]:
        """{file: the contact that it hangs on}."""
        rows = self.ground.sql(
            "SELECT name, res_id FROM ir_attachment WHERE res_model = %s AND name LIKE %s",
            CONTACT,
            f"{self.prefix}%",
        )
        return {name: self.names.of(CONTACT, record_id) for name, record_id in rows}

    def give_up(self, ops: list[str]) -> bool:
        """Leave what stands in Odoo, of these operations; False when none of them asks for a decision."""
        open_ones = [("operation_id.op", "in", ops), ("state", "=", "open")]
        conflicts = self.rpc("offline.conflict", "search", open_ones)
        for conflict in conflicts:
            self.rpc("offline.conflict", "action_keep_server", [conflict])
        asked = [("op", "in", ops), ("status", "=", "rejected"), ("is_repeat", "=", False)]
        refused = self.rpc("offline.operation", "search", asked)
        if refused:
            self.rpc("offline.operation", "decide_many", refused, "discard")
        return bool(conflicts or refused)

    def close(self) -> None:
        with suppress(psycopg2.Error):
            self.end_long(commit=False)

    def _odoo(self, values: dict[str, Any]) -> dict[str, Any]:
        """The model's values as Odoo's `create` and `write` take them."""
        given = {name: False if value is None else value for name, value in values.items()}
        if "category_id" in given:
            given["category_id"] = [(6, 0, given["category_id"])]
        if given.get("contact_id"):
            given["contact_id"] = self.id_of(given["contact_id"])
        return given

    def _domain(self, *more: Any) -> str:
        return str([("name", "=like", f"{self.prefix}%"), *more])

    def _profile(self) -> int:
        lines = []
        for kind, policies in POLICIES.items():
            fields = self.ground.fields[kind]
            chosen = [(0, 0, {"field_id": fields[name], "policy": policies[name]}) for name in policies]
            domain = {} if kind == FILE else {"domain": self._domain()}
            lines.append((0, 0, {"entity": kind, "policy_ids": chosen, **domain}))
        return self.rpc.create(PROFILE, name=self.prefix, sequence=99, entity_ids=lines)
