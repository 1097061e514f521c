"""varsel serve and the demo: a platform until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli import show
from adapters.cli.common import DEFAULT_DATA, Data, run
from adapters.roles import Role
from domain.errors import Invalid

Address = Annotated[
    str, typer.Option("--nats", metavar="HOST:PORT", help="port 0 picks a free one and keeps it")
]
Web = Annotated[
    str,
    typer.Option("--http", metavar="HOST:PORT", help="API and console; port 0 a free one, or off"),
]
Ops = Annotated[
    str,
    typer.Option(
        "--ops", metavar="HOST:PORT", help="health, metrics; port 0 a free one, or off"
    ),
]
Plays = Annotated[
    Role | None,
    typer.Option(
        "--role",
        envvar="VARSEL_ROLE",
        help="which work of the platform this process does; several processes share "
        "VARSEL_DATABASE_URL and VARSEL_NATS_URL",
    ),
]
Part = Annotated[
    str | None,
    typer.Option(
        "--part", envvar="VARSEL_PART", metavar="K/N", help="of the views, for one of N projectors"
    ),
]
SEEDS = ("zoopit.yaml", "tokmanni.yaml")


def serve(  # noqa: PLR0917 - typer passes each by its name
    data: Data = DEFAULT_DATA,
    nats: Address = "127.0.0.1:4222",
    http: Web = "127.0.0.1:8080",
    ops: Ops = "off",
    role: Plays = None,
    part: Part = None,
) -> None:
    """The platform: ledger, feed, views, API and console; until Ctrl-C."""
    from adapters.compose import running  # noqa: PLC0415 - a fast --help
    from adapters.settings import Settings  # noqa: PLC0415

    host, port = _address(nats, "--nats")
    web, web_port = _door(http, "--http")
    ops_host, ops_port = _door(ops, "--ops")
    settings = Settings(
        data=data,
        role=role or Role.ALL,
        part=part or "1/1",
        nats_host=host,
        nats_port=port,
        http_host=web,
        http_port=web_port,
        ops_host=ops_host,
        ops_port=ops_port,
    )

    async def work() -> None:
        stopped = _until_signal()
        async with running(settings) as platform:
            doors = [platform.url, platform.house.url if platform.house else None]
            said = ["ready", *filter(None, doors), "data", str(platform.folder.root)]
            sys.stdout.write(" ".join(said) + "\n")
            sys.stdout.flush()
            await stopped.wait()

    run(work())


def demo(
    *, exit_: Annotated[bool, typer.Option("--exit", help="leave after playing")] = False
) -> None:
    """Play both seed cases into one ledger, show what each party sees, serve until Ctrl-C."""
    from adapters.play import scenario as scenarios  # noqa: PLC0415 - a fast --help

    folder = Path(__file__).resolve().parents[2] / "scenarios"
    both = scenarios.merged(scenarios.load(str(folder / name)) for name in SEEDS)
    root = Path(tempfile.mkdtemp(prefix="varsel-demo-"))
    try:
        run(_demo(both, root, leave=exit_))
    finally:
        shutil.rmtree(root, ignore_errors=True)


async def _demo(both: Any, root: Path, *, leave: bool) -> None:
    from adapters.cli.demo import invite, tell  # noqa: PLC0415 - a fast --help
    from adapters.cli.playing import Bar  # noqa: PLC0415
    from adapters.compose import system_clock  # noqa: PLC0415
    from adapters.play.player import stage  # noqa: PLC0415

    stopped = _until_signal()
    async with stage(both, root, system_clock, http_port=0) as (player, clock):
        with Bar(len(both.steps)) as bar:
            await player.play(bar)
        out = show.console()
        await tell(out, player)
        if leave:
            return
        clock.run()
        invite(out, player, root)
        await stopped.wait()


def _until_signal() -> asyncio.Event:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)
    return stopped


def _door(text: str, option: str) -> tuple[str, int | None]:
    """A door's address; no port where it stays shut."""
    return ("127.0.0.1", None) if text == "off" else _address(text, option)


def _address(text: str, option: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if host and port.isdigit() and int(port) <= 65535:  # noqa: PLR2004
        return host, int(port)
    raise Invalid(
        "is no address",
        field=option,
        got=text,
        expected="HOST:PORT, 127.0.0.1:4222 say",
        next_step="correct it; port 0 picks a free one",
    )
