"""A live server with the people, devices and records that states are made of."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import psycopg2

from tests.faults.wire import Wire
from tools.provision import database
from tools.stage.office import Office

TIMEOUT_S = 60
Named = dict[str, Any]


class Place:
    """The office over JSON-RPC, SQL past Odoo, and devices over the wire."""

    def __init__(self, url: str, db: str) -> None:
        self.url = url
        self.office = Office(url, db)
        self._counter = itertools.count(1)
        self._sql = psycopg2.connect(**database.reach(db))
        self._sql.autocommit = True
        self.db = db
        self.rider = self.user("Rider", "base.group_partner_manager")
        self._reader: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sql.close()

    @contextlib.contextmanager
    def sql(self) -> Iterator[Any]:
        """A cursor past Odoo, for rows as it would not make them."""
        with self._sql.cursor() as cursor:
            yield cursor

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
        return Wire.enrol(self.url, self.code(user or self.rider, profile))

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

    @staticmethod
    def expect(named: Named, status: str) -> Named:
        if named["receipt"]["status"] != status:
            raise RuntimeError(f"the state needs operation 1 to be {status}: {named['receipt']}")
        return named
