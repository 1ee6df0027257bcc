"""One operation, applied through the ORM as the device's user: effect or refusal, never half of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from markupsafe import Markup
from psycopg2 import errorcodes
from pydantic import ValidationError as ShapeError

from odoo.exceptions import AccessError, RedirectWarning, UserError

from ..core.digest import to_hex
from ..core.errors import Refusal
from ..core.fields import format_instant
from ..core.merge import Conflict, merge_record
from ..core.wire import ById, ByUid, Operation
from . import reader, writer

_logger = logging.getLogger(__name__)

#: Errors that PostgreSQL cannot repair inside the transaction: only starting it again helps.
CONCURRENCY_CODES = frozenset(
    {errorcodes.SERIALIZATION_FAILURE, errorcodes.DEADLOCK_DETECTED, errorcodes.LOCK_NOT_AVAILABLE}
)
#: Verbs of the protocol that this version refuses.
_LATER_VERBS = frozenset({"amend", "discard", "resolve"})


class Parked(Exception):
    """Only a person can decide: nothing was done. ``conflict`` is core.wire.ConflictView as a dict."""

    def __init__(self, kind: str, conflicts: Mapping[str, Conflict] | None = None):
        super().__init__(kind)
        self.conflict = {
            "kind": kind,
            "fields": {
                n: {"base": c.base, "mine": c.mine, "theirs": c.theirs} for n, c in (conflicts or {}).items()
            },
        }


class CommitRefused(RuntimeError):
    """A business method tried to commit or roll back inside an operation, which would break its atomicity."""


@dataclass(slots=True)
class Outcome:
    """What became of an operation; the columns of `offline.operation` that applying it decides."""

    status: str
    res_id: int | None = None
    code: str | None = None
    message: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    result: Any = None
    conflict: dict[str, Any] | None = None
    sent: dict[str, Any] | None = None
    stored: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Force:
    """A decision of the office: these fields are written whatever the server holds; the others are left."""

    fields: frozenset[str]


class Applier:
    """Applies operations for one device, in the environment of its user."""

    def __init__(self, device, history):
        self.device = device
        self.env = device.env
        self.history = history
        self.user_env = device._as_user().env
        self.lines = {
            a._offline_model: (line, a) for line, a in device.profile_id.with_env(self.user_env)._lines()
        }

    def run(self, operation: Operation, force: Force | None = None) -> Outcome:
        """Apply it in a savepoint of its own. Concurrency errors rise: the whole call starts again."""
        cr = self.env.cr
        waiting = len(cr.postcommit._funcs)
        try:
            with _no_commit(cr), cr.savepoint():
                return self._apply(operation, force)
        except Exception as error:
            if isinstance(error, psycopg2.OperationalError) and error.pgcode in CONCURRENCY_CODES:
                raise
            # Refused work must not send mail.
            while len(cr.postcommit._funcs) > waiting:
                cr.postcommit._funcs.pop()
            return self._refused(operation, error)

    def _refused(self, operation, error) -> Outcome:
        env = self.user_env
        res_id = self._target_id(operation)
        if isinstance(error, Parked):
            return Outcome("conflict", res_id, conflict=error.conflict)
        if isinstance(error, Refusal):
            message = error.message or env._(error.entry.title)  # pylint: disable=gettext-variable
            return Outcome("rejected", res_id, error.code, message, error.fields)
        if isinstance(error, AccessError):
            return Outcome("rejected", res_id, "access_denied", str(error))
        if isinstance(error, UserError | RedirectWarning):
            return Outcome(
                "rejected", res_id, "validation_failed", str(error.args[0] if error.args else error)
            )
        if isinstance(error, psycopg2.IntegrityError):
            column = error.diag.column_name
            if error.pgcode == errorcodes.NOT_NULL_VIOLATION and column:
                message = env._("A required field is empty.")
                return Outcome("rejected", res_id, "required_missing", message, {column: message})
            message = env[operation.entity]._sql_error_to_message(error)
            return Outcome("rejected", res_id, "constraint_violated", message)
        _logger.exception(
            "operation %s #%s of device %s failed", operation.op, operation.seq, self.device.uid
        )
        return Outcome("rejected", res_id, "internal_error", env._("The server failed at this operation."))

    def _apply(self, operation: Operation, force: Force | None) -> Outcome:
        if operation.verb == "void":
            return Outcome("discarded", code="superseded")
        if operation.verb in _LATER_VERBS or operation.unit:
            raise Refusal("not_in_this_version")
        if operation.entity not in self.lines:
            raise Refusal("entity_unknown")
        line, adapter = self.lines[operation.entity]
        if line.direction == "pull":
            raise Refusal("entity_read_only")
        adapter = adapter.with_context(**self._context(operation))
        if operation.verb == "create":
            return self._create(adapter, operation)
        if operation.verb in ("update", "delete"):
            return getattr(self, f"_{operation.verb}")(adapter, line, operation, force)
        named = adapter._offline_operations().get(operation.verb)
        if named is None:
            raise Refusal("verb_unknown")
        return self._call(adapter, named, operation, force)

    def _context(self, operation) -> dict[str, Any]:
        context = {"mail_create_nolog": True, "offline_base__device": self.device.id}
        if operation.company is not None:
            allowed = self.user_env.context["allowed_company_ids"]
            if operation.company not in allowed:
                raise Refusal("company_invalid")
            context["allowed_company_ids"] = [operation.company] + [
                c for c in allowed if c != operation.company
            ]
        return context

    # --- verbs ----------------------------------------------------------------------------------------------

    def _create(self, adapter, operation) -> Outcome:
        if not isinstance(operation.target, ByUid):
            raise Refusal(
                "operation_invalid", fields={"target": self.user_env._("A new record is named by a uid.")}
            )
        uid = operation.target.uid
        if self.env["offline.identity"]._record_id(operation.entity, uid):
            raise Refusal("uid_taken")
        specs = adapter._offline_specs()
        sent = writer.checked(adapter.env, specs, operation.values)
        values = writer.resolved(adapter.env, specs, sent, {})
        record = adapter.env[operation.entity].create(writer.orm_values(specs, values))
        adapter.env.flush_all()
        self.env["offline.identity"]._remember(operation.entity, record.id, uid)
        self._note(record, operation)
        adapter._offline_created(record, self.device)
        adapter.env.flush_all()
        return Outcome("applied", record.id, sent=values, stored=self._stored(adapter, specs, record, values))

    def _update(self, adapter, line, operation, force) -> Outcome:
        record = self._record(adapter, operation)
        specs = adapter._offline_specs()
        sent = writer.checked(adapter.env, specs, operation.values)
        if missing := {
            n: self.user_env._("What the person saw before is missing.")
            for n in sent
            if n not in operation.base
        }:
            raise Refusal("base_missing", fields=missing)
        base = writer.checked(adapter.env, specs, {n: operation.base[n] for n in sent}, writing=False)
        theirs = reader.read_values(adapter, specs, record.ids)[record.id]
        if force is None:
            self._expect(adapter, specs, operation, theirs)
        mine = writer.resolved(adapter.env, specs, sent, theirs)
        base = writer.resolved(adapter.env, specs, base, theirs, must_exist=False)
        base = self.history.current_base(operation.entity, record.id, base, theirs)
        if force is None:
            newer = bool(
                record._log_access and record.write_date and operation.at > format_instant(record.write_date)
            )
            merge = merge_record(base, mine, theirs, line._policies(), mine_is_newer=newer)
            if merge.conflicts:
                raise Parked("fields", merge.conflicts)
            write, merged = merge.write, bool(merge.merged)
        else:
            write = {n: v for n, v in mine.items() if n in force.fields or theirs[n] == base[n]}
            merged = len(write) < len(mine)
        if write:
            record.write(writer.orm_values(specs, write))
            adapter.env.flush_all()
        stored = self._stored(adapter, specs, record, mine)
        return Outcome("merged" if merged else "applied", record.id, sent=mine, stored=stored)

    def _delete(self, adapter, _line, operation, force) -> Outcome:
        try:
            record = self._record(adapter, operation)
        except Parked as parked:
            if parked.conflict["kind"] == "deleted":
                return Outcome("applied", self._target_id(operation))
            raise
        specs = adapter._offline_specs()
        theirs = reader.read_values(adapter, specs, record.ids)[record.id]
        if force is None:
            self._expect(adapter, specs, operation, theirs)
        if force is None and operation.base_v != to_hex(reader.version(adapter, record.id, theirs)):
            raise Parked("expect")
        record.unlink()
        adapter.env.flush_all()
        return Outcome("applied", record.id)

    def _call(self, adapter, named, operation, force) -> Outcome:
        record = self._record(adapter, operation)
        specs = adapter._offline_specs()
        if force is None:
            self._expect(adapter, specs, operation, reader.read_values(adapter, specs, record.ids)[record.id])
        try:
            args = named.args.model_validate(operation.args)
        except ShapeError as error:
            raise Refusal("operation_invalid", fields=shape_errors(error)) from None
        result = named.method(adapter, record, args)
        adapter.env.flush_all()
        return Outcome("applied", record.id, result=result)

    # --- parts ----------------------------------------------------------------------------------------------

    def _target_id(self, operation) -> int | None:
        if isinstance(operation.target, ById):
            return operation.target.id
        if operation.target is None or operation.entity not in self.env:
            return None
        return self.env["offline.identity"]._record_id(operation.entity, operation.target.uid)

    def _record(self, adapter, operation):
        """The record an operation is about, or `Parked`: deleted, re-issued after a restore, or no longer readable.

        To a device that never held it, an unreadable record looks like a missing one.
        """
        if operation.target is None:
            raise Refusal(
                "operation_invalid", fields={"target": self.user_env._("The operation names no record.")}
            )
        record_id = self._target_id(operation)
        if record_id is None:
            raise Refusal("reference_unknown")
        born = reader.births(self.env, operation.entity, [record_id]).get(record_id)
        if born is None or (isinstance(operation.target, ById) and operation.target.born not in (None, born)):
            raise Parked("deleted")
        model = adapter.env[operation.entity].with_context(active_test=False)
        record = model.search([("id", "=", record_id)]) if model.has_access("read") else model
        if not record:
            held = self.env["offline.holding"]._load(self.device)[operation.entity]
            raise Parked("scope" if record_id in held else "deleted")
        return adapter.env[operation.entity].browse(record_id)

    def _expect(self, adapter, specs, operation, theirs):
        expected = writer.checked(adapter.env, specs, operation.expect, writing=False)
        differing = {n: Conflict(v, v, theirs[n]) for n, v in expected.items() if theirs[n] != v}
        if differing:
            raise Parked("expect", differing)

    def _stored(self, adapter, specs, record, values):
        """What the server made of the values: the base of the device's next edit of them."""
        if not record.exists():
            return {}
        stored = reader.read_values(adapter, {n: specs[n] for n in values}, record.ids)
        return stored[record.id]

    def _note(self, record, operation):
        if hasattr(record, "_message_log"):
            env = record.env
            text = env._(
                "Created offline on %(device)s at %(at)s, received just now.",
                device=self.device.name,
                at=operation.at,
            )
            record._message_log(body=Markup("<p>%s</p>") % text)


def shape_errors(error: ShapeError) -> dict[str, str]:
    """{place: sentence} of a pydantic error; a place is dotted, as in ``target.id``."""
    return {
        ".".join(map(str, e["loc"])) or "value": e["msg"]
        for e in error.errors(include_url=False, include_input=False)
    }


@contextmanager
def _no_commit(cr) -> Iterator[None]:
    """Inside an operation nothing may end the transaction: its receipt would part from its effect."""

    def refuse():
        raise CommitRefused("a method that commits by itself cannot run inside an operation")

    cr.commit = cr.rollback = refuse
    try:
        yield
    finally:
        del cr.commit, cr.rollback
