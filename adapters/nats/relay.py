"""The relay: carries the feed index into the stream, whose own last message is the checkpoint."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from adapters.logs import Log
from adapters.nats import feed_log, jetstream, strays
from adapters.nats.connection import Connection
from adapters.nats.errors import JetStreamRefused, PublishFailed
from adapters.nats.insisting import passes
from adapters.nats.publish import FeedPublisher, OutMessage
from adapters.nats.strays import Keep, Strays, is_ours
from adapters.observing import Observe, unobserved
from adapters.tasks import end, woken
from domain.envelope import Recorded
from domain.errors import Unavailable, VarselError
from projections import feed_index
from projections.feed_index import Render
from projections.rows import Row, Rows

BATCH: Final = 500
RETRY: Final = 0.2  # seconds
STUCK: Final = 15.0  # seconds without an answer after which another server is asked: see `_leave`
LOOK: Final = 2.0  # seconds between looks at the stream when nothing wakes it


async def _nobody(*_: object) -> None:
    """Nothing is ours there: neither the servers nor anybody's consumers."""


@dataclass(frozen=True)
class Ports:
    """What the relay needs: the read models, the log's events, and how to make the feed anew.

    `rows` gives the read models in use, `caught_up` whether they hold the whole ledger; `read` up
    to so many events behind a position of the log. `fresh` gives the body of a message, by its id,
    where it was made just now: any other is rendered. `headers` are given for the position of a
    batch's last event: they travel beside each body.
    `restore(common, of)` makes the stream anew, and raises where the present one is not that made
    at `of`; up to the number `common` the messages were ours, so what parties acknowledged of those
    still counts. `adopt(common)` gives everybody their consumers on a stream that has none. Before
    the stream goes, `keep` is given what it holds and the index does not list, and keeps it or
    raises. `revive` has a broker that stores nothing any more started again, where that is ours.
    """

    rows: Callable[[], Rows]
    caught_up: Callable[[], bool]
    read: Callable[[int, int], Sequence[Recorded]]
    render: Render
    restore: Callable[[int, str | None], Awaitable[None]]
    keep: Keep
    adopt: Callable[[int], Awaitable[None]] = _nobody
    fresh: Callable[[str], bytes | None] = lambda _: None
    headers: Callable[[int], Mapping[str, str]] = lambda _: {}
    revive: Callable[[], Awaitable[None]] = _nobody


class _Batch(NamedTuple):
    """Messages in a row, and what stands beside the body of each."""

    messages: Sequence[OutMessage]
    headers: Mapping[str, str]


class Relay:
    """Publishes what the index lists and the stream does not hold yet.

    `of` is when the stream was made on which everybody has a consumer; None: the one there is. No
    lock reaches as far as NATS: a process that has lost its turn, and does not know it yet, may
    delete the stream. So its next look tells the one that relays, which gives consumers back.
    """

    def __init__(self, nc: Connection, ports: Ports, log: Log, of: str | None = None) -> None:
        self._nc = nc
        self._publisher = FeedPublisher(nc)
        self._ports = ports
        self._log = log
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._of = of
        self._spoilt: int | None = None
        self._stuck: float | None = None
        self.observe: Observe = unobserved
        self.made_anew = 0  # how often, since this relay began
        self.published = -1
        self.trouble: str | None = None

    def wake(self) -> None:
        """Say that the index has grown (from the event loop's thread)."""
        self._wake.set()

    def mend(self, number: int) -> None:
        """Have the stream made anew: its message `number` is not the one that was published."""
        self._spoilt = number
        self._wake.set()

    def start(self) -> None:
        """Begin to carry."""
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Stop; what is under way is found again from the stream."""
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        look = True
        while True:
            try:
                if look or self.published < 0 or self._spoilt:
                    self.published = await self._checkpoint()
                while await self._carry():
                    pass
                self.trouble = self._stuck = None
            except Exception as trouble:  # noqa: BLE001 - a relay that dies stays unseen
                await self._stumble(trouble)
                continue
            look = not await self._woken()

    async def _stumble(self, trouble: Exception) -> None:
        known = isinstance(trouble, VarselError)
        self.published, self.trouble = -1, str(trouble) if known else repr(trouble)
        if known:
            self._log.warning("relay.interrupted", error=str(trouble))
        else:
            self._log.error("relay.failed", exc_info=trouble)
        if passes(trouble) or isinstance(trouble, PublishFailed):
            await self._leave()
        await asyncio.sleep(RETRY)

    async def _leave(self) -> None:
        """Goes to another server where this one has not answered for long.

        A node that its clients hear, but the other nodes do not, answers pings for ever, and
        nothing else.
        """
        now = time.monotonic()
        self._stuck = now if self._stuck is None else self._stuck
        if now - self._stuck > STUCK:
            self._stuck = now
            self._log.warning("relay.elsewhere", seconds=STUCK)
            await self._ports.revive()
            await self._nc.force_reconnect()

    async def _woken(self) -> bool:
        """Whether there is work; False after a while without any, time to look at the stream."""
        found = await woken(self._wake, LOOK)
        self._wake.clear()
        return found

    async def _carry(self) -> bool:
        """Publish the next batch; whether there may be more behind it."""
        batch = await asyncio.to_thread(self._batch, self.published)
        if batch is None:
            return False
        with self.observe("relay"):
            await self._publisher.publish(batch.messages, batch.headers)
        self.published = batch.messages[-1].number
        return len(batch.messages) == BATCH

    def _batch(self, after: int) -> _Batch | None:
        """The next messages: what they are made of is read, and waited for, once for all."""
        rows = feed_index.after(after, BATCH, self._ports.rows())
        if not rows:
            return None
        messages = [_message(row, body) for row, body in zip(rows, self._bodies(rows), strict=True)]
        return _Batch(messages, self._ports.headers(rows[-1]["position"]))

    def _bodies(self, rows: Sequence[Row]) -> list[bytes]:
        made = [self._ports.fresh(row["message"]) for row in rows]
        lacking = [row["position"] for row, body in zip(rows, made, strict=True) if body is None]
        events = self._events(lacking[0], lacking[-1]) if lacking else {}
        return [
            body or self._made(row, events.get(row["position"]))
            for row, body in zip(rows, made, strict=True)
        ]

    def _events(self, first: int, last: int) -> dict[int, Recorded]:
        """The events from one position of the log to another, both included."""
        found: dict[int, Recorded] = {}
        while first <= last and (page := self._ports.read(first - 1, min(BATCH, last - first + 1))):
            found |= {one.position: one for one in page}
            first = page[-1].position + 1
        return found

    def _made(self, row: Row, recorded: Recorded | None) -> bytes:
        if recorded is None:
            raise VarselError(f"the index lists position {row['position']}, the ledger has none")
        return self._ports.render(recorded, feed_index.place_of(row))

    async def _checkpoint(self) -> int:
        """The number of the stream's last message, after making sure that it is ours."""
        try:
            last, created = await feed_log.head(self._nc)
        except JetStreamRefused as refused:
            if refused.err_code != jetstream.NO_STREAM:  # it may well be there, not ready yet
                raise
            self._log.warning("feed.gone")
            return await self._made_anew(await self._total())
        await self._recognise(created)
        if self._spoilt is not None and await self._still_spoilt(self._spoilt, last):
            return await self._mended(self._spoilt)
        self._spoilt = None
        # A batch that broke off may have left its end behind a foreign message: look at all of it.
        first = max(1, last if self.published >= 0 else last - BATCH + 1)
        if await self._all_ours(first, last):
            return last
        if not await asyncio.to_thread(self._ports.caught_up):
            raise Unavailable("the views are behind the ledger: whose the stream is cannot be told")
        if await self._all_ours(first, last):
            return last
        found = await self._kept(1)
        return last if found.first is None else await self._made_anew(found.first - 1)

    async def _recognise(self, created: str) -> None:
        """Give consumers back where another process has made the stream anew."""
        if self._of not in {None, created}:
            self._log.error("feed.replaced", created=created)
            await self._ports.adopt(await self._total())
        self._of = created

    async def _still_spoilt(self, number: int, last: int) -> bool:
        """Whether it is as we were told: the word may be old, or whoever sent it was behind."""
        if not await asyncio.to_thread(self._ports.caught_up):
            raise Unavailable("the views are behind the ledger: the feed cannot be made anew yet")
        if not 0 < number <= last:
            return False
        [(_, found)] = [each async for each in feed_log.readable(self._nc, number, number)]
        rows = await asyncio.to_thread(feed_index.after, number - 1, 1, self._ports.rows())
        return not (found is not None and rows and strays.is_published(found, rows[0]))

    async def _mended(self, number: int) -> int:
        self._log.error("feed.spoilt", number=number)
        await self._kept(number)
        restored = await self._made_anew(number - 1)
        self._spoilt = None
        return restored

    async def _made_anew(self, common: int) -> int:
        await self._ports.restore(common, self._of)
        self.made_anew += 1
        created = await feed_log.created(self._nc)  # before anybody has a consumer on it
        await self._ports.adopt(common)
        self._of = created
        return 0

    async def _total(self) -> int:
        return await asyncio.to_thread(lambda: feed_index.total(self._ports.rows()))

    async def _kept(self, first: int) -> Strays:
        """Keep what nobody can make again: only then may the stream be deleted."""
        found = await strays.keep_strays(self._nc, first, self._ports.rows, self._ports.keep)
        if found.kept:
            self._log.error("feed.foreign", number=found.first, kept=found.kept)
        return found

    async def _all_ours(self, first: int, last: int) -> bool:
        found = await feed_log.message_ids(self._nc, first, last)
        known = await asyncio.to_thread(strays.listed, first, len(found), self._ports.rows())
        return all(is_ours(number, one, known) for number, one in enumerate(found, first))


def _message(row: Row, body: bytes) -> OutMessage:
    """A message as it goes out, if it is the one that the index lists."""
    if hashlib.sha256(body).hexdigest() != row["hash"]:
        raise VarselError(
            f"message {row['number']} would not be the one that was indexed",
            expected="the bytes that the feed index hashed",
            next_step="run the version that wrote the index, or varsel rebuild",
        )
    return OutMessage(row["subject"], body, row["message"], row["number"])
