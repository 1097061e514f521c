"""The JetStream API as plain requests: the configuration sent is exactly the one written here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from adapters.nats import connection
from adapters.nats.connection import Connection
from adapters.nats.errors import JetStreamRefused

Answer = dict[str, Any]

# Error codes of nats-server (server/errors.json): no such consumer, message, stream.
NO_STREAM: Final = 10059
MISSING: Final = frozenset({10014, 10037, NO_STREAM})
WRONG_LAST_SEQUENCE: Final = 10071


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
        )
    return answer


async def ask_if_any(
    nc: Connection, verb: str, body: Mapping[str, Any] | None = None
) -> Answer | None:
    """The same, but None where JetStream says that there is no such thing."""
    try:
        return await ask(nc, verb, body)
    except JetStreamRefused as refused:
        if refused.err_code in MISSING:
            return None
        raise
