"""Whether a process lives, and whether it can do the work of its role now."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from adapters.ops.figures import Watched
from adapters.ops.pulse import PATIENCE, Pulse
from adapters.roles import Role
from domain.errors import VarselError

T = TypeVar("T")
SOON: Final = 1.0  # seconds that views and evidence may be behind and still be called in step
THREADS: Final = frozenset({"projector", "evidence"})


@dataclass(frozen=True)
class Missing:
    """A part that does not do what it should, and why."""

    part: str
    why: str


class Life:
    """The threads that a process has at its start, and needs until its end.

    No database is asked: a process that is ended because another machine is down comes back to
    the same.
    """

    def __init__(self, names: Callable[[], set[str]] | None = None) -> None:
        self._names = names or _threads
        self._begun = self._names() & THREADS

    def missing(self) -> list[Missing]:
        """Threads that were there and are no more: only a new start helps."""
        gone = sorted(self._begun - self._names())
        return [Missing(name, "its thread has ended") for name in gone]


class Readiness:
    """Asks the parts of one process.

    What is accepted is in the ledger; views, evidence and feed follow. So a ledger that takes what
    comes makes a process ready: a proxy that was told otherwise would refuse what could have been
    kept. What else is amiss is told, and needed only where it is the very work: the broker and the
    turn for one who relays; the broker where it is the only door.
    """

    def __init__(self, of: Watched, pulse: Pulse, *, http: bool) -> None:
        self._of = of
        self._pulse = pulse
        relays = of.role == Role.RELAY.value
        broker = {"broker"} if relays or not http else set[str]()
        self._needed = {"ledger", *broker, *({"turns"} if relays else ())}

    async def look(self) -> tuple[list[Missing], list[Missing]]:
        """What keeps this process from its work, and what is amiss all the same."""
        asked = await asyncio.gather(self._ledger(), self._views(), self._evidence())
        found = [one for one in asked if one is not None]
        found += [*self._broker(), *self._relay(), *self._turns()]
        missing = [one for one in found if one.part in self._needed]
        return missing, [one for one in found if one.part not in self._needed]

    async def _ledger(self) -> Missing | None:
        why = await self._pulse.trouble()
        return Missing("ledger", why) if why else None

    async def _views(self) -> Missing | None:
        parts = self._of.parts

        def behind() -> int:
            position = parts.ledger.position()
            if parts.projector.wait_for(position, SOON):
                return 0
            return position - parts.views.position()

        found = await _asked(behind)
        if isinstance(found, str):
            return Missing("views", found)
        if parts.projector.trouble:
            return Missing("views", f"the projector is stuck: {parts.projector.trouble}")
        return Missing("views", f"{found} events behind the ledger") if found else None

    async def _evidence(self) -> Missing | None:
        parts = self._of.parts

        def behind() -> int:
            position = parts.ledger.position()
            if parts.evidence.follower.wait_for(position, SOON):
                return 0
            return position - parts.evidence.log.position()

        found = await _asked(behind)
        if isinstance(found, str):
            return Missing("evidence", found)
        if parts.evidence.follower.trouble:
            return Missing("evidence", parts.evidence.follower.trouble)
        return Missing("evidence", f"{found} events are not signed for") if found else None

    def _broker(self) -> Iterator[Missing]:
        if self._of.connected is not None and not self._of.connected():
            yield Missing("broker", self._of.platform.away or "NATS is not connected")

    def _relay(self) -> Iterator[Missing]:
        relay = self._of.platform.relay
        if relay is not None and relay.trouble:
            yield Missing("relay", relay.trouble)

    def _turns(self) -> Iterator[Missing]:
        for why in self._of.ailing():
            yield Missing("turns", why)
        if self._of.role == Role.RELAY.value and "relay" not in self._of.turns():
            yield Missing("turns", "relay: it neither has its turn nor waits for it")


async def _asked(question: Callable[[], T]) -> T | str:
    """The answer; or, as a sentence, why there is none."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await asyncio.to_thread(question)
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except VarselError as trouble:
        return str(trouble)


def _threads() -> set[str]:
    return {one.name for one in threading.enumerate()}
