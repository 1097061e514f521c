"""How many nodes keep each party's consumer: three while they are few, one when they are many.

A consumer that is kept by three nodes is a Raft group of its own. With 1000 of them (three nodes,
nats-server 2.15.1, two cores) each took 59 ms to make, and the nodes 180 MB each and a fifth of a
core at rest; kept by one node alone, 3 ms, 52 MB and next to nothing. What is lost is little: while
its node is down its party does not hear of news, and then goes on where it was; the messages
themselves are always kept by three, and the floors of all parties by the platform.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from adapters.logs import Log
from adapters.nats.tenancy import Tenancy
from adapters.tasks import end
from domain.errors import VarselError

MANY: Final = 2000  # parties
PAUSE: Final = 0.1  # seconds between two consumers that move: nobody else is to notice
LOOK: Final = 600.0  # seconds between looks


def consumer_replicas(parties: int, replicas: int, many: int = MANY) -> int:
    """By how many nodes a consumer is kept on a platform with so many parties."""
    return replicas if parties <= many else 1


class Levelling:
    """Brings consumers made under another number of parties, or another limit, in line: slowly."""

    def __init__(
        self,
        tenancy: Tenancy,
        accounts: Callable[[], Iterable[str]],
        replicas: Callable[[], int],
        log: Log,
    ) -> None:
        self._tenancy = tenancy
        self._accounts = accounts
        self._replicas = replicas
        self._log = log
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; the first look is at once."""
        self._task = asyncio.create_task(self._run(), name="levelling")

    async def stop(self) -> None:
        """Stop; the rest is found at the next start."""
        if self._task is not None:
            await end(self._task)

    async def level(self) -> int:
        """Looks at every consumer, one after the other; how many were moved."""
        moved = 0
        for account in sorted(self._accounts()):
            if await self._tenancy.level_consumer(account, self._replicas()):
                moved += 1
                await asyncio.sleep(PAUSE)
        return moved

    async def _run(self) -> None:
        while True:
            try:
                if moved := await self.level():
                    self._log.info("consumers.levelled", moved=moved, replicas=self._replicas())
            except VarselError as trouble:  # what is left is found by the next look
                self._log.warning("consumers.not-levelled", error=str(trouble))
            except Exception:  # noqa: BLE001 - a task that dies stays unseen
                self._log.error("consumers.not-levelled", exc_info=True)
            await asyncio.sleep(LOOK)
