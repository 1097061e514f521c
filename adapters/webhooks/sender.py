"""The sender: carries feeds to endpoints, each in order, at least once, one message at a time.

One process sends; endpoints are added, opened anew and removed in any. It learns of that from the
cursors: at once where the bell is heard, else at its next look.

An endpoint's next message waits until the one before was taken: nothing is skipped. Endpoints do
not wait for each other, except for room among `AT_ONCE` attempts.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from adapters.logs import Log
from adapters.tasks import ease, end, woken
from adapters.webhooks import schedule
from adapters.webhooks.endpoints import Endpoint, Endpoints
from adapters.webhooks.letters import Letter, Reply
from adapters.webhooks.outbox import Message, Outbox, signed
from adapters.webhooks.progress import Cursors, Progress
from adapters.webhooks.roster import Known, Roster
from domain.errors import VarselError
from domain.use_cases.webhooks import Abandoned
from domain.words import GivenUp
from projections import feed_index

AT_ONCE: Final = 100  # attempts under way
NEWS: Final = 500  # messages looked through at once for whose feeds have grown
REST: Final = 0.1  # seconds at most, between two looks at what is new
LOOK: Final = 2.0  # seconds between looks: at the clock, and for what other processes changed
PAUSE: Final = 0.01  # seconds at least
RETRY: Final = timedelta(seconds=5)  # after a trouble of our own


@dataclass(frozen=True)
class Ports:
    """What the sender needs.

    `arrived(party, event)` records that a notice reached its client; `give_up` that nothing more
    is sent to an endpoint; `may` is whether its party may still see the feed. `jitter` gives a
    number between -1 and 1; `watch` names who is told that the views have moved on, `hear` who is
    told that endpoints were changed.
    """

    outbox: Outbox
    post: Callable[[Letter], Awaitable[Reply]]
    arrived: Callable[[str, str], Awaitable[None]]
    give_up: Callable[[Abandoned], Awaitable[None]]
    may: Callable[[Endpoint], bool]
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    watch: Callable[[Callable[[], None]], object]
    hear: Callable[[Callable[[], None]], object]


class Sender:
    """Sends what the feed index lists and an endpoint has not taken yet; may be started again."""

    def __init__(self, endpoints: Endpoints, cursors: Cursors, ports: Ports, log: Log) -> None:
        self._endpoints = endpoints
        self._cursors = cursors
        self._ports = ports
        self._log = log
        self._room = asyncio.Semaphore(AT_ONCE)
        self._woken = asyncio.Event()
        self._hurried = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._forget()

    def _forget(self) -> None:
        """Know nothing: what is true now is in the cursors."""
        self._known: dict[str, Known] = {}
        self._work: set[str] = set()
        self._due: dict[str, datetime] = {}
        self._ailing: dict[str, str] = {}
        self._roster = Roster(self._endpoints, self._cursors)
        self._look_at = 0.0  # on the loop's clock
        self._read_to: int | None = None

    @property
    def trouble(self) -> str | None:
        """What of ours is in the way, if anything: not what is wrong with an endpoint."""
        return next(iter(self._ailing.values()), None)

    def start(self) -> None:
        """Begin to send, where each endpoint was."""
        if self._loop is None:
            self._ports.watch(self._moved)
            self._ports.hear(self._rung)
        self._loop = asyncio.get_running_loop()
        self._forget()
        self._task = asyncio.create_task(self._run(), name="webhooks")

    def wake(self) -> None:
        """Say that there is work, or that the clock was set (from the event loop's thread)."""
        self._hurried.set()
        self._woken.set()

    async def stop(self) -> None:
        """Stop; what is under way is sent again after the next start, under the same id."""
        if self._task is not None:
            await end(self._task, *self._busy.values())
        self._forget()

    async def attempt(self, endpoint: Endpoint, message: Message) -> Reply:
        """Post a message once, signed for this moment, when there is room for it."""
        async with self._room:
            return await self._ports.post(signed(message, endpoint, self._ports.clock()))

    def _moved(self) -> None:  # called from any thread
        self._soon(self._woken.set)

    def _rung(self) -> None:  # called from any thread
        def look() -> None:
            self._look_at = 0.0
            self.wake()

        self._soon(look)

    def _soon(self, what: Callable[[], None]) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                self._loop.call_soon_threadsafe(what)

    # --- which endpoints there are ---

    async def _look(self) -> None:
        """Learn what was added, opened anew or removed, here or in another process."""
        now = asyncio.get_running_loop().time()
        if now < self._look_at:
            return
        look = partial(self._roster.look, dict(self._known), self._ports.clock())
        found = await asyncio.to_thread(look)
        self._look_at = now + LOOK
        for name in self._known.keys() - found.keys():
            await self._gone(name)
        for name, one in found.items():
            before = self._known.get(name)
            if before is None or before.turn != one.turn:
                await self._learn(name, one)

    async def _learn(self, name: str, one: Known) -> None:
        kept = await asyncio.to_thread(self._cursors.get, name)
        self._known[name] = one
        self._ailing.pop(name, None)
        self._due.pop(name, None)
        if kept is not None and kept.next_at is not None:
            self._due[name] = kept.next_at
        self._work.add(name)

    async def _gone(self, name: str) -> None:
        if name in self._busy:
            await end(self._busy[name])
        self._known.pop(name, None)
        self._work.discard(name)
        self._due.pop(name, None)
        self._ailing.pop(name, None)

    # --- whose turn it is ---

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            self._hurried.clear()
            began = time.monotonic()
            try:
                if self._read_to is None:  # before anybody is sent to: what comes then is news
                    self._read_to = await asyncio.to_thread(self._total)
                await self._look()
                self._work |= await asyncio.to_thread(self._news)
                self._ailing.pop("", None)
            except Exception as trouble:  # noqa: BLE001 - a sender that dies stays unseen
                self._note("", trouble)
            self._begin()
            await ease(time.monotonic() - began, REST, self._hurried)
            await self._sleep()

    def _total(self) -> int:
        return feed_index.total(self._ports.outbox.rows())

    def _news(self) -> set[str]:
        """The endpoints of feeds that have grown since the last look."""
        grown, read_to = set[str](), self._read_to or 0
        while rows := feed_index.after(read_to, NEWS, self._ports.outbox.rows()):
            grown |= {row["feed"] for row in rows}
            read_to = rows[-1]["number"]
        self._read_to = read_to  # only now: what a page that fails takes along is found again
        return {name for name, one in tuple(self._known.items()) if one.feed in grown}

    def _begin(self) -> None:
        """Start on every endpoint that has work, whose time has come, and that is not at it."""
        now = self._ports.clock()
        for name in sorted(self._work - self._busy.keys()):
            if self._due.get(name, now) > now:
                continue
            self._work.discard(name)  # what comes from here on is news
            self._due.pop(name, None)
            task = asyncio.create_task(self._drain(name), name=f"webhook {name}")
            self._busy[name] = task
            task.add_done_callback(partial(self._done, name))

    def _done(self, name: str, _: asyncio.Task[None]) -> None:
        del self._busy[name]
        self.wake()

    async def _sleep(self) -> None:
        now, left = self._ports.clock(), LOOK
        for name in self._work - self._busy.keys():
            left = min(left, max(PAUSE, (self._due.get(name, now) - now).total_seconds()))
        await woken(self._woken, left)

    # --- one endpoint ---

    async def _drain(self, name: str) -> None:
        try:
            while (one := self._known.get(name)) and one.enabled:
                endpoint = await asyncio.to_thread(self._endpoints.find, one.party, name)
                if endpoint is None or not await self._step(endpoint):
                    break
            self._ailing.pop(name, None)
        except Exception as trouble:  # noqa: BLE001 - others' feeds do not wait for this
            self._note(name, trouble)
            self._again(name, self._ports.clock() + RETRY)

    async def _step(self, endpoint: Endpoint) -> bool:
        """One message further; False where there is none, or it was not taken."""
        progress = await asyncio.to_thread(self._cursors.get, endpoint.id)
        if progress is None:
            return False
        if not await asyncio.to_thread(self._ports.may, endpoint):
            await self._give_up(endpoint, progress, progress, "out_of_scope")
            return False
        found = await asyncio.to_thread(self._ports.outbox.after, endpoint, progress.delivered)
        if found.message is None:
            if found.passed > progress.delivered:
                await self._keep(progress, progress.passed(found.passed))
            return found.passed > progress.delivered
        reply = await self.attempt(endpoint, found.message)
        if reply.taken:
            await self._taken(endpoint, progress, found.message, reply)
        else:
            await self._missed(endpoint, progress, reply)
        return reply.taken

    async def _taken(
        self, endpoint: Endpoint, progress: Progress, message: Message, reply: Reply
    ) -> None:
        """The delivery is recorded before the cursor moves: a crash in between repeats both."""
        if endpoint.feed == endpoint.party:
            await self._ports.arrived(endpoint.party, message.event)
        taken = progress.taken(message.sequence, reply.status, self._ports.clock())
        await self._keep(progress, taken)

    async def _missed(self, endpoint: Endpoint, progress: Progress, reply: Reply) -> None:
        now = self._ports.clock()
        failed = progress.failed(reply.status, reply.error or f"answered {reply.status}", now)
        asked = schedule.retry_after(reply.retry_after, now)
        at = schedule.next_attempt(failed.failures, now, self._ports.jitter(), asked)
        if reply.gone or at is None:
            why: GivenUp = "gone" if reply.gone else "exhausted"
            await self._give_up(endpoint, progress, failed, why)
        elif await self._keep(progress, replace(failed, next_at=at)):
            self._again(endpoint.id, at)

    async def _give_up(
        self, endpoint: Endpoint, before: Progress, progress: Progress, why: GivenUp
    ) -> None:
        """Nothing more is sent and nothing is lost: the cursor stays, and the feed says so."""
        now = self._ports.clock()
        command = f"webhook/{endpoint.id}/{now.isoformat()}"
        await self._ports.give_up(Abandoned(endpoint.party, endpoint.id, why, command))
        if known := self._known.get(endpoint.id):
            self._known[endpoint.id] = known._replace(enabled=False)
        given_up = replace(progress, next_at=None, disabled_at=now, disabled_why=why)
        await self._keep(before, given_up)
        self._log.warning("webhook.disabled", party=endpoint.party, webhook=endpoint.id, reason=why)

    async def _keep(self, before: Progress, progress: Progress) -> bool:
        """False where somebody else moved the cursor: what is kept now is what counts."""
        if await asyncio.to_thread(self._cursors.put, before, progress):
            return True
        self._look_at = 0.0
        self._again(before.endpoint, self._ports.clock())
        return False

    def _again(self, name: str, at: datetime) -> None:
        self._due[name] = at
        self._work.add(name)

    def _note(self, name: str, trouble: Exception) -> None:
        self._ailing[name] = f"webhooks: {trouble}"
        if isinstance(trouble, VarselError):
            self._log.warning("webhooks.interrupted", error=str(trouble))
        else:
            self._ailing[name] = f"webhooks: {trouble!r}"
            self._log.error("webhooks.failed", exc_info=trouble)
