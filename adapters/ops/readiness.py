"""Whether a process lives, and whether it can do the work of its role now."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

from adapters.ops.figures import Watched
from domain.errors import VarselError

T = TypeVar("T")
PATIENCE: Final = 3.0  # seconds that a part has to answer: less than a probe waits
SOON: Final = 1.0  # seconds that the views may be behind and still be ready
THREADS: Final = frozenset({"projector", "evidence"})


@dataclass(frozen=True)
class Missing:
    """A part that cannot work, and why; `needed` is False where the role can do without it."""

    part: str
    why: str
    needed: bool = True


class Life:
    """The threads that a process has at its start, and needs until its end.

    No database is asked: a process that is ended because another machine is down comes back to
    the same.
    """

    def __init__(self, names: Callable[[], set[str]] | None = None) -> None:
        self._names = names or _threads
        self._begun = self._names() & THREADS

    def missing(self) -> list[dict[str, Any]]:
        """Threads that were there and are no more: only a new start helps."""
        gone = sorted(self._begun - self._names())
        return [asdict(Missing(name, "its thread has ended")) for name in gone]


class Readiness:
    """Asks the parts of one process.

    A broker that is down takes nothing away from a process with an HTTP door: what it accepts is in
    the ledger, and the feed follows. So it is told, and needed only where the feed itself is the
    work (the relay), or the only door there is.
    """

    def __init__(self, of: Watched, *, broker_needed: bool) -> None:
        self._of = of
        self._broker_needed = broker_needed

    async def missing(self) -> list[dict[str, Any]]:
        """What keeps this process from its work; empty where nothing does."""
        found = [*await self._ledger(), *await self._views(), *self._broker(), *self._relay()]
        found += [Missing("turns", why) for why in self._of.ailing()]
        return [asdict(one) for one in found]

    async def _ledger(self) -> list[Missing]:
        why = await _asked(self._of.parts.ledger.position)
        return [Missing("ledger", why)] if isinstance(why, str) else []

    async def _views(self) -> list[Missing]:
        parts = self._of.parts

        def behind() -> int:
            position = parts.ledger.position()
            if parts.projector.wait_for(position, SOON):
                return 0
            return position - parts.views.position()

        found = await _asked(behind)
        if isinstance(found, str):
            return [Missing("views", found)]
        if parts.projector.trouble:
            return [Missing("views", f"the projector is stuck: {parts.projector.trouble}")]
        return [Missing("views", f"{found} events behind the ledger")] if found else []

    def _broker(self) -> Iterator[Missing]:
        if not self._of.connected():
            yield Missing("broker", "NATS is not connected", self._broker_needed)

    def _relay(self) -> Iterator[Missing]:
        relay = self._of.platform.relay
        if relay is not None and relay.trouble:
            yield Missing("relay", relay.trouble, self._broker_needed)


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
