"""The office: people at their desks, working in Odoo over its external API."""

from __future__ import annotations

import logging
import warnings
from typing import Any
from urllib.parse import urlsplit

import odoorpc

logging.getLogger("odoorpc").setLevel(logging.WARNING)
warnings.filterwarnings("ignore", category=DeprecationWarning, module="odoorpc")


class Office:
    """OdooRPC signed in as somebody; the administrator unless told otherwise."""

    def __init__(self, url: str, db: str, login: str = "admin", password: str = "admin") -> None:
        self.url, self.db = url, db
        where = urlsplit(url)
        self.rpc = odoorpc.ODOO(where.hostname or "127.0.0.1", port=where.port or 8069, timeout=120)
        self.rpc.login(db, login, password)
        self.uid = int(self.rpc.env.uid)

    def __call__(self, model: str, method: str, *args: Any, **options: Any) -> Any:
        """Call a method of a model."""
        return self.rpc.execute_kw(model, method, list(args), options)

    def create(self, model: str, **values: Any) -> int:
        return int(self(model, "create", values))

    def write(self, model: str, record_id: int, **values: Any) -> None:
        self(model, "write", [record_id], values)

    def unlink(self, model: str, record_id: int) -> None:
        self(model, "unlink", [record_id])

    def read(self, model: str, record_id: int, *fields: str) -> dict[str, Any]:
        """One record's fields."""
        return dict(self(model, "read", [record_id], list(fields))[0])

    def find(self, model: str, *domain: Any) -> int:
        """The first record of a domain, which must have one."""
        return int(self(model, "search", list(domain), limit=1)[0])

    def ref(self, xml_id: str) -> int:
        """The record behind an XML id."""
        module, _, name = xml_id.partition(".")
        found = self(
            "ir.model.data", "search_read", [("module", "=", module), ("name", "=", name)], ["res_id"]
        )
        return int(found[0]["res_id"])

    def hire(self, login: str, name: str, *groups: str) -> int:
        """A user with these groups besides the internal one; the password is the login."""
        ids = [self.ref(group) for group in ("base.group_user", *groups)]
        values = {"login": login, "name": name, "password": login, "group_ids": [(6, 0, ids)], "tz": "UTC"}
        return self.create("res.users", **values)

    def hire_traveller(self, login: str, name: str) -> int:
        """A user who works with the app and may edit contacts."""
        return self.hire(
            login, name, "base.group_partner_manager", "offline_base.offline_base_group_device_user"
        )

    def hire_salesperson(self, login: str, name: str) -> int:
        """A user of the app who sells, and sees their own documents only; edits contacts, too."""
        user = self.hire_traveller(login, name)
        self.write("res.users", user, group_ids=[(4, self.ref("sales_team.group_sale_salesman"))])
        return user

    def code(self, user_id: int, profile_id: int | None = None) -> str:
        """An enrolment code for a user."""
        return str(self("offline.device", "issue_enrolment_code", user_id, profile_id)["code"])
