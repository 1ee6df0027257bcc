"""What is said of an operation that failed: a conflict, or a refusal with its code, its sentence and its fields."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import errorcodes

from odoo.exceptions import AccessError, RedirectWarning, UserError

from ..core.errors import Refusal
from ..core.merge import ASK
from .linking import LINK
from .outcome import VALUE_CLASSES, Outcome, Parked
from .unseen import may_wait

if TYPE_CHECKING:
    from .apply import Applier

_logger = logging.getLogger(__name__)


def refused(applier: Applier, operation, error: Exception) -> Outcome:
    """The outcome of an operation that failed; nothing of it stands."""
    env = applier.user_env
    res_id = applier._target_id(operation)
    if isinstance(error, Parked):
        conflict = error.conflict | {"decider": _decider(applier, operation, error.conflict)}
        return Outcome("conflict", res_id, conflict=conflict, result=error.result)
    if isinstance(error, Refusal):
        if error.code == "reference_unknown" and applier.history.names_discarded(operation):
            error = Refusal("depends_on_discarded", fields=error.fields)
        if error.code == "reference_unknown" and may_wait(env, operation):
            return Outcome("deferred", res_id, code=error.code, message=env._(error.entry.title))  # pylint: disable=gettext-variable
        message = error.message or env._(error.entry.title)  # pylint: disable=gettext-variable
        return Outcome("rejected", res_id, code=error.code, message=message, fields=error.fields)
    if isinstance(error, AccessError):
        return Outcome("rejected", res_id, code="access_denied", message=str(error))
    if isinstance(error, UserError | RedirectWarning):
        message = str(error.args[0] if error.args else error)
        return Outcome("rejected", res_id, code="validation_failed", message=message)
    if isinstance(error, psycopg2.IntegrityError):
        column = error.diag.column_name
        if error.pgcode == errorcodes.NOT_NULL_VIOLATION and column:
            message = env._("A required field is empty.")
            fields = {column: message}
            return Outcome("rejected", res_id, code="required_missing", message=message, fields=fields)
        message = env[operation.entity]._sql_error_to_message(error)
        return Outcome("rejected", res_id, code="constraint_violated", message=message)
    if isinstance(error, psycopg2.Error) and (error.pgcode or "")[:2] in VALUE_CLASSES:
        message = env._("A value does not fit its field.")
        return Outcome("rejected", res_id, code="value_invalid", message=message)
    _logger.exception("operation %s #%s of device %s failed", operation.op, operation.seq, applier.device.uid)
    message = env._("The server failed at this operation.")
    return Outcome("rejected", res_id, code="internal_error", message=message)


def _decider(applier: Applier, operation, conflict) -> str:
    """Who decides: the person on the device if every field in question says ``ask``, else the office."""
    line = applier.lines[operation.entity][0]
    if conflict["kind"] in ("deleted", "scope") or operation.verb == "delete":
        return "device" if line.delete_policy == ASK else "office"
    if conflict["kind"] == "duplicate":
        return "device" if line.duplicate_policy in (ASK, LINK) else "office"
    policies = line._policies()
    asked = conflict["fields"] and all(policies.get(name) == ASK for name in conflict["fields"])
    return "device" if asked else "office"
