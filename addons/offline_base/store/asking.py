"""Questions of a device that has a network: Odoo answers as it would answer the user, and nothing is changed."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError as ShapeError

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Datetime, Domain

from ..core.errors import Problem, Refusal
from ..core.fields import format_instant
from ..core.wire import AskRequest, ById, ByUid
from . import reader
from .apply import shape_errors
from .outcome import guarded, is_concurrency, no_commit
from .replay import QUIETLY
from .scope import scope_of, with_current


class _Answered(Exception):
    """Ends the savepoint; carries the answer."""

    def __init__(self, answer: Any):
        super().__init__()
        self.answer = answer


def ask(device, request: AskRequest) -> dict[str, Any]:
    """The answer (core.wire.AskAnswer), by the user's rights and about what the device may hold.

    It is found inside a savepoint that is always rolled back, together with what was to happen after the commit: so a
    question may run what writes in Odoo, such as a report. Raises `Problem`: ``question_unknown`` where there is no
    such question, or none of the records; ``question_refused`` with Odoo's sentence; ``envelope_invalid``.
    """
    cr = device.env.cr
    try:
        with guarded(cr), no_commit(cr):
            raise _Answered(_answer(device, request))
    except _Answered as end:
        answer = end.answer
    # The transaction's caches went with the savepoint; this worker's may know what was there meanwhile.
    device.env.registry.reset_changes()
    return {"answer": answer, "answered_at": format_instant(Datetime.now())}


def _answer(device, request: AskRequest) -> Any:
    scope = _admitted(device, request)
    adapter = scope.adapter
    question = adapter._offline_questions().get(request.question)
    if question is None:
        raise Problem("question_unknown")
    records = _records(device, scope, request)
    if request.targets and not records:
        raise Problem("question_unknown")
    try:
        args = question.args.model_validate(request.args)
    except ShapeError as error:
        raise Problem(
            "envelope_invalid", errors={f"args.{place}": said for place, said in shape_errors(error).items()}
        ) from None
    try:
        answer = getattr(adapter, question.name)(records, args)
    except (UserError, RedirectWarning) as error:
        if is_concurrency(error):
            raise  # A `LockError` is a `UserError`, and passes: the call is made again.
        raise Problem("question_refused", str(error.args[0] if error.args else error)) from None
    except Refusal as refusal:
        raise Problem("question_refused", refusal.message or adapter.env._(refusal.entry.title)) from None  # pylint: disable=gettext-variable
    json.dumps(answer, allow_nan=False)  # what cannot be sent fails here
    return answer


def _admitted(device, request):
    """The scope of the entity that was asked about, as the user in the company that was asked for."""
    context = {**QUIETLY, **device._user_context()}
    allowed = context["allowed_company_ids"]
    if request.company is not None:
        if request.company not in allowed:
            raise Problem("question_unknown")
        context["allowed_company_ids"] = with_current(request.company, allowed)
    user_env = device.with_user(device.user_id).with_context(**context).env
    scope = scope_of(device, user_env, request.entity)
    if scope is None:
        raise Problem("question_unknown")
    return scope


def _records(device, scope, request):
    """Those of the targets that the device may hold, in their order; what is missing looks like what is forbidden."""
    entity, adapter = request.entity, scope.adapter
    named = device.env["offline.identity"]._ids_of(
        entity, [t.uid for t in request.targets if isinstance(t, ByUid)]
    )
    ids = [t.id if isinstance(t, ById) else named.get(t.uid, 0) for t in request.targets]
    born = {t.id: t.born for t in request.targets if isinstance(t, ById) and t.born is not None}
    domain = scope.domain if adapter._offline_parent else adapter._offline_scope(device)
    among = Domain("id", "in", [n for n in ids if n > 0])
    found = set(scope.model.search(Domain(domain) & among).ids)
    births = reader.births(device.env, entity, [n for n in found if n in born])
    return adapter.env[entity].browse(
        dict.fromkeys(n for n in ids if n in found and born.get(n) == births.get(n))
    )
