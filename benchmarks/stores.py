"""A data folder that holds many events, for measuring what a start on it takes.

One incident is reported to a platform; the bytes of that event then fill the ledger, each time in a
stream of its own, and the transparency log with their leaves. The views have come as far, and no
feed lists any of it: FEED is empty, so the broker has as little to recover as it can have.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from uuid import UUID

from adapters.evidence import leaf, tree
from adapters.evidence.opening import signer
from adapters.folder import Folder, open_vault
from adapters.nats.caller import Caller
from adapters.store.stored import StoredRow
from benchmarks.platforms import served
from benchmarks.vendors import BODY, VERB, admit

_LAST: Final = (
    "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"
    " ORDER BY rowid DESC LIMIT 1"
)
_EVENT: Final = (
    "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state)"
    " VALUES (?,?,1,?,?)"
)


def make(data: Path, events: int) -> str:
    """Make a folder with so many events more than a few; the credentials of its vendor.

    It is left as a platform leaves it that was stopped.
    """
    with served(data) as at:
        [creds] = asyncio.run(admit(at.url, at.operator, 1))
        asyncio.run(report(at.url, creds, "the-first"))
    if events:
        _fill(Folder(data), events)
        with served(data):
            pass
    return creds


async def report(url: str, creds: str, incident: str) -> None:
    """Report an incident; returns when it is accepted."""
    async with await Caller.connect(url, creds) as caller:
        await caller.call(VERB, {"command": incident, "with": {"incident": incident, **BODY}})


def _fill(folder: Folder, events: int) -> None:
    with closing(sqlite3.connect(folder.ledger)) as ledger:
        position, stream, version, topic, state = ledger.execute(_LAST).fetchone()
        template = StoredRow(position, UUID(hex=stream), version, topic, state)
        rows = ((position + n, f"{n:032x}", topic, state) for n in range(1, events + 1))
        ledger.executemany(_EVENT, rows)
        ledger.commit()
    _reach(folder.views, position + events)
    _sign(folder, template, events)


def _reach(views: Path, position: int) -> None:
    """Have the views hold everything up to a position."""
    name = (views / "CURRENT").read_text().strip()
    with closing(sqlite3.connect(views / name)) as rows:
        asked = "SELECT body FROM rows WHERE view='meta' AND key='position'"
        reached = json.loads(rows.execute(asked).fetchone()[0])
        body = json.dumps({**reached, "position": position})
        rows.execute("UPDATE rows SET body=? WHERE view='meta' AND key='position'", (body,))
        rows.commit()


def _sign(folder: Folder, template: StoredRow, events: int) -> None:
    """Put their leaves behind those that are there, and sign for all of them."""
    vault = open_vault(folder, None)
    try:
        mine = signer(vault)
    finally:
        vault.close()
    with closing(sqlite3.connect(folder.root / "evidence.sqlite")) as log:
        size = log.execute("SELECT count(*) FROM leaves").fetchone()[0]

        def read(level: int, number: int) -> bytes:
            asked = "SELECT hash FROM nodes WHERE level=? AND number=?"
            return bytes(log.execute(asked, (level, number)).fetchone()[0])

        growing = tree.Growing.at(size, read)
        nodes = [node for one in _leaves(template, events) for node in growing.put(one)]
        log.executemany("INSERT INTO nodes VALUES (?,?,?)", nodes)
        places = ((size + n - 1, template.position + n) for n in range(1, events + 1))
        log.executemany("INSERT INTO leaves VALUES (?,?,NULL)", places)
        signed = mine.sign(growing.size, growing.root(), template.recorded_at())
        log.execute("INSERT INTO checkpoints VALUES (?,?,NULL)", (signed.size, signed.note))
        log.commit()


def _leaves(template: StoredRow, events: int) -> Iterator[bytes]:
    """The hashes of the leaves: the template's, but for position and stream."""
    whole = leaf.leaf_bytes(template._replace(version=1))
    start = len(leaf.MAGIC)
    after = whole[start + 8 + 16 :]  # as `adapters/evidence/leaf.py` lays them out
    for n in range(1, events + 1):
        place = (template.position + n).to_bytes(8, "big") + n.to_bytes(16, "big")
        yield tree.leaf_hash(leaf.MAGIC + place + after)
