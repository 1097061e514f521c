"""Commands and queries: a request on `intake.<verb>`, a JSON document back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self, cast

from adapters.nats.connection import Connection, Message, Report, ask, connect, silent
from adapters.nats.credentials import Credentials
from adapters.nats.errors import Disconnected, NobodyTakes
from adapters.nats.trust import MAX_PAYLOAD
from domain.errors import Invalid, Unavailable, from_problem

ERROR_HEADER: Final = "Varsel-Error"
_HANDOVER: Final = 2.0  # seconds: one process stops, and not all nodes know of the other one yet
_PAUSE: Final = 0.1


class Caller:
    """Asks the platform in the name of the account whose creds these are."""

    def __init__(self, nc: Connection, creds: Credentials) -> None:
        self._nc = nc
        self._creds = creds

    @classmethod
    async def connect(  # noqa: PLR0913 - as `connection.connect`
        cls,
        url: str,
        creds: Credentials | Path | str,
        *,
        name: str = "varsel-caller",
        report: Report = silent,
        patience: float = 10.0,
        ca: Path | None = None,
    ) -> Self:
        known = Credentials.of(creds)
        nc = await connect(url, known, name=name, report=report, patience=patience, ca=ca)
        return cls(nc, known)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._nc.close()

    async def call(
        self, verb: str, payload: Mapping[str, Any] | bytes, patience: float = 30.0
    ) -> dict[str, Any]:
        """The platform's answer; its refusals are raised as the `VarselError` they were.

        Unanswered, it may have been done or not: repeat it with the same command id, a platform
        does that at most once.
        """
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        if len(body) > MAX_PAYLOAD:
            raise Invalid(
                f"{verb} is too large to send",
                got=f"{len(body)} bytes",
                expected=f"at most {MAX_PAYLOAD}",
                next_step="split it into several",
            )
        try:
            reply = await self._asked(f"intake.{verb}", body, patience)
        except Disconnected as lost:
            raise self._creds.expired(datetime.now(UTC)) or lost from None
        answer = _document(verb, reply.data)
        if (reply.headers or {}).get(ERROR_HEADER) == "1":
            raise from_problem(_document(verb, answer.get("error")))
        return answer

    async def _asked(self, subject: str, body: bytes, patience: float) -> Message:
        """Where nobody is there to ask, somebody may be in a moment."""
        deadline = time.monotonic() + min(patience, _HANDOVER)
        while True:
            try:
                return await ask(self._nc, subject, body, patience)
            except NobodyTakes:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(_PAUSE)


def _document(verb: str, found: object) -> dict[str, Any]:
    if isinstance(found, bytes):
        with contextlib.suppress(ValueError):
            found = json.loads(found)
    if not isinstance(found, dict):
        raise Unavailable(f"{verb} was answered with something else than a JSON object", got=found)
    return cast("dict[str, Any]", found)
