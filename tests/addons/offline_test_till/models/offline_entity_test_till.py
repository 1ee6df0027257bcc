from odoo import models
from odoo.addons.offline_base.core.wire import Request
from odoo.addons.offline_base.store.operations import named_operation
from odoo.fields import Domain


class CloseArgs(Request):
    """Whether the till can be asked afterwards if it was closed."""

    can_be_asked: bool = True


def _is_closed(self, record, args):
    return bool(record.closed) if args.can_be_asked else None


class OfflineEntityTestTill(models.AbstractModel):
    """Tills, and the function that closes them."""

    _name = "offline.entity.test_till"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Test Till"

    _offline_model = "offline.test.till"
    _offline_fields = ("name", "begun", "closed")

    def _offline_scope(self, device):
        return super()._offline_scope(device) | Domain.TRUE

    @named_operation(label="Close", args=CloseArgs, commits=True, done=_is_closed)
    def close(self, record, args):
        """Close the till."""
        record.close_till()
        return {"closed": record.closed}
