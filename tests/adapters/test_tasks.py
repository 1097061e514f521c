"""A task that is to end ends, though it lose a cancellation on the way."""

from __future__ import annotations

import asyncio

import pytest

from adapters import tasks
from adapters.tasks import end


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
