"""What the chatter says of work that was done offline: by whom, when, and when the office got it."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from odoo.fields import Datetime
from odoo.tools import format_datetime


def moment(env, at: datetime | None) -> str:
    """A naive UTC time as a person reads it. Stored text has one zone for all its readers, so the zone is named."""
    zone = env.user.tz or "UTC"
    return f"{format_datetime(env, at, tz=zone, dt_format='short')} ({zone})" if at else ""


def where_from(env, device, at: datetime | None, received: datetime | None = None) -> Markup:
    """The line by which a record's chatter tells what came from a device; received is now unless told otherwise."""
    text = env._(
        "Offline by %(person)s on %(device)s at %(done)s, received %(received)s.",
        person=device.user_id.sudo().name,  # sudo: a colleague's name, which is on every record they touch
        device=device.name,
        done=moment(env, at),
        received=moment(env, received or Datetime.now()),
    )
    return Markup("<p>%s</p>") % text
