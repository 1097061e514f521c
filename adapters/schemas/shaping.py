"""From a model's schema, as pydantic gives it, to one that is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

Schema = dict[str, Any]

ROOT: Final = "/schemas/"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
UUID: Final[Schema] = {"type": "string", "format": "uuid"}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
TEXT: Final[Schema] = {
    "description": "Free text does not travel: what to fetch it by, while its key exists.",
    "type": "object",
    "properties": {"text": {"type": "string", "pattern": "^[0-9a-f-]{36}/."}},
    "required": ["text"],
    "additionalProperties": False,
}
"""What stands in a feed message for a `Text` (`projections/describe.py`)."""

_NULL: Final = {"type": "null"}
_NAMED = ("properties", "$defs")  # their keys are names that people chose, not words of JSON Schema
_SINGLE = ("items", "additionalProperties")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")


def document(path: str, title: str, description: str, body: Schema) -> Schema:
    """A schema that stands by itself, under an id relative to where it is served."""
    head = {"$schema": DIALECT, "$id": f"{ROOT}{path}", "title": title}
    return {**head, "description": description, **body}


def closed(properties: Mapping[str, Schema], *optional: str, description: str = "") -> Schema:
    """An object with these properties and no others; all are required but the `optional` ones."""
    said = {"description": description} if description else {}
    return {
        **said,
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def listed(items: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": items}


def sentence(documented: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((documented.__doc__ or "").strip().split("\n\n")[0].split())


def shaped(schema: Schema, *, without_nulls: bool = False) -> Schema:
    """A schema without the titles that pydantic makes up of names.

    `without_nulls`: in a feed message what is not there is left out, and a text is a reference.
    """

    def shape(one: Schema) -> Schema:
        kept = {
            key: _parts(key, part, shape)
            for key, part in one.items()
            if key != "title" and not (key == "default" and part is None)
        }
        return _told(kept) if without_nulls else kept

    found = shape(schema)
    if without_nulls and "Text" in found.get("$defs", {}):
        found["$defs"]["Text"] = TEXT
    return found


def _parts(key: str, part: Any, shape: Callable[[Schema], Schema]) -> Any:
    if key in _NAMED:
        return {name: shape(one) for name, one in part.items()}
    if key in _SINGLE and isinstance(part, dict):
        return shape(cast("Schema", part))
    if key in _LISTED:
        return [shape(one) for one in part]
    return part


def _told(schema: Schema) -> Schema:
    """A choice without its null; where that leaves one, no choice at all."""
    if _NULL not in schema.get("anyOf", ()):
        return schema
    left = [one for one in schema["anyOf"] if one != _NULL]
    if len(left) > 1:
        return {**schema, "anyOf": left}
    return {**{key: part for key, part in schema.items() if key != "anyOf"}, **left[0]}


def hoisted(schema: Schema, prefix: str) -> tuple[Schema, dict[str, Schema]]:
    """A schema for use within an AsyncAPI document, and the definitions that move beside it."""

    def moved(value: Any) -> Any:
        """Everything in it, with references to where the definitions are then."""
        if isinstance(value, dict):
            parts = cast("Schema", value)
            return {key: _pointer(prefix, key, moved(part)) for key, part in parts.items()}
        return [*map(moved, cast("Sequence[Any]", value))] if isinstance(value, list) else value

    inner = {key: part for key, part in schema.items() if key not in {"$schema", "$id", "$defs"}}
    shared = {f"{prefix}.{name}": moved(one) for name, one in schema.get("$defs", {}).items()}
    return moved(inner), shared


def _pointer(prefix: str, key: str, part: Any) -> Any:
    if key == "$ref" and isinstance(part, str):
        return part.replace("#/$defs/", f"#/components/schemas/{prefix}.")
    return part
