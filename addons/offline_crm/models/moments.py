"""When the work that is being carried out was done."""

from __future__ import annotations

from datetime import timedelta

from odoo import fields
from odoo.addons.offline_base.core.fields import parse_instant

#: An order keeps the moment at which it was agreed, and may be looked at so many days later.
DAYS_BACK = 30


def worked_at(env):
    """When the person did it, by the office's clock; now where nobody says."""
    return env.context.get("offline_base__at") or fields.Datetime.now()


def by_the_device(instant):
    """A moment as a device tells it, as Odoo stores moments."""
    return parse_instant(instant).replace(tzinfo=None, microsecond=0)


def by_the_office(env, instant):
    """A moment that a device tells in its work, by the office's clock."""
    said = env.context.get("offline_base__device_at")
    moment = by_the_device(instant)
    try:
        return moment + (worked_at(env) - by_the_device(said) if said else timedelta())
    except OverflowError:  # the last days of the calendar
        return moment
