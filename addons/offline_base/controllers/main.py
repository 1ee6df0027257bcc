"""The addresses of the wire. They hold no rule: they hand the declared model to the engine."""

from __future__ import annotations

from odoo.fields import Datetime
from odoo.http import Controller, request, route
from odoo.modules.module import Manifest

from ..core import openapi, wire
from ..core.errors import Problem
from ..core.fields import format_instant
from ..core.routes import PREFIX, ROUTES
from ..store.asking import ask
from ..store.finding import find
from ..store.pull import Pull
from ..store.push import Push
from ..store.rehearsal import Rehearsal
from ..store.replay import Replay
from ..store.verify import verify

_BY_NAME = {declared.name: declared for declared in ROUTES}
_OPENAPI = PREFIX + "/openapi.json"
_FIRST_TRY = wire.PUSH_LIMIT
_SECOND_TRY = 10


def offline_route(name: str, auth: str = "offline_device"):
    """Register an endpoint for a route of core.routes; its method and shapes come from there."""
    declared = _BY_NAME[name]
    url = PREFIX + declared.path
    options = {"offline_route": declared, "offline_methods": {url: declared.method}}
    return route(url, type="offline", auth=auth, csrf=False, save_session=False, readonly=False, **options)


class OfflineController(Controller):
    """The sync protocol, version 1."""

    @offline_route("enrol", auth="none")
    def enrol(self, payload, attempt):
        """Exchange a code for a device."""
        # sudo: nobody is signed in; the code decides as whom the device may work.
        env = request.env(user=1, su=True)
        env["offline.epoch"]._admit()
        env["offline.epoch"]._settle_in()
        device, token, text = env["offline.device"]._enrol(payload)
        user = device.user_id
        if not device._may_work():
            raise Problem("user_inactive")
        request.env.cr.flush()
        return {
            "device": device.uid,
            "token": text,
            "token_expires_at": format_instant(token.expires_at),
            "epoch": device.env["offline.epoch"]._current(),
            "user": {
                "id": user.id,
                "name": user.name,
                "lang": user.lang or None,
                "tz": user.tz or None,
                "company": user.company_id.id,
                "companies": device._user_context()["allowed_company_ids"],
            },
            "profile": _profile(device),
            "server_time": format_instant(Datetime.now()),
        }

    @offline_route("profile")
    def profile(self, payload, attempt):
        """What this device may hold and do."""
        return _profile(_device())

    @offline_route("token", auth="offline_rotation")
    def token(self, payload, attempt):
        """A new token; the present one stays good until the new one is first used."""
        token, text = request.env(user=1, su=True)["offline.token"]._issue(_device())
        return {
            "token": text,
            "token_expires_at": format_instant(token.expires_at),
            "server_time": format_instant(Datetime.now()),
        }

    @offline_route("escrow", auth="offline_leaving")
    def escrow(self, payload, attempt):
        """Keep the sealed work of a device."""
        device = _device()
        box = device.env["offline.escrow"]._receive(payload.sealed, device)
        return {"sha256": box.sha256, "server_time": format_instant(Datetime.now())}

    @offline_route("wipe", auth="offline_wiped")
    def wipe(self, payload, attempt):
        """The device has forgotten everything."""
        _device()._confirm_wipe()
        return {"state": "wiped", "server_time": format_instant(Datetime.now())}

    @offline_route("pull")
    def pull(self, payload, attempt):
        """The changes since a position."""
        device = _device()
        device._check_app_version(payload.state)
        return Pull(device, payload).run()

    @offline_route("find")
    def find(self, payload, attempt):
        """The records that the device may hold, by words."""
        return find(_device(), payload)

    @offline_route("ask")
    def ask(self, payload, attempt):
        """What Odoo answers; nothing is changed."""
        return ask(_device(), payload)

    @offline_route("verify")
    def verify(self, payload, attempt):
        """Which shards differ."""
        return verify(_device(), payload)

    @offline_route("push")
    def push(self, payload, attempt):
        """Numbered operations; fewer at once when others change the same records."""
        return self._take(Rehearsal if payload.dry_run else Push, payload, attempt)

    @offline_route("journal")
    def journal(self, payload, attempt):
        """Operations that were delivered before the database went back in time."""
        return self._take(Replay, payload, attempt)

    def _take(self, call, payload, attempt):
        answer = call(_device(), payload, most=(_FIRST_TRY, _SECOND_TRY, 1)[attempt]).run()
        if any(receipt["status"] == "retry" for receipt in answer["receipts"]):
            request.future_response.headers.set("Retry-After", "1")
        return answer

    @route(
        _OPENAPI,
        type="offline",
        auth="none",
        csrf=False,
        save_session=False,
        offline_methods={_OPENAPI: "GET"},
    )
    def openapi(self, payload, attempt):
        """The OpenAPI 3.1 document."""
        return openapi.document(Manifest.for_addon("offline_base")["version"])

    @route(
        [PREFIX, PREFIX + "/", PREFIX + "/<path:rest>"],
        type="offline",
        auth="none",
        csrf=False,
        save_session=False,
    )
    def unknown(self, payload, attempt, rest=None):
        """Whatever else is asked for below our prefix."""
        raise Problem("unknown_route")


def _device():
    """The device of this call; `ir.http` found it, and a repeated transaction finds it anew."""
    # sudo: the engine's own records; content is read and written in the environment of the device's user.
    return request.env(user=1, su=True)["offline.device"].browse(request.offline_device_id)


def _profile(device):
    return device.profile_id._describe(device)
