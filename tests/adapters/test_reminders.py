"""The timer: each threshold in its own time, once, also after the platform was away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters import logs
from adapters import reminders as timers
from adapters.composition.ground import stand
from adapters.composition.inside import furnish, introduce
from adapters.composition.relaying import keep_time
from adapters.platform import Parts, Platform
from adapters.reminders import Reminders
from adapters.settings import Settings
from domain.envelope import Recorded
from domain.events import ClientEscalated, DutyDueSoon, DutyOverdue
from domain.use_cases.platform import Escalation, Reminder
from tests.adapters.nats.lab import until
from tests.builders import (
    THE_WORLD,
    Step,
    a_filing,
    a_leak,
    a_naming,
    a_notice,
    an_acknowledgement,
    moment,
    told,
)
from tests.projections.reading import an_engagement, awareness
from tests.spec import START

Said = list[tuple[str | None, str, str | None]]
SPOKEN = (DutyDueSoon, DutyOverdue, ClientEscalated)
AWARE = awareness("2024-03-04T08:00Z")  # due on the 7th at 08:00Z
DUE_SOON: Said = [("24h", "06 08:00", None), ("6h", "07 02:00", None)]
ALL: Said = [*DUE_SOON, ("due", "07 08:00", None)]


class Desk:
    """A platform without a broker, with its timer, under a clock that is told the time."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.parts: Parts
        self.platform: Platform
        self.taken = 0

    @property
    def timer(self) -> Reminders:
        assert self.platform.reminders is not None
        return self.platform.reminders

    async def take(self, *steps: Step) -> None:
        for step in steps:
            self.taken += 1
            command = step.command or f"{self.now}-{self.taken}"
            body = {"with": dict(step.fields), "command": command}
            who = "operator" if step.by == "platform" else step.by
            await self.platform.handle(who, step.do, body)

    async def goes_on_to(self, at: str) -> None:
        """The clock moves, threshold by threshold, as time does."""
        await self.settles()
        end = moment(at)
        while (due := self.timer.next_at()) is not None and due <= end:
            await self.jumps_to(due)
        await self.jumps_to(end)

    async def jumps_to(self, at: datetime) -> None:
        self.now = at
        self.timer.wake()
        await self.settles()

    async def settles(self) -> None:
        def settled() -> bool:
            return self.timer.settled(self.parts.ledger.position())

        await until(settled)

    def spoken(self, debtor: str = "joker") -> list[Recorded]:
        log = self.parts.ledger.since(0, 10_000)
        return [
            one
            for one in log
            if isinstance(one.event, SPOKEN) and one.envelope.visibility[0] == debtor
        ]

    def said(self, debtor: str = "joker") -> Said:
        """Threshold (or kind of silence), when it was recorded, when it should have been."""
        return [
            (
                one.event.why if isinstance(one.event, ClientEscalated) else one.event.threshold,
                f"{one.envelope.recorded_at:%d %H:%M}",
                f"{one.event.should_have_been_at:%d %H:%M}"
                if one.event.should_have_been_at
                else None,
            )
            for one in self.spoken(debtor)
            if isinstance(one.event, SPOKEN)
        ]


@asynccontextmanager
async def desk(root: Path, at: datetime = START) -> AsyncGenerator[Desk]:
    logs.configure("ERROR")
    made = Desk(at)
    async with AsyncExitStack() as stack:
        ground = stand(Settings(data=root, rate="off"), lambda: made.now, stack)
        made.parts = furnish(ground)
        made.platform = Platform(made.parts)
        await introduce(ground, made.parts)
        keep_time(made.parts, made.platform, stack)
        yield made


async def begun(made: Desk, *steps: Step) -> None:
    """Joker is told, acknowledges, and says that it knows; and these steps."""
    await made.take(*THE_WORLD, *told("joker"), an_acknowledgement(), AWARE, *steps)


def play(story: Awaitable[None]) -> None:
    async def scenario() -> None:
        await story

    asyncio.run(scenario())


# --- in its own time ---------------------------------------------------------------------------


def test_each_threshold_is_said_once_in_its_own_time(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made)
            await made.goes_on_to("2024-03-06T07:59Z")
            assert made.said() == []
            await made.goes_on_to("2024-03-07T07:59Z")
            assert made.said() == DUE_SOON
            await made.goes_on_to("2024-03-20T08:00Z")
            assert made.said() == ALL
            assert made.platform.health()["troubles"] == ["not connected"]

    play(story())


def test_nobody_but_the_debtor_sees_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made)
            await made.goes_on_to("2024-03-20T08:00Z")
            assert {one.envelope.visibility for one in made.spoken()} == {("joker",)}
            seen = await made.platform.handle("zoopit", "timeline", {"with": {}})
            assert not [one for one in seen["timeline"] if one["type"].startswith("Duty")]

    play(story())


def test_a_duty_that_was_met_is_not_spoken_of(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made)
            await made.goes_on_to("2024-03-06T09:00Z")
            await made.take(a_filing("joker"))
            await made.goes_on_to("2024-03-20T08:00Z")
            assert made.said() == DUE_SOON[:1]

    play(story())


def test_a_deadline_that_moved_is_spoken_of_where_it_is_now(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made)
            await made.goes_on_to("2024-03-06T09:00Z")
            await made.take(awareness("2024-03-04T03:00Z"))
            await made.goes_on_to("2024-03-20T08:00Z")
            assert made.said() == [
                *DUE_SOON[:1],
                ("24h", "06 09:00", None),  # already past when it became known
                ("6h", "06 21:00", None),
                ("due", "07 03:00", None),
            ]

    play(story())


def test_a_vendors_own_term_by_contract_is_spoken_of_to_the_vendor(tmp_path: Path) -> None:
    promise = {"within": "PT24H", "from": "client_identified"}

    async def story() -> None:
        async with desk(tmp_path) as made:
            await made.take(*THE_WORLD, a_leak(), a_naming("joker"))
            await made.settles()
            await made.take(an_engagement(contract_notice=promise))
            await made.goes_on_to("2024-03-06T08:00Z")
            assert made.said("zoopit") == [
                ("half_way", "04 20:00", None),
                ("1h", "05 07:00", None),
                ("due", "05 08:00", None),
            ]

    play(story())


def test_a_clients_silence_is_brought_up_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await made.take(*THE_WORLD, *told("joker"))
            await made.goes_on_to("2024-03-06T08:00Z")
            assert made.said() == [("undelivered", "05 08:00", None)]
            board = await made.platform.handle("zoopit", "board", {"with": {"incident": "leak"}})
            [line] = board["board"]["clients"]
            assert line["escalated_at"] == "2024-03-05T08:00:00Z"

    play(story())


# --- after the platform was away ---------------------------------------------------------------


def test_after_a_restart_nothing_is_said_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made)
            await made.goes_on_to("2024-03-06T09:00Z")
        async with desk(tmp_path, moment("2024-03-06T09:01Z")) as made:
            await made.settles()
            assert made.said() == DUE_SOON[:1]
            await made.goes_on_to("2024-03-20T08:00Z")
            assert made.said() == ALL
        async with desk(tmp_path, moment("2024-03-21T08:00Z")) as made:
            await made.settles()
            assert made.said() == ALL

    play(story())


def test_what_fell_due_while_the_platform_was_away_is_said_with_when_it_should_have_been(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made)
        async with desk(tmp_path, moment("2024-03-08T10:00Z")) as made:
            await made.settles()
            assert made.said() == [
                ("24h", "08 10:00", "06 08:00"),
                ("6h", "08 10:00", "07 02:00"),
                ("due", "08 10:00", "07 08:00"),
            ]

    play(story())


# --- trouble -----------------------------------------------------------------------------------


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "RETRY", 0.01)


@pytest.mark.usefixtures("hasty")
def test_what_could_not_be_said_is_tried_again_and_keeps_nobody_else_waiting(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made, a_notice("tokmanni"), awareness("2024-03-04T08:00Z", "tokmanni"))
            await made.settles()
            works, speak = asyncio.Event(), made.timer._ports.speak

            async def stumbles(what: Reminder | Escalation) -> None:
                if isinstance(what, Reminder) and what.debtor == "joker" and not works.is_set():
                    raise ZeroDivisionError
                await speak(what)

            object.__setattr__(made.timer._ports, "speak", stumbles)
            made.now = moment("2024-03-06T08:00Z")
            made.timer.wake()
            await until(lambda: len(made.spoken("tokmanni")) > 0)
            await until(lambda: made.timer.trouble is not None)
            assert "ZeroDivisionError" in str(made.platform.health()["troubles"])
            assert made.said() == []
            works.set()
            await made.settles()
            assert made.said() == DUE_SOON[:1]
            await until(lambda: made.timer.trouble is None)

    play(story())


@pytest.mark.usefixtures("hasty")
def test_what_does_not_show_in_the_views_is_not_said_without_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made)
            await made.settles()

            async def forgets(_: Reminder | Escalation) -> None:
                return None

            speak = made.timer._ports.speak
            object.__setattr__(made.timer._ports, "speak", forgets)
            made.now = moment("2024-03-06T08:00Z")
            made.timer.wake()
            await until(lambda: "does not show" in str(made.timer.trouble))
            object.__setattr__(made.timer._ports, "speak", speak)
            await made.settles()
            assert made.said() == DUE_SOON[:1]

    play(story())


def test_a_clock_that_runs_is_slept_by(tmp_path: Path) -> None:
    """No wake, no event: the timer itself finds that the time has come."""

    async def story() -> None:
        async with desk(tmp_path) as made:
            await begun(made)
            await made.jumps_to(moment("2024-03-06T07:59:59.9Z"))
            loop = asyncio.get_running_loop()
            started, at = loop.time(), made.now
            clock: Callable[[], Any] = lambda: at + timedelta(seconds=loop.time() - started)  # noqa: E731
            object.__setattr__(made.parts, "clock", clock)
            object.__setattr__(made.timer._ports, "clock", clock)
            made.timer.wake()
            await until(lambda: len(made.said()) == 1)

    play(story())
