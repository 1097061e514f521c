"""What is begun before everything else is imported: the embedded server, which takes its time."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters import folder as folders
from adapters.composition.ground import Ground
from adapters.nats.connection import Report
from adapters.nats.server import EmbeddedServer, free_port
from adapters.roles import Role


async def launched(ground: Ground) -> EmbeddedServer | None:
    """The embedded server, coming up; stopped with the ground. None where others run servers."""
    settings = ground.settings
    if settings.nats_url is not None or not settings.plays & {Role.API, Role.RELAY}:
        return None
    server = EmbeddedServer(
        ground.folder.nats,
        ground.trust,
        port=kept_port(ground.folder, "nats.port", settings.nats_host, settings.nats_port),
        issued_at=datetime.now(UTC),  # never a scenario's clock: see `open_broker`
        host=settings.nats_host,
        binary=settings.nats_server,
        report=reporter(ground),
    )
    ground.stack.push_async_callback(server.stop)
    await server.begin()
    return server


def kept_port(folder: folders.Folder, name: str, host: str, asked: int) -> int:
    """The port asked for; 0 means a free one, the same at every start of this folder."""
    if asked:
        return asked
    kept = folder.root / name
    if not kept.exists():
        folders.write_private(kept, f"{free_port(host)}\n")
    return int(kept.read_text())


def reporter(ground: Ground) -> Report:
    """Has what happens behind our backs at the broker logged."""

    def report(what: str, error: Exception | None) -> None:
        ground.log.info(what, error=str(error) if error else None)

    return report
