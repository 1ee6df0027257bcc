"""The office of a history of leads: a sales team's back office, over RPC; each thing is told to the model of truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .lead_truth import LeadTruth
from .lead_world import EMPTY, LEAD, LeadWorld, Seller, Stage
from .office import PROFILE
from .sales_office import SalesBureau, SalesGround

#: Odoo's own stages, and where ours stands among them.
_STAGES = ("crm.stage_lead1", "crm.stage_lead2", "crm.stage_lead3", "crm.stage_lead4")
_SOUTHERN = 50
#: {who: the teams in which they begin}
_BEGIN = {"una": ("north", "south"), "ugo": ("north",)}


class LeadGround(SalesGround):
    """What all histories of a run share: two salespeople, two teams, and a pipeline with a stage of one team."""

    def _prepare(self) -> None:
        super()._prepare()
        self.rpc("ir.config_parameter", "set_param", "sales_team.membership_multi", "True")
        # First among all teams: to them Odoo hands what is converted.
        self.teams = {
            name: self.rpc.create(
                "crm.team", name=name.title(), sequence=number - 9, use_leads=True, use_opportunities=True
            )
            for number, name in enumerate(("north", "south"))
        }
        self.stages = {
            stage: Stage(found["sequence"], is_won=found["is_won"])
            for stage in map(self.rpc.ref, _STAGES)
            if (found := self.rpc.read("crm.stage", stage, "sequence", "is_won"))
        }
        southern = {"name": "Southern", "sequence": _SOUTHERN, "team_ids": [(6, 0, [self.teams["south"]])]}
        self.stages[self.rpc.create("crm.stage", **southern)] = Stage(_SOUTHERN, self.teams["south"])
        # Odoo lets managers delete leads, and whom the office lets besides.
        self.deleters = self.rpc.create("res.groups", name="Deleters")
        model = self.rpc.find("ir.model", ("model", "=", LEAD))
        may = {"perm_read": True, "perm_write": False, "perm_create": False, "perm_unlink": True}
        self.rpc.create("ir.model.access", name="Deleters", model_id=model, group_id=self.deleters, **may)
        self.reasons = [self.rpc.create("crm.lost.reason", name=f"Reason {n}") for n in range(2)]

    def sellers(self) -> dict[str, Seller]:
        """The people as each history begins with them."""
        return {
            name: Seller(self.users[name], {self.teams[team] for team in teams}, may_delete=True)
            for name, teams in _BEGIN.items()
        }

    def reset(self) -> None:
        if not self.is_changed:
            return
        self.is_changed = False
        for user in self.users.values():
            self.rpc.write("res.users", user, group_ids=[(3, self.reads_all), (4, self.deleters)])
        for name, team in self.teams.items():
            members = [self.users[who] for who, teams in _BEGIN.items() if name in teams]
            self.rpc.write("crm.team", team, member_ids=[(6, 0, members)])


class LeadBureau(SalesBureau):
    """The people at their desks in one history."""

    ground: LeadGround
    truth: LeadTruth
    tables: ClassVar[dict[str, str]] = {LEAD: "crm_lead"}

    # --- leads ------------------------------------------------------------------------------------------------

    def _later(self) -> LeadWorld:
        """The world, in which all that was done before is earlier."""
        self.truth.world.now += 1
        return self.truth.world

    def create(self, kind: str, name: str, values: Mapping[str, Any]) -> None:
        self._later().new(name, dict(values))
        self.know(LEAD, name, self.rpc.create(LEAD, name=name, **self._odoo(values)))

    def edit(self, name: str, values: Mapping[str, Any]) -> None:
        self._later().put(name, dict(values))
        self.rpc.write(LEAD, self.id_of(name), **self._odoo(values))

    def win(self, name: str) -> None:
        self._later().win(name)
        self.rpc(LEAD, "action_set_won", [self.id_of(name)])

    def lose(self, name: str, reason: int | None) -> None:
        self._later().lose(name, reason)
        self.rpc(LEAD, "action_set_lost", [self.id_of(name)], lost_reason_id=reason or False)

    def restore(self, name: str) -> None:
        self._later().restore(name)
        self.rpc(LEAD, "action_restore", [self.id_of(name)])

    def merge(self, gone: str, kept: str) -> None:
        """By Odoo's own function, which chooses the one that is kept: the one that is nearer to being won."""
        ids = {self.id_of(name): name for name in (gone, kept)}
        left = self.rpc(LEAD, "merge_opportunity", list(ids))
        [kept_id] = left if isinstance(left, list) else [left]
        kept = ids.pop(kept_id)
        [gone] = ids.values()
        self._later().merge(gone, kept)

    def choose_anew(self, name: str) -> None:
        """Another stage, priority and deadline, so that it is known when what stands was chosen."""
        values = self.truth.world.records[name].values
        ways = self.truth.world.pipeline(values["team_id"])
        stage = next(one for one in ways if one != values["stage_id"])
        priority = "1" if values["priority"] == "0" else "0"
        day = "2031-01-01" if values["date_deadline"] is None else None
        self.edit(name, {"stage_id": stage, "priority": priority, "date_deadline": day})

    # --- who sees what ----------------------------------------------------------------------------------------

    def let_delete(self, person: str, may: bool) -> None:
        self.truth.world.people[person].may_delete = may
        self._user(person, group_ids=[(4 if may else 3, self.ground.deleters)])

    def put_in_sales_team(self, person: str, team: str, within: bool) -> None:
        seller, number = self.truth.world.people[person], self.ground.teams[team]
        (seller.teams.add if within else seller.teams.discard)(number)
        self._rights_change()
        self.rpc.write("crm.team", number, member_ids=[(4 if within else 3, seller.user)])

    # --- what stands in Odoo ----------------------------------------------------------------------------------

    def stored(self, kind: str) -> dict[str, Any]:
        """The leads of this history as the database holds them, read past Odoo."""
        rows = self.ground.sql(
            """SELECT id, name, stage_id, priority, date_deadline::text, expected_revenue::float,
                      ARRAY(SELECT tag_id FROM crm_tag_rel WHERE lead_id = l.id ORDER BY tag_id),
                      description, phone, referred, user_id, team_id, type, active, won_status, lost_reason_id
                 FROM crm_lead l WHERE name LIKE %s""",
            f"{self.prefix}%",
        )
        found = {}
        for record_id, name, *values in rows:
            self.know(LEAD, name, record_id)
            found[name] = dict(zip(EMPTY[LEAD], values, strict=True))
            # Odoo joins the notes of two leads without any to an empty one.
            found[name]["description"] = found[name]["description"] or None
        return found

    def _profile(self) -> int:
        """With the policies that the addon gives leads."""
        lines = [(0, 0, {"entity": LEAD, "domain": self._domain()})]
        return self.rpc.create(PROFILE, name=self.prefix, sequence=99, entity_ids=lines)
