"""A process of the platform: all that it does, begun one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib import import_module
from typing import TYPE_CHECKING

from adapters import folder as folders
from adapters.composition.ground import Ground
from adapters.composition.inside import furnish, introduce, open_views, projecting, witnessing
from adapters.composition.launching import kept_port
from adapters.composition.running import Running
from adapters.composition.shifts import Shifts
from adapters.composition.speaking import Speaking
from adapters.engines.presence import Report
from adapters.health import own_troubles
from adapters.nats.server import EmbeddedServer
from adapters.platform import Parts, Platform
from adapters.roles import Role
from adapters.settings import Settings
from adapters.webhooks.opening import open_webhooks
from projections.parts import Part

if TYPE_CHECKING:
    from adapters.http.house import House


async def begun(ground: Ground, server: EmbeddedServer | None) -> Running:
    """The process on this ground, until that is left; `server` is its own broker, coming up."""
    settings = ground.settings
    parts = furnish(ground)
    platform = Platform(parts)
    platform.opening = settings.http_port is not None and Role.API in settings.plays
    shifts = Shifts(ground.turns, ground.log)
    _attend(ground, parts, platform, shifts)
    if Role.PROJECTOR in settings.plays and ground.database is not None:
        await _follow(ground, platform, shifts)
    house, speaking = None, None
    if settings.plays & {Role.API, Role.RELAY}:
        await introduce(ground, parts)
        _webhooks(ground, parts, platform)
        speaking = Speaking(ground, parts, platform, shifts, server)
        house = await _open(ground, parts, platform, speaking)
    connected = speaking.connected if speaking else None
    ops = await _operate(ground, parts, platform, shifts, connected)
    url = speaking.url if speaking else ""
    return Running(platform, parts, url, ground.folder, house, ops)


async def _open(
    ground: Ground, parts: Parts, platform: Platform, speaking: Speaking
) -> House | None:
    """Let parties in, through the broker first: a web framework takes long to import.

    A broker that others run may be away: the HTTP door accepts also meanwhile, and comes first.
    """
    if ground.settings.nats_url is not None:
        house = await _front(ground, parts, platform)
        await speaking.begin()
        return house
    await speaking.begin()
    return await _front(ground, parts, platform)


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
    """The HTTP door, where one is asked for."""
    settings, folder = ground.settings, ground.folder
    port = _web_port(ground)
    if port is None:
        return None
    # In a thread: whoever comes through the broker is answered meanwhile.
    await asyncio.to_thread(import_module, "adapters.front")
    from adapters.front import open_front  # noqa: PLC0415 - without a door, no web framework

    url = _address(settings, port)
    house = await open_front(settings, port, url, ground.vault, parts, platform, ground.stack)
    folders.write_private(folder.web_url, house.url + "\n")
    return house


def _webhooks(ground: Ground, parts: Parts, platform: Platform) -> None:
    """Parties' webhooks; their links lead to the HTTP door, where there is one."""
    settings, port = ground.settings, _web_port(ground)
    open_webhooks(
        ground.store("webhooks"),
        ground.vault,
        ground.bell,
        parts,
        platform,
        ground.stack,
        private=settings.webhook_allow_private,
        base=_address(settings, port) if port is not None else settings.public_url,
    )


def _web_port(ground: Ground) -> int | None:
    """Where the HTTP door is to listen; None where there is none."""
    settings = ground.settings
    if settings.http_port is None or Role.API not in settings.plays:
        return None
    return kept_port(ground.folder, "http.port", settings.http_host, settings.http_port)


def _address(settings: Settings, port: int) -> str:
    """Where people reach the HTTP door."""
    host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
    return (settings.public_url or f"http://{host}:{port}").rstrip("/")


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
