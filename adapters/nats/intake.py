"""The intake: every command and query by request and reply, its party told by the account's key.

Token 2 of the subject is the caller's account key, put there by the server itself: nobody can
speak for another.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import nats.errors

from adapters.logs import Log
from adapters.nats.caller import ERROR_HEADER
from adapters.nats.connection import Connection, Message, Subscription
from adapters.nats.trust import MAX_PAYLOAD
from domain.errors import Forbidden, Invalid, Refused, VarselError

SUBJECT: Final = "intake.*.*"
QUEUE: Final = "intake"
AT_ONCE: Final = 500  # requests at work; more wait in nats-py's buffer, whose size is bounded
Handle = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]

_WORD = re.compile(r"[a-z0-9_.-]{1,60}")  # what a log may repeat of what a caller calls things


class Intake:
    """Answers requests. `party_of` names the party of an account key; `handle` does the work."""

    def __init__(
        self, nc: Connection, party_of: Callable[[str], str | None], handle: Handle, log: Log
    ) -> None:
        self._nc = nc
        self._party_of = party_of
        self._handle = handle
        self._log = log
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Begin to answer."""
        self._subscription = await self._nc.subscribe(SUBJECT, queue=QUEUE, cb=self._receive)

    async def drain(self) -> None:
        """Take no more requests, and wait for the answers under way."""
        if self._subscription is not None:
            with contextlib.suppress(nats.errors.Error):
                await self._subscription.unsubscribe()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _receive(self, message: Message) -> None:
        await self._room.acquire()
        task = asyncio.create_task(self._answer(message))
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._room.release()

    async def _answer(self, message: Message) -> None:
        _, account, verb = message.subject.split(".")
        party = self._party_of(account)
        log = self._log.bind(party=party, verb=_word(verb))
        try:
            body = _body(message.data)
            log = log.bind(command=_command(body))
            answer = await self._handle(_known(party), verb, body)
            reply = _encoded(answer)
            log.info("intake.answered", **_trace(answer))
        except VarselError as error:
            log.info("intake.refused", kind=error.kind, field=_word(error.field))
            return await self._refuse(message, error)
        except Exception as error:
            log.exception("intake.failed")
            trouble = VarselError(f"the platform failed: {type(error).__name__}")
            return await self._refuse(message, trouble)
        return await self._send(message, reply)

    async def _refuse(self, message: Message, error: VarselError) -> None:
        body = json.dumps({"error": error.problem()}, default=str).encode()
        await self._send(message, body, {ERROR_HEADER: "1"})

    async def _send(
        self, message: Message, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        if not message.reply:
            return
        try:
            await self._nc.publish(message.reply, body, headers=headers)
        except nats.errors.Error:  # the caller asks again, under the same command id
            self._log.warning("intake.answer-lost", exc_info=True)


def _known(party: str | None) -> str:
    if party is None:
        raise Forbidden("these credentials belong to no party here")
    return party


def _body(data: bytes) -> dict[str, Any]:
    try:
        body: object = json.loads(data or b"{}")
        if b"\\ud" in data.lower():  # half a surrogate pair is a letter that cannot be written
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Invalid("the request is not JSON", expected="a JSON object") from None
    if not isinstance(body, dict):
        raise Invalid("the request is not a JSON object", got=body, expected="an object")
    return cast("dict[str, Any]", body)


def _encoded(answer: dict[str, Any]) -> bytes:
    body = json.dumps(answer).encode()
    if len(body) > MAX_PAYLOAD:
        raise Refused(
            "the answer is larger than a message may be",
            got=f"{len(body)} bytes",
            expected=f"at most {MAX_PAYLOAD}",
            next_step="ask for less: for one incident, or page by page",
        )
    return body


def _word(said: str | None) -> str | None:
    return said if said is None or _WORD.fullmatch(said) else "?"


def _command(body: dict[str, Any]) -> str | None:
    command = body.get("command")
    return command if isinstance(command, str) and len(command) <= 200 else None  # noqa: PLR2004


def _trace(answer: dict[str, Any]) -> dict[str, Any]:
    """What a log line may say of an answer: ids and positions, nothing of its content."""
    receipt = answer.get("receipt")
    if not isinstance(receipt, dict):
        return {}
    found = cast("dict[str, Any]", receipt)
    events: list[dict[str, Any]] = found.get("events") or [{}]
    return {
        "command": found.get("command"),
        "incident": found.get("incident"),
        "position": events[0].get("position"),
    }
