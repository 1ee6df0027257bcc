"""What a person does becomes a numbered operation: checked, with what they saw, ready to be sent.

Each method records exactly one operation in one transaction, or raises `offline_core.errors.Refusal` and changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from offline_core.errors import Refusal
from offline_core.fields import format_instant
from offline_core.wire import EntityProfile

from .operations import Entry
from .outbox import Outbox
from .records import Key, Records, Ref
from .settings import Settings
from .store import Store
from .values import check_args, check_values, references
from .view import Record, View, key_of

#: What a person can decide about, by verb.
_DECIDABLE = {
    "amend": ("rejected", "deferred"),
    "resolve": ("conflict",),
    "discard": ("rejected", "deferred", "conflict"),
}


class Editing:
    """Makes operations of edits."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        records: Records,
        outbox: Outbox,
        view: View,
        clock: Callable[[], datetime],
        new_uid: Callable[[], str],
    ):
        self._store, self._settings, self._records = store, settings, records
        self._outbox, self._view = outbox, view
        self._clock, self._new_uid = clock, new_uid

    def create(self, entity: str, values: Mapping[str, Any], after: list[int] | None) -> Record:
        """A record with a new uid."""
        checked = self._checked(self._writable(entity), values)
        uid = self._new_uid()
        with self._store.transaction():
            self._records.learn_identity(entity, uid, None, None)
            self._record(Key(None, uid), entity, "create", after, target={"uid": uid}, values=checked)
        made = self._view.get(entity, uid)
        assert made is not None
        return made

    def update(self, entity: str, ref: Ref, values: Mapping[str, Any], after: list[int] | None) -> Entry:
        """New values for fields, with the values that the person saw as their base."""
        profile = self._writable(entity)
        if not values:
            raise Refusal("operation_invalid", "an update changes at least one field")
        checked = self._checked(profile, values)
        shown = self._shown(entity, ref)
        base = {name: shown.values.get(name) for name in checked}
        return self._on(shown, "update", after, values=checked, base=base)

    def delete(self, entity: str, ref: Ref, after: list[int] | None) -> Entry:
        """The end of a record."""
        self._writable(entity)
        return self._on(self._shown(entity, ref), "delete", after)

    def call(
        self,
        entity: str,
        ref: Ref | None,
        name: str,
        args: Mapping[str, Any],
        expect: Mapping[str, Any],
        after: list[int] | None,
    ) -> Entry:
        """A named operation of the entity, on a record or on none.

        A record that another operation makes, which named it by its argument ``uid``, need not be here yet.
        """
        profile = self._writable(entity)
        operation = next((known for known in profile.operations if known.name == name), None)
        if operation is None:
            known = ", ".join(found.name for found in profile.operations) or "none"
            raise Refusal("verb_unknown", f"{entity} has no operation {name}; it has: {known}")
        check_args(operation, args)
        members: dict[str, Any] = {"args": dict(args)}
        if expect:
            members["expect"] = dict(expect)
        if ref is None:
            return self._record(Key(None, None), entity, name, after, **members)
        shown = self._view.get(entity, ref)
        if (shown is None or not shown.present) and isinstance(ref, str) and self._outbox.makes(ref):
            # The office will make it before it comes to this: a quotation is confirmed in front of the customer.
            members["target"] = {"uid": ref}
            return self._record(Key(None, ref), entity, name, after, **members)
        return self._on(self._shown(entity, ref), name, after, **members)

    def amend(self, op: str, values: Mapping[str, Any] | None, args: Mapping[str, Any] | None) -> Entry:
        """Other values, or arguments, for a rejected operation; what is not named stays as it was.

        Fields that the profile no longer has are left out: with them it would be refused again.
        """
        entry = self._decidable(op, "amend")
        body = self._outbox.effective(entry)
        if args is not None:
            return self._decide(entry, "amend", args={**body.get("args", {}), **args})
        profile = self._writable(entry.entity)
        checked = self._checked(profile, values or {})
        there = {field.name for field in profile.fields_}
        kept = {name: value for name, value in body.get("values", {}).items() if name in there}
        base: dict[str, Any] = {}
        if body.get("verb") == "update" and (new := checked.keys() - body.get("base", {}).keys()):
            ref = entry.target_uid if entry.target_uid is not None else entry.target_id
            assert ref is not None
            shown = self._shown(entry.entity, ref)
            base = {name: shown.values.get(name) for name in sorted(new)}
        return self._decide(entry, "amend", base, values={**kept, **checked})

    def discard(self, op: str, reason: str) -> Entry:
        """The person gives a parked operation up."""
        return self._decide(self._decidable(op, "discard"), "discard", reason=reason)

    def resolve(
        self, op: str, by: str, values: Mapping[str, Any] | None, same_as: int | None = None
    ) -> Entry:
        """The person decides a conflict."""
        if same_as is not None and by != "server":
            raise Refusal("operation_invalid", "a new record is one that is there by the side of the server")
        if by not in ("server", "device", "values") or (by == "values") != (values is not None):
            raise Refusal("operation_invalid", "by is server or device, or values with the values to keep")
        entry = self._decidable(op, "resolve")
        conflict = entry.receipt.conflict if entry.receipt else None
        if conflict is None or conflict.decider != "device":
            raise Refusal("decision_for_office", f"the office decides about operation #{entry.seq}")
        if values is None:
            same: dict[str, Any] = {} if same_as is None else {"same_as": same_as}
            return self._decide(entry, "resolve", by=by, **same)
        return self._decide(
            entry, "resolve", by=by, values=self._checked(self._writable(entry.entity), values)
        )

    # --- inside -------------------------------------------------------------------------------------------------

    def _writable(self, entity: str) -> EntityProfile:
        profile = self._settings.entity(entity)
        if profile is None:
            raise Refusal("entity_unknown", f"{entity} is not in the profile of this device")
        if profile.direction == "pull":
            raise Refusal("entity_read_only", f"{profile.label} cannot be changed on a device")
        return profile

    def _checked(self, profile: EntityProfile, values: Mapping[str, Any]) -> dict[str, Any]:
        checked = check_values(profile, values, lambda model, number: self._records.key(model, number).uid)
        for model, uid in references(profile, checked):
            if not self._records.knows_uid(model, uid):
                raise Refusal("reference_unknown", f"this device knows no {model} with the uid {uid}")
        return checked

    def _shown(self, entity: str, ref: Ref) -> Record:
        record = self._view.get(entity, ref)
        if record is None or not record.present:
            raise Refusal("reference_unknown", f"this device shows no {entity} {ref}")
        return record

    def _on(self, shown: Record, verb: str, after: list[int] | None, **members: Any) -> Entry:
        key = key_of(shown)
        held = self._records.get(shown.entity, key)
        if held is not None:
            members["base_v"] = held.v
        if key.uid is not None:
            members["target"] = {"uid": key.uid}
        else:
            assert held is not None
            members["target"] = {"id": held.id, "born": held.born}
        return self._record(key, shown.entity, verb, after, **members)

    def _record(
        self,
        key: Key,
        entity: str,
        verb: str,
        after: list[int] | None,
        decides: str | None = None,
        **members: Any,
    ) -> Entry:
        if after:
            members["after"] = after
        return self._outbox.record(
            key,
            entity=entity,
            verb=verb,
            at=format_instant(self._clock()),
            decides=decides,
            company=self._settings.user.company,
            **members,
        )

    def _decidable(self, op: str, verb: str) -> Entry:
        entry = self._outbox.find(op)
        if entry is None:
            raise Refusal("operation_invalid", f"this device knows no operation {op}")
        if entry.state not in _DECIDABLE[verb]:
            raise Refusal(
                "operation_invalid", f"operation #{entry.seq} is {entry.state}: there is nothing to {verb}"
            )
        undelivered = self._outbox.deciding(op)
        if undelivered is not None:
            raise Refusal("operation_invalid", f"#{undelivered} decides about operation #{entry.seq} already")
        return entry

    def _decide(self, entry: Entry, verb: str, base: Mapping[str, Any] | None = None, **args: Any) -> Entry:
        key = Key(entry.target_id, entry.target_uid)
        more = {"base": dict(base)} if base else {}
        members = {"args": {"op": entry.op, **args}, **more}
        return self._record(key, entry.entity, verb, None, decides=entry.op, **members)
