"""For every test: hypothesis judges what is true, never how fast this machine is."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("varsel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("varsel")
