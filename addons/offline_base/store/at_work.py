"""Whose work is being carried out: what Odoo's models may ask while the engine applies an operation."""

from __future__ import annotations

from typing import Any

_KEY = "offline_base__device"


class _DeviceId(int):
    """An id that the engine said: whoever calls Odoo from outside brings a context of plain numbers."""


def context_of(device) -> dict[str, Any]:
    """What the context says while a device's work is carried out."""
    return {_KEY: _DeviceId(device.id)}


def is_device_at_work(env) -> bool:
    """Whether a device's work is being carried out, or somebody works in Odoo."""
    return isinstance(env.context.get(_KEY), _DeviceId)


def device_at_work(env):
    """The device whose work is being carried out; none where somebody works in Odoo. A sudo recordset."""
    # sudo: the name and the profile of the user's own device.
    devices = env["offline.device"].sudo()
    return devices.browse(int(env.context[_KEY])) if is_device_at_work(env) else devices
