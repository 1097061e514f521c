"""Turns on a real PostgreSQL: one holder, the next one when it is gone."""

from __future__ import annotations

import asyncio

import psycopg

from adapters.engines.postgres import PostgresTurns
from adapters.engines.turns import OwnTurns
from adapters.logs import get
from adapters.sql.postgres import address
from tests.adapters.nats.lab import until
from tests.postgres import database


def turns(url: str) -> PostgresTurns:
    return PostgresTurns(address(url), get())


def end_sessions(url: str) -> None:
    """As a database that fails over does: whoever held a turn is cut off."""
    with psycopg.connect(url, autocommit=True) as one:
        one.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'varsel %'"
        )


def test_a_turn_is_held_by_one_process_and_then_by_the_next() -> None:
    async def check() -> None:
        url, order = database(), list[str]()

        async def second() -> None:
            async with turns(url).turn("relay"):
                order.append("second")

        async with turns(url).turn("relay"):
            waiting = asyncio.create_task(second())
            await asyncio.sleep(0)
            done, _ = await asyncio.wait({waiting}, timeout=1.5)  # it has asked twice by now
            assert not done
            order.append("first")
        await asyncio.wait_for(waiting, 20)
        assert order == ["first", "second"]

    asyncio.run(check())


def test_turns_of_different_names_do_not_wait_for_each_other() -> None:
    async def check() -> None:
        url = database()
        async with turns(url).turn("relay"), asyncio.timeout(20), turns(url).turn("projector"):
            pass

    asyncio.run(check())


def test_the_holder_learns_that_its_turn_is_lost_with_its_session() -> None:
    async def check() -> None:
        url = database()
        async with turns(url).turn("relay") as lost:
            await asyncio.to_thread(end_sessions, url)
            await until(lost.is_set)
            async with asyncio.timeout(20), turns(url).turn("relay") as again:
                assert not again.is_set()

    asyncio.run(check())


def test_a_platform_that_is_one_process_has_every_turn_at_once() -> None:
    async def check() -> None:
        own = OwnTurns()
        async with own.turn("relay") as lost, own.turn("projector"):
            assert not lost.is_set()

    asyncio.run(check())
