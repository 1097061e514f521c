"""For every test: hypothesis judges what is true, never how fast this machine is.

Its examples are the same at every run, so that what passed yesterday passes today. To look for
others: `VARSEL_EXPLORE=1 make test`.
"""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "varsel",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not os.environ.get("VARSEL_EXPLORE"),
)
settings.load_profile("varsel")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What mostly waits for its processes begins first: all else is done in its pauses."""
    items.sort(
        key=lambda one: not {"fault", "journey"} & {mark.name for mark in one.iter_markers()}
    )


def pytest_collection_finish() -> None:
    """What was imported by now lives to the end: no sweep need look at it again.

    With it each one takes a third of a second, and there is one after each test with a server.
    """
    gc.collect()
    gc.freeze()
