"""The relay: carries the feed index into the stream, whose own last message is the checkpoint."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from adapters.logs import Log
from adapters.nats import feed_log
from adapters.nats.connection import Connection
from adapters.nats.errors import Unanswered
from adapters.nats.publish import FeedPublisher, OutMessage
from domain.envelope import Recorded
from domain.errors import VarselError
from projections import feed_index
from projections.feed_index import Render
from projections.rows import Row, Rows

BATCH: Final = 500
RETRY: Final = 0.2  # seconds
LOOK: Final = 2.0  # seconds between looks when nothing wakes it


class Relay:
    """Publishes what the index lists and the stream does not hold yet.

    `rows` gives the read models in use; `read` an event by its position; `restore` makes stream
    and consumers anew where they are gone or are no copy of this ledger.
    """

    def __init__(
        self,
        nc: Connection,
        rows: Callable[[], Rows],
        read: Callable[[int], Recorded | None],
        render: Render,
        restore: Callable[[], Awaitable[None]],
        log: Log,
    ) -> None:
        self._nc = nc
        self._publisher = FeedPublisher(nc)
        self._rows = rows
        self._read = read
        self._render = render
        self._restore = restore
        self._log = log
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.published = -1
        self.trouble: str | None = None

    def wake(self) -> None:
        """Say that the index has grown (from the event loop's thread)."""
        self._wake.set()

    def start(self) -> None:
        """Begin to carry."""
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Stop; what is under way is found again from the stream."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                if self.published < 0:
                    self.published = await self._checkpoint()
                while await self._carry():
                    pass
                self.trouble = None
            except VarselError as trouble:
                self.published, self.trouble = -1, str(trouble)
                self._log.warning("relay.interrupted", error=str(trouble))
                await asyncio.sleep(RETRY)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK)
            self._wake.clear()

    async def _carry(self) -> bool:
        rows = feed_index.after(self.published, BATCH, self._rows())
        if not rows:
            return False
        await self._publisher.publish(await asyncio.to_thread(self._messages, rows))
        self.published = rows[-1]["number"]
        return True

    def _messages(self, rows: Sequence[Row]) -> list[OutMessage]:
        return [self._message(row) for row in rows]

    def _message(self, row: Row) -> OutMessage:
        recorded = self._read(row["position"])
        if recorded is None:
            raise VarselError(f"the index lists position {row['position']}, the ledger has none")
        return OutMessage(
            subject=row["subject"],
            body=self._render(recorded, feed_index.place_of(row)),
            message_id=row["message"],
            number=row["number"],
        )

    async def _checkpoint(self) -> int:
        """The number of the stream's last message, after making sure that it is ours."""
        try:
            number, message = await feed_log.last(self._nc)
        except Unanswered:
            raise
        except VarselError as gone:
            self._log.warning("feed.gone", error=str(gone))
            await self._restore()
            return 0
        if number and not self._is_ours(number, message):
            self._log.error("feed.foreign", number=number, message=message)
            await self._restore()
            return 0
        return number

    def _is_ours(self, number: int, message: str | None) -> bool:
        if number > feed_index.total(self._rows()):
            return False
        row = feed_index.after(number - 1, 1, self._rows())
        return bool(row) and row[0]["message"] == message
