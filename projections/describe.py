"""What may be shown of an event: its data without free text, and where the text can be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from domain import events as e
from domain.envelope import PLATFORM, Recorded
from domain.severity import score
from domain.worksheet import Worksheet


def data(recorded: Recorded) -> dict[str, Any]:
    """The event as JSON data: absent parts left out, each text replaced by `{text: reference}`.

    Only what was stored is shown (`exclude_unset`): a field that a later program adds must not
    change the bytes of messages that were sent before.
    """
    stored = recorded.event.model_dump(mode="json", exclude_unset=True)
    return cast("dict[str, Any]", _shown(stored, f"{recorded.id}"))


def judged(recorded: Recorded) -> dict[str, Any]:
    """The data, and what follows from them by today's tables: never part of a feed message."""
    shown = data(recorded)
    if isinstance(recorded.event, e.RiskAssessed) and recorded.event.worksheet is not None:
        shown["score"] = scored(recorded.event.worksheet)
    return shown


def scored(worksheet: Worksheet) -> dict[str, Any]:
    """A worksheet's severity without the free text of its reasons."""
    found = score(worksheet).model_dump(mode="json")
    steps = [{k: v for k, v in step.items() if k != "reasons"} for step in found["steps"]]
    return {**found, "steps": steps}


def texts(recorded: Recorded) -> list[str]:
    """References (`<event id>/<field>`) of the texts this event lets its readers fetch."""
    found = _references(data(recorded))
    if isinstance(recorded.event, e.ClientNotified) and recorded.event.report:
        found += [f"{recorded.event.report}/{name}" for name in recorded.event.report_texts]
    return found


def kind(recorded: Recorded) -> str:
    """The event's name, as people see it."""
    return type(recorded.event).__name__


def source(recorded: Recorded) -> str:
    """From which side it comes: platform (and its operator), vendor or client."""
    envelope = recorded.envelope
    if envelope.party == PLATFORM:
        return "platform"
    return "vendor" if envelope.party == envelope.about.vendor else "client"


def _shown(value: Any, path: str) -> Any:
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        if parts and parts.keys() <= {"plain", "sealed"}:
            return {"text": path}
        shown = {name: _shown(part, f"{path}/{name}") for name, part in parts.items()}
        return {name: part for name, part in shown.items() if part is not None}
    if isinstance(value, list):
        items = cast("Sequence[Any]", value)
        return [_shown(part, f"{path}/{place}") for place, part in enumerate(items)]
    return value


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        if parts.keys() == {"text"} and isinstance(parts["text"], str):
            return [parts["text"]]
        return [found for part in parts.values() for found in _references(part)]
    if isinstance(value, list):
        items = cast("Sequence[Any]", value)
        return [found for part in items for found in _references(part)]
    return []
