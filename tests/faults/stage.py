"""Where a fault is caused: a platform of real processes that can be hurt, and read when it rests.

`Stage` is what the tests know of it, so that the same fault can be caused on every engine.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from adapters.folder import open_vault
from adapters.nats import feed_log
from adapters.nats.caller import Caller
from adapters.nats.connection import Connection
from adapters.store.ledger import EventLedger
from domain.envelope import Recorded
from tests.faults.causes import EMBEDDED
from tests.journeys.lab import VARSEL, Serve, alive, backstage, seen

PAGE = 1000
PAGE_SIZE = 4096


class Message(NamedTuple):
    """A message of the stream: all of it but its time, and of its body the hash alone."""

    number: int
    subject: str
    id: str
    hash: str


class Stage(Protocol):
    """A platform that is served; `webs` are its HTTP doors, all alike.

    At a `pace` of so many seconds between two commands of a party: a load, no benchmark.

    `named` gives what a party is called here: where tests share a stage, each has its own parties.
    After `rest`, nobody writes any more, and the log can be read.
    """

    @property
    def engine(self) -> str: ...
    @property
    def pace(self) -> float: ...
    @property
    def webs(self) -> tuple[str, ...]: ...
    @property
    def nats(self) -> str: ...
    @property
    def ca(self) -> Path | None: ...
    def named(self, party: str) -> str: ...
    async def operator(self) -> Caller: ...
    def backstage(self) -> AbstractAsyncContextManager[Connection]: ...
    def start(self) -> object: ...
    def stop(self) -> int: ...
    def kill(self) -> None: ...
    def rest(self) -> None: ...
    def log(self) -> list[Recorded]: ...


class Embedded:
    """One process and its nats-server on a folder."""

    engine = EMBEDDED
    pace = 0.1
    ca = None

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.folder = serve.folder

    @property
    def web(self) -> str:
        return self.serve.web

    @property
    def webs(self) -> tuple[str, ...]:
        return (self.web,)

    @property
    def nats(self) -> str:
        return self.serve.url

    def named(self, party: str) -> str:
        return party

    async def operator(self) -> Caller:
        return await Caller.connect(self.nats, self.folder.operator_creds)

    def backstage(self) -> AbstractAsyncContextManager[Connection]:
        return backstage(self.serve)

    def start(self) -> object:
        return self.serve.start()

    def stop(self) -> int:
        return self.serve.stop()

    def kill(self) -> None:
        self.serve.kill()

    def kill_broker(self) -> None:
        broker = self.serve.broker()
        os.kill(broker, signal.SIGKILL)
        seen(lambda: not alive(broker))

    def freeze_broker(self) -> None:
        os.kill(self.serve.broker(), signal.SIGSTOP)

    def thaw_broker(self) -> None:
        os.kill(self.serve.broker(), signal.SIGCONT)

    def rest(self) -> None:
        assert self.stop() == 0

    def log(self) -> list[Recorded]:
        """The whole ledger, read while nobody serves it."""
        folder = self.serve.readable()
        vault = open_vault(folder, None)
        ledger = EventLedger(folder.ledger, vault)
        try:
            return the_log(ledger)
        finally:
            ledger.close()
            vault.close()


@contextmanager
def embedded(
    folder: Path, program: Sequence[str] = (VARSEL,), seen_at: Path | None = None
) -> Iterator[Embedded]:
    """A platform on a folder, up; no process of it is left behind."""
    with Serve(folder / "data", program, seen_at) as serve:
        yield Embedded(serve)


def the_log(ledger: EventLedger) -> list[Recorded]:
    """Every event of a ledger."""
    events: list[Recorded] = []
    while page := ledger.since(len(events), PAGE):
        events += page
    return events


async def the_stream(stage: Stage) -> list[Message]:
    """Every message of the stream, as it is stored."""
    async with stage.backstage() as nc:
        last, _ = await feed_log.last(nc)
        return [
            Message(
                one.sequence,
                one.subject,
                one.headers["Nats-Msg-Id"],
                hashlib.sha256(one.body).hexdigest(),
            )
            async for one in feed_log.messages(nc, 1, last)
        ]


class SmallDisks:
    """Disks of few megabytes that only who enters sees, gone with the process that holds them."""

    def __init__(self, sizes: Mapping[Path, int]) -> None:
        self._sizes = sizes
        self._holder: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        mounts = [
            f"mkdir -p {place} && mount -t tmpfs -o size={size}m,mode=0700 tmpfs {place}"
            for place, size in self._sizes.items()
        ]
        holding = " && ".join([*mounts, "echo held", "exec cat"])  # cat ends when we do
        words = ["unshare", *_ROOT, "--mount", "--propagation", "private", "sh", "-c", holding]
        self._holder = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "held\n"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._holder is not None
        self._holder.communicate()

    @property
    def entrance(self) -> tuple[str, ...]:
        """What a command line begins with to see the disks."""
        assert self._holder is not None
        user = ("--user", "--preserve-credentials") if _ROOT else ()
        return ("nsenter", "--target", str(self._holder.pid), *user, "--mount")

    def seen(self, path: Path) -> Path:
        """The same path, for us who have not entered."""
        assert self._holder is not None
        return Path(f"/proc/{self._holder.pid}/root{path}")

    def fill(self, place: Path) -> Path:
        """Leave no room; returns the file to remove for some again."""
        ballast = self.seen(place) / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(PAGE_SIZE))
        return ballast


_ROOT = () if os.geteuid() == 0 else ("--user", "--map-root-user")
