"""A party's own feed: everything addressed to it, in order, across restarts, at least once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import nats.errors
import nats.js.errors

from adapters.nats import jetstream
from adapters.nats.connection import Connection, Delivered, Puller, Report, connect, silent
from adapters.nats.credentials import Credentials
from adapters.nats.errors import Disconnected
from adapters.nats.subjects import API_PREFIX, STREAM

_BATCH: Final = 50  # small enough to be handled within the consumer's ack_wait of 30 s
_PULL: Final = 3.0  # seconds a pull stays open; a pull lost with its server costs this much
_PAUSE: Final = 0.5
_ACK: Final = 5.0


@dataclass(frozen=True, slots=True)
class FeedMessage:
    """One message: `sequence` is its place in FEED, the party's own gapless one is in the body."""

    sequence: int
    body: bytes
    headers: Mapping[str, str]
    _delivered: Delivered = field(repr=False)
    _report: Report = field(repr=False)

    async def ack(self) -> bool:
        """Says "handled" and waits until the server has written it down.

        The platform takes this ack for the proof of delivery, so one that may be lost on the way
        will not do. False: it is unsure, the message comes again.
        """
        try:
            await self._delivered.ack_sync(timeout=_ACK)
        except (nats.errors.Error, TimeoutError) as error:
            self._report("feed.ack-unsure", error)
            return False
        return True


class Follower:
    """Follows the feed of the account whose creds these are; a message unacked comes again."""

    def __init__(self, nc: Connection, creds: Credentials, report: Report = silent) -> None:
        self._nc = nc
        self._key = creds.account_key
        self._report = report

    @classmethod
    async def connect(
        cls,
        url: str,
        creds: Credentials | Path | str,
        *,
        name: str = "varsel-follower",
        report: Report = silent,
        patience: float = 10.0,
    ) -> Self:
        known = Credentials.of(creds)
        return cls(
            await connect(url, known, name=name, report=report, patience=patience), known, report
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._nc.close()

    def __aiter__(self) -> AsyncIterator[FeedMessage]:
        return self.messages()

    async def messages(self) -> AsyncIterator[FeedMessage]:
        """For ever, or until the connection is closed for good (`Disconnected`)."""
        context = self._nc.jetstream(prefix=API_PREFIX)
        puller = await context.pull_subscribe_bind(consumer=self._key, stream=STREAM)
        while True:
            for message in await self._pull(puller):
                yield FeedMessage(
                    message.metadata.sequence.stream,
                    message.data,
                    message.headers or {},
                    message,
                    self._report,
                )

    async def rewind(self, sequence: int) -> None:
        """Has the feed delivered anew from this place in FEED on (needs nats-server 2.14.6)."""
        verb = f"CONSUMER.RESET.{STREAM}.{self._key}"
        await jetstream.ask(self._nc, verb, {"seq": sequence}, prefix=API_PREFIX)

    async def _pull(self, puller: Puller) -> list[Delivered]:
        if self._nc.is_closed:
            raise Disconnected(
                "the connection is closed for good",
                next_step="were these creds revoked? ask the operator, then follow again",
            )
        if not self._nc.is_connected:  # a pull sent now would pile up for the next connection
            await asyncio.sleep(_PAUSE)
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
