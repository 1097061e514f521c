"""A file of rows may be closed while others still read it: SQLite itself would crash."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from adapters.views.sqlite import SqliteRows

READERS, ROWS, TIMES = 4, 500, 20


def test_a_reader_under_whom_the_rows_are_closed_is_refused(tmp_path: Path) -> None:
    for number in range(TIMES):
        rows = SqliteRows(tmp_path / f"{number}.sqlite")
        for key in range(ROWS):
            rows.put("view", "scope", str(key), {"text": "x" * 200})
        refused: list[sqlite3.ProgrammingError] = []
        begun = threading.Barrier(READERS + 1)

        def read(
            rows: SqliteRows = rows,
            refused: list[sqlite3.ProgrammingError] = refused,
            begun: threading.Barrier = begun,
        ) -> None:
            rows.all("view", "scope")
            begun.wait()
            try:
                while True:
                    rows.all("view", "scope")
            except sqlite3.ProgrammingError as closed:
                refused.append(closed)

        readers = [threading.Thread(target=read) for _ in range(READERS)]
        for one in readers:
            one.start()
        begun.wait()
        rows.close()
        for one in readers:
            one.join(20)
        assert ["closed" in str(one) for one in refused] == [True] * READERS
