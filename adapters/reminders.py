"""The timer: says what deadlines and silences ask for, each thing once, in its own time or late.

It keeps in memory when each party's matter asks for a word next, and looks again at the matters
that the log's new events touch; what is due is worked out from the views when its time has come.
A word is hours ahead: looking gives way to those who take reports and carry them.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import time
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from adapters.logs import Log
from adapters.tasks import ease, end, woken
from domain.envelope import Recorded
from domain.errors import Unavailable, VarselError
from domain.law.rules import Rules
from domain.use_cases.platform import Escalation, Reminder
from projections import matters, parties, reminders
from projections.rows import Rows

BATCH: Final = 500
RETRY: Final = 0.5  # seconds
PAUSE: Final = 0.01  # seconds at least: a scenario's clock stands still a moment before
QUIET: Final = 0.1  # seconds without an event, before it looks
WAY: Final = 5.0  # seconds at most that it gives way to events that keep coming
REST: Final = 0.25  # seconds at most
SLICE: Final = 50  # matters looked at before it rests, and says what is due meanwhile
LOOK: Final = 30.0  # seconds between looks at the clock: it may be set, or run on while we sleep

Key = tuple[str, str]  # party, incident


@dataclass(frozen=True)
class Ports:
    """What the timer needs: views, the log behind a position, the platform's clock, a voice.

    `settled` returns once the views hold everything accepted so far, or raises a `VarselError`.
    """

    rows: Callable[[], Rows]
    position: Callable[[], int]
    since: Callable[[int, int], Sequence[Recorded]]
    settled: Callable[[], Awaitable[None]]
    speak: Callable[[Reminder | Escalation], Awaitable[None]]
    clock: Callable[[], datetime]
    watch: Callable[[Callable[[], None]], None]
    rules: Rules


class Reminders:
    """Sleeps until the next threshold on the platform's clock."""

    def __init__(self, ports: Ports, log: Log) -> None:
        self._ports = ports
        self._log = log
        self._woken = asyncio.Event()
        self._hurried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._next: dict[Key, datetime] = {}
        self._heap: list[tuple[datetime, Key]] = []
        self._dirty: set[Key] = set()
        self._held = False
        self._position: int | None = None
        self._spoken: set[str] = set()
        self.trouble: str | None = None

    def start(self) -> None:
        """Begin to keep time."""
        loop = asyncio.get_running_loop()

        def moved() -> None:  # called from the projector's thread
            with contextlib.suppress(RuntimeError):  # the loop is closing
                loop.call_soon_threadsafe(self._woken.set)

        self._ports.watch(moved)
        self._task = asyncio.create_task(self._run(), name="reminders")

    def wake(self) -> None:
        """Say that the clock was set, or that somebody waits (from the event loop's thread)."""
        self._hurried.set()
        self._woken.set()

    async def stop(self) -> None:
        """Stop; what falls due meanwhile is said after the next start."""
        if self._task is not None:
            await end(self._task)

    def next_at(self) -> datetime | None:
        """When something is to be said or looked at next (UTC)."""
        while self._heap and self._next.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def settled(self, position: int) -> bool:
        """Whether the log up to `position` is taken in, and nothing is due on the clock's now.

        Whoever asks waits for it: where it is not so, nobody rests any more.
        """
        due = self.next_at()
        waits = due is None or due > self._ports.clock()
        if self._position == position and not self._dirty and waits:
            return True
        self.wake()
        return False

    @contextlib.contextmanager
    def held(self) -> Generator[None]:
        """Say nothing meanwhile: who acts at the very instant of a deadline comes first."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
            self.wake()

    # --- the loop ---

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            self._hurried.clear()
            began = time.monotonic()
            try:
                await self._take_in()
                worked = time.monotonic() - began
                if not self._held and await self._say_what_is_due():
                    continue
                self.trouble = None
            except Exception as trouble:  # noqa: BLE001 - a timer that dies stays unseen
                await self._stumble(trouble)
                continue
            await ease(worked, REST, self._hurried)
            if not self._dirty:
                await self._sleep()
            await self._give_way()

    async def _stumble(self, trouble: Exception) -> None:
        self.trouble = f"reminders: {trouble!r}"
        if isinstance(trouble, VarselError):
            self._log.warning("reminders.interrupted", error=str(trouble))
        else:
            self._log.error("reminders.failed", exc_info=trouble)
        await asyncio.sleep(RETRY)

    async def _sleep(self) -> None:
        due = self.next_at()
        left = LOOK
        if due is not None:
            left = min(LOOK, max(PAUSE, (due - self._ports.clock()).total_seconds()))
        await woken(self._woken, left)

    async def _give_way(self) -> None:
        """Until no event has come for a moment, or somebody waits."""
        until = time.monotonic() + WAY
        while not self._hurried.is_set() and time.monotonic() < until:
            self._woken.clear()
            if not await woken(self._woken, QUIET):
                return

    # --- taking in what has changed ---

    async def _take_in(self) -> None:
        if self._position is None:
            reached, found = await asyncio.to_thread(self._everything)
            self._schedule(found)
            self._position = reached
        while events := await asyncio.to_thread(self._new_events, self._position):
            self._dirty |= await asyncio.to_thread(self._touched, events)
            self._position = events[-1].position
        if self._dirty:
            keys = frozenset(islice(self._dirty, SLICE))
            self._schedule(await asyncio.to_thread(self._looked_at, keys))
            self._dirty -= keys

    def _everything(self) -> tuple[int, dict[Key, datetime | None]]:
        """Every matter there is: once, at the start."""
        ports = self._ports
        reached, rows, now = ports.position(), ports.rows(), ports.clock()
        found: dict[Key, datetime | None] = {}
        for party in parties.everybody(rows):
            for incident, calls in reminders.calls(party.id, rows, ports.rules, now).items():
                found[party.id, incident] = calls[0].at if calls else None
        return reached, found

    def _new_events(self, position: int) -> list[Recorded]:
        """Events behind a position that the views hold."""
        reached = self._ports.position()
        if reached <= position:
            return []
        found = self._ports.since(position, BATCH)
        return [one for one in found if one.position <= reached]

    def _touched(self, events: Iterable[Recorded]) -> set[Key]:
        """Whose next word may have moved.

        What others do can only settle a vendor's duties, never set them a new term: it is looked
        at when their time comes, so that hundreds of acknowledgements do not each ask for them.
        """
        keys: set[Key] = set()
        for one in events:
            about = one.envelope.about
            told = [party for party in (about.client, about.vendor) if party]
            if about.incident is None:
                keys |= {(party, incident) for party in told for incident in self._all_of(party)}
                continue
            if about.client:
                keys.add((about.client, str(about.incident)))
            if about.vendor and one.envelope.party == about.vendor:
                keys.add((about.vendor, str(about.incident)))
        return keys

    def _all_of(self, party: str) -> list[str]:
        return [str(one["incident"]) for one in matters.kept(party, self._ports.rows())]

    def _looked_at(self, keys: Iterable[Key]) -> dict[Key, datetime | None]:
        found = {key: self._calls(key) for key in keys}
        return {key: calls[0].at if calls else None for key, calls in found.items()}

    def _calls(self, key: Key) -> list[reminders.Call]:
        party, incident = key
        ports = self._ports
        found = reminders.calls(party, ports.rows(), ports.rules, ports.clock(), incident)
        return found.get(incident, [])

    def _schedule(self, found: dict[Key, datetime | None]) -> None:
        for key, at in found.items():
            if at is None:
                self._next.pop(key, None)
            elif self._next.get(key) != at:
                self._next[key] = at
                heapq.heappush(self._heap, (at, key))

    # --- speaking ---

    async def _say_what_is_due(self) -> bool:
        """Say it; whether anything was due, and the matters it is about must be looked at again."""
        now = self._ports.clock()
        keys = self._due(now)
        if not keys:
            self._spoken = set()
            return False
        await self._ports.settled()
        spoken, trouble = set[str](), list[Exception]()
        for key in keys:
            try:
                spoken |= await self._say(key, now)
            except Exception as one:  # noqa: BLE001 - the others' deadlines do not wait for this
                trouble.append(one)
        await self._ports.settled()
        if trouble:
            raise trouble[0]
        if spoken & self._spoken:
            raise Unavailable("what was said does not show in the views", got=min(spoken))
        self._spoken = spoken
        return True

    async def _say(self, key: Key, now: datetime) -> set[str]:
        calls = await asyncio.to_thread(self._calls, key)
        due = [call.what for call in calls if call.what is not None and call.at <= now]
        for what in due:
            await self._ports.speak(what)
        return {what.command for what in due}

    def _due(self, now: datetime) -> list[Key]:
        """All whose time has come, earliest first; each has to be looked at again after that."""
        keys: list[Key] = []
        while (at := self.next_at()) is not None and at <= now:
            _, key = heapq.heappop(self._heap)
            del self._next[key]
            self._dirty.add(key)
            keys.append(key)
        return keys
