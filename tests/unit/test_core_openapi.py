"""The OpenAPI document is valid and complete."""

from __future__ import annotations

from openapi_spec_validator import validate

from offline_core import openapi, routes
from offline_core.errors import CATALOGUE


def test_the_document_is_valid_openapi() -> None:
    validate(openapi.document("19.0.1.0.0"))


def test_every_route_and_every_code_of_a_route_is_described() -> None:
    paths = openapi.document("19.0.1.0.0")["paths"]
    for route in routes.ROUTES:
        described = paths[routes.PREFIX + route.path][route.method.lower()]["responses"]
        for code in route.codes:
            assert code in described[str(CATALOGUE[code].status)]["description"]
        if route.answer is not None:
            assert str(route.status) in described


def test_every_code_of_a_problem_document_belongs_to_a_route() -> None:
    answered = {code for route in routes.ROUTES for code in route.codes}
    whole_call = {entry.code for entry in CATALOGUE.values() if entry.status is not None}
    assert whole_call - answered == {"unknown_route"}
