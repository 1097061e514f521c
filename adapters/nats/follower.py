"""A party's own feed: everything addressed to it, in order, across restarts, at least once.

Two ways lead here. The consumer delivers everything, until it is acknowledged. What is stored is
also heard live, at once, however many others follow theirs: where it is the next message it is
handed out before the consumer delivers it, and that delivery is what `ack` acknowledges.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Self

import nats.errors

from adapters.nats import jetstream
from adapters.nats.connection import GLANCE, Connection, Delivered, Report, Session, connect, silent
from adapters.nats.credentials import Credentials
from adapters.nats.errors import Disconnected
from adapters.nats.live import Live
from adapters.nats.pulling import Puller
from adapters.nats.subjects import API_PREFIX, LIVE, STREAM, consumer_api
from domain.errors import Invalid, Unavailable

_PULL: Final = 10.0  # seconds a pull stays open; one lost with its consumer's leader costs as much
_LOOK: Final = (5.0, 10.0)  # of silence, until the consumer is asked: nobody counts the live
_WATCH: Final = 1.0  # seconds between looks at the connection while it is silent
_AFTER: Final = (0.5, 1.0)  # seconds before what was shown is acknowledged: others hear theirs now
_AHEAD: Final = 50  # messages handed out before the consumer delivered them, at most
_PAUSE: Final = 0.5
_HEARD: Final = 2.0
_ACK: Final = 20.0  # seconds: within ack_wait, after which the message is under way again


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """One message: `sequence` is its place in FEED, the party's own gapless one is in the body.

    `ack` says "handled" and waits for the server's word that it heard: the platform takes it for
    the proof of delivery, so an ack that may be lost on the way will not do. It goes on over a
    restart of the server; False means that it is unsure and the message comes again. So does one
    acked within 0.1 s before a kill -9, fsync or not: 2.15.1 writes consumers down that late.
    """

    sequence: int
    body: bytes
    headers: Mapping[str, str]
    ack: Callable[[], Awaitable[bool]] = field(repr=False)


class Follower:
    """Follows the feed of the account whose creds these are; a message unacked comes again."""

    def __init__(self, nc: Connection, creds: Credentials, report: Report = silent) -> None:
        self._nc = nc
        self._creds = creds
        self._key = creds.account_key
        self._report = report
        self._puller = Puller(nc, consumer_api(self._key)[0])
        self._pulling = asyncio.Lock()
        self._session: Session | None = None
        self._live = Live()
        self._last: FeedMessage | None = None
        self._held: deque[Delivered] = deque()  # delivered here, not yet handed out
        self._shown: dict[int, bytes] = {}  # heard and handed out, not yet acknowledged
        self._copies: dict[int, Delivered] = {}  # deliveries of what was shown
        self._unheard = 0  # what a look in silence brought: it may yet be heard
        self._unsure = False  # an ack was not heard: what it was for comes again

    @classmethod
    async def connect(  # noqa: PLR0913 - as `connection.connect`
        cls,
        url: str,
        creds: Credentials | Path | str,
        *,
        name: str = "varsel-follower",
        report: Report = silent,
        patience: float = 10.0,
        ca: Path | None = None,
    ) -> Self:
        known = Credentials.of(creds)
        return cls(
            await connect(url, known, name=name, report=report, patience=patience, ca=ca),
            known,
            report,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """What was delivered but not handed out goes back, else it were gone for `ack_wait`."""
        with contextlib.suppress(nats.errors.Error):
            for message in [*self._held, *self._copies.values()]:
                await message.nak()
        await self._nc.close()

    def __aiter__(self) -> AsyncIterator[FeedMessage]:
        return self.messages()

    async def messages(self) -> AsyncIterator[FeedMessage]:
        """For ever, or until the connection is closed for good.

        Then raises `CredentialsRefused` where the creds have expired, else `Disconnected`.
        """
        self._session = None
        self._shown.clear()
        if LIVE in self._creds.hears:  # creds of before do not; they have the consumer
            await self._live.listen(self._nc)
        while True:
            if (message := self._next()) is not None:
                self._last = message
                yield message
            else:
                await self._wait()

    async def rewind(self, sequence: int) -> None:
        """Has the feed delivered anew from this place in FEED on (needs nats-server 2.14.6).

        Raises `Invalid` for a place ahead of what was acknowledged: JetStream would take all that
        is skipped for acknowledged, and a notice that nobody has read would count as delivered.
        """
        next_one = await self._floor() + 1
        if sequence > next_one:
            raise Invalid(
                "a feed is not skipped, only read again",
                field="sequence",
                got=sequence,
                expected=f"at most {next_one}",
                next_step="follow on from where you are; read and acknowledge what comes",
            )
        for before in (self._held, self._copies, self._shown):  # they come again
            before.clear()
        self._last = None
        await self._ask("RESET", {"seq": sequence})

    @property
    def _lost(self) -> bool:
        return self._session is None or self._session.lost or self._unsure

    def _next(self) -> FeedMessage | None:
        """What was delivered goes first; then what was heard, where it is the next."""
        if self._held and not self._unsure:
            return self._message(self._held.popleft())
        if self._lost or self._last is None or len(self._shown) >= _AHEAD:
            return None
        heard = self._live.take(self._last.sequence, self._last.body)
        if heard is None:
            return None
        self._shown[heard.sequence] = heard.body
        return FeedMessage(*heard, partial(self._ack_shown, heard.sequence, heard.body))

    async def _wait(self) -> None:
        """Until there is something, or for a while."""
        if self._lost:
            await self._more()
        elif self._live:  # not the next one: what comes before it was not heard
            if not await self._more(_PULL):
                self._live.forget()
        elif self._live.silent:
            await self._more(_PULL)
        else:
            await self._listen()

    async def _listen(self) -> None:
        """Until something is heard; in silence, whether that is because something was missed."""
        until = time.monotonic() + random.uniform(*_LOOK)  # noqa: S311 - to spread them
        while not self._lost and time.monotonic() < until:
            if await self._live.wait(_WATCH):
                return
        if self._unheard > self._live.latest:
            self._live.forget()
        await self._more()
        self._unheard = self._held[-1].metadata.sequence.stream if self._held else 0

    async def _more(self, wait: float = 0.0) -> bool:
        """Whether the consumer delivered anything, first going back to where we are, if need be."""
        async with self._pulling:
            if self._lost and not await self._resume():
                return False
            found = await self._pull(wait)
            for message in found:
                self._sort(message)
            return bool(found)

    def _sort(self, message: Delivered) -> None:
        """A delivery of what was shown waits for its ack; delivered again, it is shown again."""
        sequence = message.metadata.sequence.stream
        if sequence in self._shown and sequence not in self._copies:
            self._copies[sequence] = message
        else:
            self._shown.pop(sequence, None)
            self._copies.pop(sequence, None)
            self._held.append(message)

    async def _resume(self) -> bool:
        """Goes back to what is not acknowledged yet; False where that is not possible now.

        What was under way to a reader, a connection or a consumer's leader now gone would else come
        `ack_wait` later, behind newer messages. Others who follow with the same creds get some of
        theirs again.
        """
        self._require_open()
        session = Session(self._nc)
        try:
            await self._puller.let_go()  # what is on its way here is older than what comes now
            info = await self._ask("INFO")
            if info["num_ack_pending"]:
                info = await self._ask("RESET", {})
        except Unavailable as error:  # as in _pull: it passes
            self._report("feed.resume", error)
            await asyncio.sleep(_PAUSE)
            return False
        self._held.clear()
        self._copies.clear()
        self._unsure = False
        self._session = session
        self._puller.expect(int(info["delivered"]["consumer_seq"]) + 1)
        return True

    async def _floor(self) -> int:
        return int((await self._ask("INFO"))["ack_floor"]["stream_seq"])

    async def _ask(self, verb: str, body: Mapping[str, int] | None = None) -> jetstream.Answer:
        asked = f"CONSUMER.{verb}.{STREAM}.{self._key}"
        return await jetstream.ask(self._nc, asked, body, prefix=API_PREFIX)

    def _require_open(self) -> None:
        if self._nc.is_closed:
            raise self._creds.expired(datetime.now(UTC)) or Disconnected(
                "the connection is closed for good",
                next_step="were these creds revoked? ask the operator, then follow again",
            )

    def _message(self, found: Delivered) -> FeedMessage:
        sequence, headers = found.metadata.sequence.stream, found.headers or {}
        return FeedMessage(sequence, found.data, headers, partial(self._ack, found))

    async def _ack_shown(self, sequence: int, body: bytes) -> bool:
        """Acknowledges the delivery of what was shown; one that is not the same is shown itself."""
        await self._live.wait(random.uniform(*_AFTER))  # noqa: S311 - less, where more is for us
        deadline = time.monotonic() + _ACK
        while sequence in self._shown and time.monotonic() < deadline and not self._nc.is_closed:
            copy = self._copies.pop(sequence, None)
            if copy is not None:
                del self._shown[sequence]
                if copy.data == body:
                    return await self._ack(copy)
                self._report("feed.live-differs", None)
                self._held.append(copy)
                return False
            with contextlib.suppress(Unavailable):  # a reader with the same creds acknowledged it
                if not await self._more(GLANCE) and await self._floor() >= sequence:
                    self._shown.pop(sequence, None)
                    return True
        return self._doubt()

    async def _ack(self, message: Delivered) -> bool:
        deadline = time.monotonic() + _ACK
        while time.monotonic() < deadline and not self._nc.is_closed:
            session = Session(self._nc)
            if session.lost:
                await asyncio.sleep(GLANCE)
                continue
            with contextlib.suppress(nats.errors.Error, TimeoutError):
                await message.ack_sync(timeout=_HEARD)
                return True
            if not session.lost:  # a server that forgot the delivery does not answer its ack
                break
        return self._doubt()

    def _doubt(self) -> bool:
        self._unsure = True
        self._report("feed.ack-unsure", None)
        return False

    async def _pull(self, wait: float) -> list[Delivered]:
        self._require_open()
        if not self._nc.is_connected:  # a pull sent now would pile up for the next connection
            await asyncio.sleep(GLANCE)
            return []
        try:
            return await self._puller.pull(wait)
        except (nats.errors.Error, Unavailable) as error:
            # The consumer is being recreated, or JetStream is not up yet: both pass. With a leader
            # that is gone went what it had under way to us.
            self._unsure = True
            self._report("feed.pull", error)
            await asyncio.sleep(_PAUSE)
            return []
