"""One thread writes: what waits for it is written together, and answered when it is on disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any

import pytest

from adapters.store.sharing import Apart, Outcome, attempt
from adapters.writing import TOGETHER, Writer
from domain.errors import Refused, Unavailable
from tests.adapters.nats.lab import until

SAID: ContextVar[str] = ContextVar("SAID", default="nothing")


class Disk:
    """What is written together, as far as it is on disk; commits wait until they are let go."""

    def __init__(self) -> None:
        self.groups: list[int] = []
        self.let = threading.Event()
        self.begun = threading.Event()
        self.fails = False

    def share(self, works: Sequence[Callable[[], Any]]) -> Sequence[Outcome[Any]]:
        found = [attempt(work) for work in works]
        self.begun.set()
        assert self.let.wait(10)
        if self.fails:
            raise Unavailable("the disk is full")
        self.groups.append(len(works))
        return found


def story(told: Callable[[Writer, Disk], Awaitable[None]]) -> None:
    async def play() -> None:
        disk = Disk()
        writer = Writer(disk.share)
        try:
            await told(writer, disk)
        finally:
            disk.let.set()
            await asyncio.to_thread(writer.close)

    asyncio.run(play())


async def held(writer: Writer, disk: Disk, *works: Callable[[], Any]) -> list[Awaitable[Any]]:
    """These wait while a first one is being committed."""
    first = asyncio.ensure_future(writer.join(lambda: "first"))
    await asyncio.to_thread(disk.begun.wait, 10)
    return [first, *(asyncio.ensure_future(writer.join(work)) for work in works)]


def refuse() -> None:
    raise Refused("no")


def test_what_waits_is_written_together() -> None:
    async def told(writer: Writer, disk: Disk) -> None:
        asked = await held(writer, disk, *(lambda n=n: n for n in range(5)))
        disk.let.set()
        assert await asyncio.gather(*asked) == ["first", 0, 1, 2, 3, 4]
        assert disk.groups == [1, 5]

    story(told)


def test_there_is_a_limit_to_what_is_written_together() -> None:
    async def told(writer: Writer, disk: Disk) -> None:
        asked = await held(writer, disk, *(lambda n=n: n for n in range(TOGETHER + 1)))
        disk.let.set()
        await asyncio.gather(*asked)
        assert disk.groups == [1, TOGETHER, 1]

    story(told)


def test_nobody_is_answered_before_the_commit() -> None:
    async def told(writer: Writer, disk: Disk) -> None:
        [first] = await held(writer, disk)
        done, _ = await asyncio.wait({asyncio.ensure_future(first)}, timeout=0.05)
        assert not done
        disk.let.set()
        assert await first == "first"

    story(told)


def test_only_who_is_refused_is_refused() -> None:
    async def told(writer: Writer, disk: Disk) -> None:
        asked = await held(writer, disk, lambda: 1, refuse, lambda: 2)
        disk.let.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert found[:2] + found[3:] == ["first", 1, 2]
        assert isinstance(found[2], Refused)
        assert disk.groups == [1, 3]

    story(told)


def test_where_the_commit_fails_everybody_is_told() -> None:
    async def told(writer: Writer, disk: Disk) -> None:
        asked = await held(writer, disk, lambda: 1, refuse)
        disk.fails = True
        disk.let.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(one) for one in found] == [Unavailable] * 3

    story(told)


def test_what_is_to_be_alone_is_done_by_itself_after_the_others() -> None:
    done: list[str] = []

    async def told(writer: Writer, disk: Disk) -> None:
        def large() -> str:
            if not disk.groups[1:]:
                raise Apart
            done.append("large")
            return "large"

        asked = await held(writer, disk, large, lambda: done.append("small"))
        disk.let.set()
        assert await asyncio.gather(*asked) == ["first", "large", None]
        assert done == ["small", "large"]

    story(told)


def test_what_does_not_join_keeps_its_place_between_the_others() -> None:
    done: list[Any] = []

    async def told(writer: Writer, disk: Disk) -> None:
        asked = await held(writer, disk, lambda: done.append(1), lambda: done.append(2))
        erase = asyncio.ensure_future(writer(lambda: done.append((len(disk.groups), "erase"))))
        after = asyncio.ensure_future(writer.join(lambda: done.append(3)))
        disk.let.set()
        await asyncio.gather(*asked, erase, after)
        assert done == [1, 2, (2, "erase"), 3]
        assert disk.groups == [1, 2, 1]

    story(told)


def test_each_runs_with_what_is_known_of_its_own_request() -> None:
    async def told(writer: Writer, disk: Disk) -> None:
        disk.let.set()

        async def ask(word: str) -> str:
            SAID.set(word)
            return await writer.join(SAID.get)

        assert [*await asyncio.gather(ask("one"), ask("two"))] == ["one", "two"]

    story(told)


def test_who_does_not_wait_any_more_holds_up_nobody() -> None:
    async def told(writer: Writer, disk: Disk) -> None:
        first, second = await held(writer, disk, lambda: 2)
        asyncio.ensure_future(first).cancel()
        disk.let.set()
        assert await second == 2

    story(told)


def test_a_closed_writer_finishes_and_takes_nothing_more() -> None:
    async def play() -> None:
        disk = Disk()
        writer = Writer(disk.share)
        asked = await held(writer, disk, lambda: 2)
        disk.let.set()
        await asyncio.to_thread(writer.close)
        assert await asyncio.gather(*asked) == ["first", 2]
        with pytest.raises(Unavailable, match="stopping"):
            await writer(lambda: 3)

    asyncio.run(play())


def test_others_are_told_of_it_after_those_who_wait_were_answered() -> None:
    heard: list[str] = []

    async def told(writer: Writer, disk: Disk) -> None:
        ring = writer.afterwards(lambda: heard.append("the bell"))
        for answer in (await held(writer, disk, ring, ring))[1:]:
            asyncio.ensure_future(answer).add_done_callback(lambda _: heard.append("an answer"))
        disk.let.set()
        await until(lambda: "the bell" in heard)
        assert heard == ["an answer", "an answer", "the bell"]

    story(told)


def test_others_are_told_at_once_of_what_the_writer_did_not_write() -> None:
    heard: list[str] = []

    async def told(writer: Writer, _: Disk) -> None:
        writer.afterwards(lambda: heard.append("the bell"))()
        assert heard == ["the bell"]

    story(told)
