"""P1: a first pull of 10,000 contacts, of 10,000 leads, beside the ways that Odoo offers and beside bare SQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import requests

from tests.faults.wire import Wire
from tools.stage.office import Office

from .bed import Bed, in_odoo
from .data import LEADS, SMALL, add_leads, sql
from .measure import Result, claim, in_turns
from .peers import bare_query, columns_query, json2, odoorpc_reader

_REPEATS, _INSIDE_REPEATS = 7, 15


def measure(bed: Bed) -> Result:
    """Contacts: whole calls over HTTP, then pages in process."""
    return _measured(bed, bed.person(), "contacts")


def measure_leads(bed: Bed) -> Result:
    """The same with the opportunities of a salesperson."""
    bed.kind = LEADS
    user, office = bed.person()
    add_leads(bed.db, SMALL, user)
    return _measured(bed, (user, office), "leads")


def _measured(bed: Bed, person: tuple[int, Office], what: str) -> Result:
    user, office = person
    kind = bed.kind
    login = str(office("res.users", "read", [user], ["login"])[0]["login"])
    device = bed.device(user)
    fields = bed.fields(device)
    api, query = json2(bed, login), bare_query(fields, kind)
    queries = {"bare SQL": query, "bare SQL, columns alone": columns_query(fields, kind)}
    read = odoorpc_reader(office, fields, kind)
    calls: dict[str, Callable[[], Any]] = {
        "pull": lambda: _pull(device, "identity"),
        "pull, gzip": lambda: _pull(device, "gzip"),
        "pull in ten pages": lambda: device.pull(None, limit=SMALL // 10),
        "bare SQL, no HTTP, parsed": lambda: [json.loads(row[0]) for row in sql(bed.db, query)],
        "OdooRPC search_read": lambda: office(kind.model, "search_read", kind.domain, fields),
        "OdooRPC search_read, load=null": lambda: read(kind.domain),
        "/json/2 search_read, load=null": lambda: api(
            kind.model, "search_read", domain=kind.domain, fields=fields, load=None
        ),
    }
    http = in_turns(calls, _REPEATS)
    inside = in_odoo(bed.db, "in_odoo_pull.py", login=login, queries=queries, repeats=_INSIDE_REPEATS)
    result = Result(
        f"First pull of {SMALL:,} {what}, {len(fields)} fields",
        claims=[
            claim(
                f"{what}: OdooRPC `search_read`, against a pull by HTTP",
                http["OdooRPC search_read"], http["pull"], 12, more=True,
            ),
            claim(
                f"{what}: one page, against bare SQL, in process",
                inside["one page of 10,000"], inside["bare SQL"], 2.2,
            ),
            claim(
                f"{what}: ten pages, against bare SQL, in process",
                inside["ten pages of 1,000"], inside["bare SQL"], 4,
            ),
        ],
        seconds={"by HTTP": http, "in process": inside},
    )  # fmt: skip
    result.notes.append(
        "Bare SQL makes JSON of the same fields, tags and pictures' checksums among them, without rights, languages, "
        "hashes and canonical forms; a pull hashes every record, notes what the device holds and names what values "
        "point to. By HTTP both sides end with a parsed answer. Answers of OdooRPC and `/json/2` are not compressed, "
        "so the pull is measured without gzip; with it, it stands beside."
    )
    return result


def _pull(device: Wire, encoding: str) -> Any:
    answer = requests.post(
        f"{device.url}/offline/v1/pull",
        json={"cursor": None, "limit": SMALL},
        headers=device.headers | {"Accept-Encoding": encoding},
        timeout=60,
    )
    answer.raise_for_status()
    changes = answer.json()["changes"]
    assert sum(len(change["upserts"]) for change in changes) == SMALL
    return changes
