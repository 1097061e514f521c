"""When a credential ends: at an instant, with a day, or after a period; always ahead of now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, TypeAdapter, ValidationError

from domain.errors import Invalid
from domain.law.calendar import Period, deadlines
from domain.when import Point, last_instant
from domain.words import Short

FORMS = "an instant with its zone, a date such as 2027-06-30, or a period such as P90D or PT8H"
_POINT: TypeAdapter[str] = TypeAdapter(Point)


def _understood(said: str) -> str:
    text = said.strip()
    try:
        return Period.parse(text).iso if text.startswith("P") else _POINT.validate_python(text)
    except ValidationError:
        msg = f"{text!r} is no end; expected {FORMS}"
        raise ValueError(msg) from None


Expiry = Annotated[str, Short, AfterValidator(_understood)]


def ends(said: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC, whole seconds) at which something ends that was said to end so.

    A date counts whole, in `zone`; so does the last day of a period of days or longer. Whole
    seconds, because a NATS JWT counts in them. Raises `Invalid` where it does not lie ahead.
    """
    if said.startswith("P"):
        at = deadlines(now, Period.parse(said), zone, ["strict"])[0].at.astimezone(UTC)
    else:
        at = last_instant(said, zone)
    end = at.replace(microsecond=0)
    if end <= now:
        raise Invalid(
            "has passed already",
            field="expires",
            got=end.isoformat(),
            expected="a time ahead of now, " + now.astimezone(UTC).isoformat(timespec="seconds"),
            next_step="give a later one; nothing was recorded",
        )
    return end
