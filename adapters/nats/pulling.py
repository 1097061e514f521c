"""Pulls from a consumer: one inbox for good, and no longer than there is something.

nats-py's `fetch` cannot ask for what is there now and no more: it lingers for the rest of its time.
"""

from __future__ import annotations

import asyncio
import json
from typing import Final, cast

from adapters.nats.connection import Connection, Delivered, Message
from domain.errors import Unavailable

BATCH: Final = 50  # small enough to be handled within the consumer's ack_wait of 30 s
_LATE: Final = 3.0  # seconds: an answer that takes longer was lost with its server

# Nothing (more) is there; the pull's own time is over.
_ENDS: Final = frozenset({"404", "408"})


class Puller:
    """Asks one consumer; `subject` is where that is done."""

    def __init__(self, nc: Connection, subject: str) -> None:
        self._nc = nc
        self._subject = subject
        self._inbox = nc.new_inbox()
        self._came: asyncio.Queue[Message] = asyncio.Queue()
        self._subscribed = False
        self._at_end = False
        self._number = 0

    async def pull(self, wait: float = 0.0) -> list[Delivered]:
        """What is there, `BATCH` at most; where nothing is, the next one within `wait` seconds.

        Raises `Unavailable` where its consumer is not there now, changes its leader or is silent,
        and an error of nats-py where it cannot be sent.
        """
        found: list[Delivered] = []
        if not (wait and self._at_end):  # else what came since ends the wait at once
            found = await self._ask({"batch": BATCH, "no_wait": True}, _LATE)
        if wait and not found:
            found = await self._ask({"batch": 1, "expires": int(wait * 10**9)}, wait + _LATE)
        self._at_end = not found
        return found

    async def _ask(self, how: dict[str, int | bool], patience: float) -> list[Delivered]:
        if not self._subscribed:
            await self._nc.subscribe(f"{self._inbox}.*", cb=self._came.put)
            self._subscribed = True
        self._number += 1
        inbox = f"{self._inbox}.{self._number}"
        await self._nc.publish(self._subject, json.dumps(how).encode(), inbox)
        found: list[Delivered] = []
        while len(found) < how["batch"]:
            try:
                async with asyncio.timeout(patience):
                    message = await self._came.get()
            except TimeoutError:
                raise Unavailable("a consumer is silent: its leader may be gone") from None
            if message.reply.startswith("$JS.ACK."):  # may be what an earlier pull did not wait for
                found.append(cast("Delivered", message))
            elif message.subject == inbox:
                _require_end(message)
                break
        return found


def _require_end(message: Message) -> None:
    headers = message.headers or {}
    if headers.get("Status") not in _ENDS:
        said = f"{headers.get('Status')} {headers.get('Description', '')}".strip()
        raise Unavailable("a consumer hands nothing out now", got=said)
