"""When is a debtor reminded, and when is a client's silence brought up? A closed list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.words import Threshold

HOUR = timedelta(hours=1)

COUNTED_IN_DAYS = 48 * HOUR
"""From this length on a clock leaves a working day for what its last day still asks."""

LONG: tuple[tuple[Threshold, timedelta], ...] = (("24h", 24 * HOUR), ("6h", 6 * HOUR))
"""Before the alarm of a clock of days: a day ahead, while people can still be reached and facts
asked for; and six hours ahead, time enough to file what is known and to say why the rest is late
(GDPR Art. 33(4))."""

LAST_HOUR = HOUR
"""A clock of hours (NIS2's 24, DORA's 4) would have begun after a reminder a day ahead: it gets
one half-way, and one with an hour left."""

ACKNOWLEDGE_WITHIN = 24 * HOUR
"""From delivery: a third of the 72 hours that the client's own clock runs from about then."""

DELIVER_WITHIN = 24 * HOUR
"""From the notice: what no door has taken by then needs a person who picks up a telephone."""

PROMPT = timedelta(minutes=1)
"""What is recorded within it was recorded in time: a queue, not a platform that was away."""


def thresholds(started: datetime | None, due: datetime) -> list[tuple[Threshold, datetime]]:
    """When to speak of a deadline, earliest first (UTC), the deadline itself last.

    `started` is when the clock started, None where only its end is known. A threshold before the
    start is none.
    """
    end = due.astimezone(UTC)
    start = started.astimezone(UTC) if started else None
    found: list[tuple[Threshold, datetime]] = [(name, end - ahead) for name, ahead in LONG]
    if start and end - start < COUNTED_IN_DAYS:
        found = [("half_way", start + (end - start) / 2), ("1h", end - LAST_HOUR)]
    ahead = [one for one in found if start is None or one[1] > start]
    last: tuple[Threshold, datetime] = ("due", end)
    return [*sorted(ahead, key=lambda one: one[1]), last]


def missed(at: datetime, now: datetime) -> datetime | None:
    """When it should have been said, where that was a while ago; None where it is in time."""
    return at if now - at > PROMPT else None
