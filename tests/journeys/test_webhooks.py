"""Killed in the middle of a delivery, again and again: nothing is lost, nothing out of order."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from adapters.nats.caller import Caller
from tests.adapters.nats.lab import TOLERATED
from tests.adapters.webhooks.lab import Got, Receiver, receiver
from tests.journeys.lab import Serve, Town, insist, until
from tests.journeys.test_main_job import LEAK, TOLD

pytestmark = [pytest.mark.journey, TOLERATED]

SEED = 20260227
QUESTIONS = 10  # before each kill
KILLS, SURPRISES = 3, 1


def test_what_a_kill_interrupts_is_sent_again_in_its_turn_under_its_own_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARSEL_WEBHOOK_ALLOW_PRIVATE", "yes")

    async def journey() -> None:
        async with receiver() as found:
            with Serve(tmp_path / "data") as serve:
                town = Town(serve, tmp_path)
                secret = await asyncio.to_thread(the_beginning, town, found)
                await the_kills(town, found)
                await until(lambda: has_all(town))
                feed = await asyncio.to_thread(the_feed, town)
            is_whole(found.got, feed, secret)

    asyncio.run(journey())


def the_beginning(town: Town, found: Receiver) -> str:
    """A leak, a client that was told of it, and where that client has its feed sent."""
    town.add("zoopit", "vendor")
    town.add("joker", "client")
    town.do("zoopit", "report", **LEAK)
    added = town.ask("joker", "webhook", "add", found.url, "--after", 0)
    town.do("zoopit", "notify_clients", **TOLD)
    secret: str = added["secret"]
    return secret


async def ask(town: Town, first: int) -> None:
    """The client asks and asks: each question is a message in its feed."""
    async with await Caller.connect(town.serve.url, town.creds("joker"), patience=60) as caller:
        for number in range(first, first + QUESTIONS):
            body = {"incident": "archive", "question": f"q{number}", "text": "And what of this?"}
            await insist(caller, "ask", {"command": f"ask-{number}", "with": body})


async def the_kills(town: Town, found: Receiver) -> None:
    """First while the receiver has a message and has not answered, then at any moment."""
    chance = random.Random(SEED)  # noqa: S311 - moments that can be had again
    for number in range(KILLS + SURPRISES):
        asking = asyncio.create_task(ask(town, number * QUESTIONS))
        if number < KILLS:
            await one_unanswered(found)
        else:
            await asyncio.sleep(chance.uniform(0.0, 1.0))
        await asyncio.to_thread(town.serve.kill)
        found.open.set()
        await asyncio.to_thread(town.serve.start)
        await asking


async def one_unanswered(found: Receiver) -> None:
    """Once a message has come that is not answered."""
    found.open.clear()
    before = len(found.got)

    async def one_more() -> bool:
        return len(found.got) > before

    await until(one_more)


async def has_all(town: Town) -> bool:
    [one] = await asyncio.to_thread(town.ask, "joker", "webhook", "list")
    return bool(one["state"]["behind"] == 0)


def the_feed(town: Town) -> list[dict[str, Any]]:
    [one] = town.ask("joker", "webhook", "list")
    return town.follow("joker", one["state"]["delivered"])


def is_whole(got: list[Got], feed: list[dict[str, Any]], secret: str) -> None:
    """Every message came, in order; what came twice is known by its id."""
    ids = [message["id"] for message in feed]
    assert list(dict.fromkeys(one.id for one in got)) == ids
    assert [one.sequence for one in got] == sorted(one.sequence for one in got)
    assert len(got) >= len(ids) + KILLS
    bodies = {one.id: one.body for one in got}
    assert all(one.body == bodies[one.id] for one in got)
    assert all(one.verified(secret) for one in got)
    asked = QUESTIONS * (KILLS + SURPRISES)
    assert sum(message["data"]["type"] == "QuestionAsked" for message in feed) == asked
