"""Vendors that report as fast as they are answered, in a process of their own.

Each has a NATS user of an account of its own, a connection of its own, and one command on its way
at any time.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import Any, Final, NamedTuple

from adapters.nats.caller import ERROR_HEADER, Caller
from adapters.nats.connection import Connection, Message, connect
from adapters.nats.credentials import Credentials
from benchmarks.scaling.lab import LEAK

VERB: Final = "report_leak"
BODY: Final[Mapping[str, Any]] = {name: said for name, said in LEAK.items() if name != "aware"}
"""A first report of one event: a title that is sealed, people, a claim."""
PATIENCE: Final = 30.0


class Answered(NamedTuple):
    """How many commands were accepted, in how many seconds; each command's wait, in seconds."""

    accepted: int
    seconds: float
    waits: Sequence[float]

    @property
    def rate(self) -> float:
        """Accepted commands a second."""
        return self.accepted / self.seconds


class Vendors:
    """Asks the process of the vendors to go to work."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._runs = 0

    def run(self, seconds: float) -> Answered:
        """All of them report, each again as soon as it is answered; raises what one is refused."""
        self._runs += 1
        self._pipe.send((f"run-{self._runs}", seconds))
        if not self._pipe.poll(seconds + PATIENCE):
            raise TimeoutError("the vendors are not answered any more")
        found = self._pipe.recv()
        if isinstance(found, Answered):
            return found
        raise RuntimeError(found)


@contextmanager
def vendors(url: str, creds: Sequence[str]) -> Generator[Vendors]:
    """A process in which everybody with these credentials is connected."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_main, args=(url, creds, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(PATIENCE) or ours.recv() != "ready":
            raise TimeoutError("the vendors do not get through")
        yield Vendors(ours)
    finally:
        ours.close()  # they leave
        process.join(PATIENCE)
        process.kill()


async def admit(url: str, operator: str, count: int) -> list[str]:
    """Let so many vendors in; the credentials of each."""
    async with await Caller.connect(url, operator) as caller:
        return [await _admit(caller, f"vendor-{number}") for number in range(count)]


async def _admit(operator: Caller, party: str) -> str:
    fields = {"id": party, "roles": ["vendor"], "country": "NO", "zone": "Europe/Oslo"}
    given = await operator.call("party_add", {"with": fields, "command": f"admit {party}"})
    return str(given["creds"])


def _main(url: str, creds: Sequence[str], pipe: Pipe) -> None:
    asyncio.run(_live(url, creds, pipe))


async def _live(url: str, creds: Sequence[str], pipe: Pipe) -> None:
    async with AsyncExitStack() as stack:
        everybody = [await _Vendor.connect(url, one, stack) for one in creds]
        pipe.send("ready")
        while True:
            try:
                name, seconds = await asyncio.to_thread(pipe.recv)
            except EOFError:
                return
            try:
                pipe.send(await _run(everybody, name, seconds))
            except RuntimeError as refused:
                pipe.send(str(refused))


async def _run(everybody: Sequence[_Vendor], name: str, seconds: float) -> Answered:
    begin = time.perf_counter()
    done = [one.work(name, begin + seconds) for one in everybody]
    waits = [wait for one in await asyncio.gather(*done) for wait in one]
    return Answered(len(waits), time.perf_counter() - begin, waits)


class _Vendor:
    """One vendor: whenever it is answered, it reports the next incident."""

    def __init__(self, nc: Connection) -> None:
        self._nc = nc
        self._inbox = nc.new_inbox()
        self._number, self._until, self._sent = 0, 0.0, 0.0
        self._name = ""
        self._waits: list[float] = []
        self._over: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()

    @classmethod
    async def connect(cls, url: str, creds: str, stack: AsyncExitStack) -> _Vendor:
        nc = await connect(url, Credentials.parse(creds), name="vendor")
        stack.push_async_callback(nc.close)
        made = cls(nc)
        await nc.subscribe(made._inbox, cb=made._answered)
        return made

    async def work(self, name: str, until: float) -> list[float]:
        """Report until then; how long each report waited for its answer, in seconds."""
        self._name, self._until, self._waits = name, until, []
        self._over = asyncio.get_running_loop().create_future()
        await self._report()
        return await self._over

    async def _report(self) -> None:
        self._number += 1
        slug = f"{self._name}-{self._number}"
        body = json.dumps({"command": slug, "with": {"incident": slug, **BODY}}).encode()
        self._sent = time.perf_counter()
        await self._nc.publish(f"intake.{VERB}", body, reply=self._inbox)

    async def _answered(self, message: Message) -> None:
        now = time.perf_counter()
        if (message.headers or {}).get(ERROR_HEADER):
            self._over.set_exception(RuntimeError(message.data.decode()))
            return
        self._waits.append(now - self._sent)
        if now >= self._until:
            self._over.set_result(self._waits)
        else:
            await self._report()
