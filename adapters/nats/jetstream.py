"""The JetStream API as plain requests: the configuration sent is exactly the one written here."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from adapters.nats import connection, insisting
from adapters.nats.connection import Connection, Report, silent
from adapters.nats.errors import JetStreamRefused

Answer = dict[str, Any]

# Error codes of nats-server (server/errors.json): no such consumer, message, stream.
NO_STREAM: Final = 10059
UNAVAILABLE: Final = 503  # as in HTTP: no leader now, no quorum, not ready yet
MISSING: Final = frozenset({10014, 10037, NO_STREAM})
WRONG_LAST_SEQUENCE: Final = frozenset({10071, 10164})  # with the right one named, and without

_TRY: Final = 3.0  # seconds: what its leader took along into the grave is not answered any more


async def ask(
    nc: Connection,
    verb: str,
    body: Mapping[str, Any] | None = None,
    *,
    patience: float = 10.0,
    prefix: str = "$JS.API",
) -> Answer:
    """One JetStream API request; its error becomes `JetStreamRefused` with the `err_code`."""
    payload = b"" if body is None else json.dumps(body).encode()
    answer: Answer = json.loads(
        (await connection.ask(nc, f"{prefix}.{verb}", payload, patience)).data
    )
    if error := answer.get("error"):
        raise JetStreamRefused(
            f"JetStream refused {verb}: {error.get('description')}",
            err_code=int(error.get("err_code", 0)),
            passing=error.get("code") == UNAVAILABLE,
        )
    return answer


async def insist(
    nc: Connection,
    verb: str,
    body: Mapping[str, Any] | None = None,
    *,
    patience: float = insisting.PATIENCE,
    report: Report = silent,
) -> Answer:
    """`ask` again and again while leaders are chosen: only for what may be done twice."""
    return await insisting.insist(
        nc, verb, lambda: ask(nc, verb, body, patience=_TRY), report, patience
    )


async def ask_if_any(
    nc: Connection,
    verb: str,
    body: Mapping[str, Any] | None = None,
    how: Callable[..., Awaitable[Answer]] = ask,
) -> Answer | None:
    """`ask`, or `insist`, but None where JetStream says that there is no such thing."""
    try:
        return await how(nc, verb, body)
    except JetStreamRefused as refused:
        if refused.err_code in MISSING:
            return None
        raise
