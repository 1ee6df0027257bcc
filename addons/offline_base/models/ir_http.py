import logging
import random
import re
from functools import wraps

from werkzeug.exceptions import HTTPException

from odoo import fields, models
from odoo.http import request

from ..controllers.cors import is_preflight
from ..controllers.problems import ProblemResponse
from ..core.errors import Problem
from ..store.outcome import is_transient
from .offline_token import GIVEN, SPENT

_logger = logging.getLogger(__name__)
_BEARER = re.compile(r"bearer\s+(\S+)\s*", re.IGNORECASE)


def _judging_tokens_only(method):
    """Let faults be faults: Odoo would say "access denied", and a device would take its token for worthless."""

    @wraps(method)
    def judge(cls):
        try:
            method(cls)
        except HTTPException:
            raise
        except Exception as error:
            _logger.warning("nobody could find out whose token it is", exc_info=True)
            if is_transient(error):
                raise ProblemResponse(Problem("contention", retry_after_s=random.randint(1, 3))) from None
            raise ProblemResponse(Problem("server_error")) from None

    return judge


class IrHttp(models.AbstractModel):
    """Device tokens: a way in that is good for the sync routes and nothing else."""

    _inherit = "ir.http"

    @classmethod
    def _auth_method_offline_upload(cls):
        """As a device; but what this server can do (OPTIONS) anybody may ask, as the tus protocol wants it."""
        if request.httprequest.method == "OPTIONS":
            cls._auth_method_none()
        else:
            cls._auth_method_offline_device()

    @classmethod
    @_judging_tokens_only
    def _auth_method_offline_device(cls):
        """Find the device of the token and work as its user, or refuse with a problem document. Only reads.

        A session cookie means nothing here. Device, user, group and state are looked at on every call.
        """
        if is_preflight(request.httprequest):
            return
        device, user_env = cls._offline_working_device()
        if device.rotation_asked and request.offline_token.state != GIVEN:
            raise ProblemResponse(Problem("token_rotation_due"), user_env)

    @classmethod
    @_judging_tokens_only
    def _auth_method_offline_rotation(cls):
        """As `offline_device`, for the one call that a device is left with when it is asked to rotate."""
        if is_preflight(request.httprequest):
            return
        cls._offline_working_device()

    @classmethod
    @_judging_tokens_only
    def _auth_method_offline_leaving(cls):
        """A device that hands over its work and confirms its wipe: also when revoked, expired, its user gone."""
        if is_preflight(request.httprequest):
            return
        device = cls._offline_known_device()
        if device.state == "active" and request.offline_token.state == SPENT:
            device._note_copy()
            raise ProblemResponse(Problem("device_cloned"), device._as_user().env)
        request.update_env(user=device.user_id.id, context=device._user_context())

    @classmethod
    def _auth_method_offline_wiped(cls):
        """As `offline_leaving`, but not for a copy: it knows nothing of what the device itself has forgotten."""
        cls._auth_method_offline_leaving()
        if not is_preflight(request.httprequest) and request.offline_token.state == SPENT:
            # Nothing is noted as a copy: a revoked device may well show what is left in some backup of it.
            raise ProblemResponse(Problem("device_cloned"), request.env)

    @classmethod
    def _offline_working_device(cls):
        device = cls._offline_known_device()
        user_env = device._as_user().env
        if device.state != "active":
            raise ProblemResponse(Problem("device_revoked", wipe=device.wipe), user_env)
        token = request.offline_token
        if token.state == SPENT:
            device._note_copy()
            raise ProblemResponse(Problem("device_cloned"), user_env)
        if token.expires_at < fields.Datetime.now():
            raise ProblemResponse(Problem("token_expired"), user_env)
        context = {name: user_env.context[name] for name in ("lang", "tz", "allowed_company_ids")}
        if not device._may_work(context):
            raise ProblemResponse(Problem("user_inactive"), user_env)
        request.update_env(user=user_env.uid, context=context)
        return device, user_env

    @classmethod
    def _offline_known_device(cls):
        """The device of the token that the call carries, in whatever state."""
        match = _BEARER.fullmatch(request.httprequest.headers.get("Authorization", ""))
        if not match:
            raise ProblemResponse(Problem("token_missing"), request.env)
        # sudo: who calls is what is being found out.
        env = request.env(user=1, su=True)
        token = env["offline.token"]._find(match[1])
        if not token:
            raise ProblemResponse(Problem("token_invalid"), request.env)
        device = env["offline.device"].browse(token.device_id)
        # Before anything else is judged: in a copy tokens are older than they are in the live database.
        try:
            env["offline.epoch"]._admit()
        except Problem as problem:
            raise ProblemResponse(problem, device._as_user().env) from None
        request.offline_token = token
        request.offline_device_id = token.device_id
        return device
