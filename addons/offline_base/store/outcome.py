"""How an operation ends: with an outcome, parked, refused, or with an error that passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from psycopg2 import errorcodes
from psycopg2.pool import PoolError

from odoo.exceptions import ConcurrencyError, LockError

from ..core.merge import ASK, DEVICE, REVIEW, SERVER, Conflict

#: Errors that PostgreSQL cannot repair inside the transaction: only starting it again helps.
_CONCURRENCY_CODES = frozenset(
    {errorcodes.SERIALIZATION_FAILURE, errorcodes.DEADLOCK_DETECTED, errorcodes.LOCK_NOT_AVAILABLE}
)
#: SQLSTATE classes of values that PostgreSQL cannot store: data exceptions, program limits (an index row too large).
VALUE_CLASSES = frozenset({"22", "54"})


def is_concurrency(error: Exception) -> bool:
    """Whether the transaction met another one and may succeed when it starts again."""
    if isinstance(error, psycopg2.errors.UniqueViolation):
        # Of our own rows: the same operation arrives twice at once, over two devices; so does the same blob.
        return error.diag.table_name in ("offline_operation", "offline_blob", "offline_blob_chunk")
    return isinstance(error, ConcurrencyError | LockError) or (
        isinstance(error, psycopg2.OperationalError) and error.pgcode in _CONCURRENCY_CODES
    )


def is_transient(error: Exception) -> bool:
    """Whether it says nothing of the operation.

    Others in the way, no disk, no connection left, a query cancelled, a server going down.
    """
    return (
        is_concurrency(error)
        or isinstance(error, MemoryError | PoolError)
        or _is_worker_limit(error)
        or (
            isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
            and (error.pgcode or "")[:2] not in VALUE_CLASSES
        )
    )


def _is_worker_limit(error: Exception) -> bool:
    """Odoo's workers raise a bare `Exception` out of a signal when their time is up."""
    return type(error) is Exception and "time limit exceeded" in str(error).lower()


class Parked(Exception):
    """Only a person can decide: nothing was done. ``conflict`` is core.wire.ConflictView as a dict.

    A create that may be a duplicate has the kind ``duplicate``, for which the wire has no word: see store/receipts.py.
    """

    def __init__(
        self,
        kind: str,
        conflicts: Mapping[str, Conflict] | None = None,
        *,
        result: dict[str, Any] | None = None,
    ):
        super().__init__(kind)
        self.result = result
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
    uid: str | None = None
    born: str | None = None
    code: str | None = None
    message: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    result: Any = None
    conflict: dict[str, Any] | None = None
    sent: dict[str, Any] | None = None
    stored: dict[str, Any] | None = None
    v_before: str | None = None
    v_after: str | None = None
    #: What was written over: {field: {"before", "after"}}, from which a decision can be undone.
    replaced: dict[str, Any] | None = None
    #: The fields under ``newest`` that changed: {field: its transaction's start, as the log has it}.
    timed: dict[str, str] | None = None
    blocked_by: list[int] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether it took effect as far as the person wanted it to."""
        return self.status in ("applied", "merged")

    @property
    def linked_to(self) -> int | None:
        """The record that a new one is, where it was there before."""
        return linked_to(self.result)


def linked_to(result: Any) -> int | None:
    """The record that a new one is, by the result of its create; None where it is a record of its own."""
    return result.get("linked_to") if isinstance(result, dict) else None


def duplicates_of(result: Any) -> list[int]:
    """The records of which a new one may be a duplicate, by the result of its create."""
    return result.get("duplicates", []) if isinstance(result, dict) else []


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person enters instead of what the device sent: values by field, or the arguments as a whole."""

    values: Mapping[str, Any] = field(default_factory=dict)
    args: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Force:
    """A person's decision about fields that both sides changed; all others keep their policy.

    ``device`` are written as the device wanted them, ``server`` are left. With ``device`` None every field that
    would need a person goes to the device. ``same_as`` is the record that a new one is; it makes no second one then.
    """

    device: frozenset[str] | None
    server: frozenset[str] = frozenset()
    same_as: int | None = None

    def policies(self, policies: Mapping[str, str]) -> dict[str, str]:
        """The policies with the decided fields decided."""
        if self.device is None:
            return {name: DEVICE if policy in (ASK, REVIEW) else policy for name, policy in policies.items()}
        return {**policies, **dict.fromkeys(self.device, DEVICE), **dict.fromkeys(self.server, SERVER)}

    def took(self, name: str) -> bool:
        """Whether the decision gave the field to the device: done as the person wanted, not merged."""
        return self.device is None or name in self.device

    def stored(self) -> dict[str, Any]:
        """The decision as it is kept with its operation.

        >>> Force.read(Force(frozenset("b"), frozenset("a")).stored()) == Force(frozenset("b"), frozenset("a"))
        True
        """
        return {
            "device": None if self.device is None else sorted(self.device),
            "server": sorted(self.server),
            "same_as": self.same_as,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> Force | None:
        """What `stored` wrote; None where nothing was decided."""
        if not stored:
            return None
        device = stored["device"]
        fields = None if device is None else frozenset(device)
        return cls(fields, frozenset(stored["server"]), stored.get("same_as"))


@contextmanager
def guarded(cr) -> Iterator[None]:
    """A savepoint that takes back what was to happen after the commit as well: refused work must not send mail."""
    cr.flush()
    waiting, data = len(cr.postcommit._funcs), dict(cr.postcommit.data)
    try:
        with cr.savepoint():
            yield
    except BaseException:
        while len(cr.postcommit._funcs) > waiting:
            cr.postcommit._funcs.pop()
        cr.postcommit.data.clear()
        cr.postcommit.data.update(data)
        raise


@contextmanager
def no_commit(cr) -> Iterator[None]:
    """Inside an operation nothing may end the transaction: its receipt would part from its effect."""

    def refuse():
        raise CommitRefused("a method that commits by itself cannot run inside an operation")

    kept = {name: vars(cr)[name] for name in ("commit", "rollback") if name in vars(cr)}
    cr.commit = cr.rollback = refuse
    try:
        yield
    finally:
        del cr.commit, cr.rollback
        vars(cr).update(kept)
