"""A party's open deadlines as a calendar that others subscribe to (iCalendar, RFC 5545 and 7986).

- **Events, not to-dos**: what people subscribe to (Outlook, Google, Apple) shows events with their
  alarms; to-dos of a subscribed calendar most of them leave out. An event has no length and leaves
  its reader free: it is the last instant at which the duty can be met in time.
- **One event for a duty**, at the deadline that reminders go by; the other conventions are told in
  its description. Its UID is the obligation's id, so that a deadline that moves moves there too,
  whichever convention is the earliest then.
- **What is no longer owed is left out**: a subscribed calendar is a picture of what is, and readers
  drop what it no longer holds. Cancelling it instead would need a memory of every picture given.
- **A duty without a number of hours is no event**: the law names no instant, and neither do we.
- No METHOD and no SEQUENCE: those belong to invitations (RFC 5546). Without them DTSTAMP says when
  the event was last revised (RFC 5545 section 3.8.7.2): it is the `now` of the picture.
- Nothing that people wrote but the name of an authority: no titles, no reasons, no numbers.
  Calendars are shared and synced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from icalendar import Alarm, Calendar, Event, vDuration, vText
from icalendar.enums import TRANSP

from projections.reminders import UNMET
from projections.rows import Row

CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
AHEAD: Final = (timedelta(hours=24), timedelta(hours=6), timedelta(hours=1), timedelta(0))
FRESH: Final = timedelta(minutes=15)  # what clients are asked to look again after

_PRODUCT: Final = "-//Varsel//Deadlines//EN"


def of_obligations(
    party: str, rows: Iterable[Row], now: datetime, link: Callable[[Row], str]
) -> bytes:
    """The calendar of the rows that the question `obligations` answered for a party at `now`.

    `now` is aware. `link` gives the address at which people find an obligation.
    """
    calendar = Calendar.new(
        prodid=_PRODUCT,
        uid=f"deadlines-of-{party}",
        name=f"Varsel: deadlines of {party}",
        description=f"What {party} owes by law and until when. No legal advice.",
        calscale="GREGORIAN",
        subcomponents=_events(rows, now, link),
    )
    # VALUE is required here (RFC 7986 section 5.7), and the library leaves it out.
    calendar["REFRESH-INTERVAL"] = vDuration(FRESH, {"VALUE": "DURATION"})
    # Outlook knows this one only.
    calendar["X-PUBLISHED-TTL"] = vDuration(FRESH)
    return bytes(calendar.to_ical())


def _events(rows: Iterable[Row], now: datetime, link: Callable[[Row], str]) -> Iterator[Event]:
    for row in rows:
        alarm = next((due for due in row["due"] if due["alarm"]), None)
        if row["status"] in UNMET and alarm is not None:
            yield _event(row, _instant(alarm["at"]), now, link(row))


def _event(row: Row, at: datetime, now: datetime, address: str) -> Event:
    summary = _summary(row)
    return Event.new(
        uid=str(row["id"]),
        stamp=now.astimezone(UTC),
        last_modified=now.astimezone(UTC),
        start=at,
        summary=summary,
        description=_description(row, address),
        url=address,
        transparency=TRANSP.TRANSPARENT,
        subcomponents=_alarms(row, at, summary),
    )


def _alarms(row: Row, at: datetime, summary: str) -> Iterator[Alarm]:
    """None before the clock started: of a deadline in 4 hours nobody could know a day ahead."""
    started = row["started_at"]
    for ahead in AHEAD:
        if started is None or at - ahead > _instant(started):
            uid = f"{row['id']}-{int(ahead.total_seconds())}s"
            alarm = Alarm.new(uid=uid, description=summary)
            alarm["ACTION"] = vText("DISPLAY")
            alarm["TRIGGER"] = vDuration(-ahead)
            yield alarm


def _summary(row: Row) -> str:
    standing = "" if row["status"] == "open" else f" ({row['status']})"
    return f"{row['duty']} to {row['owed_to']}{standing}"


def _description(row: Row, address: str) -> str:
    lines = [
        f"Rule: {row['duty']}, {row['law_version']}",
        f"Source: {row['citation']}",
        f"Authority: {row['authority'] or 'none named'}",
        *(_deadline(due) for due in row["due"]),
        address,
    ]
    return "\n".join(lines)


def _deadline(due: dict[str, Any]) -> str:
    marks = [
        "reminders go by this" if due["alarm"] else "",
        due.get("note") or "",
    ]
    said = "; ".join(filter(None, marks))
    return f"By {due['convention']}: {due['at']}{f' ({said})' if said else ''}"


def _instant(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(UTC)
