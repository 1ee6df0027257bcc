"""A new record that is one which is there already: no second one is made, and the device's uid leads to that one.

The record keeps what it has, and gets what it lacks from what the device sent. What is left out is named in the
receipt and stands in the record's chatter, so that people can take it over by hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ..core.fields import FieldSpec, canonical_values, empty
from ..core.merge import APPEND, ASK, REVIEW, SERVER, UNION, Merge, merge_record
from . import reader
from .outcome import Outcome, Parked
from .scope import scope_of

if TYPE_CHECKING:
    from .apply import Applier

#: The policy by which a new record that is one already there is linked without a question.
LINK = "link"
#: Those by which a new record that may be there already is not simply made.
NOT_AT_ONCE = (ASK, REVIEW, LINK)


def certain(applier: Applier, adapter, line, ids: Collection[int]):
    """The record that a new one is, or None where a person has to say.

    There is one in use that may be meant and no other, it belongs to the company in which the work was done or to
    none, the device may hold it, and its user may write it: also where the office runs the work.
    """
    found = adapter.env[adapter._offline_model].browse(ids)
    active = found._active_name
    record = found.filtered(active) if active else found
    user_env = applier.device._as_user().env
    sides = (record, record.with_env(user_env))
    if len(record) != 1 or not all(side.has_access("write") for side in sides):
        return None
    # sudo: which company it is, nothing of it is told.
    if "company_id" in record._fields and record.sudo().company_id.id not in (False, record.env.company.id):
        return None
    scope = scope_of(applier.device, user_env, adapter._offline_model)
    return record if line.direction == "push" or (scope and scope.ids(record.ids)) else None


def decided(applier: Applier, adapter, record_id: int):
    """The record that somebody said a new one is, none where it is gone, or `Parked` where its user may not read it."""
    record = adapter.env[adapter._offline_model].browse(record_id).exists()
    if not record or (record.has_access("read") and applier.told(record)):
        return record
    raise Parked("duplicate", result={"duplicates": [record_id]})


def link(applier: Applier, adapter, line, operation, record, values: Mapping[str, Any], at) -> Outcome:
    """Let the uid of a create lead to this record, which gets what it lacks of the values."""
    specs = adapter._offline_specs()
    theirs = reader.read_values(adapter, specs, record.ids)[record.id]
    merge, left_out = _put_together(adapter, line, specs, values, theirs)
    write = canonical_values(specs, merge.write)
    if not record.has_access("write"):
        # Somebody said that it is this one; whoever may not change it changes nothing by that.
        write, left_out = {}, left_out | merge.write.keys()
    applier.write(adapter, specs, record, write, at)
    applier.env["offline.identity"]._link(operation.entity, record.id, operation.target.uid)
    said = {name: values[name] for name in specs if name in left_out}
    adapter._offline_tell_linked(record, applier.where_from(record.env, at), said)
    adapter.env.flush_all()
    # An edit that follows builds on what became the record's; the rest its person never saw.
    own = {
        name: values.get(name, empty(spec))
        for name, spec in specs.items()
        if name in write or not (theirs[name] or name in left_out)
    }
    status = "merged" if left_out or merge.merged else "applied"
    done = applier.done(status, record, adapter, specs, own, before=theirs, written=write)
    done.result = {"linked_to": record.id, "left_out": sorted(left_out)}
    return done


def _put_together(
    adapter, line, specs: Mapping[str, FieldSpec], values: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[Merge, set[str]]:
    """What to write on the record that is there, and the fields of which the device's values are left out."""
    kept = adapter._offline_kept()
    said = {name: value for name, value in values.items() if value}
    # A switch that is off, and what says whom a record belongs to, is no gap to be filled.
    fixed = {name for name in said if name in kept or specs[name].type == "boolean"}
    mine = {name: value for name, value in said.items() if name not in fixed}
    policies = {name: p if p in (UNION, APPEND) else SERVER for name, p in line._policies().items()}
    base = {name: empty(specs[name]) if theirs[name] else theirs[name] for name in mine}
    merge = merge_record(base, mine, theirs, policies)
    left_out = {name for name in merge.merged if policies[name] == SERVER}
    return merge, left_out | {name for name in fixed if said[name] != theirs[name]}
