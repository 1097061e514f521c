"""Live listeners, each on a connection of its own, in two processes: a sector's clients in small.

Either followers of the product, each in its party's account, who acknowledge what they are handed;
or bare subscribers of the same republished subjects, in the platform's account, who count.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import Final

from adapters.nats.connection import Connection, Message, connect
from adapters.nats.credentials import Credentials
from adapters.nats.follower import Follower

PROCESSES: Final = 2
AT_ONCE: Final = 20  # that connect
PATIENCE: Final = 120.0  # seconds

Seat = tuple[str, str]
"""Credentials; the subject to listen to, or nothing: a follower of the product."""


@dataclass
class Audience:
    """Processes that tell when the last of them has heard, and has acknowledged."""

    pipes: Sequence[Pipe]

    def expect(self, count: int) -> None:
        """The next `count` messages are one round; spread over the processes evenly."""
        for pipe in self.pipes:
            pipe.send(count // len(self.pipes))

    def last(self, what: str) -> float:
        """When (`time.perf_counter`) the last one has `heard`, `acked`, or is `ready`."""
        return max(self._next(pipe, what) for pipe in self.pipes)

    def _next(self, pipe: Pipe, what: str) -> float:
        while pipe.poll(PATIENCE):
            try:
                said, at = pipe.recv()
            except EOFError:
                raise RuntimeError(f"listeners ended before all have {what}") from None
            if said == what:
                return float(at)
        raise TimeoutError(f"not all have {what} within {PATIENCE:g} s")


@contextmanager
def audience(url: str, seats: Sequence[Seat]) -> Generator[Audience]:
    """Listeners who are ready, until the block is left."""
    context = multiprocessing.get_context("spawn")
    processes: list[BaseProcess] = []
    pipes: list[Pipe] = []
    try:
        for number in range(PROCESSES):
            ours, theirs = context.Pipe()
            args = (theirs, url, seats[number::PROCESSES])
            processes.append(context.Process(target=_listen, args=args, daemon=True))
            processes[-1].start()
            theirs.close()  # so that its end is heard of, however it comes
            pipes.append(ours)
        found = Audience(pipes)
        found.last("ready")
        yield found
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _listen(pipe: Pipe, url: str, seats: Sequence[Seat]) -> None:
    asyncio.run(_Listeners(pipe).run(url, seats))


class _Listeners:
    """Those of one process."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._left = {"heard": 0, "acked": 0}

    async def run(self, url: str, seats: Sequence[Seat]) -> None:
        room = asyncio.Semaphore(AT_ONCE)
        known = _parsed(seats)

        async def sit(creds: Credentials, subject: str) -> object:
            async with room:
                if subject:
                    return await self._hear(url, creds, subject)
                follower = await Follower.connect(url, creds, patience=PATIENCE)
                return asyncio.create_task(self._follow(follower))

        kept = await asyncio.gather(*(sit(*one) for one in known))
        self._tell("ready")
        asyncio.get_running_loop().add_reader(self._pipe.fileno(), self._expect)
        await asyncio.gather(*(one for one in kept if isinstance(one, asyncio.Task)))
        await asyncio.Event().wait()  # until ended

    async def _hear(self, url: str, creds: Credentials, subject: str) -> Connection:
        async def heard(_: Message) -> None:
            self._count("heard")

        nc = await connect(url, creds, name="bare", patience=PATIENCE)
        await nc.subscribe(subject, cb=heard)
        await nc.flush()
        return nc

    async def _follow(self, follower: Follower) -> None:
        async for message in follower:
            self._count("heard")
            if not await message.ack():
                raise RuntimeError("an acknowledgement was not heard")
            self._count("acked")

    def _expect(self) -> None:
        count = self._pipe.recv()
        self._left = {"heard": count, "acked": count}

    def _count(self, what: str) -> None:
        self._left[what] -= 1
        if self._left[what] == 0:
            self._tell(what)

    def _tell(self, what: str) -> None:
        self._pipe.send((what, time.perf_counter()))


def _parsed(seats: Sequence[Seat]) -> Iterator[tuple[Credentials, str]]:
    for text, subject in seats:
        yield Credentials.parse(text), subject
