"""What may be shown of an event: its data without free text, and where the text can be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

from domain import events as e
from domain.envelope import PLATFORM, Recorded
from domain.severity import score
from domain.worksheet import Worksheet
from projections.last import Last

_TEXT: Final = frozenset({"plain", "sealed"})
_NESTED: Final = (dict, list)


class _Described(NamedTuple):
    data: dict[str, Any]
    texts: tuple[str, ...]


def data(recorded: Recorded) -> dict[str, Any]:
    """The event as JSON data: absent parts left out, each text replaced by `{text: reference}`.

    Only what was stored is shown: a field that a later program adds must not change the bytes of
    messages that were sent before. Worked out once for all who ask; nobody changes it.
    """
    return _described(recorded).data


def judged(recorded: Recorded) -> dict[str, Any]:
    """The data, and what follows from them by today's tables: never part of a feed message."""
    event = recorded.event if recorded.kind is e.RiskAssessed else None
    if isinstance(event, e.RiskAssessed) and event.worksheet is not None:
        return {**data(recorded), "score": scored(event.worksheet)}
    return data(recorded)


def scored(worksheet: Worksheet) -> dict[str, Any]:
    """A worksheet's severity without the free text of its reasons."""
    found = score(worksheet).model_dump(mode="json")
    steps = [{k: v for k, v in step.items() if k != "reasons"} for step in found["steps"]]
    return {**found, "steps": steps}


def texts(recorded: Recorded) -> Sequence[str]:
    """References (`<event id>/<field>`) of the texts this event lets its readers fetch."""
    return _described(recorded).texts


def kind(recorded: Recorded) -> str:
    """The event's name, as people see it."""
    return recorded.kind.__name__


def source(recorded: Recorded) -> str:
    """From which side it comes: platform (and its operator), vendor or client."""
    envelope = recorded.envelope
    if envelope.party == PLATFORM:
        return "platform"
    return "vendor" if envelope.party == envelope.about.vendor else "client"


def _described(recorded: Recorded) -> _Described:
    found: _Described | None = recorded.notes.get(__name__)
    if found is None:
        found = recorded.notes[__name__] = _describe(recorded)
    return found


def _describe(recorded: Recorded) -> _Described:
    texts: list[str] = []
    shown = _alike.of(recorded.said) or _shown(recorded.said, recorded.id_text, texts)
    if len(texts) > 1:  # in the order of the event's fields, whatever the order they are kept in
        texts = []
        _shown(recorded.event.model_dump(mode="json", exclude_unset=True), recorded.id_text, texts)
    if recorded.kind is e.ClientNotified and (report := recorded.said.get("report")):
        texts += [f"{report}/{name}" for name in recorded.said.get("report_texts", ())]
    return _Described(shown, tuple(texts))


def _textless(said: dict[str, Any]) -> dict[str, Any] | None:
    """What is shown of an event without texts, whichever it is; None for one with texts."""
    texts: list[str] = []
    shown = _shown(said, "", texts)
    return None if texts else shown


_alike: Final = Last(_textless)


def _shown(value: Any, path: str, texts: list[str]) -> Any:
    """The value as it is shown; the texts that it meets on its way are added to the others."""
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        if parts and parts.keys() <= _TEXT:
            texts.append(path)
            return {"text": path}
        return {
            name: _shown(part, f"{path}/{name}", texts) if isinstance(part, _NESTED) else part
            for name, part in parts.items()
            if part is not None
        }
    items = cast("Sequence[Any]", value)
    return [
        _shown(item, f"{path}/{place}", texts) if isinstance(item, _NESTED) else item
        for place, item in enumerate(items)
    ]
