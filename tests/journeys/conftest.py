"""Where journeys are made: a stage for all of them, on which each has parties of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.journeys.lab import Serve, Stage, Town
from tests.journeys.production import PARTS, Production, production

Settle = Callable[..., Town]
_QUARTERS = count(1)


@pytest.fixture(scope="package")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """One process on embedded engines."""
    local = {"VARSEL_WEBHOOK_ALLOW_PRIVATE": "yes"}
    with Serve(tmp_path_factory.mktemp("alone") / "data", variables=local) as serve:
        yield serve


@pytest.fixture(scope="package")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """Two APIs, a relay and two projectors, each with its part of the views."""
    local = {"VARSEL_WEBHOOK_ALLOW_PRIVATE": "yes"}
    with production(tmp_path_factory.mktemp("several"), PARTS, local) as found:
        yield found


@pytest.fixture(params=["alone", "several"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """A promise that is kept on the embedded engines is kept in production."""
    found: Stage = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def settle(tmp_path: Path) -> Settle:
    """On a stage: a vendor, two clients, and the first one's auditor."""

    def settled(stage: Stage) -> Town:
        town = Town(stage, tmp_path, quarter=str(next(_QUARTERS)))
        asyncio.run(town.people(zoopit="vendor", joker="client", kiwi="client", tilsyn="auditor"))
        return town

    return settled
