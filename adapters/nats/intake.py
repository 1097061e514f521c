"""The intake: every command and query by request and reply, its party told by the account's key.

Token 2 of the subject is the caller's account key, put there by the server itself: nobody can
speak for another.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from adapters.logs import Log
from adapters.nats.caller import ERROR_HEADER
from adapters.nats.connection import Connection, Message
from domain.errors import Forbidden, Invalid, VarselError

SUBJECT: Final = "intake.*.*"
QUEUE: Final = "intake"
Handle = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]


class Intake:
    """Answers requests. `party_of` names the party of an account key; `handle` does the work."""

    def __init__(
        self, nc: Connection, party_of: Callable[[str], str | None], handle: Handle, log: Log
    ) -> None:
        self._nc = nc
        self._party_of = party_of
        self._handle = handle
        self._log = log
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to answer."""
        await self._nc.subscribe(SUBJECT, queue=QUEUE, cb=self._receive)

    async def drain(self) -> None:
        """Wait for the answers under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _receive(self, message: Message) -> None:
        task = asyncio.create_task(self._answer(message))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answer(self, message: Message) -> None:
        _, account, verb = message.subject.split(".")
        party = self._party_of(account)
        log = self._log.bind(party=party, verb=verb)
        try:
            if party is None:
                raise Forbidden("these credentials belong to no party here")
            answer = await self._handle(party, verb, _body(message.data))
            await self._reply(message, answer)
            log.info("intake.answered", **_trace(answer))
        except VarselError as error:
            log.info("intake.refused", kind=error.kind, field=error.field)
            await self._refuse(message, error)
        except Exception as error:
            log.error("intake.failed", exc_info=True)
            trouble = VarselError(f"the platform failed: {type(error).__name__}")
            await self._refuse(message, trouble)

    async def _reply(self, message: Message, answer: dict[str, Any]) -> None:
        if message.reply:
            await self._nc.publish(message.reply, json.dumps(answer).encode())

    async def _refuse(self, message: Message, error: VarselError) -> None:
        if message.reply:
            body = json.dumps({"error": error.problem()}, default=str).encode()
            await self._nc.publish(message.reply, body, headers={ERROR_HEADER: "1"})


def _body(data: bytes) -> dict[str, Any]:
    try:
        body: object = json.loads(data or b"{}")
    except ValueError:
        raise Invalid("the request is not JSON", expected="a JSON object") from None
    if not isinstance(body, dict):
        raise Invalid("the request is not a JSON object", got=body, expected="an object")
    return cast("dict[str, Any]", body)


def _trace(answer: dict[str, Any]) -> dict[str, Any]:
    """What a log line may say of an answer: ids and positions, nothing of its content."""
    receipt = answer.get("receipt")
    if not isinstance(receipt, dict):
        return {}
    found = cast("dict[str, Any]", receipt)
    events = found.get("events") or [{}]
    return {
        "command": found.get("command"),
        "incident": found.get("incident"),
        "position": events[0].get("position"),
    }
