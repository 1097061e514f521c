"""Says every change of who may connect to NATS once more, a moment after it was said first.

Whoever changes credentials or scope pushes the account at once, and looks afterwards whether it
was changed meanwhile (`Admission`). What that cannot cover is made good here, by the process that
relays: one that ended between ledger and push, or between an overtaken push and the second look;
and a node that was away. Nodes give each other the account of the latest second, so of two in the
same second either may win: this one is of a later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from adapters.logs import Log
from adapters.tasks import end
from domain import events as e
from projections import feed_index
from projections.rows import Rows

AFTER: Final = 2.5  # seconds: another whole second, and a push that is under way is over
LOOK: Final = 1.0  # seconds
PAGE: Final = 500
KINDS: Final = frozenset(
    kind.__name__ for kind in (e.CredentialIssued, e.CredentialRevoked, e.AuditScopeSet)
)


class Confirming:
    """Follows the feed index from where it stands; what was before, a start has said already."""

    def __init__(
        self, rows: Callable[[], Rows], admit: Callable[[str], Awaitable[None]], log: Log
    ) -> None:
        self._rows, self._admit, self._log = rows, admit, log
        self._read_to = 0
        self._due: dict[str, float] = {}  # by party, on the loop's clock
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, before everybody is admitted: what changes from here on is seen."""
        self._read_to = await asyncio.to_thread(lambda: feed_index.total(self._rows()))
        self._task = asyncio.create_task(self._run(), name="confirming")

    async def stop(self) -> None:
        """Stop; whoever starts next admits everybody."""
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                await self._look()
            except Exception:  # noqa: BLE001 - whoever dies here stays unseen
                self._log.warning("account.not-confirmed", exc_info=True)
            await asyncio.sleep(LOOK)

    async def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        for party in await asyncio.to_thread(self._changed):
            self._due[party] = now + AFTER
        for party in [name for name, at in self._due.items() if at <= now]:
            await self._admit(party)
            with contextlib.suppress(KeyError):
                del self._due[party]

    def _changed(self) -> set[str]:
        """Whose credentials or scope were changed since the last look."""
        found, read_to = set[str](), self._read_to
        while rows := feed_index.after(read_to, PAGE, self._rows()):
            found |= {row["feed"] for row in rows if _kind(row["subject"]) in KINDS}
            read_to = rows[-1]["number"]
        self._read_to = read_to  # only now: what a page that fails takes along is found again
        return found


def _kind(subject: str) -> str:
    return subject.rpartition(".")[2]
