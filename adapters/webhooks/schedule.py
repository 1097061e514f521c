"""When a message that was not taken is sent again, and when its endpoint is given up.

The delays are the example schedule of Standard Webhooks 1.0.0, "Deliverability and reliability":
ten attempts over 75 hours and 35 minutes (github.com/standard-webhooks/standard-webhooks).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER: Final = 0.1  # of a delay, either way: endpoints that failed together come back apart
LONGEST: Final = timedelta(hours=24)  # that a Retry-After may ask for
DIGITS: Final = 9  # of a Retry-After in seconds; more is longer than the longest anyway


def next_attempt(
    failures: int, now: datetime, jitter: float, retry_after: timedelta | None
) -> datetime | None:
    """When to try again after so many failures in a row (1 or more); None: give up.

    `jitter` lies between -1 and 1. A Retry-After is waited for; it never shortens a delay.
    """
    if failures > len(DELAYS):
        return None
    delay = DELAYS[failures - 1] * (1 + JITTER * jitter)
    return now + max(delay, min(retry_after or timedelta(0), LONGEST))


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After asks for: seconds or a date (RFC 9110, 10.2.3); None: nothing readable."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text)) if len(text) <= DIGITS else LONGEST
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((at if at.tzinfo else at.replace(tzinfo=UTC)) - now, timedelta(0))
