"""For every test: hypothesis judges what is true, never how fast this machine is."""

from __future__ import annotations

import gc

from hypothesis import HealthCheck, settings

settings.register_profile("varsel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("varsel")


def pytest_collection_finish() -> None:
    """What was imported by now lives to the end: no sweep need look at it again.

    With it each one takes a third of a second, and there is one after each test with a server.
    """
    gc.collect()
    gc.freeze()
