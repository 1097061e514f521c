"""Figure 1: how many commands a second are accepted from 64 vendors at once?

Product: `varsel serve` as an operator runs it, every report through NATS, each vendor with a user
of an account of its own; accepted means committed and flushed. Feed, views and transparency log
follow in the same process meanwhile.

Floor: the lower of two. The same bytes in the same rows by the engine's driver alone, a commit for
each event; and the same vendors against a responder that does nothing. With `VARSEL_BENCH_SLOW` a
flush takes a millisecond more, and the floor is the driver alone.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import psycopg

from adapters.store.vault import load_master_key
from benchmarks.measuring import against, at_least, tell
from benchmarks.platforms import SERVE, SILENT, Served, served
from benchmarks.vendors import Answered, Vendors, admit, vendors
from tests.postgres import own_server

VENDORS: Final = 64
SECONDS: Final = 1.5  # of one measurement
SLOW: Final = bool(os.environ.get("VARSEL_BENCH_SLOW"))
TARGET: Final = at_least(12 if SLOW else 0.5)

Row = tuple[str, int, str, bytes]
Raw = Callable[[Sequence[Row]], float]
"""Writes rows, each in a commit of its own, for `SECONDS`; how many a second."""


def main() -> None:
    """Measure, and print a line for each engine."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder, ExitStack() as stack:
        here = Path(folder)
        silent = stack.enter_context(_crowd(here / "silent", SILENT))
        for engine, url, raw in _engines(here, stack):
            key = here / "master.key"
            load_master_key(key, create=True)
            environment = {"VARSEL_MASTER_KEY_FILE": str(key)}
            if url:
                environment["VARSEL_DATABASE_URL"] = url
            crowd = stack.enter_context(_crowd(here / engine, SERVE, environment))
            crowd.run()  # the first of a process is not what the others are
            rows = _rows(crowd.at, url)

            def floor(raw: Raw = raw, rows: Sequence[Row] = rows) -> float:
                return raw(rows) if SLOW else min(raw(rows), silent.run())

            tell(against(f"ingest_{engine}", "commands/s", crowd.run, floor, TARGET))


class Crowd(NamedTuple):
    """A platform and the vendors that report to it."""

    at: Served
    vendors: Vendors

    def run(self) -> float:
        """Commands a second."""
        found: Answered = self.vendors.run(SECONDS)
        return found.rate


@contextmanager
def _crowd(
    data: Path, program: tuple[str, ...], environment: dict[str, str] | None = None
) -> Generator[Crowd]:
    with served(data, program, environment) as at:
        creds = asyncio.run(admit(at.url, at.operator, VENDORS))
        with vendors(at.url, creds) as crowd:
            yield Crowd(at, crowd)


def _engines(here: Path, stack: ExitStack) -> Generator[tuple[str, str | None, Raw]]:
    """Each engine's name, where its database is, and its driver alone."""
    yield "sqlite", None, lambda rows: _sqlite(here / "raw.sqlite", rows)
    server = stack.enter_context(own_server())
    yield "postgres", server.database(), lambda rows: _postgres(server.database(), rows)


def _rows(at: Served, url: str | None) -> list[Row]:
    """What the platform has stored of one report, as often as the driver may need it."""
    asked = "SELECT topic, state FROM stored_events WHERE topic LIKE '%VendorReportedLeak%' LIMIT 1"
    if url is None:
        with closing(sqlite3.connect(at.ledger)) as db:
            topic, state = db.execute(asked).fetchone()
    else:
        with psycopg.connect(url, options="-c search_path=varsel") as one:
            topic, state = one.execute(asked.encode()).fetchall()[0]
    return [(f"{number:032x}", 1, topic, state) for number in range(100_000)]


def _sqlite(path: Path, rows: Sequence[Row]) -> float:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute(
            "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER,"
            " topic TEXT, state BLOB, PRIMARY KEY (originator_id, originator_version))"
        )
        insert = "INSERT INTO stored_events VALUES (?,?,?,?)"
        return _each(rows, lambda row: db.execute(insert, row))


def _postgres(url: str, rows: Sequence[Row]) -> float:
    with psycopg.connect(url, autocommit=True) as one:
        one.execute(
            "CREATE TABLE stored_events (originator_id UUID, originator_version BIGINT, topic TEXT,"
            " state BYTEA, position BIGSERIAL UNIQUE,"
            " PRIMARY KEY (originator_id, originator_version))"
        )
        insert = b"INSERT INTO stored_events VALUES (%s, %s, %s, %s)"
        return _each(rows, lambda row: one.execute(insert, row, prepare=True))


def _each(rows: Sequence[Row], write: Callable[[Row], object]) -> float:
    begin, written = time.perf_counter(), 0
    for row in rows:
        write(row)
        written += 1
        if time.perf_counter() - begin > SECONDS:
            break
    return written / (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
