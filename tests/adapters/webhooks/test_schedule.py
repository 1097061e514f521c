"""When a message that was not taken is sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.webhooks.schedule import DELAYS, LONGEST, next_attempt, retry_after

NOW = datetime(2026, 2, 27, 12, 0, tzinfo=UTC)


def test_ten_attempts_span_the_days_that_standard_webhooks_shows() -> None:
    at = NOW
    for failures in range(1, len(DELAYS) + 1):
        following = next_attempt(failures, at, 0.0, None)
        assert following is not None
        at = following
    assert at - NOW == timedelta(hours=75, minutes=35, seconds=5)
    assert next_attempt(len(DELAYS) + 1, at, 0.0, None) is None


@pytest.mark.parametrize(("jitter", "seconds"), [(-1.0, 270), (0.0, 300), (1.0, 330)])
def test_endpoints_that_failed_together_come_back_apart(jitter: float, seconds: int) -> None:
    assert next_attempt(2, NOW, jitter, None) == NOW + timedelta(seconds=seconds)


def test_a_retry_after_is_waited_for_but_shortens_nothing_and_holds_nobody_for_ever() -> None:
    assert next_attempt(1, NOW, 0.0, timedelta(minutes=2)) == NOW + timedelta(minutes=2)
    assert next_attempt(2, NOW, 0.0, timedelta(seconds=1)) == NOW + timedelta(minutes=5)
    assert next_attempt(1, NOW, 0.0, timedelta(days=900)) == NOW + LONGEST


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("9" * 500, LONGEST),
        ("Fri, 27 Feb 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Fri, 27 Feb 2026 11:00:00 GMT", timedelta(0)),
        ("Fri, 27 Feb 2026 12:05:00 -0000", timedelta(minutes=5)),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date(header: str | None, asked: timedelta | None) -> None:
    assert retry_after(header, NOW) == asked
