"""A party's own feed: everything addressed to it, in order, across restarts, at least once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Self

import nats.errors
import nats.js.errors

from adapters.nats import jetstream
from adapters.nats.connection import (
    GLANCE,
    Connection,
    Delivered,
    Puller,
    Report,
    Session,
    connect,
    silent,
)
from adapters.nats.credentials import Credentials
from adapters.nats.errors import Disconnected
from adapters.nats.subjects import API_PREFIX, STREAM
from domain.errors import Invalid, Unavailable

_BATCH: Final = 50  # small enough to be handled within the consumer's ack_wait of 30 s
_PULL: Final = 3.0  # seconds a pull stays open; a pull lost with its server costs this much
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
        self._held: deque[Delivered] = deque()  # delivered here, not yet handed out
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
            for message in self._held:
                await message.nak()
        self._held.clear()
        await self._nc.close()

    def __aiter__(self) -> AsyncIterator[FeedMessage]:
        return self.messages()

    async def messages(self) -> AsyncIterator[FeedMessage]:
        """For ever, or until the connection is closed for good.

        Then raises `CredentialsRefused` where the creds have expired, else `Disconnected`.
        """
        context = self._nc.jetstream(prefix=API_PREFIX)
        puller = await context.pull_subscribe_bind(consumer=self._key, stream=STREAM)
        session: Session | None = None
        while True:
            while self._held and not self._unsure:
                yield self._message(self._held.popleft())
            if session is None or session.lost or self._unsure:
                session = await self._resume()
            else:
                self._held.extend(await self._pull(puller))

    async def rewind(self, sequence: int) -> None:
        """Has the feed delivered anew from this place in FEED on (needs nats-server 2.14.6).

        Raises `Invalid` for a place ahead of what was acknowledged: JetStream would take all that
        is skipped for acknowledged, and a notice that nobody has read would count as delivered.
        """
        next_one = int((await self._ask("INFO"))["ack_floor"]["stream_seq"]) + 1
        if sequence > next_one:
            raise Invalid(
                "a feed is not skipped, only read again",
                field="sequence",
                got=sequence,
                expected=f"at most {next_one}",
                next_step="follow on from where you are; read and acknowledge what comes",
            )
        self._held.clear()  # handed out before: they come again
        await self._ask("RESET", {"seq": sequence})

    async def _resume(self) -> Session | None:
        """Goes back to what is not acknowledged yet; None where that is not possible now.

        What was under way to a reader, a connection or a consumer's leader now gone would else come
        `ack_wait` later, behind newer messages. Others who follow with the same creds get some of
        theirs again.
        """
        self._require_open()
        session = Session(self._nc)
        try:
            info = await self._ask("INFO")
            if info["num_ack_pending"]:
                await self._ask("RESET", {})
        except Unavailable as error:  # as in _pull: it passes
            self._report("feed.resume", error)
            await asyncio.sleep(_PAUSE)
            return None
        self._held.clear()
        self._unsure = False
        return session

    async def _ask(self, verb: str, body: Mapping[str, int] | None = None) -> jetstream.Answer:
        verb = f"CONSUMER.{verb}.{STREAM}.{self._key}"
        return await jetstream.ask(self._nc, verb, body, prefix=API_PREFIX)

    def _require_open(self) -> None:
        if self._nc.is_closed:
            raise self._creds.expired(datetime.now(UTC)) or Disconnected(
                "the connection is closed for good",
                next_step="were these creds revoked? ask the operator, then follow again",
            )

    def _message(self, found: Delivered) -> FeedMessage:
        sequence, headers = found.metadata.sequence.stream, found.headers or {}
        return FeedMessage(sequence, found.data, headers, partial(self._ack, found))

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
        self._unsure = True
        self._report("feed.ack-unsure", None)
        return False

    async def _pull(self, puller: Puller) -> list[Delivered]:
        self._require_open()
        if not self._nc.is_connected:  # a pull sent now would pile up for the next connection
            await asyncio.sleep(GLANCE)
            return []
        try:
            return await puller.fetch(_BATCH, timeout=_PULL)
        except TimeoutError:  # nothing new, or the server went away meanwhile
            return []
        except (nats.errors.Error, nats.js.errors.Error) as error:
            # The consumer is being recreated, or JetStream is not up yet: both pass.
            self._report("feed.pull", error)
            await asyncio.sleep(_PAUSE)
            return []
