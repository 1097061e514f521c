"""What a question brings with it, read strictly; each mistake is told with what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from domain.count import MOST
from domain.envelope import PLATFORM
from domain.errors import Invalid, NotFound
from domain.parsing import explain
from domain.values import Point, last_instant
from domain.worksheet import Worksheet

Body = Mapping[str, Any]
_POINT: TypeAdapter[str] = TypeAdapter(Point)
_WORKSHEET: TypeAdapter[Worksheet | None] = TypeAdapter(Worksheet | None)


def instant_of(asked: Any, zone: ZoneInfo, field: str = "as_of") -> datetime:
    """An `as of` as an instant: a date means its end in the party's zone."""
    try:
        return last_instant(_POINT.validate_python(asked), zone)
    except ValidationError as wrong:
        error = explain(wrong)
        error.field = field
        error.next_step = "correct it and ask again"
        raise error from None


def no_incident(reference: str) -> NotFound:
    """There is none, or none for you: the two are told alike."""
    return NotFound(
        "no such incident, or none that concerns you",
        field="incident",
        got=reference,
        expected="the name or id of an incident in your timeline",
        next_step="look it up with varsel timeline",
    )


def no_text(reference: str) -> NotFound:
    """Likewise for free text."""
    return NotFound(
        "no such text, or none that you may read",
        field="text",
        got=reference,
        expected="a reference to free text in your feed or timeline",
        next_step="ask for one of those; a text that was erased is gone",
    )


def erased_text(reference: str, gone: Mapping[str, Any]) -> NotFound:
    """What whoever could read a text is told of it once it was erased."""
    at = datetime.fromisoformat(gone["at"]).strftime("%Y-%m-%d %H:%M UTC")
    by = "the operator" if gone["by"] == PLATFORM else gone["by"]
    return NotFound(
        f"this text was erased on {at} by {by} ({gone['why'].replace('_', ' ')})",
        field="text",
        got=reference,
        next_step="it is gone for good; that it was written, and its hash, stand in the ledger",
    )


def text_in(body: Body, field: str) -> str:
    """A field that must be there."""
    value = body.get(field)
    if isinstance(value, str) and value:
        return value
    raise Invalid(
        "is missing",
        field=field,
        got="nothing" if value is None else value,
        expected="text",
        next_step="give it and ask again",
    )


def number_in(body: Body, field: str, default: int) -> int:
    """A field that holds a number from 0 to `domain.count.MOST`, or is not there."""
    value = body.get(field, default)
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = -1
    if not 0 <= number <= MOST:
        raise Invalid(
            "is not a number, or none of this size",
            field=field,
            got=value,
            expected=f"0 to {MOST}",
            next_step="correct it and ask again",
        )
    return number


def page_in(body: Body) -> tuple[str, int | None]:
    """Behind which row a page begins, by its key (empty: at the first), and how many it holds."""
    after = "" if body.get("after") is None else text_in(body, "after")
    return after, None if body.get("limit") is None else number_in(body, "limit", 0)


def no_page(why: str, after: str) -> Invalid:
    """A page that was asked for behind a row that is not there."""
    return Invalid(
        why,
        field="after",
        got=after,
        expected="the last of the page before",
        next_step="start again without it",
    )


def worksheet_in(body: Body) -> Worksheet | None:
    """A worksheet to score instead of what the facts tell."""
    try:
        return _WORKSHEET.validate_python(body.get("worksheet"))
    except ValidationError as wrong:
        error = explain(wrong, tuple(Worksheet.model_fields))
        error.field = f"worksheet.{error.field}" if error.field else "worksheet"
        error.next_step = "correct it and ask again"
        raise error from None


def words_in(body: Body, field: str) -> tuple[str, ...]:
    """A list of words that may be absent."""
    found: object = body.get(field) or []
    if not isinstance(found, list):
        raise Invalid("is no list", field=field, got=found, expected="a list of names")
    return tuple(str(one) for one in cast("Sequence[Any]", found))
