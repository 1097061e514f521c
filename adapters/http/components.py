"""The schemas that the OpenAPI document refers to: of what is taken, and of what is answered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from adapters.http import shapes, shapes_evidence, shapes_knowledge, shapes_operations
from adapters.http.shapes import Shape
from adapters.schemas.shaping import shaped
from domain import commands as c
from domain.commands import webhooks
from domain.envelope import Actor
from domain.ports import Receipt
from domain.worksheet import Worksheet

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]
Model = type[BaseModel]
REF: Final = "#/components/schemas/{model}"

WITH_SECRETS: Final = (
    c.AdmitParty,
    c.IssueCredentials,
    c.AdmitPerson,
    c.RotateCredentials,
    c.RevokeCredentials,
)
TAKEN: Final[tuple[Model, ...]] = (
    *c.ALL,
    *WITH_SECRETS,
    *webhooks.VERBS.values(),
    c.SettleForeign,
    Actor,
    Worksheet,
)
"""What comes in; what goes out are all shapes, and receipts."""

PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "A problem document (RFC 9457): what was got, what was expected, what to do.",
    "required": ["type", "status", "title"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:varsel:error:invalid"]},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "title": {"type": "string"},
        "field": {"type": "string"},
        "got": {"type": "string"},
        "expected": {"type": "string"},
        "next": {"type": "string"},
        "retry_after": {"type": "integer", "minimum": 0, "description": "seconds"},
    },
    "additionalProperties": False,
    "example": {
        "type": "urn:varsel:error:invalid",
        "status": 422,
        "title": "is missing",
        "field": "incident",
        "got": "nothing",
        "expected": "text",
        "next": "give it and ask again",
    },
}


def takes(model: Model) -> Schema:
    """A reference to the schema of something that comes in."""
    return _described()[0][model, "validation"]


def gives(model: Model) -> Schema:
    """A reference to the schema of something that goes out."""
    return _described()[0][model, "serialization"]


def schemas() -> dict[str, Schema]:
    """Every schema by its name."""
    return {**_described()[1], "Problem": PROBLEM}


@cache
def _described() -> tuple[dict[tuple[Model, Mode], Schema], dict[str, Schema]]:
    """All in one go: a model that looks otherwise coming in than going out gets two names."""
    taken: list[tuple[Model, Mode]] = [(model, "validation") for model in TAKEN]
    shown: list[Model] = [Receipt, *_shapes()]
    given: list[tuple[Model, Mode]] = [(model, "serialization") for model in shown]
    references, found = models_json_schema([*taken, *given], ref_template=REF)
    named = {(model, mode): schema for (model, mode), schema in references.items()}
    whole = {name: shaped(schema) for name, schema in found["$defs"].items()}
    return named, whole  # type: ignore[return-value]  # pydantic knows no narrower key


def _shapes() -> Iterator[type[Shape]]:
    modules: tuple[ModuleType, ...] = (
        shapes,
        shapes_evidence,
        shapes_knowledge,
        shapes_operations,
    )
    for module in modules:
        for one in vars(module).values():
            own = isinstance(one, type) and one.__module__ == module.__name__
            if own and issubclass(one, Shape) and one is not Shape:
                yield one
