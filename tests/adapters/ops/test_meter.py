"""The meter: what becomes a series, and what does not."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import generate_latest

from adapters.ops.meter import Meter
from domain.errors import Refused, Unavailable
from tests.adapters.ops.lab import samples


def figures(meter: Meter) -> dict[str, float]:
    return samples(generate_latest(meter.registry).decode())


@pytest.mark.parametrize(
    ("error", "outcome", "kind"),
    [
        (Refused("no"), "refused", "refused"),
        (Unavailable("down"), "failed", "unavailable"),
        (ValueError("a bug"), "failed", "error"),
    ],
    ids=["their-doing", "our-doing", "a-bug"],
)
def test_a_command_that_fails_is_counted_by_whose_doing_it_is(
    error: Exception, outcome: str, kind: str
) -> None:
    meter = Meter(["ask"])
    with pytest.raises(type(error)), meter("accept", "ask"):
        raise error
    seen = figures(meter)
    assert seen[f'varsel_accept_seconds_count{{outcome="{outcome}",verb="ask"}}'] == 1
    assert seen[f'varsel_refused_total{{kind="{kind}"}}'] == 1


def test_what_was_called_off_says_nothing_of_how_long_it_takes() -> None:
    meter = Meter(["ask"])
    with pytest.raises(asyncio.CancelledError), meter("accept", "ask"):
        raise asyncio.CancelledError
    assert not [name for name in figures(meter) if "accept" in name]


def test_batches_are_told_apart_by_what_they_do() -> None:
    meter = Meter(["ask"])
    for work in ("append", "relay", "project"):
        with meter(work):
            pass
    seen = figures(meter)
    assert [seen[f'varsel_batch_seconds_count{{work="{one}"}}'] for one in ("append", "relay")] == [
        1,
        1,
    ]


def test_two_platforms_in_one_process_do_not_count_into_each_other() -> None:
    one, other = Meter(["ask"]), Meter(["ask"])
    with one("accept", "ask"):
        pass
    assert not [name for name in figures(other) if "accept" in name]
