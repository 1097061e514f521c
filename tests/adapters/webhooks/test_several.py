"""Parties arrange their webhooks at any process: on PostgreSQL, with two of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adapters import logs
from adapters.sql.postgres import Database, address
from adapters.store.ledger import EventLedger
from adapters.store.vault import SealedVault
from adapters.webhooks import sender as senders
from adapters.webhooks.endpoints import Endpoints
from adapters.webhooks.letters import Letter, Reply
from adapters.webhooks.operations import Ports, Webhooks
from adapters.webhooks.outbox import Outbox
from adapters.webhooks.progress import Cursors, Progress
from adapters.webhooks.sender import Sender
from adapters.wire import render
from domain.desk import Desk, Request
from domain.envelope import PLATFORM
from domain.errors import NotFound
from projections.rows import MemoryRows
from tests import postgres
from tests.adapters.running import raised
from tests.adapters.webhooks.lab import now, resolver
from tests.spec import KEY, LogDirectory

T = TypeVar("T")
MASTER = bytes(range(32))
URL = "https://hooks.example/"


@dataclass
class Process:
    """One of the platform's processes: its own pool, its own objects, no memory of the others."""

    address: str
    stack: ExitStack
    letters: list[Letter] = field(default_factory=list[Letter])
    rings: int = 0

    def __post_init__(self) -> None:
        logs.configure("ERROR")
        database = Database(self.address, size=4)
        self.stack.callback(database.close)
        vault = SealedVault(database.store(), MASTER)
        self.ledger = EventLedger(database, vault)
        self.stack.callback(self.ledger.close)
        self.desk = Desk(self.ledger, LogDirectory(self.ledger), KEY)
        self.cursors = Cursors(database.store())
        self.endpoints = Endpoints(vault, self.desk.webhooks)
        rows = MemoryRows()
        ports = senders.Ports(
            outbox=Outbox(lambda: rows, self.ledger.at, render, lambda *_: None),
            post=self.post,
            arrived=_nothing,
            give_up=_nothing,
            may=lambda _: True,
            clock=now,
            jitter=lambda: 0.0,
            watch=lambda _: None,
            hear=lambda _: None,
        )
        self.webhooks = Webhooks(
            Ports(
                desk=self.desk,
                write=self.write,
                rows=lambda: rows,
                clock=now,
                resolve=resolver(hooks_example=["93.184.215.14"]),
                private=False,
                ring=self.ring,
            ),
            self.endpoints,
            self.cursors,
            Sender(self.endpoints, self.cursors, ports, logs.get()),
        )

    def write(self, work: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(None, work)

    async def post(self, letter: Letter) -> Reply:
        self.letters.append(letter)
        return Reply(status=204)

    def ring(self) -> None:
        self.rings += 1

    async def ask(self, verb: str, command: str = "c-1", **body: Any) -> dict[str, Any]:
        return await self.webhooks.handle(Request("joker", f"webhook_{verb}", command, body))


async def _nothing(*_: object) -> None:
    """Nobody is told."""


def play(story: Callable[[Process, Process], Awaitable[None]]) -> None:
    """A story of two processes of a platform that knows joker."""
    with ExitStack() as stack:
        where = address(postgres.database())
        one, other = (Process(where, stack) for _ in range(2))
        body = {"id": "joker", "roles": ["client"], "name": "Joker", "country": "NO"}
        fields = {**body, "zone": "Europe/Oslo"}
        one.desk.handle(Request(PLATFORM, "register_party", "c-0", fields), now())

        async def scenario() -> None:
            await story(one, other)

        asyncio.run(scenario())


def test_what_one_process_arranges_every_other_has() -> None:
    async def story(one: Process, other: Process) -> None:
        added = await one.ask("add", url=URL)
        name = added["webhook"]["id"]
        [listed] = (await other.ask("list"))["webhooks"]
        assert listed == added["webhook"]
        assert other.cursors.every() == [(name, "joker", 1)]
        assert (await other.ask("test", webhook=name))["taken"]
        assert [letter.url for letter in other.letters] == [URL]
        renewed = await other.ask("rotate", "c-2", webhook=name)
        [kept] = one.endpoints.of("joker")
        assert [kept.secret, kept.old_secret] == [renewed["secret"], added["secret"]]
        await one.ask("remove", "c-3", webhook=name)
        assert (await other.ask("list"))["webhooks"] == []
        assert isinstance(await raised(other.ask("test", webhook=name)), NotFound)
        assert (one.cursors.every(), one.rings, other.rings) == ([], 2, 1)

    play(story)


def test_the_same_request_at_two_processes_at_once_makes_one_endpoint_with_one_secret() -> None:
    async def story(one: Process, other: Process) -> None:
        for number in range(5):
            answers = await asyncio.gather(
                *(each.ask("add", f"add-{number}", url=URL) for each in (one, other))
            )
            assert answers[0]["receipt"] == answers[1]["receipt"]
            assert answers[0]["secret"] == answers[1]["secret"]
            name = answers[0]["webhook"]["id"]
            kept = one.endpoints.require("joker", name)
            assert kept.secret == answers[0]["secret"]
        assert len((await one.ask("list"))["webhooks"]) == 5

    play(story)


def test_two_renewals_at_once_are_one_after_the_other() -> None:
    """Else one of the two would be told a secret that signs nothing."""

    async def story(one: Process, other: Process) -> None:
        name = (await one.ask("add", url=URL))["webhook"]["id"]
        for number in range(5):
            told = await asyncio.gather(
                one.ask("rotate", f"one-{number}", webhook=name),
                other.ask("rotate", f"other-{number}", webhook=name),
            )
            kept = one.endpoints.require("joker", name)
            assert {kept.secret, kept.old_secret} == {answer["secret"] for answer in told}

    play(story)


def test_what_is_opened_anew_elsewhere_begins_where_it_was_said() -> None:
    async def story(one: Process, other: Process) -> None:
        name = (await one.ask("add", url=URL))["webhook"]["id"]
        failed = Progress(name, 0).failed(500, "answered 500", now())
        assert one.cursors.put(Progress(name, 0), failed)
        told = (await other.ask("enable", "c-2", webhook=name, after=0))["webhook"]
        assert (told["state"]["failures"], told["state"]["enabled"]) == (0, True)
        assert not one.cursors.put(failed, failed.failed(500, "answered 500", now()))

    play(story)


def test_a_sender_that_has_lost_its_turn_does_not_take_the_cursor_back() -> None:
    async def story(one: Process, other: Process) -> None:
        name = (await one.ask("add", url=URL, after=0))["webhook"]["id"]
        frozen = one.cursors.get(name)
        assert frozen is not None
        assert other.cursors.put(frozen, frozen.taken(1, 204, now()))
        assert not one.cursors.put(frozen, frozen.taken(1, 204, now()))
        assert not one.cursors.put(frozen, frozen.failed(500, "answered 500", now()))
        kept = one.cursors.get(name)
        assert kept is not None
        assert (kept.delivered, kept.failures) == (1, 0)

    play(story)


def test_one_that_is_removed_and_renewed_at_once_is_removed() -> None:
    async def story(one: Process, other: Process) -> None:
        name = (await one.ask("add", url=URL))["webhook"]["id"]
        for number in range(10):
            told = await asyncio.gather(
                one.ask("remove", f"remove-{number}", webhook=name),
                other.ask("rotate", f"rotate-{number}", webhook=name),
                return_exceptions=True,
            )
            removed, renewed = told
            assert not isinstance(removed, BaseException)
            assert not isinstance(renewed, BaseException) or isinstance(renewed, NotFound)
            assert other.cursors.get(name) is None
            name = (await one.ask("add", f"add-{number}", url=URL))["webhook"]["id"]

    play(story)


def test_what_is_refused_leaves_nothing_behind_in_any_table() -> None:
    async def story(one: Process, _: Process) -> None:
        for number in range(10):
            await one.ask("add", f"add-{number}", url=URL)
        before = one.endpoints.of("joker"), one.cursors.every()
        error = await raised(one.ask("add", "one-more", url=URL))
        assert "as many webhooks" in str(error)
        assert (one.endpoints.of("joker"), one.cursors.every()) == before
        assert len([*one.endpoints.every(now())]) == 10

    play(story)
