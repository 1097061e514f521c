"""The broker: the embedded server of this process, or the servers that the settings name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters import folder as folders
from adapters.composition.ground import Ground
from adapters.nats.connection import Connection, Report, connect
from adapters.nats.credentials import Credentials
from adapters.nats.outside import Cluster, broker_outside
from adapters.nats.server import EmbeddedServer, free_port
from adapters.nats.tenancy import Tenancy


@dataclass(frozen=True)
class Broker:
    """Where parties reach it, and the platform's own way to it; `revive` where it is our own."""

    url: str
    core: Connection
    tenancy: Tenancy
    revive: Callable[[], Awaitable[None]] | None = None


async def open_broker(ground: Ground, parties: Callable[[], int]) -> Broker:
    """Connected, its stream there; everything is closed with the ground. `parties` counts them."""
    # Never a scenario's clock: the servers compare these with what they were told before.
    now, report = datetime.now(UTC), _reporter(ground)
    settings, trust = ground.settings, ground.trust
    if settings.nats_url is not None:
        cluster = Cluster(settings.nats_url, settings.nats_ca, settings.nats_replicas)
        url, tenancy, core = await broker_outside(
            cluster, trust, parties, now, report, ground.stack
        )
        return Broker(url, core, tenancy)
    server = await _embedded(ground, now, report)
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


async def _embedded(ground: Ground, now: datetime, report: Report) -> EmbeddedServer:
    settings = ground.settings
    server = EmbeddedServer(
        ground.folder.nats,
        ground.trust,
        port=kept_port(ground.folder, "nats.port", settings.nats_host, settings.nats_port),
        issued_at=now,
        host=settings.nats_host,
        binary=settings.nats_server,
        report=report,
    )
    return await ground.stack.enter_async_context(server)


def kept_port(folder: folders.Folder, name: str, host: str, asked: int) -> int:
    """The port asked for; 0 means a free one, the same at every start of this folder."""
    if asked:
        return asked
    kept = folder.root / name
    if not kept.exists():
        folders.write_private(kept, f"{free_port(host)}\n")
    return int(kept.read_text())


def _reporter(ground: Ground) -> Report:
    def report(what: str, error: Exception | None) -> None:
        ground.log.info(what, error=str(error) if error else None)

    return report
