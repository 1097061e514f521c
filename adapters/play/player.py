"""The player: each step through its party's own credentials, everything settled before the next."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.compose import Running, running
from adapters.nats.caller import Caller
from adapters.nats.follower import Follower
from adapters.play.scenario import PartySpec, Scenario, Step
from adapters.reminders import Reminders
from adapters.settings import Settings
from adapters.tasks import end
from domain.errors import Unavailable, VarselError
from projections import awaiting, feed_index

PATIENCE = 60.0  # seconds for everything to settle after a step
GLANCE = 0.004

Progress = Callable[[int, Step], None]


class ScenarioClock:
    """The platform's clock while a scenario plays: it stands still between steps.

    Let run, it goes on from where it stands, as fast as `true`, the clock it was given.
    """

    def __init__(self, now: datetime, true: Callable[[], datetime]) -> None:
        self._now = now
        self._true = true
        self._since: datetime | None = None

    def __call__(self) -> datetime:
        return self._now if self._since is None else self._now + (self._true() - self._since)

    def set(self, now: datetime) -> None:
        """Move to another instant, and stand still there."""
        self._now, self._since = now, None

    def run(self) -> None:
        """Go on from here: what falls due in an hour is an hour away for those who look on."""
        self._now, self._since = self(), self._true()


class Player:
    """Plays a scenario's steps on a running platform."""

    def __init__(self, scenario: Scenario, platform: Running, clock: ScenarioClock) -> None:
        self.scenario = scenario
        self.platform = platform
        self.feeds: dict[str, list[dict[str, Any]]] = {}
        self._clock = clock
        self._callers: dict[str, Caller] = {}
        self._following: list[asyncio.Task[None]] = []

    async def play(
        self, progress: Progress = lambda _, __: None, *, until: datetime | None = None
    ) -> None:
        """Every step at its time; a refused step stops the play and says where it stands.

        Reminders fall due in their own time between the steps; after the last step no time
        passes, or the clock runs on to `until`.
        """
        for number, step in enumerate(self.scenario.steps, start=1):
            await self._pass_time(step.instant)
            with self._reminders.held():
                self._clock.set(step.instant)
                await self._step(step, number)
            await self.settle()
            progress(number, step)
        if until is not None:
            await self._pass_time(until)
            self._clock.set(until)
            await self.settle()

    async def _pass_time(self, until: datetime) -> None:
        """Stop at each threshold before an instant; what acts at the instant itself comes first."""
        while (due := self._reminders.next_at()) is not None and due < until:
            self._clock.set(due)
            await self.settle()

    @property
    def now(self) -> datetime:
        """What time it is on the stage."""
        return self._clock()

    @property
    def _reminders(self) -> Reminders:
        timer = self.platform.platform.reminders
        if timer is None:
            raise Unavailable("the platform keeps no time")
        return timer

    async def ask(self, by: str, question: str, **body: Any) -> Any:
        """A party's question, through its own credentials."""
        answer = await self._callers[by].call(question, {"with": body})
        return answer[question]

    async def settle(self) -> None:
        """Wait until ledger, views, stream, followers and deliveries have nothing left to do."""
        deadline = time.monotonic() + PATIENCE
        while not self._is_settled():
            if time.monotonic() > deadline:
                health = self.platform.platform.health()
                raise Unavailable("the platform does not settle", got=str(health))
            self._raise_trouble()
            await asyncio.sleep(GLANCE)

    def _is_settled(self) -> bool:
        rows = self.platform.parts.views.rows
        if not self.platform.platform.health()["ok"] or awaiting.reopenings(rows):
            return False
        if not self._reminders.settled(self.platform.parts.ledger.position()):
            return False
        if any(feed_index.head(one, rows) > len(feed) for one, feed in self.feeds.items()):
            return False
        return not any(row["client"] in self.feeds for row in awaiting.deliveries(rows))

    def _raise_trouble(self) -> None:
        for task in self._following:
            if task.done() and not task.cancelled() and task.exception():
                task.result()

    async def _step(self, step: Step, number: int) -> None:
        request = {
            "command": step.id or f"step-{number}",
            "with": step.with_,
            "happened": step.happened.model_dump(mode="json") if step.happened else None,
        }
        try:
            await self._callers[step.by].call(step.do, request)
        except VarselError as error:
            error.message = f"{step.place}: {error.message}"
            raise

    async def admit(self, stack: AsyncExitStack) -> None:
        """Register every party, agree every engagement, connect everybody who acts or follows."""
        operator = await stack.enter_async_context(
            await Caller.connect(self.platform.url, self.platform.folder.operator_creds)
        )
        for party in sorted(
            self.scenario.parties, key=lambda one: bool(one.scope or one.second_contact)
        ):
            given = await operator.call("party_add", {"with": party.registration()})
            await self._connect(party, given["creds"], stack)
        for engagement in self.scenario.engagements:
            await operator.call("agree_engagement", {"with": engagement.agreement()})
            if engagement.mandate:
                mandate = {"vendor": engagement.vendor, "scope": engagement.mandate}
                await self._callers[engagement.client].call("grant_mandate", {"with": mandate})
        stack.push_async_callback(self._stop)
        await self.settle()

    async def _connect(self, party: PartySpec, creds: str, stack: AsyncExitStack) -> None:
        folder = self.platform.folder.root / "creds"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{party.id}.creds"
        path.touch(mode=0o600)
        path.write_text(creds)
        caller = await Caller.connect(self.platform.url, creds, name=f"play-{party.id}")
        self._callers[party.id] = await stack.enter_async_context(caller)
        if party.follows and not party.scope:
            follower = await Follower.connect(self.platform.url, creds, name=f"play-{party.id}")
            await stack.enter_async_context(follower)
            self.feeds[party.id] = []
            self._following.append(asyncio.create_task(self._follow(party.id, follower)))

    async def _follow(self, party: str, follower: Follower) -> None:
        feed = self.feeds[party]
        async for message in follower:
            body = json.loads(message.body)
            if int(body["sequence"]) == len(feed) + 1:
                feed.append(body)
            await message.ack()

    async def _stop(self) -> None:
        await end(*self._following)


@asynccontextmanager
async def stage(
    scenario: Scenario,
    folder: Path,
    true: Callable[[], datetime],
    log_level: str = "WARNING",
    http_port: int | None = None,
) -> AsyncGenerator[tuple[Player, ScenarioClock], None]:
    """A throw-away platform in `folder`, with everybody of the scenario admitted."""
    clock = ScenarioClock(scenario.starts, true)
    settings = Settings(
        data=folder, nats_port=0, log_level=log_level, rate="off", http_port=http_port
    )
    async with running(settings, clock) as platform, AsyncExitStack() as stack:
        player = Player(scenario, platform, clock)
        await player.admit(stack)
        yield player, clock
