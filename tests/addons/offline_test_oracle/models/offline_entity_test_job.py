from odoo import models
from odoo.addons.offline_base.core.wire import Request
from odoo.addons.offline_base.store.operations import named_operation
from odoo.fields import Domain


class VisitArgs(Request):
    """How much a visit counts."""

    by: int


class OfflineEntityTestJob(models.AbstractModel):
    """Jobs, and a visit that counts each time it happens: twice is seen."""

    _name = "offline.entity.test_job"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Test Job"

    _offline_model = "offline.test.job"
    _offline_fields = ("name", "note", "count", "best", "contact_id", "city", "double")
    _offline_readonly_fields = ("city", "double")
    _offline_dependencies = {"res.partner": "contact_id"}
    _offline_policies = {"note": "append", "count": "sum", "best": "max"}

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE

    @named_operation(label="Visit", args=VisitArgs)
    def visit(self, record, args):
        """Count a visit."""
        record.count += args.by
        return {"count": record.count}
