"""Real processes for journeys: a platform that can be stopped or killed, and the command line."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from adapters.folder import Folder, open_vault, trust
from adapters.nats.caller import Caller
from adapters.nats.connection import Connection, connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import Disconnected, Unanswered
from domain.errors import Unavailable

T = TypeVar("T")
VARSEL = str(Path(sys.executable).with_name("varsel"))
PATIENCE = 60.0
GLANCE = 0.1


class Serve:
    """`varsel serve` on a data folder; a context that leaves no process behind."""

    def __init__(
        self, data: Path, program: Sequence[str] = (VARSEL,), seen_at: Path | None = None
    ) -> None:
        self.data = data
        self.folder = Folder(seen_at or data)  # as we see it, where it has another namespace
        self.url = self.web = ""
        self.seconds_to_ready = 0.0
        self._program = program
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def readable(self) -> Folder:
        """Its files where SQLite opens them: it would follow the way to a namespace out again."""
        if self.folder.root == self.data:
            return self.folder
        copy = self.data.with_name(f"{self.data.name}.copy")
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder.root, copy, ignore=shutil.ignore_patterns("nats", "ballast"))
        return Folder(copy)

    @property
    def log(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Returns when it says that it is ready."""
        began = time.monotonic()
        self.launch()
        assert self._process is not None
        assert self._process.stdout is not None
        said = self._process.stdout.readline().split()  # empty if it ends before it is ready
        assert said[:1] == ["ready"], self._last_words()
        self.url, self.web = said[1:3]
        self.seconds_to_ready = time.monotonic() - began
        return self

    def launch(self) -> None:
        """The same, but returns at once."""
        doors = ["--nats", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        words = [*self._program, "serve", "--data", str(self.data), *doors]
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True)

    def stop(self) -> int:
        """Asks it to stop (SIGTERM) and returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once (kill -9), if it runs."""
        self._end(signal.SIGKILL)

    def broker(self) -> int:
        """The process id of its nats-server."""
        return int((self.folder.nats / "nats.pid").read_text())

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log lines of that event so far, of all lives on this folder."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        found = (json.loads(line) for line in lines if line[:1] == "{" and line[-1:] == "}")
        return [line for line in found if line["event"] == event]

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        with process:
            process.send_signal(how)
            try:
                return process.wait(PATIENCE)
            finally:
                process.kill()

    def _last_words(self) -> str:
        self.kill()
        return self.log.read_text(encoding="utf-8")[-2000:]


@dataclass(frozen=True)
class Town:
    """A platform and those who live on it, each spoken for by the command line."""

    serve: Serve
    folder: Path

    def creds(self, party: str) -> Path:
        return self.folder / f"{party}.creds"

    def add(self, party: str, *roles: str, scope: str | None = None) -> None:
        words = [word for role in roles for word in ("--role", role)]
        words += ["--scope", scope] if scope else []
        place = ["--country", "NO", "--zone", "Europe/Oslo", "--law", "gdpr"]
        self.operator("party", "add", party, *words, *place, "--creds", self.creds(party))

    def operator(self, *words: object) -> Any:
        """What an operator's command prints with --json."""
        return json.loads(varsel(*words, "--data", self.serve.data, "--json"))

    def ask(self, party: str, *words: object) -> Any:
        """What a party's command prints with --json."""
        return json.loads(varsel(*words, "--creds", self.creds(party), "--json"))

    def refuse(self, party: str, *words: object, said: object = None) -> dict[str, Any]:
        """The problem document of a command that is refused."""
        told = varsel(
            *words, "--creds", self.creds(party), "--json", said=json.dumps(said), refused=True
        )
        problem: dict[str, Any] = json.loads(told.splitlines()[-1])["error"]
        return problem

    def do(self, party: str, verb: str, **body: object) -> dict[str, Any]:
        """The receipt of a command."""
        words = ["report"] if verb == "report" else ["do", verb]
        said = json.dumps(body)
        told = varsel(*words, "-", "--creds", self.creds(party), "--json", said=said)
        receipt: dict[str, Any] = json.loads(told)
        return receipt

    def follow(self, party: str, limit: int, *words: object) -> list[dict[str, Any]]:
        """So many messages of a party's feed, as they are printed."""
        followed = ("follow", "--limit", limit, *words)
        told = varsel(*followed, "--creds", self.creds(party), "--json")
        return [json.loads(line) for line in told.splitlines()]


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


async def insist(caller: Caller, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Sends the same command, under its one id, until it is answered."""
    assert body["command"]
    deadline = time.monotonic() + 2 * PATIENCE
    while True:
        try:
            return await caller.call(verb, body, patience=5.0)
        except (Unanswered, Disconnected, Unavailable):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(GLANCE)


@asynccontextmanager
async def backstage(serve: Serve) -> AsyncIterator[Connection]:
    """A connection in the name of the platform itself, which sees what no party may see."""
    vault = open_vault(serve.readable(), None)
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
