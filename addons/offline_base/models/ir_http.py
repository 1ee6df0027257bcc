import re

from odoo import fields, models
from odoo.http import request

from ..controllers.problems import ProblemResponse
from ..core.errors import Problem

_BEARER = re.compile(r"bearer\s+(\S+)\s*", re.IGNORECASE)


class IrHttp(models.AbstractModel):
    """Device tokens: a way in that is good for the sync routes and nothing else."""

    _inherit = "ir.http"

    @classmethod
    def _auth_method_offline_device(cls):
        """Find the device of the token and work as its user, or refuse with a problem document. Only reads.

        A session cookie means nothing here. Device, user, group and state are looked at on every call.
        """
        match = _BEARER.fullmatch(request.httprequest.headers.get("Authorization", ""))
        if not match:
            raise ProblemResponse(Problem("token_missing"), request.env)
        # sudo: who calls is what is being found out.
        device = request.env(user=1, su=True)["offline.device"]._by_token(match[1])
        if not device:
            raise ProblemResponse(Problem("token_invalid"), request.env)
        user_env = device._as_user().env
        if device.token_expires_at < fields.Datetime.now():
            raise ProblemResponse(Problem("token_expired"), user_env)
        if device.state == "revoked":
            raise ProblemResponse(Problem("device_revoked", wipe=device.wipe), user_env)
        if not device._may_work():
            raise ProblemResponse(Problem("user_inactive"), user_env)
        request.offline_device_id = device.id
        request.update_env(user=device.user_id.id, context=device._user_context())
