"""Runs of like operations, tried as one batch and halved where that fails: the same results in fewer steps.

A run is creates of one entity with the same fields, or updates of the same fields of different records, none of
which needs another. Each gets the outcome that it would have got alone, in its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from ..core.digest import to_hex
from ..core.errors import Refusal
from ..core.fields import BLOB_TYPES, canonical_values, empty
from ..core.merge import both_changed, countable, merge_record
from ..core.wire import ByUid, Operation
from . import reader, writer
from .apply import Applier, changed, suspects, with_results
from .history import named_uids
from .linking import NOT_AT_ONCE
from .outcome import Outcome, guarded, is_transient, no_commit

#: The longest run. Longer ones gain little more, and lose more where one operation fails.
LONGEST = 100

Task = tuple[Operation, datetime | None]


class NotAlike(Exception):
    """The batch would not give the results that the operations have one by one."""


def likeness(operation: Operation) -> Any:
    """What operations of one run have in common; None for one that runs alone."""
    if operation.verb not in ("create", "update") or operation.unit or operation.after or operation.expect:
        return None
    if operation.verb == "create" and not isinstance(operation.target, ByUid):
        return None
    return operation.entity, operation.verb, operation.company, tuple(sorted(operation.values))


def refers_to(operation: Operation, uids: Iterable[str]) -> bool:
    """Whether its values name one of these records."""
    return not named_uids(operation.values).isdisjoint(uids)


def run_batch(applier: Applier, tasks: Sequence[Task]) -> list[Outcome]:
    """The outcomes of a run, in order. Errors that pass rise: the whole call starts again."""
    if len(tasks) == 1:
        return [applier.run(*tasks[0])]
    cr = applier.env.cr
    try:
        with guarded(cr), no_commit(cr):
            return _at_once(applier, tasks)
    except Exception as error:
        if is_transient(error):
            raise
    middle = len(tasks) // 2
    return run_batch(applier, tasks[:middle]) + run_batch(applier, tasks[middle:])


def _at_once(applier: Applier, tasks: Sequence[Task]) -> list[Outcome]:
    first = tasks[0][0]
    line, adapter = applier.admitted(first)
    specs = adapter._offline_specs()
    if any(name in specs and specs[name].type in BLOB_TYPES for name in first.values):
        raise NotAlike  # bytes are written record by record
    if first.verb == "create":
        if type(adapter)._offline_create is not adapter.env.registry["offline.adapter"]._offline_create:
            raise NotAlike  # the model makes its records one by one
        if line.duplicate_policy in NOT_AT_ONCE and adapter._offline_tells_duplicates():
            raise NotAlike  # one of the run may be what another one is parked for, or is
        return _create(applier, adapter, line, tasks)
    return _update(applier, adapter, line, tasks)


def _create(applier: Applier, adapter, line, tasks: Sequence[Task]) -> list[Outcome]:
    env, specs, entity = adapter.env, adapter._offline_specs(), adapter._offline_model
    identities = applier.env["offline.identity"]
    uids = [operation.target.uid for operation, _at in tasks if isinstance(operation.target, ByUid)]
    if identities._ids_of(entity, uids):
        raise Refusal("uid_taken")
    sent = [writer.checked(env, specs, operation.values) for operation, _at in tasks]
    known = writer.Readable()
    values = [writer.resolved(env, specs, one, {}, readable=known) for one in sent]
    prepared = [adapter._offline_prepare(writer.orm_values(specs, one)) for one in values]
    records = env[entity].create(prepared)
    env.flush_all()
    if len(records) != len(tasks):
        raise NotAlike
    for record, uid in zip(records, uids, strict=True):
        identities._remember(entity, record.id, uid)
    if hasattr(records, "_message_log_batch"):
        moments = zip(records, tasks, strict=True)
        records._message_log_batch(
            {record.id: applier.where_from(env, at) for record, (_operation, at) in moments}
        )
    for record in records:
        adapter._offline_created(record, applier.device)
    env.flush_all()
    shown = [
        {name: one[name] if name in one else empty(spec) for name, spec in specs.items()} for one in values
    ]
    outcomes = [
        Outcome("applied", record.id, sent=one, stored={}) for record, one in zip(records, shown, strict=True)
    ]
    if adapter._offline_tells_duplicates():
        for index, (outcome, one) in enumerate(zip(outcomes, prepared, strict=True)):
            # Each is compared with what was there before it, as if it had come alone.
            outcome.result = applier.told_of(records[index], suspects(adapter, line, one) - records[index:])
    return with_results(adapter, specs, outcomes)


def _update(applier: Applier, adapter, line, tasks: Sequence[Task]) -> list[Outcome]:
    env, specs, entity = adapter.env, adapter._offline_specs(), adapter._offline_model
    operations = [operation for operation, _at in tasks]
    ids = [applier._target_id(operation) for operation in operations]
    records = env[entity].browse(ids)
    births = reader.births(applier.env, entity, ids)
    model = env[entity].with_context(active_test=False)
    found = set(model.search([("id", "in", ids)])._ids) if model.has_access("read") else set()
    if found != set(ids) or any(_reborn(one, births[i]) for one, i in zip(operations, ids, strict=True)):
        raise NotAlike
    theirs = reader.read_values(adapter, specs, ids)
    before = reader.versions(adapter, theirs)
    applier.history.prefetch(entity, ids)
    policies, known = line._policies(), writer.Readable()
    outcomes, done = [], []
    for (operation, at), record in zip(tasks, records, strict=True):
        now = theirs[record.id]
        if any(writer.present(record, spec) != now[name] for name, spec in _of(specs, operation)):
            raise NotAlike  # what was written to another one has changed this one
        sent = writer.checked(env, specs, operation.values)
        if operation.base.keys() < sent.keys() or sent.keys() - operation.base.keys():
            raise Refusal("base_missing")
        base = writer.checked(env, specs, {name: operation.base[name] for name in sent}, writing=False)
        mine = writer.resolved(env, specs, sent, now, readable=known)
        seen = writer.resolved(env, specs, base, now, must_exist=False)
        base = applier.history.current_base(operation, record.id, seen, now, policies)
        own = countable(policies, base)
        newer = applier.newer(record, own, at, both_changed(base, mine, now))
        merge = merge_record(base, mine, now, own, newer=newer)
        if merge.conflicts:
            raise NotAlike
        write = canonical_values(specs, merge.write)
        stood = applier.newest_of(record, policies)
        if write:
            applier._say_where_from(record, at)
            # Each at its own moment, as when it comes alone.
            record.with_context(offline_base__at=at).write(
                adapter._offline_prepare(writer.orm_values(specs, write))
            )
        status = "merged" if merge.merged else "applied"
        outcome = Outcome(status, record.id, sent=changed(seen, mine), stored={})
        outcome.v_before = to_hex(before[record.id])
        outcome.replaced = {name: {"before": now[name]} for name in write}
        outcomes.append(outcome)
        done.append((operation, record, outcome, stood, at, write))
    env.flush_all()
    outcomes = with_results(adapter, specs, outcomes)
    # Not before all went well: each is compared with what was chosen before it, and may yet have to run alone.
    for one in done:
        applier.chose(*one)
    return outcomes


def _of(specs, operation: Operation):
    return [(name, specs[name]) for name in operation.values if name in specs]


def _reborn(operation: Operation, born: str) -> bool:
    """Whether the id names another record than the device means."""
    return getattr(operation.target, "born", None) not in (None, born)
