"""What the offices of histories of leads and of quotations have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .office import Bureau, Ground


class SalesGround(Ground):
    """People who sell, each of whom sees their own documents unless they are let see everybody's."""

    def _prepare(self) -> None:
        self.reads_all = self.rpc.ref("sales_team.group_sale_salesman_all_leads")
        self.tags = [self.rpc.create("crm.tag", name=f"Tag {n}") for n in range(3)]

    def _hire(self, name: str) -> int:
        return self.rpc.hire_salesperson(name, name.title())


class SalesBureau(Bureau):
    """The people at their desks in one history."""

    ground: SalesGround

    def _odoo(self, values: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: False if value is None else value for name, value in values.items()}
        if "tag_ids" in given:
            given["tag_ids"] = [(6, 0, given["tag_ids"])]
        return given

    def let_read_all(self, person: str, may: bool) -> None:
        people: dict[str, Any] = self.truth.world.people
        people[person].reads_all = may
        self._user(person, group_ids=[(4 if may else 3, self.ground.reads_all)])
