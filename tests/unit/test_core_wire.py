"""Shapes of the wire: any JSON is taken or refused with the place named; what is taken reads back equal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from offline_core import wire
from offline_core.routes import ROUTES

REQUESTS = {route.request.__name__: route.request for route in ROUTES if route.request} | {
    "Operation": wire.Operation
}
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
names = st.sampled_from(
    [
        *sorted({name for model in REQUESTS.values() for name in model.model_fields}),
        "target",
        "id",
        "uid",
        "extra",
    ]
)
shaped = st.dictionaries(names, anything | st.dictionaries(names, anything, max_size=4), max_size=8)


def example(model: type[BaseModel]) -> dict[str, Any]:
    """A call that is in order, from which others are made by changing it."""
    op = {"seq": 1, "op": "019a0000-0000-7000-8000-000000000001", "at": "2026-11-21T10:00:00Z"}
    operation = op | {"entity": "res.partner", "verb": "update", "target": {"id": 7}, "values": {"a": 1}}
    given_ones: dict[str, dict[str, Any]] = {
        "EnrolRequest": {"code": "ABCD", "nonce": "n" * 16, "device": {"name": "x"}},
        "PullRequest": {
            "cursor": None,
            "limit": 5,
            "held": {"res.partner": [[1, "0" * 16]]},
            "pins": {"res.partner": [7]},
        },
        "FindRequest": {"entity": "res.partner", "text": "Reading Rooms"},
        "AskRequest": {"entity": "sale.order", "question": "document", "targets": [{"id": 7}], "args": {}},
        "VerifyRequest": {"entity": "res.partner", "shards": 1, "sums": ["0" * 16]},
        "PushRequest": {"operations": [operation]},
        "JournalRequest": {"operations": [operation]},
        "EscrowRequest": {"sealed": "eyJhbGciOiJFQ0RILUVTIn0..AAAA.AAAA.AAAA"},
        "WipeRequest": {"done": True},
        "TokenRequest": {},
        "Operation": operation,
    }
    return given_ones[model.__name__]


@pytest.mark.parametrize("model", REQUESTS.values(), ids=lambda model: model.__name__)
def test_the_example_is_in_order(model: type[BaseModel]) -> None:
    model.model_validate_json(json.dumps(example(model)))


@pytest.mark.parametrize("model", REQUESTS.values(), ids=lambda model: model.__name__)
@given(change=shaped, whole=anything, keep=st.booleans())
def test_any_json_is_taken_or_refused_with_its_place(
    model: type[BaseModel], change: dict[str, Any], whole: Any, keep: bool
) -> None:
    content = example(model) | change if keep else whole
    text = json.dumps(content, ensure_ascii=True)
    try:
        found = model.model_validate_json(text)
    except ValidationError as error:
        refused = error.errors(include_url=False, include_input=False)
    else:
        again = found.model_dump_json(by_alias=True, exclude_unset=True)
        assert model.model_validate_json(again) == found
        return
    assert all(detail["msg"] for detail in refused)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="surrogatepass")))
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    try:
        wire.PullRequest.model_validate_json(raw)
    except ValidationError:
        return
    json.loads(raw)


def test_json_of_any_depth_is_refused_not_followed() -> None:
    for text in ("[" * 200_000, '{"a":' * 200_000):
        with pytest.raises(ValidationError):
            wire.PushRequest.model_validate_json(text)
