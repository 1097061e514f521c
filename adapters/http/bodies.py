"""Reading a request's body: JSON alone, bounded, strict."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from fastapi import Request

from adapters.decoding import LIMIT, decode
from adapters.http.problems import NotReadable, TooLarge, TooSlow
from domain.errors import Invalid
from domain.words import near

PATIENCE = 60.0  # seconds in which a body must have arrived


async def json_body(request: Request, known: Collection[str]) -> dict[str, Any]:
    """The JSON object a request carries, with no other parts than those known."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotReadable(
            "this body is not read here",
            field="Content-Type",
            got=kind or "nothing",
            expected="application/json",
        )
    said = decode(await read(request))
    for name in said.keys() - set(known):
        raise Invalid(
            "has no place in this request",
            field=name,
            got=name,
            expected=near(name, sorted(known)),
            next_step="take it out, or correct its name",
        )
    return said


async def read(request: Request, most: int = LIMIT) -> bytes:
    """The whole body; refused as soon as it is larger than a NATS message may be.

    Told its length beforehand or not: a chunked body is counted as it comes.
    """
    if (told := request.headers.get("content-length", "")).isdigit() and int(told) > most:
        raise _too_large(most)
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise _too_large(most)
    except TimeoutError:
        raise TooSlow(
            "the request did not arrive in time",
            got=f"{len(body)} bytes in {PATIENCE:g} seconds",
            expected="all of it",
            next_step="send it again; nothing of it was recorded",
        ) from None
    return bytes(body)


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        "the request is too large",
        got=f"more than {most} bytes",
        expected=f"at most {most} bytes",
        next_step="split it",
    )
