"""Message DB: an event store that is functions in PostgreSQL. `make peers` brings its SQL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg

SQL: Final = Path(__file__).parent / "node_modules" / "@eventide" / "message-db" / "database"
FUNCTIONS: Final = (
    "message-store-version hash-64 acquire-lock category is-category cardinal-id id stream-version"
    " write-message"
)
PARTS: Final = (  # those that an append needs, in the order of its own install.sh
    "schema/message-store",
    "tables/messages",
    *(f"functions/{name}" for name in FUNCTIONS.split()),
    "indexes/messages-id",
    "indexes/messages-stream",
    "indexes/messages-category",
)
WRITE: Final = "SELECT write_message(%s, %s, 'IncidentReported', %s::jsonb, NULL, %s)"


class MessageDb:
    """One connection to a database into which it is installed first."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET client_min_messages = error")
        for part in PARTS:
            self.connection.execute((SQL / f"{part}.sql").read_bytes())
            self.connection.execute("SET search_path TO message_store, public")

    def append(self, bodies: Sequence[bytes]) -> None:
        """A stream of its own; each event names the version that it expects."""
        stream = f"incident-{uuid4()}"
        if len(bodies) == 1:
            self._write(stream, bodies[0], -1)
            return
        with self.connection.transaction(), self.connection.pipeline():
            for version, body in enumerate(bodies, start=-1):
                self._write(stream, body, version)

    def _write(self, stream: str, body: bytes, expected: int) -> None:
        values = (str(uuid4()), stream, body.decode(), expected)
        self.connection.execute(WRITE, values, prepare=True)
