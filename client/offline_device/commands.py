"""The commands of ``offline-device``: each takes the open device, what was asked, and where to print."""

from __future__ import annotations

import json
import os
import shutil
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from offline_core.wire import FieldProfile

from .device import Device
from .errors import DeviceError, Refused
from .operations import Entry
from .output import Output, table
from .records import Ref
from .view import Record

Command = Callable[[Device, Namespace, Output], None]
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


class UsageError(DeviceError):
    """A value on the command line has no readable form."""


def enrol(device: Device, asked: Namespace, output: Output) -> None:
    """Become a device of a server."""
    profile = device.enrol(asked.url, asked.code, name=asked.name, database=asked.database)
    found = device.status()
    output.result(
        {"device": found.device, "user": found.user, "profile": profile.name},
        [f"Enrolled as a device of {found.user}, profile {profile.name}. Next: sync."],
    )


def sync(device: Device, asked: Namespace, output: Output) -> None:
    """Deliver and receive, once or as the schedule asks for."""
    if asked.watch:
        while True:
            device.tick()
            asked.sleep(1)
    result = device.sync()
    parts = [f"{number} {status}" for status, number in sorted(result.receipts.items())]
    lines = [
        f"Sent: {', '.join(parts) or 'nothing'}.",
        f"Received: {result.upserts} records, {result.removes} removed, {result.outcomes} decisions.",
    ]
    if result.healed:
        lines.append(f"Read again, because it differed from the server: {', '.join(result.healed)}.")
    if result.unhealed:
        lines.append(
            f"Still different from the server: {', '.join(result.unhealed)}. Tell the administrator."
        )
    if result.files_held:
        lines.append(f"{result.files_held} files wait for a network without a meter.")
    if result.retry_after_s is not None:
        lines.append(f"Not all was taken; try again in {result.retry_after_s} s.")
    unresolved = len(device.unresolved())
    if unresolved:
        lines.append(f"{unresolved} operations wait for a decision: see outbox --parked.")
    output.result(asdict(result), lines)


def status(device: Device, asked: Namespace, output: Output) -> None:
    """What the device knows of itself."""
    found = device.status()
    rows = [
        (name.replace("_", " "), _short(value))
        for name, value in asdict(found).items()
        if name != "incidents"
    ]
    rows.append(("incidents", str(len(found.incidents))))
    rows += [("", f"{one['at']} {one['kind']}") for one in found.incidents[-5:]]
    output.result(asdict(found), table(rows))


def escrow(device: Device, asked: Namespace, output: Output) -> None:
    """Hand the work over, sealed, or save the boxes as a file, one a line."""
    if asked.file is None:
        device.escrow()
        output.result({"sent": True}, ["Handed over. An offline manager can replay it."])
        return
    boxes = device.sealed()
    if boxes is None:
        raise DeviceError("the server has no key for sealed work")
    with open(asked.file, "w", encoding="ascii", opener=_private) as file:
        file.writelines(f"{box}\n" for box in boxes)
    said = f"Saved {asked.file}. Only the office can open it: import it under Offline / Sealed Work."
    output.result({"file": str(asked.file)}, [said])


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def profile(device: Device, asked: Namespace, output: Output) -> None:
    """What this device may hold and do."""
    found = device.settings.profile
    lines = []
    for entity in found.entities:
        lines.append(f"{entity.name}  {entity.label} ({entity.direction})")
        lines += table([("  " + field.name, field.type, field.label) for field in entity.fields_])
        lines += [f"  do: {operation.name}  {operation.label}" for operation in entity.operations]
    output.result(found.model_dump(mode="json", by_alias=True), lines)


def check(device: Device, asked: Namespace, output: Output) -> None:
    """Check every held record."""
    rotten = device.check()
    said = (
        f"{len(rotten)} damaged; the next sync fetches them again." if rotten else "All records are intact."
    )
    output.result({"rotten": rotten}, [said])


def verify(device: Device, asked: Namespace, output: Output) -> None:
    """Compare with the server and repair."""
    found = device.verify()
    shards = sum(map(len, found.differ.values()))
    lines = ["All records are intact and agree with the server."]
    if found.rotten or shards:
        lines = [f"{len(found.rotten)} records were damaged, {shards} shards differed; fetched again."]
    output.result(asdict(found), lines)


def mode(device: Device, asked: Namespace, output: Output) -> None:
    """Show or choose the mode."""
    if asked.mode is not None:
        device.mode = asked.mode
    output.result({"mode": device.mode}, [device.mode])


def network(device: Device, asked: Namespace, output: Output) -> None:
    """Show or say whether the network is paid by its volume."""
    if asked.kind is not None:
        device.settings.metered = asked.kind == "metered"
    kind = "metered" if device.settings.metered else "free"
    output.result({"network": kind}, [kind])


def cache(device: Device, asked: Namespace, output: Output) -> None:
    """Show or choose how much room files may take that the server has."""
    if asked.bytes is not None:
        device.keep_at_most(asked.bytes)
    found = {"bytes": device.status().bytes_cached, "most_bytes": device.settings.cache_bytes}
    output.result(found, [f"{found['bytes']} of {found['most_bytes']} bytes"])


def search(device: Device, asked: Namespace, output: Output) -> None:
    """Find records."""
    where = _values(device, asked.entity, asked.where)
    found = device.search(asked.entity, asked.text, where, limit=asked.limit, offset=asked.offset)
    total = device.count(asked.entity, asked.text, where)
    rows = [(record.ref, "*" if record.pending else "", _title(record)) for record in found]
    lines = [*table(rows), f"{len(found)} of {total}; * has unsent or undecided work"]
    output.result({"total": total, "records": [asdict(record) for record in found]}, lines)


def show(device: Device, asked: Namespace, output: Output) -> None:
    """Show a record."""
    record = device.get(asked.entity, _ref(asked.ref))
    if record is None:
        raise UsageError(f"this device holds no {asked.entity} {asked.ref}")
    output.result(asdict(record), _record_lines(device, record))


def create(device: Device, asked: Namespace, output: Output) -> None:
    """Make a record."""
    record = device.create(asked.entity, _values(device, asked.entity, asked.values))
    _deliver(device, output)
    output.result(asdict(record), [f"Created {record.ref}."])


def edit(device: Device, asked: Namespace, output: Output) -> None:
    """Change fields of a record."""
    values = _values(device, asked.entity, asked.values)
    _recorded(device, device.update(asked.entity, _ref(asked.ref), values), output)


def attach(device: Device, asked: Namespace, output: Output) -> None:
    """Put a file on a record."""
    record = device.attach(asked.entity, _ref(asked.ref), asked.file)
    _deliver(device, output)
    content = record.values["raw"]
    output.result(
        {"uid": record.uid, "sha256": content["sha256"], "size": content["size"]},
        [f"Attached {record.values['name']}, {content['size']} bytes. {content['sha256']}"],
    )


def fetch(device: Device, asked: Namespace, output: Output) -> None:
    """Fetch a file by its hash."""
    path = device.fetch(asked.sha256, asked.size)
    if asked.to is not None:
        shutil.copyfile(path, asked.to)
        path = asked.to
    output.result({"file": str(path), "size": path.stat().st_size}, [str(path)])


def delete(device: Device, asked: Namespace, output: Output) -> None:
    """Delete a record."""
    _recorded(device, device.delete(asked.entity, _ref(asked.ref)), output)


def do(device: Device, asked: Namespace, output: Output) -> None:
    """Run a named operation."""
    ref = None if asked.ref == "-" else _ref(asked.ref)
    _recorded(device, device.call(asked.entity, ref, asked.operation, _args(asked.args)), output)


def outbox(device: Device, asked: Namespace, output: Output) -> None:
    """What has no final state yet."""
    _entries(device.unresolved() if asked.parked else device.outbox(), output)


def journal(device: Device, asked: Namespace, output: Output) -> None:
    """What was delivered and decided."""
    _entries(device.journal(asked.limit), output)


def amend(device: Device, asked: Namespace, output: Output) -> None:
    """Send a rejected operation again."""
    entry = _numbered(device, asked.number)
    if device.wanted(entry)["verb"] in ("create", "update"):
        done = device.amend(entry.op, _values(device, entry.entity, asked.values))
    else:
        done = device.amend(entry.op, args=_args(asked.values))
    _recorded(device, done, output)


def discard(device: Device, asked: Namespace, output: Output) -> None:
    """Give a parked operation up."""
    _recorded(device, device.discard(_numbered(device, asked.number).op, asked.reason), output)


def resolve(device: Device, asked: Namespace, output: Output) -> None:
    """Decide a conflict."""
    entry = _numbered(device, asked.number)
    values = _values(device, entry.entity, asked.values) if asked.by == "values" else None
    _recorded(device, device.resolve(entry.op, asked.by, values), output)


# --- reading what was typed, writing what was found -------------------------------------------------------------


def read_value(field: FieldProfile, text: str) -> Any:
    """The value that a text on the command line means for a field; nothing after ``=`` is empty.

    >>> amount = FieldProfile(name="a", type="float", label="", required=False, readonly=False)
    >>> read_value(amount, "2.5"), read_value(amount, "")
    (2.5, None)
    """
    if text == "" and field.type != "many2many":
        return None
    try:
        if field.type == "integer":
            return int(text)
        if field.type in ("float", "monetary"):
            return float(text)
        if field.type in ("many2one", "many2one_reference"):
            return _reference(text)
        if field.type == "many2many":
            return [_reference(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UsageError(f"{field.name}: {text!r} is no {field.type}") from None
    if field.type == "boolean" and text.lower() in (*_TRUE, *_FALSE):
        return text.lower() in _TRUE
    return text


def _values(device: Device, entity: str, texts: Sequence[str]) -> dict[str, Any]:
    profile = device.settings.entity(entity)
    fields = {field.name: field for field in profile.fields_} if profile else {}
    values: dict[str, Any] = {}
    for name, text in map(_split, texts):
        values[name] = read_value(fields[name], text) if name in fields else text
    return values


def _args(texts: Sequence[str]) -> dict[str, Any]:
    args: dict[str, Any] = {}
    for name, text in map(_split, texts):
        try:
            args[name] = json.loads(text)
        except ValueError:
            args[name] = text
    return args


def _split(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} should be NAME=VALUE")
    return name, value


def _ref(text: str) -> Ref:
    return int(text) if text.isdigit() else text


def _reference(text: str) -> int | dict[str, str]:
    return int(text) if text.isdigit() else {"uid": text}


def _numbered(device: Device, seq: int) -> Entry:
    entry = next((entry for entry in device.outbox() if entry.seq == seq), None)
    if entry is None:
        raise UsageError(f"the outbox has no operation #{seq}")
    return entry


def _deliver(device: Device, output: Output) -> None:
    """Sync if the mode asks for it. The edit is safe already, so a refusal of the call is only a note."""
    try:
        device.tick()
    except Refused as refused:
        output.note(f"Kept here, not delivered: {refused}")


def _recorded(device: Device, entry: Entry, output: Output) -> None:
    _deliver(device, output)
    now = device.operation(entry.op) or entry
    _entries([now], output)


def _entries(entries: Sequence[Entry], output: Output) -> None:
    data = [
        {
            **entry.body,
            "state": entry.state,
            "receipt": entry.receipt and entry.receipt.model_dump(mode="json", by_alias=True),
        }
        for entry in entries
    ]
    rows = [
        (
            f"#{entry.seq}",
            entry.state,
            f"{entry.verb} {entry.entity} {entry.target_uid or entry.target_id or ''}",
            _short(entry.body.get("values") or entry.body.get("args") or {}),
            entry.reason or "",
        )
        for entry in entries
    ]
    output.result(data, table(rows) if rows else ["Nothing."])


def _record_lines(device: Device, record: Record) -> list[str]:
    profile = device.settings.entity(record.entity)
    relations = {field.name: field.relation for field in profile.fields_} if profile else {}
    labels = {field.name: field.label for field in profile.fields_} if profile else {}
    rows = []
    for name, value in record.values.items():
        relation = relations.get(name)
        said = device.name_of(relation, value) if relation and isinstance(value, int) else None
        rows.append((name, labels.get(name, ""), _short(value) + (f"  {said}" if said else "")))
    lines = [
        f"{record.entity} {record.ref}" + ("" if record.present else "  (no longer here)"),
        *table(rows),
    ]
    if record.pending:
        lines.append("own work not settled: " + ", ".join(f"#{seq}" for seq in record.pending))
    return lines


def _title(record: Record) -> str:
    for name in ("display_name", "name", "summary"):
        if isinstance(record.values.get(name), str):
            return str(record.values[name])
    return next((value for value in record.values.values() if isinstance(value, str)), "")


def _short(value: object) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
