"""Real processes for journeys: a platform that can be stopped or killed, and the command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self, TypeVar

from adapters.folder import Folder, open_vault, trust
from adapters.nats.caller import Caller
from adapters.nats.connection import Connection, connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import Disconnected, Unanswered
from domain.errors import Unavailable

T = TypeVar("T")
VARSEL = str(Path(sys.executable).with_name("varsel"))
PATIENCE = 60.0
GLANCE = 0.05


class Serve:
    """`varsel serve` on a data folder; a context that leaves no process behind."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.url = ""
        self.seconds_to_ready = 0.0
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[str] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def log(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    def start(self) -> Self:
        """Returns when it says that it is ready."""
        began = time.monotonic()
        self._log = self.log.open("a", encoding="utf-8")
        self._process = subprocess.Popen(
            [VARSEL, "serve", "--data", str(self.data), "--nats", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline().split()  # ends when the process does
        assert said[:1] == ["ready"], self._last_words()
        self.url, self.seconds_to_ready = said[1], time.monotonic() - began
        return self

    def stop(self) -> int:
        """Asks it to stop (SIGTERM) and returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9, if it runs; its broker follows it by itself."""
        self._end(signal.SIGKILL)

    def broker(self) -> int:
        """The process id of its nats-server."""
        return int((Folder(self.data).nats / "nats.pid").read_text())

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log lines of that event so far, of all lives on this folder."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        found = (json.loads(line) for line in lines if line.startswith("{") and line.endswith("}"))
        return [line for line in found if line["event"] == event]

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            assert process.stdout is not None
            process.stdout.close()
            if self._log is not None:
                self._log.close()

    def _last_words(self) -> str:
        self.kill()
        return self.log.read_text(encoding="utf-8")[-2000:]


def varsel(*words: object, said: str | None = None, refused: bool = False) -> str:
    """Runs a command to its end; its stdout, or its stderr where it is meant to be refused."""
    done = subprocess.run(
        [VARSEL, *map(str, words)],
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode != 0) == refused, (words, done.returncode, done.stdout, done.stderr)
    return done.stderr if refused else done.stdout


def asked(*words: object, said: str | None = None) -> Any:
    """What a command prints with --json."""
    return json.loads(varsel(*words, "--json", said=said))


def seen(look: Callable[[], T], patience: float = PATIENCE) -> T:
    """Looks again and again until there is something to see."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(GLANCE)
    raise AssertionError(f"not seen within {patience:g} s")


async def until(look: Callable[[], Awaitable[T]], patience: float = PATIENCE) -> T:
    """The same, for what must be awaited."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := await look():
            return found
        await asyncio.sleep(GLANCE)
    raise AssertionError(f"not seen within {patience:g} s")


async def insist(caller: Caller, verb: str, body: Mapping[str, Any], patience: float = 10.0) -> Any:
    """Sends the same command, under its one id, until it is answered."""
    assert body["command"]
    deadline = time.monotonic() + 2 * PATIENCE
    while True:
        try:
            return await caller.call(verb, body, patience)
        except (Unanswered, Disconnected, Unavailable):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(GLANCE)


@asynccontextmanager
async def backstage(serve: Serve) -> AsyncIterator[Connection]:
    """A connection in the name of the platform itself: all that no party may see."""
    folder = Folder(serve.data)
    vault = open_vault(folder, None)
    try:
        creds = Credentials.parse(trust(vault).platform_creds(datetime.now(UTC)))
    finally:
        vault.close()
    nc = await connect(serve.url, creds, name="journey")
    try:
        yield nc
    finally:
        await nc.close()


def alive(pid: int) -> bool:
    """Whether a process runs (one that waits to be reaped does not)."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def end(pid: int) -> None:
    """kill -9 of one process, known by its id."""
    os.kill(pid, signal.SIGKILL)


def numbered(word: str, count: int) -> Iterable[str]:
    """word-1, word-2 …"""
    return (f"{word}-{number}" for number in range(1, count + 1))
