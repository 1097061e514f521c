"""The event loop asks no database: what hangs there keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from adapters import logs
from adapters.confirming import Confirming
from adapters.platform import Platform
from projections.rows import MemoryRows, Rows

HELD = 0.3  # seconds that the database hangs
BEAT = 0.02  # seconds


class Hanging:
    """Views whose database answers when it is let go; `asked` in how many threads of ours."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.loop = threading.get_ident()
        self.asked = 0

    @property
    def rows(self) -> Rows:
        assert threading.get_ident() != self.loop, "the loop itself asks"
        self.asked += 1
        self.gate.wait(10)
        return MemoryRows()


def platform(views: Hanging) -> Platform:
    """A platform of which nothing is there but its views."""
    projector = SimpleNamespace(wake=lambda: None, wait_for=lambda *_: True)
    ledger = SimpleNamespace(position=lambda: 0)
    made = Platform.__new__(Platform)
    made.parts = cast("Any", SimpleNamespace(views=views, projector=projector, ledger=ledger))
    return made


Asks = Callable[[Hanging], Awaitable[object]]


async def confirm(views: Hanging) -> None:
    async def admit(_: str) -> None:
        """Nobody is there to be admitted."""

    confirming = Confirming(lambda: views.rows, admit, logs.get())
    await confirming.start()
    await confirming.stop()


def show(views: Hanging) -> Awaitable[object]:
    return asyncio.gather(
        platform(views)._party_show("operator", {"with": {"id": "nobody"}}), return_exceptions=True
    )


@pytest.mark.parametrize(
    "asks",
    [
        lambda views: platform(views).reopen_cases(),
        lambda views: platform(views).seen("joker", str(uuid4()), "poll"),
        show,
        confirm,
    ],
    ids=["reopen", "seen", "show", "confirm"],
)
def test_the_loop_goes_on_while_the_database_hangs(asks: Asks) -> None:
    async def scenario() -> None:
        views = Hanging()
        asking = asyncio.ensure_future(asks(views))
        beats = 0
        async with asyncio.timeout(20):
            while beats * BEAT < HELD:
                await asyncio.sleep(BEAT)
                beats += 1
            assert not asking.done()
            views.gate.set()
            await asking
        assert views.asked

    asyncio.run(scenario())
