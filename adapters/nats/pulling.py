"""Pulls from a consumer: one inbox for a connection, and no longer than there is something.

nats-py's `fetch` cannot ask for what is there now and no more: it lingers for the rest of its time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Final, cast

import nats.errors

from adapters.nats.connection import Connection, Delivered, Message, Session, Subscription
from domain.errors import Unavailable

BATCH: Final = 50  # small enough to be handled within the consumer's ack_wait of 30 s
_LATE: Final = 3.0  # seconds: an answer that takes longer was lost with its server
_FIRST: Final = 3.0  # seconds a pull stays open where something came just now
_INSIST: Final = 3  # times in a row that somebody else may not get what is expected here
_WATCH: Final = 1.0  # seconds between looks at the connection while an answer is waited for

# Nothing (more) is there; the pull's own time is over.
_ENDS: Final = frozenset({"404", "408"})


class Puller:
    """Asks one consumer; `subject` is where that is done."""

    def __init__(self, nc: Connection, subject: str) -> None:
        self._nc = nc
        self._subject = subject
        self._session: Session | None = None
        self._heard: Subscription | None = None
        self._at_end = False
        self._open = _FIRST
        self._number = 0
        self._expected: int | None = None
        self._elsewhere = 0

    def expect(self, delivery: int) -> None:
        """The consumer's next delivery, by the consumer's own count, is to come here."""
        self._expected = delivery

    async def let_go(self) -> None:
        """Whatever was asked for before does not come here any more."""
        heard, self._heard, self._session = self._heard, None, None
        if heard is not None:
            with contextlib.suppress(nats.errors.Error):  # then it is gone
                await heard.unsubscribe()

    async def pull(self, wait: float = 0.0) -> list[Delivered]:
        """What is there, `BATCH` at most; where nothing is, the next one within `wait` seconds.

        It comes back sooner at first, and later each time that nothing came: a pull that was lost
        keeps few waiting, and thousands who wait do not ask the server thousands of times a second.
        Raises `Unavailable` where its consumer is not there now, changes its leader or is silent,
        or the connection is lost, or somebody else got what was expected here; and an error of
        nats-py where it cannot be sent.
        """
        longest, self._open = self._open, _FIRST
        found: list[Delivered] = []
        if not (wait and self._at_end):  # else what came since ends the wait at once
            found = await self._ask({"batch": BATCH, "no_wait": True}, _LATE)
        if wait and not found:
            seconds = min(wait, longest)
            found = await self._ask({"batch": 1, "expires": int(seconds * 10**9)}, seconds + _LATE)
        if not found:
            self._open = 2 * longest if wait > longest else longest
        self._at_end = not found
        if found:
            self._require_expected(found[0])
        return found

    def _require_expected(self, first: Delivered) -> None:
        """What a connection now gone had asked for may be handed out to it later than it is missed.

        Others may follow with the same creds, and get some: so it is not insisted on for ever.
        """
        expected, self._expected = self._expected, None
        if expected in {None, first.metadata.sequence.consumer} or self._elsewhere >= _INSIST:
            self._elsewhere = 0
            return
        self._elsewhere += 1
        raise Unavailable("what a consumer hands out went to somebody else")

    async def _ask(self, how: dict[str, int | bool], patience: float) -> list[Delivered]:
        if self._session is None or self._session.lost:
            self._session = await self._begin()
        self._number += 1
        inbox = f"{self._inbox}.{self._number}"
        await self._nc.publish(self._subject, json.dumps(how).encode(), inbox)
        found: list[Delivered] = []
        while len(found) < how["batch"]:
            message = await self._answer(self._session, patience)
            if message.reply.startswith("$JS.ACK."):  # may be what an earlier pull did not wait for
                found.append(cast("Delivered", message))
            elif message.subject == inbox:
                _require_end(message)
                break
        return found

    async def _begin(self) -> Session:
        """An inbox for this connection: what came on the one before is delivered again."""
        await self.let_go()
        session, self._inbox = Session(self._nc), self._nc.new_inbox()
        self._came: asyncio.Queue[Message] = asyncio.Queue()
        self._heard = await self._nc.subscribe(f"{self._inbox}.*", cb=self._came.put)
        return session

    async def _answer(self, session: Session, patience: float) -> Message:
        until = time.monotonic() + patience
        while not session.lost and (left := until - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, _WATCH)):
                    return await self._came.get()
        if session.lost:
            raise Unavailable("the connection was lost before a consumer answered")
        raise Unavailable("a consumer is silent: its leader may be gone")


def _require_end(message: Message) -> None:
    headers = message.headers or {}
    if headers.get("Status") not in _ENDS:
        said = f"{headers.get('Status')} {headers.get('Description', '')}".strip()
        raise Unavailable("a consumer hands nothing out now", got=said)
