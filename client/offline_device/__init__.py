"""The reference device of Odoo Offline: everything that the protocol asks of a device, in plain Python.

It keeps records, unsent work and delivered work in one SQLite file, works without a network, and syncs when asked
or when due. It never imports ``odoo``. Read `offline_device.device` first, then `offline_device.sync`.
"""

from .device import Device
from .errors import (
    AnswerInvalid,
    DeviceError,
    HomeBusy,
    HomeUnreadable,
    ModeRefused,
    NotEnrolled,
    Offline,
    Refused,
)
from .version import APP_VERSION
from .view import Record

__version__ = APP_VERSION
__all__ = [
    "AnswerInvalid",
    "Device",
    "DeviceError",
    "HomeBusy",
    "HomeUnreadable",
    "ModeRefused",
    "NotEnrolled",
    "Offline",
    "Record",
    "Refused",
]
