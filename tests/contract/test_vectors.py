"""The vectors agree with models, OpenAPI document and catalogue, and forget nothing."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from pydantic import BaseModel, ValidationError

from offline_core import openapi, routes, wire
from offline_core.errors import CATALOGUE

from .vectors import FOLDER, GIVEN, Vector, load, resolve

VECTORS = load()
BY_NAME = {vector.name: vector for vector in VECTORS}
DOCUMENT = openapi.document("0")
#: The vectors with these codes send what the models refuse, on purpose.
REFUSED_ENVELOPES = {"envelope_invalid", "envelope_unknown_field"}
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)


def route_of(vector: Vector) -> routes.Route | None:
    """The route with the vector's path, the one with its method if there are several; None for an unknown one."""
    found = [
        route
        for route in routes.ROUTES
        if re.fullmatch(
            re.sub(r"{\w+}", "[^/]+", routes.PREFIX + route.path), vector.request["path"].partition("?")[0]
        )
    ]
    fitting = [route for route in found if route.method == vector.request["method"]]
    return next(iter(fitting or found), None)


def has_described_body(vector: Vector, route: routes.Route | None) -> bool:
    """Whether the vector sends JSON to a route that has a model for it."""
    if route is None or route.request is None or vector.request["method"] != route.method:
        return False
    return "body" in vector.request


def all_receipts() -> list[dict[str, Any]]:
    return [receipt for vector in VECTORS for receipt in vector.receipts]


def parse_request(vector: Vector, model: type[BaseModel]) -> BaseModel:
    """The request as the server reads it: strictly, from JSON text."""
    return model.model_validate_json(json.dumps(vector.request["body"]))


def schema_errors(schema: dict[str, Any], instance: Any) -> list[str]:
    complete = {**schema, "components": DOCUMENT["components"]}
    found = Draft202012Validator(complete).iter_errors(instance)
    return [f"{error.json_path}: {error.message}" for error in found]


def described_operation(route: routes.Route) -> dict[str, Any]:
    return DOCUMENT["paths"][routes.PREFIX + route.path][route.method.lower()]


def expects_refused_operation(vector: Vector) -> bool:
    return "operation_invalid" in vector.codes


def test_openapi_document_is_valid():
    validate(json.loads(json.dumps(DOCUMENT)))


@each_vector
def test_every_vector_says_what_is_given_and_fills_only_what_is_there(vector):
    assert vector.given in GIVEN
    assert vector.about.endswith(".")
    for pointer in vector.fill:
        resolve({"request": vector.request, "answer": vector.answer}, pointer)
    for pointer in (*vector.vary, *vector.open):
        resolve(vector.answer.get("body"), pointer)


@each_vector
def test_every_request_is_taken_or_refused_by_the_models_as_its_answer_says(vector):
    route = route_of(vector)
    if not has_described_body(vector, route):
        return
    if vector.codes & REFUSED_ENVELOPES:
        with pytest.raises(ValidationError):
            parse_request(vector, route.request)
        return
    parsed = parse_request(vector, route.request)
    assert parsed.model_dump(mode="json", by_alias=True, exclude_unset=True) == vector.request["body"]
    for head in vector.request["body"].get("operations", ()):
        if expects_refused_operation(vector):
            with pytest.raises(ValidationError):
                wire.Operation.model_validate_json(json.dumps(head))
        else:
            wire.Operation.model_validate_json(json.dumps(head))


@each_vector
def test_every_request_is_taken_or_refused_by_openapi_as_its_answer_says(vector):
    route = route_of(vector)
    if not has_described_body(vector, route):
        return
    schema = described_operation(route)["requestBody"]["content"]["application/json"]["schema"]
    refused = bool(vector.codes & REFUSED_ENVELOPES) or expects_refused_operation(vector)
    assert bool(schema_errors(schema, vector.request["body"])) == refused


@each_vector
def test_every_answer_round_trips_through_its_model(vector):
    route = route_of(vector)
    if "body" not in vector.answer:
        assert route.raw
        return
    model = wire.ProblemDocument if vector.is_problem else route.answer
    parsed = model.model_validate_json(json.dumps(vector.answer["body"]))
    written = parsed.model_dump(mode="json", by_alias=True, exclude_none=vector.is_problem)
    if model is wire.PushAnswer and not parsed.dry_run:
        assert written.pop("dry_run") is False  # only a dry run says so
    assert written == vector.answer["body"]


@each_vector
def test_every_answer_is_one_that_openapi_declares(vector):
    route = route_of(vector)
    if route is None:
        assert vector.codes == {"unknown_route"}
        return
    response = described_operation(route)["responses"][str(vector.answer["status"])]
    if "body" not in vector.answer:
        assert vector.answer["status"] == route.status
        assert set(response.get("content", {})) == {vector.answer["headers"].get("Content-Type")} - {None}
        return
    schema = response["content"][vector.answer["headers"]["Content-Type"]]["schema"]
    assert schema_errors(schema, vector.answer["body"]) == []
    if vector.is_problem:
        assert vector.codes <= set(route.codes)
    else:
        assert vector.answer["status"] == route.status


@each_vector
def test_every_problem_document_carries_the_words_of_the_catalogue(vector):
    if not vector.is_problem:
        return
    body = vector.answer["body"]
    entry = CATALOGUE[body["code"]]
    assert (body["title"], body["remedy"]) == (entry.title, entry.remedy)
    assert body["status"] == vector.answer["status"] == entry.status
    assert body["type"].endswith(body["code"])
    assert ("Retry-After" in vector.answer["headers"]) == (entry.status == 503)


@each_vector
def test_every_transient_receipt_comes_with_the_time_to_wait(vector):
    transient = any(receipt["status"] == "retry" for receipt in vector.receipts)
    assert vector.is_problem or transient == ("Retry-After" in vector.answer["headers"])


@each_vector
def test_every_receipt_carries_what_its_status_promises(vector):
    for receipt in vector.receipts:
        status = receipt["status"]
        assert (status == "conflict") == (receipt["conflict"] is not None)
        # What waits for a record that another device may still bring waits for no number.
        unseen = status == "deferred" and receipt["code"] == "reference_unknown"
        assert (status == "deferred") == (unseen or bool(receipt["blocked_by"]))
        if status == "rejected":
            assert receipt["message"]
        if receipt["code"] is not None:
            assert receipt["code"] in CATALOGUE


@each_vector
def test_every_push_answers_numbers_in_order_up_to_the_next(vector):
    if "receipts" not in vector.answer.get("body", {}):
        return
    numbers = [receipt["seq"] for receipt in vector.receipts if receipt["status"] != "retry"]
    assert numbers == sorted(numbers)
    if numbers and "again" not in vector.name:
        after = numbers[0] if vector.answer["body"].get("dry_run") else numbers[-1] + 1
        assert vector.answer["body"]["next_seq"] == after


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_of_the_catalogue_has_a_vector(code):
    assert any(code in vector.codes for vector in VECTORS)


@pytest.mark.parametrize("code", [code for code, entry in CATALOGUE.items() if entry.status is None])
def test_every_receipt_code_stands_in_a_receipt(code):
    assert any(receipt["code"] == code for receipt in all_receipts())


@pytest.mark.parametrize("status", get_args(wire.Status))
def test_every_receipt_status_has_a_vector(status):
    assert any(receipt["status"] == status for receipt in all_receipts())


@pytest.mark.parametrize("kind", get_args(wire.ConflictView.model_fields["kind"].annotation))
def test_every_kind_of_conflict_has_a_vector(kind):
    assert any((receipt["conflict"] or {}).get("kind") == kind for receipt in all_receipts())


@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: route.name)
def test_every_route_has_a_vector_and_every_available_one_a_success(route):
    fitting = [v for v in VECTORS if route_of(v) is route and v.request["method"] == route.method]
    statuses = {vector.answer["status"] for vector in fitting}
    assert route.status in statuses


@pytest.mark.parametrize("given", GIVEN)
def test_every_state_is_asked_for_by_a_vector(given):
    assert any(vector.given == given for vector in VECTORS)


def test_codes_of_each_route_are_in_the_catalogue():
    for route in routes.ROUTES:
        assert set(route.codes) <= {code for code, entry in CATALOGUE.items() if entry.status}


def test_readme_lists_the_states_and_the_live_values():
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    for name, meaning in GIVEN.items():
        assert f"| `{name}` | {meaning} |" in readme
    for name in {name for vector in VECTORS for name in vector.fill.values()}:
        assert f"`{name}`" in readme
