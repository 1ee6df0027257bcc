"""How Odoo hands a request to our routes: parse, call, render; every error a problem document."""

from __future__ import annotations

import json
import logging
import random

import psycopg2
import werkzeug.exceptions
from pydantic import BaseModel

from odoo.exceptions import AccessDenied, ConcurrencyError, LockError
from odoo.http import Dispatcher, Response

from ..core import tus
from ..core.errors import Problem
from ..core.routes import PREFIX
from ..core.wire import BODY_BYTES, PROTOCOL_VERSION
from ..models.offline_token import GIVEN
from ..store.answers import Json
from ..store.outcome import is_concurrency, is_transient
from . import body, cors, problems

_logger = logging.getLogger(__name__)
_TRIES = 3
BLOBS = PREFIX + "/blobs"


def _allowed(methods):
    return (methods,) if isinstance(methods, str) else methods


class OfflineDispatcher(Dispatcher):
    """Routes of ``type="offline"``. Their endpoint gets the declared request model and returns the answer."""

    routing_type = "offline"

    @classmethod
    def is_compatible_with(cls, request):
        """Whatever comes is answered by us: a wrong content type is a problem document as well."""
        return True

    def pre_dispatch(self, rule, args):
        """Bound the body before anything reads it, and leave the session alone."""
        super().pre_dispatch(rule, args)
        self.rule = rule.rule
        # As every dispatcher does: other modules look there when the answer is made (utm, with every CRM and shop).
        self.request.params = dict(args)
        self.request.session.can_save = False
        raw = rule.endpoint.routing.get("offline_raw")
        self.request.httprequest.max_content_length = tus.BLOB_BYTES_MAX if raw else BODY_BYTES

    def dispatch(self, endpoint, args):
        """Parse, call, render. A concurrency failure starts the transaction again at once, then answers 503."""
        httprequest = self.request.httprequest
        if cors.is_preflight(httprequest):
            methods = endpoint.routing.get("offline_methods") or {}
            asked = httprequest.headers["Access-Control-Request-Method"]
            allowed = cors.preflight_headers(self.request, _allowed(methods.get(self.rule, asked)))
            return Response(status=204, headers=allowed)
        route = endpoint.routing.get("offline_route")
        methods = endpoint.routing.get("offline_methods")
        raw = endpoint.routing.get("offline_raw", False)
        if methods is not None and httprequest.method not in _allowed(methods[self.rule]):
            raise problems.ProblemResponse(Problem("method_not_allowed"), self.request.env)
        if httprequest.headers.get("X-Offline-Protocol", str(PROTOCOL_VERSION)) != str(PROTOCOL_VERSION):
            raise problems.ProblemResponse(Problem("protocol_unsupported"), self.request.env)
        try:
            payload = (
                body.parse(body.read(httprequest, self._body_limit()), route.request)
                if route is not None and route.request
                else None
            )
            self._note_presence(payload)
            answer = self._call(endpoint, args, payload)
        except Problem as problem:
            raise problems.ProblemResponse(problem, self.request.env) from None
        if raw:
            answer.headers.update(cors.headers(self.request))
            return answer
        return self._render(answer, route.status if route is not None else 200)

    def _body_limit(self):
        """The bytes that a call may have: by the profile where a device was found, else what the server takes."""
        device_id = getattr(self.request, "offline_device_id", None)
        if device_id is None:
            return BODY_BYTES
        # sudo: the engine's own records.
        device = self.request.env(user=1, su=True)["offline.device"].browse(device_id)
        return device.profile_id._limits()["body_bytes"]

    def _note_presence(self, payload):
        token = getattr(self.request, "offline_token", None)
        if token is not None:
            presence = self.request.env(user=1, su=True)["offline.presence"]
            presence._note(token.device_id, token.presence, getattr(payload, "state", None))

    def _take_up_token(self):
        """The first call with a new token spends the former ones, in the call's own transaction."""
        token = getattr(self.request, "offline_token", None)
        if token is not None and token.state == GIVEN:
            # sudo: the token that authenticated this call.
            self.request.env(user=1, su=True)["offline.token"].browse(token.id)._take_up()

    def _call(self, endpoint, args, payload):
        for attempt in range(_TRIES):
            try:
                self._take_up_token()
                answer = endpoint(payload, attempt=attempt, **args)
                self.request.env.cr.flush()
                return answer
            except (psycopg2.Error, ConcurrencyError, LockError) as error:
                if not is_concurrency(error):
                    raise
                # Not Odoo's own retry: it would sleep, and a worker that sleeps serves nobody.
                env = self.request.env
                env.cr.rollback()
                env.transaction.reset()
                env.registry.reset_changes()
                self.request.registry["ir.http"]._authenticate(endpoint)
        raise Problem("contention", retry_after_s=random.randint(1, 3))

    def _render(self, answer, status):
        if isinstance(answer, Json):
            text = answer.encode()
        elif isinstance(answer, BaseModel):
            text = answer.model_dump_json(by_alias=True).encode()
        else:
            text = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        text, headers = body.compress(text, self.request.httprequest.headers.get("Accept-Encoding", ""))
        allowed = cors.headers(self.request)
        vary = ", ".join(filter(None, ("Accept-Encoding", allowed.pop("Vary", None))))
        headers |= allowed | {"Cache-Control": "no-store", "Vary": vary}
        return Response(text, status=status, headers=headers, content_type="application/json")

    def handle_error(self, exc):
        """Whatever rose after the route matched, as a problem document."""
        response = self._problem(exc)
        if self.request.httprequest.path.startswith(BLOBS):
            response.headers["Tus-Resumable"] = tus.VERSION
            if response.status_code == 412:
                response.headers["Tus-Version"] = tus.VERSION
        for name, value in cors.headers(self.request).items():
            response.headers[name] = value
        return response

    def _problem(self, exc):
        env = self.request.env
        if isinstance(exc, problems.ProblemResponse):
            return exc.get_response()
        if isinstance(exc, werkzeug.exceptions.RequestEntityTooLarge):
            return problems.render(Problem("body_too_large", limit={"body_bytes": BODY_BYTES}), env)
        if isinstance(exc, AccessDenied):
            return problems.render(Problem("token_invalid"), env)
        if is_transient(exc):
            return problems.render(Problem("contention", retry_after_s=random.randint(1, 3)), env)
        return problems.render(Problem("server_error"), env)
