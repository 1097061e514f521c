"""A receiver of webhooks: a real HTTP server on loopback that answers as it is told to."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from adapters.sql.sqlite import SqliteStore


@dataclass(frozen=True)
class Got:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        """The body, as the JSON object it is."""
        said: dict[str, Any] = json.loads(self.body)
        return said

    @property
    def sequence(self) -> int:
        return int(self.said["data"]["sequence"])

    def verified(self, *secrets: str) -> bool:
        """Whether each of these secrets alone opens it, as the library's own receivers do."""
        for secret in secrets:
            Webhook(secret).verify(self.body, self.headers)
        return bool(secrets)


@dataclass
class Receiver:
    """What came in, and what is answered to what comes next (a status, more headers)."""

    port: int = 0
    got: list[Got] = field(default_factory=list[Got])
    answers: list[tuple[int, dict[str, str]]] = field(
        default_factory=list[tuple[int, dict[str, str]]]
    )
    always: int = 204
    open: asyncio.Event = field(default_factory=asyncio.Event)
    body: bytes = b""
    keeps: bool = False  # its connections open, for the next request

    def __post_init__(self) -> None:
        self.open.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.got]

    def then(self, status: int, **headers: str) -> None:
        """The next answer that is not given yet."""
        self.answers.append((status, {k.replace("_", "-"): v for k, v in headers.items()}))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            self.got.append(Got(head[0].split()[1], headers, body))
            await self.open.wait()
            status, more = self.answers.pop(0) if self.answers else (self.always, {})
            lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
            lines += [f"{name}: {value}" for name, value in more.items()]
            lines += [f"content-length: {len(self.body)}", "", ""]
            writer.write("\r\n".join(lines).encode() + self.body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked is gone
        finally:
            if not self.keeps:
                writer.close()
        if self.keeps and not reader.at_eof():
            await self.answer(reader, writer)


@asynccontextmanager
async def receiver(tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[Receiver]:
    """Listens until the block is left."""
    found = Receiver()
    server = await asyncio.start_server(found.answer, "127.0.0.1", port, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        found.open.set()
        server.close()


def resolver(**hosts: list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    """Names that stand for these addresses, `_` for each dot; all others stand for nothing."""
    known = {name.replace("_", "."): found for name, found in hosts.items()}

    async def resolve(host: str, _port: int) -> list[str]:
        return known.get(host, [])

    return resolve


def now() -> datetime:
    return datetime.now(UTC)


class InMemory(SqliteStore):
    """A store that no file is kept for."""

    def __init__(self) -> None:
        self._path = Path(":memory:")
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
