"""The schema of every feed message: one for each event and version, as it is on the wire.

Within a version an event may gain fields that need not be there; a reader does not refuse what it
does not know. What is removed or changes its meaning gets a new version, and a schema of its own.
CloudEvents' `dataschema` is not set: it must be an absolute URI, which an installation does not
know of itself, and `type` names the schema as well (`/schemas/events/<type>.json`).
"""

from __future__ import annotations

from pydantic import TypeAdapter

from adapters.schemas.shaping import (
    INSTANT,
    UUID,
    Schema,
    closed,
    document,
    listed,
    sentence,
    shaped,
)
from domain.basics import PartyId
from domain.events import TOPICS, Event
from domain.when import When

_PARTY: Schema = TypeAdapter(PartyId).json_schema()
_WHEN: Schema = shaped(TypeAdapter(When).json_schema(mode="serialization"))
_NO_ID: Schema = {**UUID, "type": ["string", "null"]}


def path(kind: type[Event]) -> str:
    """Where the schema of an event's newest version is, below `/schemas/`."""
    return f"events/{kind.TOPIC}.v{kind.VERSION}.json"


def schemas() -> dict[str, Schema]:
    """The schemas of all feed messages by their paths."""
    return {path(kind): message(kind) for kind in TOPICS.values()}


def message(kind: type[Event]) -> Schema:
    """The schema of the feed message of one event (`adapters/wire.py` writes it)."""
    said = shaped(kind.model_json_schema(mode="serialization"), without_nulls=True)
    shared = {"When": _WHEN, **said.pop("$defs", {})}
    envelope = closed(_envelope(kind, said), "subject")
    title = f"{kind.__name__}, version {kind.VERSION}: a feed message"
    return document(path(kind), title, sentence(kind), {**envelope, "$defs": shared})


def _envelope(kind: type[Event], said: Schema) -> dict[str, Schema]:
    """CloudEvents 1.0 in structured JSON, with its `sequence` extension and two of our own."""
    return {
        "specversion": {"const": "1.0"},
        "id": UUID,
        "source": {
            "type": "string",
            "format": "uri",
            "pattern": "^urn:varsel:(vendors|parties)/[a-z0-9][a-z0-9-]{0,62}$",
        },
        "type": {"const": f"{kind.TOPIC}.v{kind.VERSION}"},
        "subject": {**UUID, "description": "The incident, where it is about one."},
        "time": {**INSTANT, "description": "When the platform recorded it."},
        "datacontenttype": {"const": "application/json"},
        "feed": {**_PARTY, "description": "The party whose feed this is."},
        "sequence": {
            "type": "string",
            "pattern": "^[1-9][0-9]*$",
            "description": "Its place in this feed, without gaps, from 1.",
        },
        "previoushash": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "SHA-256 of this feed's message before it; zeros before the first.",
        },
        "data": closed(_data(kind, said)),
    }


def _data(kind: type[Event], said: Schema) -> dict[str, Schema]:
    return {
        "event": {**UUID, "description": "The event's id; a correction names it."},
        "type": {"const": kind.__name__},
        "by": {**_PARTY, "description": "Who wrote it; `platform` for the platform itself."},
        "source": {"enum": ["vendor", "client", "platform"]},
        "happened": {"$ref": "#/$defs/When"},
        "corrects": {**_NO_ID, "description": "The event that this one undoes, if any."},
        "incident": _NO_ID,
        "texts": {
            **listed({"type": "string"}),
            "description": "What free text can be fetched with it, by the question `text`.",
        },
        "with": said,
    }
