"""The schemas of what is asked over NATS and answered: commands, questions, receipts, problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from pydantic import TypeAdapter

from adapters.answers import Answers
from adapters.http import shapes, shapes_knowledge
from adapters.schemas.shaping import (
    Schema,
    closed,
    document,
    listed,
    sentence,
    shaped,
)
from domain.basics import PartyId
from domain.commands import VERBS, Command
from domain.envelope import Actor
from domain.errors import KINDS
from domain.law.matter import Profile
from domain.law.obligation import Obligation
from domain.ports import Receipt
from domain.statements import Contradiction
from domain.when import When
from domain.worksheet import Worksheet

_PARTY: Final[Schema] = {
    **TypeAdapter(PartyId).json_schema(),
    "description": "Whose view; your own where it is left out.",
}
_INCIDENT: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 100,
    "description": "What its vendor calls it, or its id.",
    "examples": ["old-deliveries"],
}
_AS_OF: Final[Schema] = {
    "type": "string",
    "description": "What was known then: an instant with its zone, or a date (its end).",
    "examples": ["2023-02-28T12:30:00+01:00"],
}
_AT: Final[Schema] = {**_AS_OF, "description": "At which instant, written likewise; else now."}
_FROM_0: Final[Schema] = {"type": "integer", "minimum": 0}
_COMMAND: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 200,
    "description": "An id of its own for every new command; repeated, it is done at most once.",
    "examples": ["7c0f6d0e-report"],
}
_AFTER: Final[Schema] = {**_FROM_0, "description": "The sequence behind which to begin."}
_CLIENT: Final[Schema] = {
    **TypeAdapter(PartyId).json_schema(),
    "description": "The client behind which to begin: `next` of the answer before.",
}
_LAST: Final[Schema] = {**_CLIENT, "description": "The party behind which to begin."}
_LIMIT: Final[Schema] = {**_FROM_0, "description": "How many at most."}
_VIEW: Final[Mapping[str, Schema]] = {"party": _PARTY, "incident": _INCIDENT, "as_of": _AS_OF}
_WHOLE: Final[Mapping[str, Schema]] = {"party": _PARTY, "as_of": _AS_OF}


def _of(model: Any, mode: Any = "serialization") -> Schema:
    return shaped(TypeAdapter(model).json_schema(mode=mode))


_MESSAGE: Final[Schema] = {
    "type": "object",
    "properties": {"sequence": _FROM_0, "body": {"type": "string"}},
    "required": ["sequence", "body"],
}
_TEXT: Final[Schema] = {"type": "string", "description": "The reference, from feed or timeline."}


class Question(NamedTuple):
    """What a question takes, which of it must be there, and what the answer holds."""

    takes: Mapping[str, Schema]
    needs: tuple[str, ...]
    answer: Schema


QUESTIONS: Final[Mapping[str, Question]] = {
    "timeline": Question(_VIEW, (), _of(list[shapes.TimelineEntry])),
    "obligations": Question(
        {**_VIEW, "with_draft": listed({"type": "string"})}, (), _of(list[Obligation])
    ),
    "register": Question(_WHOLE, (), _of(list[shapes.Breach])),
    "board": Question(
        {"incident": _INCIDENT, "as_of": _AS_OF, "after": _CLIENT, "limit": _LIMIT},
        ("incident",),
        _of(shapes.BoardPage),
    ),
    "facts": Question(_VIEW, ("incident",), _of(shapes.Known)),
    "knowledge": Question(
        {"party": _PARTY, "incident": _INCIDENT, "at": _AT},
        ("incident",),
        _of(shapes_knowledge.Knew),
    ),
    "contradictions": Question(_VIEW, (), _of(list[Contradiction])),
    "severity": Question(
        {**_VIEW, "worksheet": _of(Worksheet, "validation")}, ("incident",), _of(shapes.Graded)
    ),
    "feed": Question(
        {"party": _PARTY, "after": _AFTER, "limit": _LIMIT}, (), _of(list[shapes.FeedPlace])
    ),
    "messages": Question({"party": _PARTY, "after": _AFTER, "limit": _LIMIT}, (), listed(_MESSAGE)),
    "text": Question({"text": _TEXT}, ("text",), {"type": "string"}),
    "whoami": Question({}, (), _of(Profile)),
    "parties": Question({"after": _LAST, "limit": _LIMIT}, (), _of(list[Profile])),
}


def schemas() -> dict[str, Schema]:
    """The schemas of requests and answers by their paths below `/schemas/`."""
    return {
        **{f"commands/{verb}.json": command(model) for verb, model in VERBS.items()},
        **{f"questions/{name}.json": question(name) for name in QUESTIONS},
        **{f"answers/{name}.json": answer(name) for name in QUESTIONS},
        "answers/receipt.json": receipt(),
        "answers/problem.json": problem(),
    }


def command(model: type[Command]) -> Schema:
    """The request that carries a command; who sends it, its credentials say."""
    body = closed(
        {
            "with": _of(model, "validation"),
            "command": _COMMAND,
            "happened": _of(When | None, "validation"),
            "actor": _of(Actor | None, "validation"),
        },
        "command",
        "happened",
        "actor",
    )
    path, title = f"commands/{model.VERB}.json", f"A request on intake.{model.VERB}"
    return document(path, title, sentence(model), _gathered(body))


def question(name: str) -> Schema:
    """The request that carries a question."""
    asked = QUESTIONS[name]
    optional = [field for field in asked.takes if field not in asked.needs]
    body = closed({"with": closed(asked.takes, *optional)}, *(() if asked.needs else ("with",)))
    title = f"A request on intake.{name}"
    return document(f"questions/{name}.json", title, _purpose(name), _gathered(body))


def answer(name: str) -> Schema:
    """What comes back on a question that was not refused."""
    more = {"content_type": {"type": "string"}} if name == "messages" else {}
    body = closed({name: QUESTIONS[name].answer, **more})
    title = f"The answer on intake.{name}"
    return document(f"answers/{name}.json", title, _purpose(name), _gathered(body))


def receipt() -> Schema:
    """What comes back on a command that was accepted."""
    body = _gathered(closed({"receipt": _of(Receipt)}))
    return document("answers/receipt.json", "A receipt", sentence(Receipt), body)


def problem() -> Schema:
    """What comes back on a refusal, under the header `Varsel-Error: 1`."""
    parts: dict[str, Schema] = {
        "type": {"enum": [f"urn:varsel:error:{kind}" for kind in KINDS]},
        "status": {"enum": [*dict.fromkeys(kind.status for kind in KINDS.values())]},
        "title": {"type": "string"},
        "field": {"type": "string"},
        "got": {"type": "string"},
        "expected": {"type": "string"},
        "next": {"type": "string"},
    }
    body = closed({"error": closed(parts, "field", "got", "expected", "next")})
    said = "A refusal (after RFC 9457): what was got, what was expected, what to do next."
    return document("answers/problem.json", "A refusal", said, body)


def _purpose(name: str) -> str:
    asked = getattr(Answers, name, None)
    return sentence(asked) if asked else "A party's feed message by message, byte for byte."


def _gathered(body: Schema) -> Schema:
    """The definitions of all parts beside the whole, where references look for them."""
    shared: dict[str, Schema] = {}

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            parts = cast("Schema", value)
            shared.update(parts.get("$defs", {}))
            return {key: without(part) for key, part in parts.items() if key != "$defs"}
        return [*map(without, cast("Sequence[Any]", value))] if isinstance(value, list) else value

    whole = without(body)
    return {**whole, "$defs": shared} if shared else whole
