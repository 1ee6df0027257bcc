import logging

from odoo import models
from odoo.exceptions import ValidationError

from ..store import narrowing

_logger = logging.getLogger(__name__)


class OfflineEntityCustom(models.AbstractModel):
    """What the adapters share that are made from `offline.custom.entity`: fields and scope are looked up there."""

    _name = "offline.entity.custom"
    _inherit = "offline.adapter"
    _description = "Offline Entity Set Up by Hand"

    def _offline_scope(self, device):
        text = self.env["offline.custom.entity"]._domain_of(self._offline_model)
        return super()._offline_scope(device) | narrowing.evaluate(
            text, self.env, narrowing.today(self.env.user)
        )

    def _offline_asks_the_time(self):
        return narrowing.asks_the_time(self.env["offline.custom.entity"]._domain_of(self._offline_model))

    def _register_hook(self):
        if self._offline_model is None:
            return
        try:
            super()._register_hook()
        except ValidationError as error:
            # Nobody can mend a click while the database does not open.
            _logger.warning("%s", error)
