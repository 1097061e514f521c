"""Work that one process does at a time: begun with its turn, left to one that can do it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters import logs
from adapters.composition import relaying, shifts
from adapters.composition.relaying import Shift
from adapters.composition.shifts import Shifts
from domain.errors import Unavailable
from tests.adapters.nats.lab import until


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure("ERROR")
    monkeypatch.setattr(shifts, "RETRY", 0.01)
    monkeypatch.setattr(shifts, "THEIRS", 0.1)
    monkeypatch.setattr(relaying, "GLANCE", 0.01)


class OneTurn:
    """A turn that another process takes while it is not `free`."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.taken: list[asyncio.Event] = []

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[asyncio.Event]:  # noqa: ARG002 - the port's
        await self.free.wait()
        self.taken.append(asyncio.Event())
        yield self.taken[-1]


async def nothing(_: AsyncExitStack) -> None:
    """Work that is begun at once."""


def test_what_broke_when_a_turn_ended_is_no_trouble_once_another_process_has_it() -> None:
    def broken() -> None:
        raise Unavailable("the database does not answer")

    async def work(stack: AsyncExitStack) -> None:
        stack.callback(broken)

    async def scenario() -> None:
        turns = OneTurn()
        ours = Shifts(turns, logs.get())
        async with AsyncExitStack() as stack:
            await ours.take("evidence", work, stack, wait=True)
            turns.free.clear()
            turns.taken[0].set()
            await until(lambda: ours.troubles == ("evidence: the database does not answer",))
            await until(lambda: ours.troubles == ())

    asyncio.run(scenario())


def test_work_that_nobody_can_begin_stays_a_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifts, "THEIRS", 10.0)

    async def work(_: AsyncExitStack) -> None:
        raise Unavailable("the cluster is unsafe")

    async def scenario() -> None:
        turns = OneTurn()
        ours = Shifts(turns, logs.get())
        async with AsyncExitStack() as stack:
            await ours.take("relay", work, stack, wait=False)
            await until(lambda: len(turns.taken) > 3)
            assert ours.troubles == ("relay: the cluster is unsafe",)

    asyncio.run(scenario())


def test_a_turn_that_is_given_up_is_asked_for_again_when_the_process_is_fit() -> None:
    async def scenario() -> None:
        turns, fit = OneTurn(), asyncio.Event()
        fit.set()

        async def ready() -> None:
            await fit.wait()

        ours = Shifts(turns, logs.get())
        ours.give_up("relay")  # not ours yet: nothing comes of it
        async with AsyncExitStack() as stack:
            await ours.take("relay", nothing, stack, wait=True, fit=ready)
            fit.clear()
            ours.give_up("relay")
            await asyncio.wait({asyncio.create_task(turns.taken[0].wait())}, timeout=20)
            await until(lambda: "relay" not in ours._ours)
            assert len(turns.taken) == 1
            fit.set()
            await until(lambda: len(turns.taken) == 2)

    asyncio.run(scenario())


def a_shift(core: SimpleNamespace, given_up: list[str]) -> Shift:
    """The relay's work, as far as it minds its connection."""
    parts = cast("Any", SimpleNamespace(log=logs.get()))
    broker = cast("Any", SimpleNamespace(core=core))
    other = cast("Any", None)
    return Shift(
        ground=other,
        parts=parts,
        platform=other,
        broker=broker,
        accounts=other,
        admission=other,
        tsa=None,
        give_up=lambda: given_up.append("relay"),
    )


def test_whoever_relays_and_does_not_reach_nats_for_long_leaves_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relaying, "CUT_OFF", 0.2)

    async def scenario() -> None:
        core, given_up = SimpleNamespace(is_connected=True), list[str]()
        shift = a_shift(core, given_up)
        minding = asyncio.create_task(shift._cut_off())
        done, _ = await asyncio.wait({minding}, timeout=0.4)
        assert not done
        core.is_connected = False
        async with asyncio.timeout(20):
            await minding
        assert given_up == ["relay"]
        waiting = asyncio.create_task(shift.fit())
        done, _ = await asyncio.wait({waiting}, timeout=0.1)
        assert not done
        core.is_connected = True
        async with asyncio.timeout(20):
            await waiting

    asyncio.run(scenario())


def test_what_a_turn_found_amiss_goes_with_it() -> None:
    class Looks:
        """Findings and time stamps of a process whose turn ends."""

        found: tuple[str, ...] = ()

        def start(self) -> None:
            self.found = ("ledger: row 7",)

        async def stop(self) -> None:
            """Nothing is under way."""

    async def scenario() -> None:
        watch = Looks()
        evidence = SimpleNamespace(watch=watch, timestamps=None, log=None)
        shift = a_shift(SimpleNamespace(is_connected=True), [])
        parts = SimpleNamespace(log=logs.get(), evidence=evidence, clock=None)
        ground = SimpleNamespace(settings=SimpleNamespace(tsa_seconds=3600.0))
        tsa = cast("Any", SimpleNamespace())
        shift = replace(shift, parts=cast("Any", parts), ground=cast("Any", ground), tsa=tsa)
        async with AsyncExitStack() as stack:
            shift._watch(stack)
            shift._time_stamp(stack)
            assert watch.found
            assert evidence.timestamps is not None
        assert (watch.found, evidence.timestamps) == ((), None)

    asyncio.run(scenario())
