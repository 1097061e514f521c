"""Figure 5: how many events a second go all the way, from the report until views show them?

Product: `varsel serve`, one process on SQLite; 64 vendors report through NATS, each again as soon
as it is answered. The clock runs from the first report until the views hold the last event.

Floor: one over the sum of what the stages cost at least, for an event: the command validated; its
row stored, 500 in a flushed commit; a message of its size published over a bare socket and
acknowledged; the row read and decoded; the rows that it comes to in the views inserted. All bytes
are the product's own, made before the clock starts.

The second line measures the same runs against the pipeline of the tutorials, `textbook.py`.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks import textbook
from benchmarks.bare_broker import BareBroker, bare_broker
from benchmarks.measuring import against, at_least, tell
from benchmarks.platforms import Served, served
from benchmarks.vendors import BODY, Vendors, admit, vendors
from domain.commands.vendor import ReportLeak

VENDORS: Final = 64
SECONDS: Final = 1.5  # of one round's reports
TEXTBOOK: Final = 600  # events of one round
STORED, SHOWN = 500, 10_000  # rows in one commit, of the ledger and of the views
LOOK: Final = 0.002  # seconds
PATIENCE: Final = 60.0  # seconds
Rows = Sequence[tuple[Any, ...]]


def main() -> None:
    """Measure, and print a line against the floor and one against the textbook."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as name:
        here = Path(name)
        with served(here / "data") as at, bare_broker("2m") as broker:
            creds = asyncio.run(admit(at.url, at.operator, VENDORS))
            with vendors(at.url, creds) as crowd:
                broker.make_stream("BARE", "bare.>", {})
                _through(at, crowd)  # the first of a process is not what the others are
                rates: list[float] = []

                def product() -> float:
                    rates.append(_through(at, crowd))
                    return rates[-1]

                floor = partial(_floor, _pieces(at), broker, here)
                tell(against("end_to_end", "events/s", product, floor, at_least(0.5)))
        again = iter(rates)
        plain = partial(_textbook, here)
        ten = at_least(10)
        tell(against("end_to_end_textbook", "events/s", lambda: next(again), plain, ten))


def _through(at: Served, crowd: Vendors) -> float:
    """Events a second, from the first report until the views hold the last event."""
    begin, before = time.perf_counter(), _last(at)
    crowd.run(SECONDS)
    last = _last(at)
    deadline = begin + PATIENCE
    while _shown(at) < last:
        if time.perf_counter() > deadline:
            raise TimeoutError("the views do not follow")
        time.sleep(LOOK)
    return (last - before) / (time.perf_counter() - begin)


def _last(at: Served) -> int:
    with closing(sqlite3.connect(at.ledger)) as db:
        return int(db.execute("SELECT max(rowid) FROM stored_events").fetchone()[0])


def _shown(at: Served) -> int:
    asked = "SELECT body FROM rows WHERE view='meta' AND scope='' AND key='position'"
    with closing(sqlite3.connect(_views(at))) as db:
        return int(json.loads(db.execute(asked).fetchone()[0])["position"])


def _views(at: Served) -> Path:
    folder = at.data / "views"
    return folder / (folder / "CURRENT").read_text(encoding="utf-8").strip()


class _Pieces(NamedTuple):
    """What the floor is made of: commands, rows of the ledger and of the views, for `events`."""

    commands: Sequence[bytes]
    stored: Rows
    shown: Rows
    events: int


def _pieces(at: Served) -> _Pieces:
    with closing(sqlite3.connect(at.ledger)) as db:
        stored = db.execute("SELECT * FROM stored_events").fetchall()
    with closing(sqlite3.connect(_views(at))) as db:
        shown = db.execute("SELECT * FROM rows").fetchall()
    return _Pieces(_commands(len(stored)), stored, shown, len(stored))


def _commands(count: int) -> list[bytes]:
    return [json.dumps({"incident": f"leak-{n}", **BODY}).encode() for n in range(count)]


def _floor(pieces: _Pieces, broker: BareBroker, here: Path) -> float:
    """Events a second of one process that does each stage at its least."""
    out = [("bare.reported", row[3]) for row in pieces.stored]
    with (
        _fresh(here / "floor.sqlite", "FULL", _LEDGER) as ledger,
        _fresh(here / "shown.sqlite", "NORMAL", _VIEWS) as views,
    ):
        seconds = (
            _took(lambda: [ReportLeak.model_validate_json(one) for one in pieces.commands])
            + _took(partial(_write, ledger, _STORE, pieces.stored, STORED))
            + broker.publish(out)
            + _took(lambda: [json.loads(state) for (state,) in ledger.execute(_READ)])
            + _took(partial(_write, views, _SHOW, pieces.shown, SHOWN))
        )
    return pieces.events / seconds


_LEDGER: Final = (
    "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT,"
    " state BLOB, PRIMARY KEY (originator_id, originator_version))"
)
_VIEWS: Final = (
    "CREATE TABLE rows (view TEXT, scope TEXT, key TEXT, body TEXT,"
    " PRIMARY KEY (view, scope, key)) WITHOUT ROWID"
)
_STORE: Final = "INSERT INTO stored_events VALUES (?,?,?,?)"
_SHOW: Final = "INSERT INTO rows VALUES (?,?,?,?)"
_READ: Final = "SELECT state FROM stored_events ORDER BY rowid"


@contextmanager
def _fresh(path: Path, synchronous: str, table: str) -> Iterator[sqlite3.Connection]:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(f"PRAGMA synchronous={synchronous}")
        db.execute(table)
        yield db


def _write(db: sqlite3.Connection, statement: str, rows: Rows, most: int) -> None:
    for first in range(0, len(rows), most):
        db.execute("BEGIN")
        db.executemany(statement, rows[first : first + most])
        db.execute("COMMIT")


def _took(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _textbook(here: Path) -> float:
    with tempfile.TemporaryDirectory(dir=here) as folder, bare_broker("2m") as broker:
        url = f"nats://127.0.0.1:{broker.port}"
        return textbook.run(url, Path(folder), _commands(TEXTBOOK))


if __name__ == "__main__":
    main()
