"""Files and pictures as values of records: the hash of their bytes, their size, what they are.

Odoo keeps the SHA-1 of every file beside it. The SHA-256 that devices know a file by is computed when the file is
first shown to a device, and kept by its SHA-1: after that, reading a picture costs one row of a join.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from odoo.models import BaseModel
from odoo.tools import SQL, Query

from ..core.fields import BLOB_TYPES, FieldSpec

#: The field of an attachment that holds its bytes; it has no column.
RAW = "raw"


def read(
    adapter, specs: Mapping[str, FieldSpec], ids: Collection[int]
) -> dict[tuple[int, str], dict[str, Any]]:
    """{(id, field): value on the wire} of the fields that are filled; who may read them was decided by ``specs``."""
    names = [name for name, spec in specs.items() if spec.type in BLOB_TYPES]
    if not names or not ids:
        return {}
    env = adapter.env
    found = list(_rows(env, adapter._offline_model, names, list(ids)))
    unknown = {
        checksum: attachment_id
        for *_place, attachment_id, checksum, _size, _type, sha256 in found
        if not sha256
    }
    hashes = _compute(env, unknown)
    return {
        (record_id, name): {"sha256": sha256 or hashes[checksum], "size": size, "type": mimetype}
        for record_id, name, _id, checksum, size, mimetype, sha256 in found
        if sha256 or checksum in hashes
    }


def sql(model: BaseModel, name: str, record_id: SQL) -> SQL:
    """The same value as PostgreSQL shows it; `know_hashes` comes before."""
    place = (
        SQL("a.id = %s", record_id)
        if model._name == "ir.attachment"
        else SQL("a.res_model = %s AND a.res_field = %s AND a.res_id = %s", model._name, name, record_id)
    )
    return SQL(
        # Most records have none: a look into the index spares them the rest.
        """CASE WHEN EXISTS (SELECT FROM ir_attachment a WHERE %s) THEN (
                SELECT row_to_json(b) FROM (
                SELECT h.sha256, a.file_size AS size, a.mimetype AS type
                  FROM ir_attachment a JOIN offline_blob_hash h ON h.checksum = a.checksum
                 WHERE %s AND a.type = 'binary' ORDER BY a.id DESC LIMIT 1) AS b) END""",
        place,
        place,
    )


def know_hashes(model: BaseModel, specs: Mapping[str, FieldSpec], query: Query) -> None:
    """Compute the hashes of files that these rows have and that no device was shown yet."""
    names = [name for name, spec in specs.items() if spec.type in BLOB_TYPES]
    if not names:
        return
    env = model.env
    env["ir.attachment"].flush_model()
    ids = query.select(SQL.identifier(model._table, "id"))
    if model._name == "ir.attachment":
        where = SQL("a.id IN (%s)", ids)
    else:
        where = SQL(
            "a.res_model = %s AND a.res_field = ANY(%s) AND a.res_id IN (%s)", model._name, names, ids
        )
    env.cr.execute(
        SQL(
            """SELECT a.checksum, min(a.id) FROM ir_attachment a
                WHERE %s AND a.type = 'binary' AND a.checksum IS NOT NULL AND NOT EXISTS (
                      SELECT 1 FROM offline_blob_hash h WHERE h.checksum = a.checksum) GROUP BY 1""",
            where,
        )
    )
    _compute(env, dict(env.cr.fetchall()))


def _rows(env, model: str, names: list[str], ids: list[int]) -> Iterator[tuple[Any, ...]]:
    env["ir.attachment"].flush_model()
    if model == "ir.attachment":
        place, where = SQL("a.id, %s", RAW), SQL("a.id = ANY(%s)", ids)
    else:
        place = SQL("a.res_id, a.res_field")
        where = SQL("a.res_model = %s AND a.res_field = ANY(%s) AND a.res_id = ANY(%s)", model, names, ids)
    env.cr.execute(
        SQL(
            """SELECT %s, a.id, a.checksum, a.file_size, a.mimetype, h.sha256
                 FROM ir_attachment a LEFT JOIN offline_blob_hash h ON h.checksum = a.checksum
                WHERE %s AND a.type = 'binary' AND a.checksum IS NOT NULL ORDER BY a.id""",
            place,
            where,
        )
    )
    yield from env.cr.fetchall()


def _compute(env, unknown: Mapping[str, int]) -> dict[str, str]:
    """{SHA-1: SHA-256} of files that no device was shown yet; one file in memory at a time."""
    hashes = {}
    for checksum, attachment_id in unknown.items():
        # sudo: the content of a record's field; the field and the record were checked.
        attachment = env["ir.attachment"].sudo().browse(attachment_id)
        data = attachment.raw or b""
        if not data and attachment.file_size:
            continue  # the file is missing from the store: Odoo shows it as empty, and so do we
        hashes[checksum] = hashlib.sha256(data).hexdigest()
        env["offline.blob.hash"].sudo()._remember(
            checksum, hashes[checksum], len(data)
        )  # sudo: the engine's own
        attachment.invalidate_recordset(["raw"])
    return hashes
