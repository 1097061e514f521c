"""Reads FEED back as the platform, for resuming and for verification; consumers are not touched."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

from adapters.nats import jetstream
from adapters.nats.connection import Connection
from adapters.nats.errors import FeedGap, JetStreamRefused
from adapters.nats.subjects import STREAM

_END: Final = 3.0  # seconds: a question that its leader took along is best put to the next one
_AHEAD: Final = 64  # requests in flight: one at a time would pay a round trip for each message


class StoredMessage(NamedTuple):
    """A message as the stream holds it."""

    sequence: int
    subject: str
    headers: Mapping[str, str]
    body: bytes


class Head(NamedTuple):
    """FEED's last sequence, and when it was made: another stream was made at another time."""

    last: int
    created: str


Get = Callable[[Connection, int], Awaitable[StoredMessage | None]]


async def head(nc: Connection) -> Head:
    """How far FEED is, and which FEED it is."""
    found = await jetstream.ask(nc, f"STREAM.INFO.{STREAM}", patience=_END)
    return Head(int(found["state"]["last_seq"]), str(found["created"]))


async def created(nc: Connection) -> str:
    """When the present FEED was made; empty where there is none."""
    try:
        return (await head(nc)).created
    except JetStreamRefused as refused:
        if refused.err_code != jetstream.NO_STREAM:
            raise
        return ""


async def last(nc: Connection) -> tuple[int, str | None]:
    """FEED's last sequence and that message's `Nats-Msg-Id`; (0, None) for an empty stream."""
    sequence = (await head(nc)).last
    return sequence, (await message_ids(nc, sequence, sequence))[0] if sequence else None


async def message_ids(nc: Connection, first: int, last: int) -> list[str | None]:
    """The `Nats-Msg-Id` of each message; None where one is missing, or has none."""
    found = [each async for each in _fetch(nc, first, last)]
    return [one.headers.get("Nats-Msg-Id") if one else None for _, one in found]


async def messages(nc: Connection, first: int, last: int) -> AsyncIterator[StoredMessage]:
    """The messages from `first` to `last`, both included; a missing one raises `FeedGap`."""
    async for number, message in _fetch(nc, first, last):
        if message is None:
            raise FeedGap(number)
        yield message


def readable(
    nc: Connection, first: int, last: int
) -> AsyncIterator[tuple[int, StoredMessage | None]]:
    """The messages by number; None for one that is missing, or spoilt beyond reading."""
    return _fetch(nc, first, last, _get_if_whole)


async def _fetch(
    nc: Connection, first: int, last: int, get: Get | None = None
) -> AsyncIterator[tuple[int, StoredMessage | None]]:
    for start in range(first, last + 1, _AHEAD):
        numbers = range(start, min(start + _AHEAD, last + 1))
        found = await asyncio.gather(*((get or _get)(nc, number) for number in numbers))
        for number, message in zip(numbers, found, strict=True):
            yield number, message


async def _get_if_whole(nc: Connection, sequence: int) -> StoredMessage | None:
    try:
        return await _get(nc, sequence)
    except JetStreamRefused as refused:
        if refused.passing:
            raise
        return None


async def _get(nc: Connection, sequence: int) -> StoredMessage | None:
    answer = await jetstream.ask_if_any(nc, f"STREAM.MSG.GET.{STREAM}", {"seq": sequence})
    if answer is None:
        return None
    message: dict[str, Any] = answer["message"]
    headers = _headers(base64.b64decode(message.get("hdrs", "")))
    body = base64.b64decode(message.get("data", ""))
    return StoredMessage(sequence, message["subject"], headers, body)


def _headers(raw: bytes) -> dict[str, str]:
    lines = raw.decode(errors="backslashreplace").split("\r\n")[1:]  # the first says NATS/1.0
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines) if key}
