"""Platforms in processes of their own, as an operator serves them, for measuring from outside."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

SERVE: Final = (str(Path(sys.executable).with_name("varsel")),)
SILENT: Final = (sys.executable, "-m", "benchmarks.no_op")
"""The same platform and broker, except that nothing is done with a request but to answer it."""
PATIENCE: Final = 30.0


class Served(NamedTuple):
    """Where its broker is, and its data folder."""

    url: str
    data: Path

    @property
    def operator(self) -> str:
        """The operator's credentials."""
        return (self.data / "operator.creds").read_text(encoding="utf-8")

    @property
    def ledger(self) -> Path:
        """The embedded ledger's file."""
        return self.data / "ledger.sqlite"


@contextmanager
def served(
    data: Path, program: tuple[str, ...] = SERVE, environment: Mapping[str, str] | None = None
) -> Generator[Served]:
    """A platform until the block is left; its log, as it is by default, goes to a file."""
    words = [*program, "serve", "--data", str(data)]
    words += ["--nats", "127.0.0.1:0", "--http", "off"]
    variables = {**os.environ, "VARSEL_RATE": "off", **(environment or {})}
    log = data.with_suffix(".log")
    with log.open("wb") as told:
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=told, text=True, env=variables
        )
    with process:
        try:
            said = (process.stdout.readline() if process.stdout else "").split()
            if said[:1] != ["ready"]:
                raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
            yield Served(said[1], data)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
