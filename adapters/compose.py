"""The composition root: the only reader of settings, the only builder of things."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from adapters import logs
from adapters.composition.ground import Clock, stand
from adapters.composition.launching import launched
from adapters.composition.running import Running
from adapters.settings import Settings


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def running(settings: Settings, clock: Clock = system_clock) -> AsyncGenerator[Running]:
    """The platform, or the process of it that the settings describe, until the block is left."""
    settings.require_whole()
    _require_authority(settings)
    logs.configure(settings.log_level)
    async with AsyncExitStack() as stack:
        ground = stand(settings, clock, stack)
        server = await launched(ground)
        # Imported only now: it takes longer than the server, which comes up meanwhile.
        from adapters.composition.process import begun  # noqa: PLC0415

        yield await begun(ground, server)


def _require_authority(settings: Settings) -> None:
    """What cannot be used is refused at once."""
    if settings.tsa_url is not None:
        from adapters.evidence.timestamp import authority  # noqa: PLC0415 - nothing of it without

        authority(settings.tsa_url, settings.tsa_roots)


__all__ = ["Clock", "Running", "running", "system_clock"]
