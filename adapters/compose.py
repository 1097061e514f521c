"""The composition root: the only reader of settings, the only builder of things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters import folder as folders
from adapters import logs
from adapters.composition.broker import kept_port
from adapters.composition.ground import Clock, Ground, stand
from adapters.composition.inside import furnish, introduce, open_views, projecting, witnessing
from adapters.composition.shifts import Shifts
from adapters.composition.speaking import Speaking
from adapters.engines.presence import Report
from adapters.evidence.timestamp import authority
from adapters.health import own_troubles
from adapters.platform import Parts, Platform
from adapters.roles import Role
from adapters.settings import Settings
from projections.parts import Part

if TYPE_CHECKING:
    from adapters.http.house import House


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Running:
    """A platform, or one process of it, that is up.

    `url` is where its broker is reached (empty where it has nothing to do with it), `ops` where the
    operator's door is; `parts` and `platform` are for those in the same process.
    """

    platform: Platform
    parts: Parts
    url: str
    folder: folders.Folder
    house: House | None
    ops: str | None = None


@asynccontextmanager
async def running(settings: Settings, clock: Clock = system_clock) -> AsyncGenerator[Running]:
    """The platform, or the process of it that the settings describe, until the block is left."""
    settings.require_whole()
    authority(settings.tsa_url, settings.tsa_roots)  # what cannot be used is refused at once
    logs.configure(settings.log_level)
    async with AsyncExitStack() as stack:
        ground = stand(settings, clock, stack)
        parts = furnish(ground)
        platform = Platform(parts)
        shifts = Shifts(ground.turns, ground.log)
        _attend(ground, parts, platform, shifts)
        if Role.PROJECTOR in settings.plays and ground.database is not None:
            await _follow(ground, platform, shifts)
        house, speaking = None, None
        if settings.plays & {Role.API, Role.RELAY}:
            await introduce(ground, parts)
            house = await _front(ground, parts, platform)
            _webhooks(ground, parts, platform, house)
            speaking = Speaking(ground, parts, platform, shifts)
            await speaking.begin()
        connected = speaking.connected if speaking else None
        ops = await _operate(ground, parts, platform, shifts, connected)
        url = speaking.url if speaking else ""
        yield Running(platform, parts, url, ground.folder, house, ops)


def _attend(ground: Ground, parts: Parts, platform: Platform, shifts: Shifts) -> None:
    """Tell the other processes what this one is at, and hear of them."""
    if ground.database is None:
        return

    from adapters.engines.postgres import PostgresPresence  # noqa: PLC0415 - of an extra

    def report() -> Report:
        relay = platform.relay
        return Report(
            role=ground.settings.role.value,
            turns=tuple(name for name, held in ground.turns.held().items() if held),
            troubles=(*shifts.troubles, *own_troubles(platform)),
            published=relay.published if relay else None,
        )

    presence = PostgresPresence(ground.database, report)
    presence.start()
    ground.stack.push_async_callback(presence.stop)
    parts.presence = presence


async def _follow(ground: Ground, platform: Platform, shifts: Shifts) -> None:
    """Views and transparency log, each by the process whose turn it is."""
    parts, (part, of) = platform.parts, ground.settings.parts

    async def project(stack: AsyncExitStack) -> None:
        views = await asyncio.to_thread(open_views, ground, parts.ledger, Part(part, of))
        stack.callback(views.close)
        views.observe = platform.watched
        projecting(ground, views, stack)

    async def witness(stack: AsyncExitStack) -> None:
        witnessing(ground, parts.ledger, parts.evidence.log, stack)

    await shifts.take(f"projector {part}/{of}", project, ground.stack, wait=False)
    if part == 1:
        await shifts.take("evidence", witness, ground.stack, wait=False)


async def _front(ground: Ground, parts: Parts, platform: Platform) -> House | None:
    """The HTTP door, where one is asked for: it accepts also while NATS is away."""
    settings, folder = ground.settings, ground.folder
    if settings.http_port is None or Role.API not in settings.plays:
        return None
    from adapters.front import open_front  # noqa: PLC0415 - without a door, no web framework

    port = kept_port(folder, "http.port", settings.http_host, settings.http_port)
    house = await open_front(settings, port, ground.vault, parts, platform, ground.stack)
    folders.write_private(folder.web_url, house.url + "\n")
    return house


def _webhooks(ground: Ground, parts: Parts, platform: Platform, house: House | None) -> None:
    """Parties' webhooks; their links lead to the HTTP door, where there is one."""
    from adapters.webhooks.opening import open_webhooks  # noqa: PLC0415 - a fast --help

    open_webhooks(
        ground.store("webhooks"),
        ground.vault,
        ground.bell,
        parts,
        platform,
        ground.stack,
        private=ground.settings.webhook_allow_private,
        base=house.url if house else ground.settings.public_url,
    )


async def _operate(
    ground: Ground,
    parts: Parts,
    platform: Platform,
    shifts: Shifts,
    connected: Callable[[], bool] | None,
) -> str | None:
    """The operator's door, where one is asked for; its URL."""
    settings = ground.settings
    if settings.ops_port is None:
        return None
    from adapters.ops.opening import open_ops  # noqa: PLC0415 - nothing of it without a door

    return await open_ops(
        settings,
        parts,
        platform,
        ground.stack,
        rules=parts.rules,
        connected=connected,
        turns=ground.turns if ground.database else None,
        ailing=lambda: shifts.troubles,
        port=kept_port(ground.folder, "ops.port", settings.ops_host, settings.ops_port),
    )


__all__ = ["Clock", "Running", "running", "system_clock"]
