"""A task that is to end ends, though it lose a cancellation on the way."""

from __future__ import annotations

import asyncio
import threading

import pytest

from adapters import tasks
from adapters.tasks import end, finish


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "PATIENCE", 0.01)


def test_a_task_that_waits_is_cancelled() -> None:
    async def scenario() -> None:
        task = asyncio.create_task(asyncio.Event().wait())
        await end(task)
        assert task.cancelled()

    asyncio.run(scenario())


def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        while lost < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost += 1

    async def scenario() -> None:
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        await end(task)
        assert task.done()

    asyncio.run(scenario())
    assert lost == 3


def test_what_a_task_ended_with_is_nobodys_trouble() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        task = asyncio.create_task(broken())
        await asyncio.wait({task})
        await end(task, asyncio.create_task(asyncio.Event().wait()))

    asyncio.run(scenario())


def test_ending_nothing_takes_no_time() -> None:
    asyncio.run(end())


def test_what_has_to_be_over_first_is_waited_for_through_every_cancellation() -> None:
    gate, over = threading.Event(), list[str]()

    def work() -> None:
        gate.wait(10)
        over.append("work")

    async def ours() -> None:
        try:
            await finish(work)
        finally:
            over.append("we")

    async def scenario() -> None:
        task = asyncio.create_task(ours())
        for _ in range(3):
            await asyncio.sleep(0)
            task.cancel()
        gate.set()
        await asyncio.wait({task})
        assert task.cancelled()

    asyncio.run(scenario())
    assert over == ["work", "we"]


def test_what_goes_wrong_in_it_is_told() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(finish(broken))
