"""Emmett, on its PostgreSQL and its SQLite store, in a node process that is asked to append."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

HERE: Final = Path(__file__).parent
ADDON: Final = HERE / "node_modules" / "sqlite3" / "build" / "Release" / "node_sqlite3.node"
CORE: Final = HERE / "node_modules" / "@event-driven-io" / "emmett-postgresql"
PATIENCE: Final = 10.0  # seconds


class Emmett:
    """What asks the process; `said` is where its complaints go."""

    def __init__(self, process: subprocess.Popen[str], said: IO[str]) -> None:
        self._process, self._said = process, said

    def seconds(self, appends: int, events: int) -> float:
        """See `Peer`."""
        self.tell({"appends": appends, "events": events})
        for line in self._process.stdout or ():
            if line.startswith('{"seconds"'):
                return float(json.loads(line)["seconds"])
        self._said.seek(0)
        raise RuntimeError(f"Emmett ended: {self._said.read()[-2000:]}")

    def tell(self, said: Any) -> None:
        """One line to the process."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe, as it was started with one
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()


def node() -> str | None:
    """Where node is: that of `make peers`, or the system's."""
    beside = Path(sys.executable).parent
    return shutil.which("node", path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")


@contextmanager
def asked(program: str, kind: str, where: str, body: bytes) -> Generator[Emmett]:
    """A process that appends to a store of this kind (`postgres`, `sqlite`), gone afterwards."""
    words = [program, "emmett.mjs", kind, where]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            words,
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        try:
            emmett = Emmett(process, said)
            emmett.tell(json.loads(body))
            yield emmett
        finally:
            process.terminate()
            process.wait(PATIENCE)
