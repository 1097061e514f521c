"""Publishes to FEED, pipelined and fenced: each message gets exactly its number or nothing does.

nats-py's `publish_async` is not used: across a server's kill -9 its futures never resolve, and
each keeps one of 4000 slots. Nor is its `publish`, which makes each message's headers and line by
themselves: here a batch's common headers are written once, and many messages go in one write.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import nats.errors

from adapters.nats import frames
from adapters.nats.connection import GLANCE, Connection, Message, Session
from adapters.nats.errors import Fenced, PublishFailed, Unacknowledged
from adapters.nats.jetstream import WRONG_LAST_SEQUENCE
from adapters.nats.subjects import STREAM

PATIENCE: Final = 3.0
"""Seconds without any ack after which a batch is given up: its leader took it along. The end of the
stream says what became of it."""
PORTION: Final = 256 * 1024  # bytes in one write, and one message more
NONE: Final[Mapping[str, str]] = MappingProxyType({})


class OutMessage(NamedTuple):
    """A message and the stream sequence it must get."""

    subject: str
    body: bytes
    message_id: str
    number: int


class FeedPublisher:
    """One writer of FEED; after a failure look up the stream's end and go on from there.

    A late copy of a failed batch does no harm: its number is taken, or it is the very message
    that belongs there. Each batch has an inbox of its own, so late acks are never counted.
    """

    def __init__(self, nc: Connection, *, window: int = 500, patience: float = PATIENCE) -> None:
        self._nc = nc
        self._window = window
        self._patience = patience

    async def publish(self, batch: Sequence[OutMessage], headers: Mapping[str, str] = NONE) -> int:
        """Stores the whole batch, or raises; returns how many messages were acknowledged.

        `headers` reach the party as they are, beside each message.
        """
        if not batch:
            return 0
        _require_consecutive(batch)
        inbox, acks = self._nc.new_inbox(), _Acks(batch, self._patience, Session(self._nc))
        try:
            subscription = await self._nc.subscribe(f"{inbox}.*", cb=acks.receive)
            try:
                await self._send(batch, headers, inbox, acks)
            finally:
                with contextlib.suppress(nats.errors.Error):
                    await subscription.unsubscribe()
        except nats.errors.Error as error:
            raise PublishFailed(f"publishing to {STREAM} broke off: {error}") from error
        return len(batch)

    async def _send(
        self, batch: Sequence[OutMessage], headers: Mapping[str, str], inbox: str, acks: _Acks
    ) -> None:
        """Many messages in one write; never more than the window waits for its acks."""
        head = frames.head({**headers, "Nats-Expected-Stream": STREAM})
        acks.require_connection()  # nothing is kept for the next connection
        portion, size = list[bytes](), 0
        for count, one in enumerate(batch, start=1):
            portion.append(_frame(one, f"{inbox}.{count - 1}", head))
            size += len(portion[-1])
            if size >= PORTION or 2 * len(portion) >= self._window or count == len(batch):
                await acks.reach(count - self._window)
                await self._nc.send(portion)
                portion, size = [], 0
        await acks.reach(len(batch))


def _frame(message: OutMessage, reply: str, head: str) -> bytes:
    fence = (
        f"Nats-Msg-Id: {message.message_id}\r\n"
        f"Nats-Expected-Last-Sequence: {message.number - 1}\r\n"
    )
    return frames.publication(message.subject, reply, f"{head}{fence}", message.body)


class _Acks:
    """The acknowledgements of one batch: counted, checked, and waited for."""

    def __init__(self, batch: Sequence[OutMessage], patience: float, session: Session) -> None:
        self.count = 0
        self._batch = batch
        self._patience = patience
        self._session = session
        self._failure: PublishFailed | None = None
        self._goal = 0
        self._news = asyncio.Event()
        self._latest = time.monotonic()

    async def receive(self, ack: Message) -> None:
        """Never raises: nats-py would hand that to its error callback, and we would wait."""
        number = self._batch[int(ack.subject.rpartition(".")[2])].number
        failure = _judge(ack.data, number)
        self._latest = time.monotonic()
        if failure is None:
            self.count += 1
        elif self._failure is None:  # the first is the cause, later ones its consequence
            self._failure = failure
        if self._failure is not None or self.count >= self._goal:
            self._news.set()

    async def reach(self, goal: int) -> None:
        """Waits until `goal` acks are in; no ack for `patience` seconds is a failure."""
        self._goal, self._latest = goal, time.monotonic()
        while self._failure is None and self.count < goal:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), GLANCE)
                continue
            self.require_connection()
            if time.monotonic() - self._latest > self._patience:
                raise Unacknowledged(
                    f"no acknowledgement for {self._patience:g} s", got=f"{self.count} of {goal}"
                )
        if self._failure is not None:
            raise self._failure

    def require_connection(self) -> None:
        if self._session.lost:
            raise PublishFailed("the connection to NATS is lost; it is being looked for")


def _require_consecutive(batch: Sequence[OutMessage]) -> None:
    first = batch[0].number
    for number, message in enumerate(batch, first):
        if message.number != number or first < 1:
            raise ValueError(f"got number {message.number}, expected {max(number, 1)}")


def _judge(data: bytes, number: int) -> PublishFailed | None:
    """None for the ack of exactly this number (a repeat of the same message is acked alike)."""
    if data == b'{"stream":"%b","seq":%d}' % (STREAM.encode(), number):
        return None  # as almost every ack is, to the byte
    try:
        ack: dict[str, Any] = json.loads(data)
    except ValueError:  # an empty answer: nothing listens on feed subjects
        return PublishFailed(f"no stream took message {number}")
    if error := ack.get("error"):
        if error.get("err_code") in WRONG_LAST_SEQUENCE:
            return Fenced(f"message {number} was fenced off", got=error.get("description"))
        return PublishFailed(f"message {number} was refused", got=error.get("description"))
    if ack.get("stream") != STREAM or ack.get("seq") != number:
        return Fenced(f"message {number} is stored elsewhere", got=f"sequence {ack.get('seq')}")
    return None
