"""Examples that keep to their schemas: of commands as the templates have them, of the rest made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from adapters.schemas.shaping import Schema
from adapters.templates import example as template
from domain.commands import VERBS

_EVENT: Final = "01869a3f-2f00-7abc-8def-0123456789ab"
_INCIDENT: Final = "5a3b6c1e-1c9d-5f0e-9a5c-2f6b7d8e9f01"
_AT: Final = "2026-03-01T08:30:00+00:00"
_PEOPLE: Final = {
    "group": "customers",
    "role": "exposed",
    "count": {"about": 1200},
    "country": "NO",
    "data": {"present": ["name", "email"], "absent": ["payment_card"], "complete": False},
}
_CLAIM: Final = {"id": "c1", "about": "misuse", "holds": "no_sign", "provisional": True}
_KNOWN: Final[Mapping[str, Any]] = {
    "feed": "joker",
    "source": "urn:varsel:vendors/zoopit",
    "event": _EVENT,
    "subject": _INCIDENT,
    "incident": _INCIDENT,
    "sequence": "1",
    "by": "zoopit",
    "previoushash": "0" * 64,
    "texts": [f"{_EVENT}/text"],
    "facts": {
        "happened": {"before": "2026-02-27"},
        "nature": ["confidentiality"],
        "people": [_PEOPLE],
        "claims": [_CLAIM],
    },
    "people": [_PEOPLE],
    "claims": [_CLAIM],
    "slug": "old-deliveries",
    "vendor": "zoopit",
    "client": "joker",
    "duty": "gdpr.33-1",
    "authority": "NO/datatilsynet",
    "question": "how-many",
    "statement": "press-1",
    "audience": ["customers"],
    "channel": "email",
    "act": "notified",
    "door": "feed",
    "observed": "ack sampled",
    "credential": "0f" * 32,
    "kind": "api-key",
    "fingerprint": "0f" * 32,
    "host": "hooks.joker.example",
    "command": "7c0f6d0e-report",
    "verb": "report_leak",
    "debtor": "joker",
    "owed_to": "NO/datatilsynet",
    "status": "open",
    "field": "with.nature",
    "title": "is missing",
    "expected": "this field",
    "next": "correct it and send it again; nothing was recorded",
    "content_type": "application/cloudevents+json",
    "citation": "Regulation (EU) 2016/679 Art. 33(1)",
    "law_version": "gdpr 2018-05-25 v1",
    "why": {"text": f"{_EVENT}/why"},
    "name": "Joker",
    "zone": "Europe/Oslo",
    "country": "NO",
    "laws": ["gdpr"],
}
"""What a field of this name holds, wherever its schema lets it."""

_PATTERNS: Final[Mapping[str, str]] = {
    "^[a-z0-9][a-z0-9-]{0,62}$": "joker",
    "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$": "my-own-name",
    "^[A-Z]{2}$": "NO",
    "^[0-9a-f-]{36}/.": f"{_EVENT}/text",
    "^[A-Z]{2}-[A-Z0-9]{1,3}$": "US-CA",
}
_FORMATS: Final[Mapping[str, str]] = {"uuid": _EVENT, "date-time": _AT}


def of_command(verb: str) -> dict[str, Any]:
    """A verb's fields, as its template has them: numbers and switches as JSON writes them."""
    model = VERBS[verb].model_validate(template(verb))
    said = model.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return {name: _spoken(part) for name, part in said.items()}


def of_schema(schema: Schema) -> Any:
    """A document that a standalone schema allows: all that is required, and what is known."""
    return _made(schema, schema.get("$defs", {}))


def _spoken(value: Any) -> Any:
    """Text as its author sends it, not as the ledger keeps it."""
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        if parts.keys() == {"plain"}:
            return parts["plain"]
        return {name: _spoken(part) for name, part in parts.items()}
    return [*map(_spoken, cast("Sequence[Any]", value))] if isinstance(value, list) else value


def _made(schema: Schema, shared: Mapping[str, Schema]) -> Any:
    schema = _followed(schema, shared)
    if "const" in schema:
        return schema["const"]
    for listed in ("examples", "enum"):
        if listed in schema:
            return schema[listed][0]
    if "anyOf" in schema:
        return _made(schema["anyOf"][0], shared)
    if schema.get("type") == "object":
        return _object(schema, shared)
    if schema.get("type") == "array":
        return [_made(schema["items"], shared)] if "items" in schema else []
    return _plain(schema)


def _object(schema: Schema, shared: Mapping[str, Schema]) -> dict[str, Any]:
    """What is required; `known` fills in where the schema of the field asks for its kind."""
    required = schema.get("required", ())
    found: dict[str, Any] = {}
    for name, part in schema.get("properties", {}).items():
        inner = _followed(part, shared)
        if name in _KNOWN and _fits(_KNOWN[name], inner):
            found[name] = _KNOWN[name]
        elif name in required:
            found[name] = _made(inner, shared)
    return found


def _followed(schema: Schema, shared: Mapping[str, Schema]) -> Schema:
    return shared[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a known example is of the kind that is asked for here."""
    if "const" in schema or "enum" in schema:
        return value in schema.get("enum", [schema.get("const")])
    if isinstance(value, dict):
        return set(cast("Schema", value)) <= set(schema.get("properties", ()))
    kind = "string" if isinstance(value, str) else "array"
    form = schema.get("format", "uri")
    formed = form == "uri" or (form == "uuid" and value in {_EVENT, _INCIDENT})
    return kind in _kinds(schema) and formed


def _kinds(schema: Schema) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind


def _plain(schema: Schema) -> Any:
    kinds = _kinds(schema)
    if kinds != ["string"]:  # a choice with null: nothing is known, nothing is said
        known = {"integer": schema.get("minimum", 1), "number": 2.5, "boolean": True}
        return known.get("".join(kinds))
    if "pattern" in schema:
        return _PATTERNS.get(schema["pattern"], schema["pattern"])
    return _FORMATS.get(schema.get("format", ""), "as its writer put it")
