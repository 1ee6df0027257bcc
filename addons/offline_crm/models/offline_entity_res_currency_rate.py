from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from . import moments


class OfflineEntityResCurrencyRate(models.AbstractModel):
    """Rates of the currencies in use: those of the last month and to come, the one before them, and the first one.

    Odoo takes the last rate on or before a day, and the first one for days before all rates.
    """

    _name = "offline.entity.res_currency_rate"
    _inherit = "offline.adapter"
    _description = "Offline Entity: Currency Rate"

    _offline_model = "res.currency.rate"
    _offline_direction = "pull"
    _offline_fields = ("currency_id", "company_id", "name", "rate")

    def _offline_scope(self, device):
        day = fields.Date.context_today(self) - timedelta(days=moments.DAYS_BACK)
        beside = SQL("r.currency_id = o.currency_id AND r.company_id IS NOT DISTINCT FROM o.company_id")
        needed = SQL(
            """(SELECT o.id FROM res_currency_rate AS o
                 WHERE o.name >= (SELECT coalesce(max(r.name), '-infinity'::date) FROM res_currency_rate AS r
                                   WHERE %s AND r.name <= %s)
                    OR o.name = (SELECT min(r.name) FROM res_currency_rate AS r WHERE %s))""",
            beside,
            day,
            beside,
        )
        used = Domain("currency_id.active", "=", True)
        return super()._offline_scope(device) | (Domain("id", "in", needed) & used)
