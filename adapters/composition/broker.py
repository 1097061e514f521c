"""The broker: the embedded server of this process, or the servers that the settings name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.composition.ground import Ground
from adapters.composition.launching import reporter
from adapters.nats.connection import Connection, connect
from adapters.nats.credentials import Credentials
from adapters.nats.outside import Cluster, broker_outside
from adapters.nats.server import EmbeddedServer
from adapters.nats.tenancy import Tenancy


@dataclass(frozen=True)
class Broker:
    """Where parties reach it, and the platform's own way to it; `revive` where it is our own."""

    url: str
    core: Connection
    tenancy: Tenancy
    revive: Callable[[], Awaitable[None]] | None = None


async def open_broker(
    ground: Ground, server: EmbeddedServer | None, parties: Callable[[], int]
) -> Broker:
    """Connected, its stream there; everything is closed with the ground. `parties` counts them.

    `server` is our own, ready or not; None where the settings name others.
    """
    # Never a scenario's clock: the servers compare these with what they were told before.
    now, report = datetime.now(UTC), reporter(ground)
    settings, trust = ground.settings, ground.trust
    if server is None:
        cluster = Cluster(settings.nats_url or "", settings.nats_ca, settings.nats_replicas)
        url, tenancy, core = await broker_outside(
            cluster, trust, parties, now, report, ground.stack
        )
        return Broker(url, core, tenancy)
    await server.start()
    url = server.url
    system = await connect(
        url, Credentials.parse(trust.system_creds(now)), name="system", report=report
    )
    ground.stack.push_async_callback(system.close)
    core = await connect(
        url, Credentials.parse(trust.platform_creds(now)), name="platform", report=report
    )
    ground.stack.push_async_callback(core.close)
    tenancy = Tenancy(system, core)
    await tenancy.ensure_account(trust.platform_key, trust.platform_account_jwt(now))
    await tenancy.ensure_stream()
    return Broker(url, core, tenancy, server.revive)
