"""A timeline as a picture: facts, notices, acts and deadlines on one axis. A pure function.

Colours come from the page's style sheet by class; without one the picture is still readable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from babel.dates import format_datetime
from markupsafe import Markup

from adapters.console.case import Case, alarm
from adapters.console.i18n import mark
from adapters.console.telling import Teller

Row = Mapping[str, Any]
WIDTH, LEFT, RIGHT, LANE, TOP = 920, 118, 24, 30, 26
SIZE, APART = 5, 12  # of a mark, and between two that would lie on each other
MINUTE = timedelta(minutes=1)
LANES = (
    (
        "fact",
        mark("Facts"),
        ("VendorReportedLeak", "FactsRevised", "AwarenessStated", "FactStated"),
    ),
    (
        "notice",
        mark("Notices"),
        ("ClientNotified", "ClientUpdated", "ClientCleared", "NoticeDelivered", "QuestionAnswered"),
    ),
    (
        "act",
        mark("Acts"),
        (
            *("NoticeAcknowledged", "RiskAssessed", "MeasureTaken", "QuestionAsked"),
            *("NotificationWaived", "DelayRecorded", "CaseClosed", "ClientRaisedConcern"),
        ),
    ),
    (
        "told",
        mark("Told others"),
        ("RegulatorNotified", "CustomersNotified", "StatementMade", "OthersInformed"),
    ),
)


@dataclass(frozen=True)
class Mark:
    """One thing on the axis: when, what it is called, the event behind it."""

    lane: int
    at: datetime
    words: str
    look: str
    event: str | None
    party: str | None = None  # whose view holds the event, where it is not the reader's own


@dataclass(frozen=True)
class Axis:
    """From the first to the last of what is shown; `now` lies beyond it where nothing is near."""

    first: datetime
    last: datetime
    now: datetime

    def x(self, at: datetime) -> float:
        """Where an instant lies."""
        whole = (self.last - self.first) / MINUTE or 1
        return LEFT + (WIDTH - LEFT - RIGHT) * ((at - self.first) / MINUTE) / whole


def drawn(case: Case, tell: Teller) -> Markup:
    """A case as SVG; "" where nothing has happened."""
    found = marks(case, tell)
    used = sorted({one.lane for one in found})
    lanes = [[*(label for _, label, _ in LANES), mark("Deadlines")][lane] for lane in used]
    placed = [replace(one, lane=used.index(one.lane)) for one in found]
    return whole(placed, [tell.tongue.gettext(lane) for lane in lanes], tell)


def marks(case: Case, tell: Teller) -> list[Mark]:
    """All that a case puts on the axis, each in the lane of its kind."""
    return [*_events(case, tell), *_deadlines(case, tell)]


def whole(found: Sequence[Mark], lanes: Sequence[str], tell: Teller) -> Markup:
    """Marks as SVG, in lanes with these names; "" where there are none."""
    if not found:
        return Markup()
    times = sorted(one.at for one in found)
    span = max(times[-1] - times[0], timedelta(hours=1))
    last = max(times[-1], tell.now) if tell.now - times[-1] < span else times[-1]
    axis = Axis(times[0] - span / 40, last + span / 40, tell.now)
    placed = list(_placed(found, axis))
    tops = _tops(placed, len(lanes))
    body = [*_grid(axis, tell, tops), *_names(lanes, tops), *_now(axis, tell, tops)]
    body += [_mark(one, axis, y + tops[one.lane]) for one, y in placed]
    head = Markup(
        '<svg class="picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="group"'
        ' aria-label="{}">'
    ).format(WIDTH, tops[-1] + 6, tell.tongue.gettext("Timeline"))
    return head + Markup("").join(body) + Markup("</svg>")


def _events(case: Case, tell: Teller) -> Iterator[Mark]:
    for lane, (look, _, kinds) in enumerate(LANES):
        for one in case.of(*kinds):
            gone = " gone" if one["superseded_by"] else ""
            at = datetime.fromisoformat(one["recorded_at"])
            said = f"{tell.kind(one['type'])}: {tell.line(one)} ({one['by']}, {tell.clock(at)})"
            yield Mark(lane, at, said, look + gone, one["event"])


def _deadlines(case: Case, tell: Teller) -> Iterator[Mark]:
    for one in case.obligations:
        due = alarm(one)
        if due and one["status"] != "superseded":
            at = datetime.fromisoformat(due["at"])
            status = tell.word(one["status"], "status")
            said = f"{tell.duty(one['duty'])}: {tell.clock(at)}, {status} ({one['citation']})"
            look = f"due {one['status'].removesuffix('_late')}"
            yield Mark(len(LANES), at, said, look, one["met_by"] or one["started_by"])


def _placed(marks: Sequence[Mark], axis: Axis) -> Iterator[tuple[Mark, int]]:
    """Each mark with how far below its lane's top it lies: never one upon another."""
    ends: dict[tuple[int, int], float] = {}
    for one in sorted(marks, key=lambda each: each.at):
        x, row = axis.x(one.at), 0
        while ends.get((one.lane, row), -APART) + APART > x:
            row += 1
        ends[one.lane, row] = x
        yield one, row * APART


def _tops(placed: Sequence[tuple[Mark, int]], lanes: int) -> list[int]:
    """Where each lane begins; the last is where the picture ends."""
    tops = [TOP]
    for lane in range(lanes):
        deepest = max((y for one, y in placed if one.lane == lane), default=0)
        tops.append(tops[-1] + max(LANE, deepest + LANE - SIZE))
    return tops


def _grid(axis: Axis, tell: Teller, tops: Sequence[int]) -> Iterator[Markup]:
    for at in _ticks(axis, tell):
        x = round(axis.x(at), 1)
        local = at.astimezone(tell.zone)
        pattern = "d MMM HH:mm" if local.hour or local.minute else "EEE d MMM"
        said = format_datetime(local, pattern, locale=tell.tongue.locale)
        yield Markup(
            '<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}" stroke="#ddd"/>'
        ).format(x, TOP - 6, tops[-1])
        yield Markup('<text x="{}" y="14" text-anchor="middle">{}</text>').format(x, said)


def _ticks(axis: Axis, tell: Teller) -> Iterator[datetime]:
    """Midnights of the reader's zone, as many as there is room for; in a short span hours."""
    span = axis.last - axis.first
    if span < timedelta(days=1):
        hours = max(1, round(span / timedelta(hours=6)))
        at = axis.first.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while at <= axis.last:
            if at >= axis.first:
                yield at
            at += timedelta(hours=hours)
        return
    every = -(-span.days // 8) or 1
    day = axis.first.astimezone(tell.zone).date() + timedelta(days=1)
    while (at := datetime(day.year, day.month, day.day, tzinfo=tell.zone)) <= axis.last:
        yield at
        day += timedelta(days=every)


def _names(lanes: Sequence[str], tops: Sequence[int]) -> Iterator[Markup]:
    for lane, name in enumerate(lanes):
        yield Markup('<line class="lane" x1="0" x2="{0}" y1="{1}" y2="{1}" stroke="#bbb"/>').format(
            WIDTH, tops[lane]
        )
        yield Markup('<text x="4" y="{}">{}</text>').format(tops[lane] + 18, name)


def _now(axis: Axis, tell: Teller, tops: Sequence[int]) -> Iterator[Markup]:
    if axis.now > axis.last:
        said = tell.tongue.gettext("now") + " →"
        yield Markup('<text class="now" x="{}" y="{}" text-anchor="end">{}</text>').format(
            WIDTH - 2, tops[-1] - 2, said
        )
        return
    x = round(axis.x(axis.now), 1)
    yield Markup(
        '<line class="now" x1="{0}" x2="{0}" y1="{1}" y2="{2}" stroke="#a00" stroke-width="1.5"/>'
    ).format(x, TOP - 6, tops[-1])
    yield Markup('<text class="now" x="{}" y="{}" text-anchor="end">{}</text>').format(
        x - 3, tops[-1] - 2, tell.tongue.gettext("now")
    )


def _mark(one: Mark, axis: Axis, top: int) -> Markup:
    x, y = round(axis.x(one.at), 1), top + 14
    if one.look.startswith("due"):
        shape = Markup('<path class="{}" d="M{} {}l5.5 5.5-5.5 5.5-5.5-5.5z"/>').format(
            one.look, x, y - 5.5
        )
    else:
        shape = Markup('<circle class="mark {}" cx="{}" cy="{}" r="{}"/>').format(
            one.look, x, y, SIZE
        )
    titled = Markup("<title>{}</title>").format(one.words) + shape
    if one.event is None:
        return Markup("<g>{}</g>").format(titled)
    whose = f"?party={quote(one.party, safe='')}" if one.party else ""
    return Markup('<a href="/events/{}{}" aria-label="{}">{}</a>').format(
        one.event, whose, one.words, titled
    )
