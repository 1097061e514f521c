"""Turns, and which of them this process holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from adapters.engines.turns import Turns


class NotedTurns:
    """`Turns` that notes which turns are awaited, held and lost."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._asked: dict[str, asyncio.Event | None] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[asyncio.Event]:
        """See `Turns`."""
        self._asked[name] = None
        async with self._turns.turn(name) as lost:
            self._asked[name] = lost
            try:
                yield lost
            finally:
                self._asked[name] = None

    def holds(self, name: str) -> bool:
        """Whether a turn is this process's now."""
        lost = self._asked.get(name)
        return lost is not None and not lost.is_set()

    def held(self) -> dict[str, bool]:
        """Every turn that was asked for, and whether it is held."""
        return {name: self.holds(name) for name in sorted(self._asked)}
