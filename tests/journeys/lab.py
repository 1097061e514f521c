"""Real processes for journeys: a platform that can be stopped or killed, and the command line."""

from __future__ import annotations

import asyncio
import json
import os
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
from typing import Any, Protocol, Self, TypeVar

from adapters.folder import Folder, open_vault, trust, write_private
from adapters.nats.caller import Caller
from adapters.nats.connection import Connection, connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import Disconnected, Unanswered
from domain.errors import Unavailable

T = TypeVar("T")
VARSEL = str(Path(sys.executable).with_name("varsel"))
PATIENCE = 180.0  # seconds, against hanging alone: a loaded machine starts processes slowly
GLANCE = 0.1
PUBLIC = ("VARSEL_NATS_CA",)
ALONE = ("--nats", "127.0.0.1:0", "--http", "127.0.0.1:0")


class Stage(Protocol):
    """A platform that is served: by one process, or by several beside a database and a cluster.

    `data` is where the operator's credentials are, `variables` what his command line is told by its
    environment; `nodes` are the broker's, `doors` the HTTP doors (the same one twice, where there
    is but one). `pauses` where a restart is noticed by those who speak with it.
    """

    data: Path
    variables: Mapping[str, str]
    pauses: bool

    @property
    def url(self) -> str: ...
    @property
    def nodes(self) -> Sequence[str]: ...
    @property
    def doors(self) -> tuple[str, str]: ...
    def start(self) -> object: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...


class Serve:
    """`varsel serve` on a data folder; a context that leaves no process behind."""

    pauses = True

    def __init__(
        self,
        data: Path,
        program: Sequence[str] = (VARSEL,),
        seen_at: Path | None = None,
        options: Sequence[str] = ALONE,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.folder = Folder(seen_at or data)  # as we see it, where it has another namespace
        self.variables = variables or {}
        self.url = self.web = ""
        self.seconds_to_ready = 0.0
        self._program, self._options = program, options
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

    @property
    def nodes(self) -> Sequence[str]:
        return (self.url,)

    @property
    def doors(self) -> tuple[str, str]:
        return self.web, self.web

    def start(self) -> Self:
        """Returns when it says that it is ready."""
        self.launch()
        return self.arrive()

    def launch(self) -> None:
        """The same, but returns at once."""
        self._began = time.monotonic()
        words = [*self._program, "serve", "--data", str(self.data), *self._options]
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                words,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **self.variables},
            )

    def arrive(self) -> Self:
        """Returns when it that was launched says that it is ready."""
        assert self._process is not None
        assert self._process.stdout is not None
        said = self._process.stdout.readline().split()  # empty if it ends before it is ready
        assert said[:1] == ["ready"], self._last_words()
        doors = said[1 : said.index("data")]
        self.web = next((one for one in doors if one.startswith("http:")), "")
        self.url = next((one for one in doors if one != self.web), "")
        self.seconds_to_ready = time.monotonic() - self._began
        return self

    def restart(self) -> None:
        """As an operator does it, after an upgrade say."""
        assert self.stop() == 0
        self.start()

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
    """Those who live on a platform, each spoken for by the command line.

    With a `quarter`, others live on the same platform: theirs are other parties of other ids.
    """

    serve: Stage
    folder: Path
    quarter: str = ""

    def id(self, party: str) -> str:
        """What the platform calls it."""
        return f"{party}-{self.quarter}" if self.quarter else party

    def creds(self, party: str) -> Path:
        return self.folder / f"{party}.creds"

    def add(self, party: str, *roles: str, scope: str | None = None) -> None:
        words = [word for role in roles for word in ("--role", role)]
        words += ["--scope", self.id(scope)] if scope else []
        place = ["--country", "NO", "--zone", "Europe/Oslo", "--law", "gdpr"]
        creds = ("--creds", self.creds(party))
        self.operator("party", "add", self.id(party), *words, *place, *creds)

    async def people(self, **roles: str) -> None:
        """Everybody at once, without a command line for each; an auditor looks at Joker."""
        async with await self.connect(Folder(self.serve.data).operator_creds) as operator:
            for party, role in roles.items():
                place = {"country": "NO", "zone": "Europe/Oslo", "laws": ["gdpr"]}
                scope = [self.id("joker")] if role == "auditor" else []
                said = {"id": self.id(party), "roles": [role], "scope": scope, **place}
                body = {"command": f"add {self.id(party)}", "with": said}
                given = await operator.call("party_add", body)
                write_private(self.creds(party), given["creds"])

    async def connect(self, creds: Path) -> Caller:
        ca = self.known.get("VARSEL_NATS_CA")
        return await Caller.connect(self.serve.url, creds, ca=Path(ca) if ca else None)

    @property
    def known(self) -> Mapping[str, str]:
        """What a party is told of the platform, beside its credentials: whom to trust."""
        return {name: told for name, told in self.serve.variables.items() if name in PUBLIC}

    def operator(self, *words: object) -> Any:
        """What an operator's command prints with --json."""
        own = {**self.serve.variables, "VARSEL_DATA": str(self.serve.data)}
        return json.loads(varsel(*words, "--json", variables=own))

    def ask(self, party: str, *words: object) -> Any:
        """What a party's command prints with --json."""
        return json.loads(self._speak(party, *words))

    def refuse(self, party: str, *words: object, said: object = None) -> dict[str, Any]:
        """The problem document of a command that is refused."""
        told = self._speak(party, *words, said=said, refused=True)
        problem: dict[str, Any] = json.loads(told.splitlines()[-1])["error"]
        return problem

    def do(self, party: str, verb: str, **body: object) -> dict[str, Any]:
        """The receipt of a command."""
        words = ["report"] if verb == "report" else ["do", verb]
        receipt: dict[str, Any] = json.loads(self._speak(party, *words, "-", said=body))
        return receipt

    def follow(self, party: str, limit: int, *words: object) -> list[dict[str, Any]]:
        """So many messages of a party's feed, as they are printed."""
        told = self._speak(party, "follow", "--limit", limit, *words)
        return [json.loads(line) for line in told.splitlines()]

    def _speak(self, party: str, *words: object, said: object = None, refused: bool = False) -> str:
        who = ("--creds", self.creds(party), "--json")
        text = json.dumps(said)
        return varsel(*words, *who, said=text, refused=refused, variables=self.known)


def varsel(
    *words: object,
    said: str | None = None,
    refused: bool = False,
    variables: Mapping[str, str] | None = None,
) -> str:
    """Runs a command to its end; its stdout, or its stderr where it is meant to be refused."""
    done = subprocess.run(
        [VARSEL, *map(str, words)],
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **(variables or {})},
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
