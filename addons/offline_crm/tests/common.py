from odoo.addons.offline_base.tests.common import DEVICE_GROUPS, PushCase
from odoo.fields import Command

LEAD = "crm.lead"
EVENT = "calendar.event"
#: The fewest rights with which somebody sells: their own documents only.
SALES_GROUPS = f"{DEVICE_GROUPS},sales_team.group_sale_salesman"
#: What the tests' profile has besides contacts and activities.
ENTITIES = (
    LEAD, EVENT, "crm.stage", "crm.team", "crm.lost.reason", "crm.tag", "utm.source", "utm.medium", "utm.campaign",
)  # fmt: skip


class CrmCase(PushCase):
    """A salesperson with a device, a team of two, and a pipeline of this test alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo may be set to leads, or to opportunities alone.
        cls.seller = cls.new_user("seller", SALES_GROUPS, email="seller@example.com")
        cls.mate = cls.new_user("mate", SALES_GROUPS, email="mate@example.com")
        cls.profile.entity_ids = [Command.create({"entity": entity}) for entity in ENTITIES]
        cls.env["crm.team"].search([]).active = False
        cls.team, cls.other_team = cls.env["crm.team"].create(
            [
                {"name": "North", "member_ids": [Command.set((cls.seller + cls.mate).ids)]},
                {"name": "South", "member_ids": [Command.set(cls.colleague.ids)]},
            ]
        )
        cls.stages = cls.env["crm.stage"].create(
            [{"name": name, "sequence": 900 + n} for n, name in enumerate(("Fresh", "Offered", "Agreed"))]
        )
        cls.won = cls.env["crm.stage"].create({"name": "Signed", "sequence": 950, "is_won": True})
        cls.foreign_stage = cls.env["crm.stage"].create(
            {"name": "Southern", "sequence": 951, "team_ids": [Command.set(cls.other_team.ids)]}
        )
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too dear"})
        cls.device = cls.enrol(cls.seller)
        cls.lead = cls.new_lead("Desks for the library")

    @classmethod
    def new_lead(cls, name, user=None, **values):
        """An opportunity of the seller in the first stage, unless told otherwise."""
        user = cls.seller if user is None else user
        given = {
            "name": name,
            "type": "opportunity",
            "user_id": user.id,
            "team_id": cls.team.id,
            "stage_id": cls.stages[0].id,
            **values,
        }
        return cls.env[LEAD].create(given)

    def do(self, verb, record=None, **args):
        """The receipt of a named operation on a lead; on the test's own unless told otherwise."""
        target = self.phone.target(self.lead if record is None else record)
        return self.phone.push_one(self.phone.operation(verb, LEAD, target=target, args=args))

    def edit(self, values, base, record=None, **parts):
        """The receipt of an update of a lead."""
        record = self.lead if record is None else record
        return self.phone.push_one(self.phone.update(record, values, base, entity=LEAD, **parts))

    def assert_refused(self, receipt, *words):
        """Odoo's or our rule refused it, in words that a salesperson understands."""
        self.assert_rejected(receipt, "validation_failed")
        for word in words:
            self.assertIn(word, receipt["message"])

    def held(self, entity=LEAD):
        """{id: values} that the phone holds now."""
        self.phone.sync()
        return {i: row["values"] for i, row in self.phone.held.get(entity, {}).items()}
