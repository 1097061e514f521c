"""How often a party may ask, through all doors together; what is refused stores nothing."""

from __future__ import annotations

import math
import time
from typing import Final

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from domain.errors import Invalid, TooMany

OFF: Final = "off"
EXEMPT: Final = "operator"  # who has to be able to act at all times
NEXT: Final = "write it as 6000/minute, or off"


class Rates:
    """Counts each party's requests in a sliding window, in memory.

    `rate` is written as the library `limits` reads it (`6000/minute`, `100/second; 9000/hour`),
    or is `off`. Raises `Invalid` for anything else.
    """

    def __init__(self, rate: str) -> None:
        self._rate = rate
        self._limits = _limits(rate)
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage()) if self._limits else None

    def ask(self, party: str) -> None:
        """Count one request; raises `TooMany` where it comes too soon."""
        if self._counter is None or party == EXEMPT:
            return
        for limit in self._limits:
            if not self._counter.hit(limit, party):
                free_at, _ = self._counter.get_window_stats(limit, party)
                raise self._refusal(max(1, math.ceil(free_at - time.time())))

    def _refusal(self, seconds: int) -> TooMany:
        return TooMany(
            "you ask more often than is allowed here",
            expected=f"at most {self._rate}",
            next_step=f"ask again after {seconds} seconds; nothing of this request was recorded",
            retry_after=seconds,
        )


def _limits(rate: str) -> list[RateLimitItem]:
    if rate.strip().lower() == OFF:
        return []
    try:
        found = parse_many(rate)
    except ValueError:
        found = []
    if not found or any(one.amount < 1 for one in found):
        raise Invalid(
            "is no rate",
            field="VARSEL_RATE",
            got=rate,
            expected="so many in a second, minute, hour or day",
            next_step=NEXT,
        )
    return found
