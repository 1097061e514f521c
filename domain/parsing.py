"""Reading what came in: each mistake as one sentence, with the field, what was got and expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from domain.commands import Command
from domain.errors import Invalid
from domain.words import near


def parse(model: type[Command], body: Mapping[str, Any]) -> Command:
    """The command in `body`; raises `Invalid` naming the first field that is wrong."""
    if not isinstance(cast("object", body), Mapping):
        raise Invalid("the command has no fields", got=body, expected="a mapping of field: value")
    try:
        return model.model_validate(body)
    except ValidationError as wrong:
        written = (field.alias or name for name, field in model.model_fields.items())
        raise explain(wrong, tuple(written)) from None


def parse_value(adapter: TypeAdapter[Any], value: Any, field: str) -> Any:
    """A single value; its refusal names `field`."""
    try:
        return adapter.validate_python(value)
    except ValidationError as wrong:
        error = explain(wrong)
        error.field = field
        raise error from None


def explain(wrong: ValidationError, fields: tuple[str, ...] = ()) -> Invalid:
    """A validation error as one sentence: the field, what was got, what was expected."""
    first = first_of(wrong)
    field = _field(first["loc"], first["type"])
    message, expected = _sentence(first, fields)
    error = Invalid(message, field=field, got=_got(first), expected=expected)
    error.next_step = f"correct {error.field or 'it'} and send it again; nothing was recorded"
    return error


def _got(error: ErrorDetails) -> object:
    """What was given; a whole command is not repeated in its own refusal."""
    said: Any = error["input"]
    whole = error["type"] == "missing" or not error["loc"]
    if whole and isinstance(said, Mapping):
        return None
    return "nothing" if said is None else said


def first_of(wrong: ValidationError) -> ErrorDetails:
    """The first mistake; a field misspelt comes before the one that is missing for it."""
    return min(wrong.errors(include_url=False), key=lambda one: one["type"] == "missing")


_BRANCH = re.compile(r"[^a-z0-9_]|^(uuid|str)$")


def _field(place: tuple[int | str, ...], kind: str) -> str | None:
    """The field as its writer knows it: pydantic also names the branch of a union it tried."""
    kept = [str(part) for part in place if not _BRANCH.search(str(part))]
    if kind == "extra_forbidden" and kept[-1:] != [str(place[-1])]:
        kept.append(str(place[-1]))
    return ".".join(kept) or None


def _sentence(error: ErrorDetails, fields: tuple[str, ...]) -> tuple[str, str | None]:
    said, place = error["msg"], error["loc"]
    match error["type"]:
        case "extra_forbidden":
            here = near(str(place[0]), fields) if len(place) == 1 and fields else None
            return "there is no such field", here
        case "missing":
            return "is missing", "this field"
        case "value_error":
            said = said.removeprefix("Value error, ")
            if said.startswith("expected "):
                return "is not what is taken here", said.removeprefix("expected ")
            message, _, expected = said.partition("; ")
            return message, expected.removeprefix("expected ") or None
        case "literal_error":
            return "is not one of the known words", error.get("ctx", {}).get("expected")
        case "tuple_type":
            return "is no list", "a list"
        case "dict_type" | "model_type":
            return "is no mapping", "a mapping of field: value"
        case _:
            said = said.replace("String should", "a text that should")
            said = said.replace("Tuple should", "a list that should")
            said = said.replace("Value should", "a list that should")
            return "is not what is taken here", said.removeprefix("Input should be ")
