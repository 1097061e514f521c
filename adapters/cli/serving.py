"""varsel serve and the demo: a platform until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
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
    str | None,
    typer.Option(
        "--nats",
        metavar="HOST:PORT",
        help="port 0 picks a free one and keeps it",
        show_default="127.0.0.1:4222",
    ),
]
Web = Annotated[
    str | None,
    typer.Option(
        "--http",
        metavar="HOST:PORT",
        help="API and console; port 0 a free one, or off",
        show_default="127.0.0.1:8080",
    ),
]
Ops = Annotated[
    str | None,
    typer.Option(
        "--ops",
        metavar="HOST:PORT",
        help="health, metrics; port 0 a free one, or off",
        show_default="off",
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
    nats: Address = None,
    http: Web = None,
    ops: Ops = None,
    role: Plays = None,
    part: Part = None,
) -> None:
    """The platform: ledger, feed, views, API and console; until Ctrl-C."""
    gc.disable()  # what is imported stays: to look for garbage in it a dozen times is time lost
    from adapters.compose import running  # noqa: PLC0415 - a fast --help
    from adapters.settings import Served  # noqa: PLC0415

    given = {"role": role, "part": part}
    said: dict[str, Any] = {name: one for name, one in given.items() if one is not None}
    doors = {**_door("nats", nats), **_door("http", http), **_door("ops", ops)}
    settings = Served(data=data, **said, **doors)

    async def work() -> None:
        stopped = _until_signal()
        async with running(settings) as platform:
            doors = [platform.url, platform.house.url if platform.house else None]
            said = ["ready", *filter(None, doors), "data", str(platform.folder.root)]
            sys.stdout.write(" ".join(said) + "\n")
            sys.stdout.flush()
            _collect()
            await stopped.wait()

    run(work())


def _collect() -> None:
    """Collect garbage from now on; what is there already stays, and is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.enable()


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


def _door(name: str, said: str | None) -> dict[str, Any]:
    """A door as it was asked for; nothing where it was not: the environment may say more."""
    if said is None:
        return {}
    if said == "off" and name != "nats":
        return {f"{name}_port": None}
    host, port = _address(said, f"--{name}")
    return {f"{name}_host": host, f"{name}_port": port}


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
