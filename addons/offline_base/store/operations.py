"""What devices may call by name: operations, complete business functions, and questions, which change nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from odoo import api
from odoo.tools.translate import LazyGettext


@dataclass(frozen=True, slots=True)
class NamedOperation:
    """A method that devices may call by name on a record of the entity, with typed arguments."""

    name: str
    label: str | LazyGettext
    args: type[BaseModel]
    method: Callable[..., Any]
    #: Whether it commits by itself, and the function that says whether it happened: True, False, None.
    commits: bool = False
    done: Callable[..., bool | None] | None = None

    def describe(self, env) -> dict[str, Any]:
        """The operation as the profile route answers it (core.wire.OperationProfile)."""
        label = env._(self.label) if isinstance(self.label, LazyGettext) else self.label
        return {"name": self.name, "label": label, "args": self.args.model_json_schema()}


@dataclass(frozen=True, slots=True)
class Question:
    """A method that devices may call by name to be told something now, with typed arguments."""

    name: str
    args: type[BaseModel]

    def describe(self) -> dict[str, Any]:
        """The question as the profile route answers it (core.wire.QuestionProfile)."""
        return {"name": self.name, "args": self.args.model_json_schema()}


def question(*, args: type[BaseModel]):
    """Declare a method of an adapter as a question.

    The method gets the records (those of the targets that the device may hold, none if it named none) as the device's
    user, and the parsed arguments; what it returns, JSON, is the answer. It runs inside a savepoint that is always
    rolled back (see `store.asking`): whatever it writes is gone. A `UserError` refuses it with its sentence.
    """

    def mark(method: Callable[..., Any]) -> Callable[..., Any]:
        api.private(method)
        method._offline_question = Question(method.__name__, args)  # type: ignore[attr-defined]
        return method

    return mark


def named_operation(
    *,
    label: str | LazyGettext,
    args: type[BaseModel],
    commits: bool = False,
    done: Callable[..., bool | None] | None = None,
):
    """Declare a method of an adapter as a named operation; a ``label`` made by `LazyTranslate` is translated.

    The method gets the record (as the device's user) and the parsed arguments; what it returns, JSON or None,
    is the receipt's ``result``. It runs inside a savepoint and may neither commit nor roll back.

    A function that does is declared with ``commits=True`` and runs alone, outside of any savepoint. Should the server
    die meanwhile, ``done(self, record, args)`` is asked whether it happened: True, False (it is run again), or None
    where that cannot be said: then a person decides.
    """

    def mark(method: Callable[..., Any]) -> Callable[..., Any]:
        # Devices call it through the engine, which checks rights, numbers and arguments; nobody calls it over RPC.
        api.private(method)
        named = NamedOperation(method.__name__, label, args, method, commits, done)
        method._offline_operation = named  # type: ignore[attr-defined]
        return method

    return mark
