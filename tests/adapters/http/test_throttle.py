"""Failures are counted by where they come from."""

from __future__ import annotations

import pytest
from limits import RateLimitItemPerMinute

from adapters.http.throttle import Throttle
from domain.errors import TooMany


def failing(*addresses: str) -> Throttle:
    throttle = Throttle(RateLimitItemPerMinute(2))
    for address in addresses:
        throttle.failed(address)
    return throttle


def test_each_address_has_its_own_count() -> None:
    throttle = failing("192.0.2.1", "192.0.2.1", "192.0.2.2")
    throttle.failed("192.0.2.2")
    with pytest.raises(TooMany) as refused:
        throttle.failed("192.0.2.1")
    assert refused.value.retry_after
    assert 1 <= refused.value.retry_after <= 60


def test_the_addresses_of_one_ipv6_network_count_together() -> None:
    throttle = failing("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    with pytest.raises(TooMany):
        throttle.failed("2001:db8::ffff")


def test_where_no_address_is_known_all_count_together() -> None:
    throttle = failing("unknown", "unknown")
    with pytest.raises(TooMany):
        throttle.failed("unknown")
