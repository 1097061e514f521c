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

from adapters.decoding import decode
from adapters.logs import Log
from adapters.nats.caller import ERROR_HEADER
from adapters.nats.connection import Connection, Message, Subscription
from adapters.nats.trust import MAX_PAYLOAD
from adapters.turns import Bounds, Turns
from domain.basics import COMMAND_ID
from domain.errors import Forbidden, Refused, TooMany, VarselError

SUBJECT: Final = "intake.*.*"
QUEUE: Final = "intake"
QUIET: Final = 10.0  # seconds between two log lines about the same party's flood
Handle = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]

_WORD = re.compile(r"[a-z0-9_.-]{1,60}")  # what a log may repeat of what a caller calls things


class Intake:
    """Answers requests. `party_of` names the party of an account key; `handle` does the work."""

    def __init__(
        self,
        nc: Connection,
        party_of: Callable[[str], str | None],
        handle: Handle,
        log: Log,
        bounds: Bounds | None = None,
    ) -> None:
        self._nc = nc
        self._party_of = party_of
        self._handle = handle
        self._log = log
        self._turns = Turns(bounds)
        self._floods: dict[str, float] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """Begin to answer; the server knows of it when this returns, or it is away."""
        self._subscription = await self._nc.subscribe(SUBJECT, queue=QUEUE, cb=self._receive)
        with contextlib.suppress(nats.errors.Error):  # nats-py tells it of us when it is back
            await self._nc.flush()

    async def drain(self) -> None:
        """Take no more requests, and wait for the answers under way.

        What the server handed over before it heard of that is answered, too.
        """
        if self._subscription is not None:
            with contextlib.suppress(nats.errors.Error):
                await self._nc.leave(self._subscription)
        while self._under_way:  # one that ends may begin another that waited
            await asyncio.wait(self._under_way)

    async def _receive(self, message: Message) -> None:
        """Never waits for work: a party that floods holds up its own line alone."""
        _, account, verb = message.subject.split(".")
        party, size = self._party_of(account), len(message.data)
        asking = party or account

        def begin() -> None:
            task = asyncio.create_task(self._answer(message, party, verb))
            self._under_way.add(task)
            task.add_done_callback(done)

        def done(task: asyncio.Task[None]) -> None:
            self._under_way.discard(task)
            self._turns.done(asking, size)

        try:
            self._turns.take(asking, size, begin)
        except TooMany as error:
            self._tell_of_flood(asking)
            await self._refuse(message, error)

    def _tell_of_flood(self, asking: str) -> None:
        """Seldom: a flood of requests is no flood of log lines."""
        now = asyncio.get_running_loop().time()
        self._floods = {one: at for one, at in self._floods.items() if now - at < QUIET}
        if asking not in self._floods:
            self._floods[asking] = now
            self._log.warning("intake.flooded", party=asking)

    async def _answer(self, message: Message, party: str | None, verb: str) -> None:
        log = self._log.bind(party=party, verb=_word(verb))
        try:
            body = decode(message.data)
            log = log.bind(command=_command(body))
            answer = await self._handle(_known(party), verb, body)
            reply = _encoded(answer)
            log.info("intake.answered", **_trace(answer))
        except TooMany as error:
            self._tell_of_flood(str(party))
            return await self._refuse(message, error)
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
    fits = isinstance(command, str) and re.fullmatch(COMMAND_ID, command)
    return str(command) if fits else None


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
