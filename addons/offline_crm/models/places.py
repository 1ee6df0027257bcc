"""Where devices are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from odoo.addons.offline_base.core.wire import Request


class Place(Request):
    """Where a device says that it is: degrees, and by how many metres that may be off."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float, Field(ge=0, lt=1e7)] = 0


def map_url(latitude, longitude):
    """The address of a map of this place."""
    return f"https://www.openstreetmap.org/#map=17/{latitude:.6f}/{longitude:.6f}"
