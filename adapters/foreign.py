"""Messages that FEED held and the ledger does not know: kept for ever, and named until settled.

They are words from after a back-up that was put back, or somebody wrote with the platform's key.
Either way nobody else may hold them any more.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast

from pydantic import TypeAdapter

from adapters.nats.feed_log import StoredMessage
from adapters.requests import fields_of
from adapters.sql.store import Store
from domain.commands import SettleForeign
from domain.commands.operator import FoundId
from domain.parsing import parse, parse_value

Operation = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]

LISTED: Final = "they are kept, varsel foreign lists them"
ROWS: Final = 100  # in one answer
SHOWN: Final = 64 * 1024  # bytes of a body: ours are far smaller, a stranger's may be anything
ROOM: Final = 1024 * 1024  # bytes in one answer, unless a single message is larger
_AFTER: Final = TypeAdapter[int](FoundId)
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS foreign_messages
    (id INTEGER PRIMARY KEY, digest TEXT NOT NULL, number INTEGER NOT NULL, subject TEXT NOT NULL,
    message TEXT, headers TEXT NOT NULL, body BLOB NOT NULL, hash TEXT NOT NULL,
    found_at TEXT NOT NULL, settled_at TEXT, settled_by TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS foreign_once ON foreign_messages (digest)
    WHERE settled_at IS NULL
"""
_KEEP: Final = """
INSERT INTO foreign_messages
    (id, digest, number, subject, message, headers, body, hash, found_at)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM foreign_messages), ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (digest) WHERE settled_at IS NULL DO NOTHING
"""
_COLUMNS: Final = (
    *("id", "number", "subject", "message", "headers", "hash", "found_at"),
    *("settled_at", "settled_by", "bytes", "body"),
)
_PAGE: Final = f"""
SELECT {", ".join(_COLUMNS[:-2])}, length(body), substr(body, 1, {SHOWN})
FROM foreign_messages WHERE id > ? ORDER BY id LIMIT {ROWS}
"""  # noqa: S608 - ours


class Foreign:
    """The table of them; nothing is ever deleted from it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.declare(_TABLE)

    def keep(self, messages: Sequence[StoredMessage], at: datetime) -> None:
        """Keep messages that were found at an instant: on disk when it returns, all or none.

        One that is kept already, and not settled, is kept once. Raises `Unavailable`.
        """
        found = at.astimezone(UTC).isoformat()
        self._store.many(_KEEP, [(*_written(one), found) for one in messages])

    def page(self, after: int = 0) -> list[dict[str, Any]]:
        """Those behind an id, the first found first, as many as an answer holds.

        Bodies are text as far as they are UTF-8; `bytes` says how long one is where it is cut.
        """
        shown: list[dict[str, Any]] = []
        room = ROOM
        for row in self._store.rows(_PAGE, after):
            one: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
            one["headers"] = json.loads(one["headers"])
            body = one["body"] or b""  # SQLite gives none for a part of nothing
            one["body"] = body.decode(errors="backslashreplace")
            room -= len(json.dumps(one))
            if room < 0 and shown:
                break
            shown.append(one)
        return shown

    def unsettled(self) -> int:
        """How many nobody has dealt with."""
        statement = "SELECT count(*) FROM foreign_messages WHERE settled_at IS NULL"
        return int(self._store.rows(statement)[0][0])

    def settle(self, through: int, by: str, at: datetime) -> int:
        """Say of all up to an id that they have been dealt with; how many were still open."""
        done = self._store.rows(
            "UPDATE foreign_messages SET settled_at=?, settled_by=? "
            "WHERE id <= ? AND settled_at IS NULL RETURNING id",
            at.astimezone(UTC).isoformat(),
            by,
            through,
        )
        return len(done)

    def troubles(self) -> list[str]:
        """What whoever asks how the platform is must hear, until they are settled."""
        many = self.unsettled()
        if not many:
            return []
        if many == 1:
            return ["FEED held a message that the ledger does not know: varsel foreign shows it"]
        return [f"FEED held {many} messages that the ledger does not know: {LISTED}"]


def operations(foreign: Foreign, clock: Callable[[], datetime]) -> Mapping[str, Operation]:
    """What the operator may ask and do about them, by name."""

    async def show(_party: str, body: dict[str, Any]) -> dict[str, Any]:
        """A page of them; `next` is what to ask for behind it."""
        after = parse_value(_AFTER, fields_of(body).get("after", 0), "after")
        found = await asyncio.to_thread(foreign.page, after)
        more = found[-1]["id"] if found else None
        return {
            "foreign": found,
            "unsettled": await asyncio.to_thread(foreign.unsettled),
            "next": more,
        }

    async def settle(party: str, body: dict[str, Any]) -> dict[str, Any]:
        command = cast("SettleForeign", parse(SettleForeign, fields_of(body)))
        done = await asyncio.to_thread(foreign.settle, command.through, party, clock())
        return {"settled": done, "unsettled": await asyncio.to_thread(foreign.unsettled)}

    return {"foreign": show, SettleForeign.VERB: settle}


def _written(one: StoredMessage) -> tuple[str, int, str, str | None, str, bytes, str]:
    headers = json.dumps(dict(one.headers), sort_keys=True)
    digest = hashlib.sha256(f"{one.sequence}\n{one.subject}\n{headers}\n".encode() + one.body)
    body = hashlib.sha256(one.body).hexdigest()
    message = one.headers.get("Nats-Msg-Id")
    return digest.hexdigest(), one.sequence, one.subject, message, headers, one.body, body
