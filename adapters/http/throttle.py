"""Who fails to log in too often waits: counted by address, in memory; success costs nothing."""

from __future__ import annotations

import ipaddress
import math
import time
from typing import Final

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from domain.errors import TooMany

FAILURES: Final = RateLimitItemPerMinute(30)  # of one address; a key cannot be guessed anyway


class Throttle:
    """Counts failures; `TooMany` instead of one more answer to a key that is wrong."""

    def __init__(self, failures: RateLimitItem | None = None) -> None:
        self._failures = failures or FAILURES
        self._counter = FixedWindowRateLimiter(MemoryStorage())

    def failed(self, address: str) -> None:
        """Count a failure of an address; raises `TooMany` where there were too many before."""
        who = _network(address)
        if self._counter.hit(self._failures, who):
            return
        free_at, _ = self._counter.get_window_stats(self._failures, who)
        seconds = max(1, math.ceil(free_at - time.time()))
        raise TooMany(
            "too many requests without a valid API key came from this address",
            expected=f"at most {self._failures.amount} a minute",
            next_step=f"come back after {seconds} seconds, with a valid key",
            retry_after=seconds,
        )


def _network(address: str) -> str:
    """An IPv6 host has a whole network of addresses to come from."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))  # noqa: PLR2004 - IP's version
