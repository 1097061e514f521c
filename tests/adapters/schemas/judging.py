"""Judging documents as a reader of our schemas would: JSON Schema 2020-12, formats checked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

# Its types are a package of their own (types-jsonschema), not among the development tools.
from jsonschema import (  # type: ignore[import-untyped]
    Draft7Validator,
    Draft202012Validator,
    FormatChecker,
)

Schema = dict[str, Any]


def _is_instant(value: object) -> bool:
    """RFC 3339: an instant has its zone. Without a further library it is not looked at."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


FORMATS = FormatChecker(("uuid",))
FORMATS.checkers = {**FORMATS.checkers, "date-time": (_is_instant, ValueError)}


def complaints(document: Any, schema: Schema) -> list[str]:
    """What is wrong with a document, each with its place."""
    judge = Draft202012Validator(schema, format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in judge.iter_errors(document)]


def complaints_of_asyncapi(document: Any, schema: Schema) -> list[str]:
    """The same by the dialect that an AsyncAPI document's own schemas are written in."""
    judge = Draft7Validator(schema, format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in judge.iter_errors(document)]


def check(schema: Schema) -> None:
    """Raise for what is no schema."""
    Draft202012Validator.check_schema(schema)
