"""What a profile's line narrows a scope to: a window of days and a domain, evaluated for a device's user.

Days are days in the user's time zone, so that a window turns at their midnight, not at that of Greenwich.
"""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import safe_eval


def zone(user: Any) -> tzinfo:
    """The user's time zone; UTC where it is empty or not known to this machine."""
    try:
        return ZoneInfo(user.tz or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def today(user: Any, now: datetime | None = None) -> date:
    """The user's day."""
    return (now or datetime.now(UTC)).astimezone(zone(user)).date()


def window(field: Any, user: Any, past_days: int, future_days: int | None, day: date) -> Domain:
    """The records whose date lies within so many days around ``day``, both ends included; None: no end.

    A record without the date is outside.
    """
    first = day - timedelta(days=past_days)
    after = None if future_days is None else day + timedelta(days=future_days + 1)
    if field.type == "datetime":
        wanted = Domain(field.name, ">=", _midnight(first, user))
        return wanted if after is None else wanted & Domain(field.name, "<", _midnight(after, user))
    wanted = Domain(field.name, ">=", first)
    return wanted if after is None else wanted & Domain(field.name, "<", after)


def _midnight(day: date, user: Any) -> datetime:
    """The moment when the user's day begins, naive UTC as Odoo has it."""
    return datetime.combine(day, time.min, zone(user)).astimezone(UTC).replace(tzinfo=None)


def evaluate(text: str, env: Any, day: date) -> Domain:
    """The domain that a manager wrote, for the environment's user.

    It may speak of ``uid``, ``user`` (fields of the device's user only), ``company_id``, ``company_ids``,
    ``today``, and of what Odoo's editor of domains writes (``context_today()``, ``relativedelta``).
    """
    names = {
        "uid": env.uid,
        "user": ReadOnly(env.user.sudo(False)),
        "company_id": env.company.id,
        "company_ids": env.companies.ids,
        "today": day,
        "context_today": lambda: day,
        "relativedelta": safe_eval.dateutil.relativedelta.relativedelta,
        "datetime": safe_eval.datetime,
        "time": safe_eval.time,
    }
    return Domain(safe_eval.safe_eval(text, names))


def asks_the_time(text: str | None) -> bool:
    """Whether a domain reckons with the present moment, not with the user's day alone.

    >>> asks_the_time("[('date', '<', datetime.datetime.now())]"), asks_the_time("[('day', '=', today)]")
    (True, False)
    """
    if not text:
        return False
    nodes = list(ast.walk(ast.parse(text.strip(), mode="eval")))
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    asked = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return "time" in named or ("datetime" in named and bool(asked & {"now", "utcnow", "today"}))


class ReadOnly:
    """A record of which an expression may read fields, and nothing else.

    Profiles are written by managers and evaluated for whoever has the device: a method called in a domain would
    run with that person's rights.
    """

    __slots__ = ("_records",)

    def __init__(self, records: BaseModel) -> None:
        self._records = records

    def __getattribute__(self, name: str) -> Any:
        records = object.__getattribute__(self, "_records")
        if name in ("id", "ids"):
            return getattr(records, name)
        field = records._fields.get(name)
        # Looked at here, too: a value in the cache of this transaction is handed out without asking.
        if (
            field is None
            or name.startswith("_")
            or not records._has_field_access(field, "read")
            or not records.has_access("read")
        ):
            raise AttributeError(name)
        value = records[name]
        return ReadOnly(value) if isinstance(value, BaseModel) else value

    def __bool__(self) -> bool:
        return bool(object.__getattribute__(self, "_records"))
