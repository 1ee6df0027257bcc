"""The OpenAPI 3.1 document, generated from the wire models, the routes and the error catalogue.

Source: OpenAPI Specification 3.1, JSON Schema 2020-12.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from pydantic.json_schema import models_json_schema

from . import wire
from .errors import CATALOGUE
from .routes import PREFIX, ROUTES, Route

_BYTES = {"type": "string", "format": "binary"}
_REF = "#/components/schemas/{model}"


def document(version: str, server_url: str = "/") -> dict[str, Any]:
    """The document as one JSON object.

    ``version`` is the addon's version, ``server_url`` the address that the paths are relative to.

    >>> sorted(document("1.0")["paths"])[-1]
    '/offline/v1/wipe'
    """
    models = [(m, "validation") for r in ROUTES for m in (r.request,) if m]
    models += [(m, "serialization") for r in ROUTES for m in (r.answer,) if m]
    models += [(wire.Operation, "validation"), (wire.ProblemDocument, "serialization")]
    refs, schemas = models_json_schema(models, by_alias=True, ref_template=_REF)  # type: ignore[arg-type]
    names: dict[Any, str] = {model: ref["$ref"] for (model, _mode), ref in refs.items()}
    definitions = schemas["$defs"]
    for request in ("PushRequest", "JournalRequest"):
        definitions[request]["properties"]["operations"]["items"] = {"$ref": names[wire.Operation]}
    definitions.pop("OperationHead", None)

    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for route in ROUTES:
        paths[PREFIX + route.path][route.method.lower()] = _operation(route, names)
    paths[PREFIX + "/openapi.json"]["get"] = {
        "operationId": "openapi",
        "summary": "This document",
        "security": [],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Odoo Offline",
            "version": version,
            "summary": "The sync protocol between devices and Odoo, version 1",
            "license": {"name": "LGPL-3.0", "identifier": "LGPL-3.0-only"},
        },
        "servers": [{"url": server_url}],
        "security": [{"device": []}],
        "paths": dict(paths),
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "device": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token received at enrolment",
                }
            },
        },
    }


def _operation(route: Route, names: dict[Any, str]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    if route.answer:
        responses[str(route.status)] = {
            "description": route.summary,
            "content": {"application/json": {"schema": {"$ref": names[route.answer]}}},
        }
    elif route.raw:
        content = {"content": {route.answers: {"schema": _BYTES}}} if route.answers else {}
        responses[str(route.status)] = {"description": route.summary, **content}
    for status in sorted({CATALOGUE[code].status or 0 for code in route.codes}):
        codes = [code for code in route.codes if CATALOGUE[code].status == status]
        responses[str(status)] = {
            "description": "; ".join(f"{code}: {CATALOGUE[code].title}" for code in codes),
            "content": {"application/problem+json": {"schema": {"$ref": names[wire.ProblemDocument]}}},
        }
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.summary, "responses": responses}
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    parameters.append(
        {
            "name": "X-Offline-Protocol",
            "in": "header",
            "required": False,
            "schema": {"const": str(wire.PROTOCOL_VERSION)},
        }
    )
    parameters += [
        {"name": name, "in": "header", "required": name == "Tus-Resumable", "schema": {"type": "string"}}
        for name in route.headers
    ]
    operation["parameters"] = parameters
    if route.sends:
        operation["requestBody"] = {"required": True, "content": {route.sends: {"schema": _BYTES}}}
    if not route.token:
        operation["security"] = []
    if route.request:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": names[route.request]}}},
        }
    return operation
