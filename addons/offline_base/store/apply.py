"""One operation, applied through the ORM as the device's user: effect or refusal, never half of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup
from pydantic import ValidationError as ShapeError

from ..core.digest import to_hex
from ..core.errors import CATALOGUE, Refusal
from ..core.fields import canonical_values, empty
from ..core.merge import ASK, NEWEST, REVIEW, SERVER, Conflict, both_changed, countable, merge_record
from ..core.wire import ById, ByUid, Operation
from . import blob_uses, linking, reader, writer
from .at_work import context_of
from .feed import changed_at, chosen_at
from .outcome import Edit, Force, Outcome, Parked, guarded, is_transient, no_commit
from .refused import refused
from .scope import with_current
from .story import where_from

_logger = logging.getLogger(__name__)
_GENERIC_VERBS = frozenset({"create", "update", "delete"})


class Applier:
    """Applies operations for one device, in the environment of its user.

    What the office edits runs as the ``reviewer`` instead, with the ``edit`` in place of what was sent.
    """

    def __init__(self, device, history, reviewer=None, edit: Edit | None = None):
        self.device = device
        self.env = device.env
        self.history = history
        self.reviewer = reviewer
        self.edit = edit or Edit()
        self._told: dict[datetime | None, Markup] = {}
        #: {op: (id, birth)} of records that are gone because they were merged: the one they went into is worked on.
        self._merged: dict[str, tuple[int, str]] = {}
        self.user_env = device._as_user().env if reviewer is None else device._as_reviewer(reviewer).env
        self.lines = {
            a._offline_model: (line, a) for line, a in device.profile_id.with_env(self.user_env)._lines()
        }

    def run(self, operation: Operation, at: datetime | None, force: Force | None = None) -> Outcome:
        """Apply it in a savepoint of its own. Errors that pass rise: the whole call starts again.

        ``at`` is the corrected time at which the person did it, naive UTC.
        """
        cr = self.env.cr
        try:
            with guarded(cr), no_commit(cr):
                return self._apply(operation, at, force)
        except Exception as error:
            if is_transient(error):
                raise
            return refused(self, operation, error)

    def leave(self, operation: Operation) -> Outcome:
        """The outcome of giving way to the server: the device's values stand for what the server holds instead."""
        outcome = Outcome("resolved_server", self._target_id(operation))
        try:
            _line, adapter = self.lines[operation.entity]
            specs = adapter._offline_specs()
            record = self._record(adapter, operation)
            theirs = reader.read_values(adapter, specs, record.ids)[record.id]
            # A field that is gone takes nothing from what is said of the others.
            known = {n: v for n, v in changed(operation.base or {}, operation.values).items() if n in specs}
            sent = writer.checked(adapter.env, specs, known, writing=False)
            outcome.sent = writer.resolved(adapter.env, specs, sent, theirs, must_exist=False)
            outcome.stored = {name: theirs[name] for name in outcome.sent}
        except (KeyError, Parked, Refusal):
            _logger.info("operation %s gave way to a record that its user cannot read any more", operation.op)
        return outcome

    def _apply(self, operation: Operation, at: datetime | None, force: Force | None) -> Outcome:
        if operation.verb == "void":
            return Outcome("discarded", code="superseded")
        line, adapter = self.admitted(operation)
        # What a business function may ask for: when the person did it, and whether somebody decided about it since.
        adapter = adapter.with_context(
            offline_base__at=at,
            offline_base__device_at=operation.at,
            offline_base__decided=force is not None,
        )
        if operation.verb == "create":
            return self._create(adapter, line, operation, at, force)
        if operation.verb == "update":
            return self._as_sent(self._update(adapter, line, operation, at, force), operation)
        if operation.verb == "delete":
            return self._delete(adapter, line, operation, force)
        named = adapter._offline_operations().get(operation.verb)
        if named is None:
            raise Refusal("verb_unknown")
        return self._as_sent(self._call(adapter, line, named, operation, at, force), operation)

    def _as_sent(self, outcome: Outcome, operation: Operation) -> Outcome:
        """The outcome under the name by which the device knows the record, which may have been merged into another."""
        if operation.op in self._merged:
            told = outcome.result if isinstance(outcome.result, dict) else {}
            outcome.result = {**told, "merged_into": outcome.res_id}
            outcome.res_id, outcome.born = self._merged[operation.op]
            outcome.uid = operation.target.uid if isinstance(operation.target, ByUid) else None
        return outcome

    def admitted(self, operation: Operation):
        """The profile's line and the adapter that carry the operation out, or the refusal of the whole of it."""
        if operation.entity not in self.lines:
            raise Refusal("entity_unknown")
        line, adapter = self.lines[operation.entity]
        if line.direction == "pull" and self.reviewer is None:
            raise Refusal("entity_read_only")
        adapter = adapter.with_context(**self._context(operation))
        if operation.verb in _GENERIC_VERBS - adapter._offline_verbs:
            raise Refusal("verb_unknown")
        return line, adapter

    def _context(self, operation) -> dict[str, Any]:
        context = {
            "mail_create_nolog": True,
            **context_of(self.device),
            "offline_base__verb": operation.verb,
            "offline_base__op": operation.op,
        }
        if operation.company is not None:
            allowed = self.user_env.context["allowed_company_ids"]
            if operation.company not in allowed:
                sentence = CATALOGUE["company_invalid"].title
                raise Refusal("company_invalid", fields={"company": self.user_env._(sentence)})  # pylint: disable=gettext-variable
            context["allowed_company_ids"] = with_current(operation.company, allowed)
        return context

    # --- verbs ----------------------------------------------------------------------------------------------

    def _create(self, adapter, line, operation, at, force) -> Outcome:
        if not isinstance(operation.target, ByUid):
            raise Refusal(
                "operation_invalid", fields={"target": self.user_env._("A new record is named by a uid.")}
            )
        uid = operation.target.uid
        if self.env["offline.identity"]._record_id(operation.entity, uid):
            raise Refusal("uid_taken")
        specs = adapter._offline_specs()
        sent = writer.checked(adapter.env, specs, {**operation.values, **self.edit.values})
        values = writer.resolved(adapter.env, specs, sent, {})
        plain, blobs = blob_uses.split(specs, values)
        prepared = adapter._offline_prepare(writer.orm_values(specs, plain))
        found = self.told(suspects(adapter, line, prepared))
        if there := self._there(adapter, line, operation, found, force):
            return linking.link(self, adapter, line, operation, there, values, at)
        record = adapter._offline_create(prepared)
        blob_uses.fill(self.device, record, blobs)
        adapter.env.flush_all()
        self.env["offline.identity"]._remember(operation.entity, record.id, uid)
        self._note(record, at)
        adapter._offline_created(record, self.device)
        adapter.env.flush_all()
        # What the device left blank Odoo may have filled: to the device's next edit that is its own doing as well.
        shown = {name: values[name] if name in values else empty(spec) for name, spec in specs.items()}
        done = self.done("applied", record, adapter, specs, shown)
        done.result = self.told_of(record, found)
        return done

    def _there(self, adapter, line, operation, found, force):
        """The record that a new one is, None where it is one of its own, or `Parked` where a person has to say."""
        if force is not None:
            there = linking.decided(self, adapter, force.same_as) if force.same_as else None
            if there or not force.same_as:
                return there
        policy = line.duplicate_policy
        # Whoever was asked before it was made is not asked again; the office, where it decides, was not.
        told = set() if policy == REVIEW else set(operation.distinct_from)
        others = [record_id for record_id in found.ids if record_id not in told]
        if not others or policy not in linking.NOT_AT_ONCE:
            return None
        if policy == linking.LINK and (there := linking.certain(self, adapter, line, others)):
            return there
        raise Parked("duplicate", result={"duplicates": others})

    def _update(self, adapter, line, operation, at, force) -> Outcome:
        try:
            record = self._record(adapter, operation)
        except Parked as parked:
            if parked.conflict["kind"] == "deleted" and line.delete_policy == SERVER:
                return Outcome("resolved_server", self._target_id(operation))
            raise
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
        active = record._active_name
        if active and sent.get(active) is False and self._never_saw(operation):
            return self.leave(operation)
        mine = writer.resolved(adapter.env, specs, sent, theirs)
        seen = writer.resolved(adapter.env, specs, base, theirs, must_exist=False)
        policies = line._policies()
        # What the device did before is kept by the name that it knows, also of a record that was merged since.
        known = self._merged.get(operation.op, (record.id,))[0]
        base = self.history.current_base(operation, known, seen, theirs, policies)
        policies = countable(policies, base)
        newer = self.newer(record, policies, at, both_changed(base, mine, theirs))
        merge = merge_record(base, mine, theirs, force.policies(policies) if force else policies, newer=newer)
        if merge.conflicts:
            raise Parked("fields", merge.conflicts)
        write = canonical_values(specs, merge.write) | self._edited(adapter, specs, theirs)
        decided = {
            n for n in merge.merged if force and force.took(n) and policies.get(n, REVIEW) in (ASK, REVIEW)
        }
        # What the office entered is not what the device sent: its person is told.
        merged = bool(merge.merged - decided) or bool(self.edit.values and self.reviewer)
        before = self.newest_of(record, policies)
        self.write(adapter, specs, record, write, at)
        status = "merged" if merged else "applied"
        done = self.done(status, record, adapter, specs, changed(seen, mine), before=theirs, written=write)
        self.chose(operation, record, done, before, at, write)
        return done

    def _delete(self, adapter, line, operation, force) -> Outcome:
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
        if self._never_saw(operation):
            return self.leave(operation)
        version = to_hex(reader.version(adapter, record.id, theirs))
        if force is None and not self.history.leads_to(
            operation.entity, record.id, operation.base_v, version
        ):
            if line.delete_policy in (ASK, REVIEW):
                raise Parked("expect")
            if line.delete_policy == SERVER:
                return self.leave(operation)
        done = self.named(Outcome("applied", record.id), record)
        record.unlink()
        adapter.env.flush_all()
        return done

    def _never_saw(self, operation) -> bool:
        """Whether what its person made, and deleted or archived again, turned out to be a record of others."""
        if operation.base_v is not None or not isinstance(operation.target, ByUid):
            return False
        return self.env["offline.identity"]._is_linked(operation.entity, operation.target.uid)

    def _call(self, adapter, line, named, operation, at, force) -> Outcome:
        record, args = self._checked_call(adapter, named, operation, force)
        done = self.named(Outcome("applied", record.id), record)
        policies = line._policies()
        before = self.newest_of(record, policies)
        done.result = getattr(adapter, named.name)(record, args)
        json.dumps(done.result, allow_nan=False)  # what cannot be stored fails here, and this operation alone
        adapter.env.flush_all()
        if before and record.sudo().exists():  # sudo: as in `newest_of`
            self.chose(operation, record, done, before, at)
        return done

    def _checked_call(self, adapter, named, operation, force):
        record = self._record(adapter, operation)
        specs = adapter._offline_specs()
        if force is None:
            self._expect(adapter, specs, operation, reader.read_values(adapter, specs, record.ids)[record.id])
        try:
            args = named.args.model_validate(operation.args if self.edit.args is None else self.edit.args)
        except ShapeError as error:
            raise Refusal("operation_invalid", fields=shape_errors(error)) from None
        return record, args

    def newer(self, record, policies, at: datetime | None, names: Iterable[str]) -> set[str]:
        """Of these fields those under ``newest`` that nobody chose after this edit, by the log or the last change.

        Of two that one call brought from under a clock that was ahead the last counts: both are of the same moment.
        """
        if at is None or not record._log_access:
            return set()
        newest = [name for name in names if policies.get(name) == NEWEST]
        last = {name: self._chosen_at(record, name) for name in newest}
        return {name for name in newest if (moment := last[name] or record.write_date) and at >= moment}

    def _chosen_at(self, record, name) -> datetime | None:
        """When what stands in a field was chosen; of what this call did nothing is stored yet."""
        cr, entity = self.env.cr, record._name
        moment = changed_at(cr, entity, record.id, name)
        own = self.history.chosen(entity, record.id, name)
        return (
            own if own is not None and moment == cr.now() else chosen_at(cr, entity, record.id, name, moment)
        )

    def newest_of(self, record, policies) -> dict[str, Any]:
        """What stands in the fields under ``newest``, to be compared with what stands there after an operation."""
        # sudo: only whether they change; an operation may hand the record to somebody else.
        known = record.sudo()
        return {name: known[name] for name in policies if policies[name] == NEWEST and name in known._fields}

    def chose(
        self, operation, record, outcome: Outcome, before: Mapping[str, Any], at: datetime | None,
        written: Collection[str] = (),
    ) -> None:  # fmt: skip
        """What an operation wrote under ``newest``, or Odoo changed besides, was chosen when the person did it.

        The log has for it the time of what is done now. What follows in this call is compared with it; what came by a
        merge counts from now.
        """
        known = record.sudo()  # sudo: as above
        newest = [name for name in before if name in written or known[name] != before[name]]
        outcome.timed = dict.fromkeys(newest, self.env.cr.now().isoformat()) if newest else None
        if newest and operation.op not in self._merged:
            self.history.chose(record._name, record.id, newest, at)

    def commits(self, entity: Any, verb: Any) -> bool:
        """Whether the verb, as it came, is a function that commits by itself: see `store.committing`."""
        if not (isinstance(entity, str) and isinstance(verb, str)) or entity not in self.lines:
            return False
        named = self.lines[entity][1]._offline_operations().get(verb)
        return named is not None and named.commits

    def prepared(self, operation: Operation, force: Force | None = None):
        """The adapter, function, record and arguments of such an operation, or a refusal as `run` would give it."""
        _line, adapter = self.admitted(operation)
        named = adapter._offline_operations()[operation.verb]
        record, args = self._checked_call(adapter, named, operation, force)
        return adapter, named, record, args

    # --- parts ----------------------------------------------------------------------------------------------

    def write(self, adapter, specs, record, values: Mapping[str, Any], at: datetime | None) -> None:
        """Write canonical values on a record, which says where they come from."""
        if not values:
            return
        self._say_where_from(record, at)
        plain, blobs = blob_uses.split(specs, values)
        if plain:
            record.write(adapter._offline_prepare(writer.orm_values(specs, plain)))
        blob_uses.fill(self.device, record, blobs)
        adapter.env.flush_all()

    def _edited(self, adapter, specs, theirs) -> dict[str, Any]:
        """What the office entered itself, checked as the reviewer."""
        entered = writer.checked(adapter.env, specs, self.edit.values)
        return writer.resolved(adapter.env, specs, entered, theirs)

    def done(self, status, record, adapter, specs, sent, before=None, written=()) -> Outcome:
        """The outcome of values that were written: what the server made of them, and the versions around it."""
        outcome = Outcome(status, record.id, sent=sent, stored={})
        if before is not None:
            outcome.v_before = to_hex(reader.version(adapter, record.id, before))
            outcome.replaced = {name: {"before": before[name]} for name in written}
        return with_results(adapter, specs, [outcome])[0]

    def named(self, outcome, record) -> Outcome:
        """The outcome with the names by which devices know the record, kept as they are now."""
        outcome.uid = self.env["offline.identity"]._uids(record._name, record.ids).get(record.id)
        outcome.born = reader.births(self.env, record._name, record.ids)[record.id]
        return outcome

    def _target_id(self, operation) -> int | None:
        if isinstance(operation.target, ById):
            return operation.target.id
        if operation.target is None or operation.entity is None or operation.verb == "create":
            return None
        found = self.env["offline.identity"]._record_id(operation.entity, operation.target.uid)
        return found if found and found > 0 else None

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
            # A uid that is known and leads nowhere: the record went with its table.
            known = self.env["offline.identity"]._record_id(operation.entity, operation.target.uid)
            raise Parked("deleted") if known else Refusal("reference_unknown")
        born = reader.births(self.env, operation.entity, [record_id]).get(record_id)
        if born is None and operation.verb != "delete":
            said = operation.target.born if isinstance(operation.target, ById) else None
            if merged := adapter._offline_successor(record_id, said):
                successor, gone = merged
                self._merged[operation.op] = record_id, gone
                return self._readable(adapter, operation.entity, successor)
        if born is None or (isinstance(operation.target, ById) and operation.target.born not in (None, born)):
            raise Parked("deleted")
        return self._readable(adapter, operation.entity, record_id)

    def _readable(self, adapter, entity, record_id):
        model = adapter.env[entity].with_context(active_test=False)
        record = model.search([("id", "=", record_id)]) if model.has_access("read") else model
        if not record:
            raise Parked("scope" if self.device._was_given(entity, record_id) else "deleted")
        return adapter.env[entity].browse(record_id)

    def _expect(self, adapter, specs, operation, theirs):
        expected = writer.checked(adapter.env, specs, operation.expect, writing=False)
        named = writer.resolved(adapter.env, specs, expected, theirs, must_exist=False)
        differing = {
            n: Conflict(v, v, theirs[n])
            for n, v in expected.items()
            if theirs[n] != named[n] or _leads_nowhere(v, named[n])
        }
        if differing:
            raise Parked("expect", differing)

    def _note(self, record, at):
        if hasattr(record, "_message_log"):
            record._message_log(body=self.where_from(record.env, at))

    def where_from(self, env, at) -> Markup:
        """The line that tells of an operation; many of one call are told in the same words."""
        if at not in self._told:
            self._told[at] = where_from(env, self.device, at)
        return self._told[at]

    def told(self, records):
        """Of these records those that the device's user may read, to whom their ids go, whoever runs the work."""
        if self.reviewer is None:
            return records
        return records.with_env(self.device._as_user().env)._filtered_access("read").with_env(records.env)

    def told_of(self, record, suspects) -> dict[str, Any] | None:
        """Say on a new record which others it may be a duplicate of; the device gets their ids."""
        if not suspects:
            return None
        if hasattr(record, "_message_log"):
            names = ", ".join(suspects.mapped("display_name"))
            text = record.env._("This may be a duplicate of %s.", names)
            record._message_log(body=Markup("<p>%s</p>") % text)
        return {"duplicates": suspects.ids}

    def _say_where_from(self, record, at):
        """The line that Odoo logs of tracked fields says where they come from; there is no line of ours besides."""
        if hasattr(record, "_track_set_log_message"):
            record._track_set_log_message(self.where_from(record.env, at))


def changed(seen: Mapping[str, Any], mine: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the person changed: one that was sent along as it was seen says nothing about the server's.

    >>> changed({"phone": "1", "city": None}, {"phone": "1", "city": "Ghent"})
    {'city': 'Ghent'}
    """
    return {name: value for name, value in mine.items() if name not in seen or value != seen[name]}


def with_results(adapter, specs, outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes with the records' names and with what the server made of the values, read at once."""
    entity = adapter._offline_model
    ids = [outcome.res_id for outcome in outcomes]
    uids = adapter.env["offline.identity"]._uids(entity, ids)
    births = reader.births(adapter.env, entity, ids)
    # Odoo lets people write what takes the record out of their sight, such as handing it to somebody else.
    readable = adapter.env[entity].browse(ids).exists()._filtered_access("read")
    after = reader.read_values(adapter, specs, readable.ids)
    versions = reader.versions(adapter, after)
    for outcome in outcomes:
        outcome.uid, outcome.born = uids.get(outcome.res_id), births[outcome.res_id]
        now = after.get(outcome.res_id)
        if now is None:
            outcome.sent = outcome.replaced = None
            continue
        outcome.v_after = to_hex(versions[outcome.res_id])
        outcome.stored = {name: now[name] for name in outcome.sent or ()}
        for name, sides in (outcome.replaced or {}).items():
            sides["after"] = now[name]
    return outcomes


def _leads_nowhere(sent: Any, resolved: Any) -> bool:
    """Whether a reference was lost in resolving: it names no record, which is not the same as an empty field."""
    if isinstance(sent, list):
        return len(sent) != len(resolved)
    return sent is not None and resolved is None


def shape_errors(error: ShapeError) -> dict[str, str]:
    """{place: sentence} of a pydantic error; a place is dotted, as in ``target.id``."""
    return {
        ".".join(map(str, e["loc"])) or "value": e["msg"]
        for e in error.errors(include_url=False, include_input=False)
    }


def suspects(adapter, line, values):
    """The records that a new one with these prepared values may be a duplicate of, unless nobody wants to know."""
    if line.duplicate_policy == "off":
        return adapter.env[adapter._offline_model]
    return adapter._offline_duplicates(values)
