"""Refusals of a whole call as HTTP answers: ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import HTTPException

from odoo.http import Response

from ..core.errors import Problem


class ProblemResponse(HTTPException):
    """A `Problem` on its way through Odoo's request cycle, which rolls the transaction back and logs nothing."""

    def __init__(self, problem: Problem, env=None):
        super().__init__(description=problem.code)
        self.code = problem.status
        self.problem = problem
        self.env = env

    def get_response(self, environ=None, scope=None) -> Response:
        """The answer, in the user's language where there is one."""
        return render(self.problem, self.env)


def render(problem: Problem, env=None) -> Response:
    """The problem document; times to wait also stand in ``Retry-After``, as HTTP wants it."""
    translate = env._ if env is not None else str
    document: dict[str, Any] = {
        "type": f"urn:odoo-offline:error:{problem.code}",
        "title": translate(problem.entry.title),  # pylint: disable=gettext-variable
        "status": problem.status,
        "code": problem.code,
        "remedy": translate(problem.entry.remedy),  # pylint: disable=gettext-variable
        **({"detail": problem.detail} if problem.detail else {}),
        **problem.extra,
    }
    headers = {"Cache-Control": "no-store"}
    if "retry_after_s" in problem.extra:
        headers["Retry-After"] = str(problem.extra["retry_after_s"])
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="offline"'
    body = json.dumps(document, ensure_ascii=False)
    return Response(body, status=problem.status, headers=headers, content_type="application/problem+json")
