"""The real platform in this process, without a broker, under a clock that is told the time."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from adapters import logs
from adapters.composition.ground import stand
from adapters.composition.inside import furnish, introduce
from adapters.composition.relaying import keep_time
from adapters.platform import Parts, Platform
from adapters.settings import Settings
from domain.envelope import Recorded
from tests.builders import moment
from tests.journeys.lab import PATIENCE

T = TypeVar("T")
GLANCE = 0.002
START = moment("2026-03-27T16:00Z")  # a Friday; on Sunday summer time begins in Oslo
PAGE = 1000


class World:
    """Opened, crashed and reopened as often as one likes; everything is asked for synchronously."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._folder, self._life = folder, 0
        self.now = START
        self.parts: Parts
        self.platform: Platform
        self._stack = AsyncExitStack()
        logs.configure("ERROR")
        self.do(self._open())

    def do(self, work: Awaitable[T]) -> T:
        """Whatever is to be awaited."""
        return self._loop.run_until_complete(_awaited(work))

    @property
    def data(self) -> Path:
        return self._folder / f"life-{self._life}"

    async def _open(self) -> None:
        self._stack = AsyncExitStack()
        ground = stand(Settings(data=self.data, rate="off"), lambda: self.now, self._stack)
        self.parts = furnish(ground)
        self.platform = Platform(self.parts)
        await introduce(ground, self.parts)
        keep_time(self.parts, self.platform, self._stack)

    def close(self) -> None:
        self.do(self._stack.aclose())
        self._loop.close()

    def reopen(self) -> None:
        """Stopped in order, and started again."""
        self.do(self._stack.aclose())
        self.do(self._open())

    def crash(self) -> None:
        """Goes on from what was on disk; of the old life nothing is finished or flushed."""
        self.settle()
        old = self.data
        self._life += 1
        shutil.copytree(old, self.data)
        self.do(self._stack.aclose())  # the old life's threads; its folder is gone for us
        shutil.rmtree(old)
        self.do(self._open())

    # --- what happens ---

    def send(self, party: str, verb: str, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """A command's receipt, or an operation's answer; raises its refusal."""
        asked = {"with": body, "command": command}
        return self.do(self.platform.handle(party, verb, asked))

    def ask(self, party: str, question: str, **body: Any) -> Any:
        return self.do(self.platform.handle(party, question, {"with": body}))[question]

    def reads(self, party: str) -> list[Any]:
        """A party polls its whole feed; notices count as delivered."""
        found: list[Any] = []
        while page := self.ask(party, "messages", after=len(found)):
            found += page
        return found

    def move(self, by: timedelta) -> None:
        """The clock is another; the timer is told."""
        self.now += by
        timer = self.platform.reminders
        assert timer is not None
        timer.wake()
        self.settle()

    def settle(self) -> None:
        """Until views, evidence and timer have taken everything in, and all due was said."""
        self.do(self._settled())

    async def _settled(self) -> None:
        timer, evidence = self.platform.reminders, self.parts.evidence
        assert timer is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                position = self.parts.ledger.position()
                await self.platform.settled()
                await self.platform.reopen_cases()
                covered = evidence.log.position() >= position
                if covered and timer.settled(self.parts.ledger.position()):
                    return
                await asyncio.sleep(GLANCE)

    def since(self, position: int) -> list[Recorded]:
        events: list[Recorded] = []
        while page := self.parts.ledger.since(position + len(events), PAGE):
            events += page
        return events


async def _awaited(work: Awaitable[T]) -> T:
    return await work
