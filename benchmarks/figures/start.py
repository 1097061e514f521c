"""Figure 8: how soon does a platform that holds many events accept a command, and at what size?

Product: `varsel serve` as an operator runs it, until a vendor's first report is accepted through
NATS. The ledger holds 250 000 events (a million takes longer to make than to measure; a second line
shows that a start does not depend on them), views and transparency log have come as far, FEED is
empty. The HTTP door is open: it comes after the first command, as always beside an own broker.

Floor: a Python that imports the libraries which it takes to accept a command, and does nothing;
then the same nats-server on the same folder, until it lets clients in.

The command line is measured alone: `varsel --help`, and the memory of the platform at rest.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from adapters.nats.processes import server_binary
from adapters.nats.server import free_port
from benchmarks.measuring import against, alone, at_most, no_more_than, tell
from benchmarks.platforms import SERVE
from benchmarks.stores import make, report
from domain.errors import VarselError

EVENTS: Final = 250_000
ALIKE: Final = 5  # rounds: two starts of the same length are told apart by chance in fewer
LIBRARIES: Final = (
    "asyncio, typer, pydantic, pydantic_settings, structlog, eventsourcing.sqlite, nats, nkeys, "
    "limits, cryptography.hazmat.primitives.ciphers.aead"
)
PATIENCE: Final = 60.0
REST: Final = 1.0  # seconds after which a platform that nobody asks is at rest


class Store(NamedTuple):
    """A data folder, where its broker will be, and who reports to it."""

    data: Path
    port: int
    creds: str

    @property
    def url(self) -> str:
        """Where its broker will be."""
        return f"nats://127.0.0.1:{self.port}"


def main() -> None:
    """Measure, and print a line for each figure."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder:
        large, small = (_store(Path(folder) / str(many), many) for many in (EVENTS, 0))
        tell(against("start", "s", lambda: _first(large), lambda: _floor(large), at_most(1.3)))
        sizes = lambda: _first(large), lambda: _first(small)
        tell(against("start_many_to_few_events", "s", *sizes, at_most(1.1), ALIKE))
        tell(alone("start_memory", "MB", lambda: _memory(small), no_more_than(100), rounds=1))
    tell(alone("start_help", "ms", _help, no_more_than(150), rounds=5))


def _store(data: Path, events: int) -> Store:
    creds = make(data, events)
    return Store(data, int((data / "nats.port").read_text()), creds)


@contextmanager
def _serving(at: Store) -> Generator[subprocess.Popen[str]]:
    words = [*SERVE, "serve", "--data", str(at.data)]
    words += ["--nats", "127.0.0.1:0", "--http", f"127.0.0.1:{free_port()}"]
    with (
        at.data.with_suffix(".log").open("ab") as log,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _first(at: Store) -> float:
    """Seconds until the first command is accepted."""
    begin = time.perf_counter()
    with _serving(at) as process:
        asyncio.run(_accepted(at))
        seconds = time.perf_counter() - begin
        _until_ready(process)
    return seconds


async def _accepted(at: Store) -> None:
    """Knock until a report is accepted."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", at.port)
                writer.close()
                return await report(at.url, at.creds, f"at-{time.time_ns()}")
            except (OSError, VarselError):
                await asyncio.sleep(0.005)


def _floor(at: Store) -> float:
    """Seconds for the libraries, and for the broker after them."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {LIBRARIES}"], check=True)
    folder = at.data / "nats"
    words = [str(server_binary(None)), "-c", str(folder / "nats.conf")]
    with subprocess.Popen(words, cwd=folder, stderr=subprocess.DEVNULL) as broker:
        try:
            asyncio.run(_listening(at))
            return time.perf_counter() - begin
        finally:
            broker.terminate()
            broker.wait(PATIENCE)


async def _listening(at: Store) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
                await reader.readline()  # INFO: it lets clients in
                return writer.close()
            except OSError:
                await asyncio.sleep(0.005)


def _memory(at: Store) -> float:
    """Megabytes resident of the platform's own process, at rest."""
    with _serving(at) as process:
        _until_ready(process)
        time.sleep(REST)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


def _until_ready(process: subprocess.Popen[str]) -> None:
    said = process.stdout.readline() if process.stdout else ""
    if not said.startswith("ready"):
        raise RuntimeError(f"the platform did not get ready: {said!r}")


def _help() -> float:
    """Milliseconds for `varsel --help`."""
    begin = time.perf_counter()
    subprocess.run([*SERVE, "--help"], check=True, stdout=subprocess.DEVNULL, env={**os.environ})
    return (time.perf_counter() - begin) * 1e3


if __name__ == "__main__":
    main()
