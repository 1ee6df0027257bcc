"""The PL/pgSQL text of capture functions: made from what a table is watched for.

A capture function may neither stop nor slow the business. What it reads is read inside an exception block: when a
column that it knows is gone, it logs every row of the statement, and when it cannot even name the rows it logs
"all" (id 0). The inserts stand outside the block. A table with columns that it does not know (somebody added one)
has all rows of its updates logged until capture is repaired: comparing the number of attributes costs one look into
a system catalogue for each statement, where comparing whole rows as JSON would cost six times the update.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from textwrap import indent

#: What each function runs with. A plan made for one row with nested loops took 41.9 s on a 20,000-row update (0.19 s
#: without); one made for 20,000 rows had its expressions compiled anew at every later single row, 45 ms each (0.2).
SETTINGS = "SET search_path = pg_catalog, pg_temp SET enable_nestloop = off SET jit = off"
_PREFIX = "offline_capture_"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose records the rows of a table stand for: those of ``model`` that ``column`` names.

    ``guard`` is the column that must hold the model's name, where the reference leads to several models.
    ``label`` is what the log says changed of them: the exported field that a relation table holds, else nothing.
    """

    column: str
    model: str
    guard: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A table to watch.

    ``model`` is the one whose rows are logged by their id, if any; ``owners`` are logged besides, with their old
    and their new value. An update counts when one of ``columns`` changed: pairs of a name and a cast, for types
    without equality; none for relation tables, whose rows have no id. ``named`` are the columns whose change the
    log names, with the transaction's time. ``attributes`` is PostgreSQL's number of the table's columns, dropped
    ones included, when they were looked up. ``only_updates`` leaves inserts and deletes unlogged.
    """

    table: str
    model: str | None = None
    owners: tuple[Owner, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    named: frozenset[str] = frozenset()
    attributes: int = 0
    only_updates: bool = False

    @property
    def events(self) -> tuple[str, ...]:
        """The statements that its triggers fire after."""
        return ("update", "truncate") if self.only_updates else ("insert", "update", "delete", "truncate")


def function_name(table: str) -> str:
    """The capture function of a table; PostgreSQL cuts names at 63 bytes, so long ones end in a hash.

    >>> function_name("res_partner")
    'offline_capture_res_partner'
    >>> len(function_name("a" * 60))
    63
    """
    name = _PREFIX + table
    return name if len(name) <= 63 else f"{name[:52]}_{hashlib.sha256(table.encode()).hexdigest()[:10]}"


def fingerprint(source: Source) -> str:
    """What tells installed capture from the wanted one: a hash of the function, and how many triggers call it."""
    mark = hashlib.sha256(f"{source.events}{SETTINGS}{function_body(source)}".encode()).hexdigest()[:32]
    return f"{mark}/{len(source.events)}"


def function_body(source: Source) -> str:
    """The text of a table's capture function, with ``{schema}`` for the schema of the log."""
    others = "".join(f"    others_{k} integer[];\n" for k in range(len(source.owners)))
    return f"""
DECLARE
    ids integer[];
    names text[];
    unknown boolean;
{others}BEGIN
    BEGIN
        IF TG_OP = 'INSERT' THEN
{_indented(_one_side(source, "new_rows"))}
        ELSIF TG_OP = 'DELETE' THEN
{_indented(_one_side(source, "old_rows"))}
        ELSIF TG_OP = 'UPDATE' THEN
{_indented(_update(source))}
        ELSE
{_indented(_everything(source))}
        END IF;
    EXCEPTION WHEN OTHERS THEN
        -- A migration renamed or dropped a column: say too much rather than too little.
{_indented(_fallback(source), 8)}
    END;
{_indented(_log(source), 4)}
    RETURN NULL;
END"""


def _one_side(source: Source, rows: str) -> str:
    lines = [f"ids := ARRAY(SELECT r.id FROM {rows} r);"] if source.columns else []
    for k, owner in enumerate(source.owners):
        column = _identifier(owner.column)
        lines.append(
            f"others_{k} := ARRAY(SELECT DISTINCT r.{column} FROM {rows} r WHERE {_names(owner, 'r')});"
        )
    return "\n".join(lines)


def _update(source: Source) -> str:
    if source.columns:
        compared = [
            f"n.{_identifier(name)}{cast} IS DISTINCT FROM o.{_identifier(name)}{cast}"
            for name, cast in source.columns
        ]
        changed = "\n    OR ".join(["unknown", "n.id IS NULL", "o.id IS NULL", *compared])
        cases = ", ".join(
            f"CASE WHEN {test} THEN {_literal(name)} END"
            for (name, _cast), test in zip(source.columns, compared, strict=True)
            if name in source.named
        )
        names = f", array_agg(array_to_string(ARRAY[{cases}]::text[], ','))" if cases else ""
        lines = [
            f"unknown := (SELECT c.relnatts FROM pg_class c WHERE c.oid = TG_RELID) <> {source.attributes};",
            f"SELECT array_agg(coalesce(n.id, o.id)){names}",
            f"  INTO ids{', names' if names else ''} FROM new_rows n FULL JOIN old_rows o ON n.id = o.id",
            f" WHERE {changed};",
            "IF unknown THEN names := NULL; END IF;",
        ]
    else:
        lines = []
    for k, owner in enumerate(source.owners):
        column = _identifier(owner.column)
        sides = [
            f"SELECT {row}.{column} FROM {rows} {row}"
            f"{f' JOIN unnest(ids) AS k(id) ON k.id = {row}.id' if source.columns else ''} WHERE {_names(owner, row)}"
            for row, rows in (("n", "new_rows"), ("o", "old_rows"))
        ]
        lines.append(f"others_{k} := ARRAY({' UNION '.join(sides)});")
    return "\n".join(lines)


def _everything(source: Source) -> str:
    lines = ["ids := ARRAY[0];"] + [f"others_{k} := ARRAY[0];" for k in range(len(source.owners))]
    return "\n".join(lines)


def _fallback(source: Source) -> str:
    lines = ["names := NULL;"] + [f"others_{k} := ARRAY[0];" for k in range(len(source.owners))]
    if source.columns:
        lines += [
            "BEGIN",
            "    IF TG_OP = 'DELETE' THEN ids := ARRAY(SELECT r.id FROM old_rows r);",
            "    ELSE ids := ARRAY(SELECT r.id FROM new_rows r); END IF;",
            "EXCEPTION WHEN OTHERS THEN",
            "    ids := ARRAY[0];",
            "END;",
        ]
    return "\n".join(lines)


def _log(source: Source) -> str:
    lines = []
    if source.model:
        model, letter = _literal(source.model), 'lower(left(TG_OP, 1))::"char"'
        if source.named:
            lines += [
                "INSERT INTO {schema}.offline_change (model, res_id, op, columns, at)",
                f"SELECT {model}, k.id, {letter}, k.names, transaction_timestamp()",
                "  FROM unnest(ids, names) AS k(id, names);",
            ]
        else:
            lines += [
                "INSERT INTO {schema}.offline_change (model, res_id, op)",
                f"SELECT {model}, k.id, {letter} FROM unnest(ids) AS k(id);",
            ]
    for k, owner in enumerate(source.owners):
        # The owners stay when a row goes: for them all is an update.
        lines += [
            "INSERT INTO {schema}.offline_change (model, res_id, op, columns, at)",
            f"SELECT {_literal(owner.model)}, k.id, CASE TG_OP WHEN 'TRUNCATE' THEN 't' ELSE 'u' END::\"char\",",
            f"       {_literal(owner.label)}, transaction_timestamp() FROM unnest(others_{k}) AS k(id);",
        ]
    return "\n".join(lines)


def _names(owner: Owner, row: str) -> str:
    """The condition under which a row names a record of the owner's model."""
    test = f"{row}.{_identifier(owner.column)} IS NOT NULL"
    return f"{test} AND {row}.{_identifier(owner.guard)} = {_literal(owner.model)}" if owner.guard else test


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _indented(text: str, width: int = 12) -> str:
    return indent(text, " " * width)
