"""Supervises one nats-server child: started, watched, started again, never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import IO, Final, Self

from adapters.nats import jetstream, launch, processes
from adapters.nats.conf import DEFAULT_MAX_FILE_STORE, Place, conf_text
from adapters.nats.connection import Report, connect, silent
from adapters.nats.credentials import Credentials
from adapters.nats.errors import JetStreamRefused, ServerFailed, Unanswered
from adapters.nats.trust import Trust
from adapters.tasks import end
from domain.errors import VarselError

OnRestart = Callable[[], Awaitable[None]]

_GLANCE: Final = 0.01
_FIRST_DELAY: Final = 0.1
_LAST_DELAY: Final = 10.0
_SOUND: Final = 60.0  # a server that lived this long starts again without a delay
_PORTS: Final = range(20_000, 32_768)  # those above are for connections going out (Linux)
_ROOM: Final = 4 * 1024**2  # bytes without which a new start would change nothing


def free_port(host: str = "127.0.0.1") -> int:
    """A port that is free now; somebody else may still be faster.

    It is none of those that the kernel gives to connections going out: a server that is down for a
    moment would find one of them in its place.
    """
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as found:
            try:
                found.bind((host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                return port


class EmbeddedServer:
    """One nats-server of this process, with its folder to itself.

    Start it from a thread that lives as long as it should (the kernel ends the child with the
    thread that started it, see `launch`): the one that runs the event loop.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        folder: Path,
        trust: Trust,
        *,
        port: int,
        issued_at: datetime,
        host: str = "127.0.0.1",
        binary: Path | None = None,
        max_file_store: int = DEFAULT_MAX_FILE_STORE,
        patience: float = 60.0,
        on_restart: OnRestart | None = None,
        report: Report = silent,
    ) -> None:
        self._place = Place(folder.resolve(), host, port, max_file_store)
        self._trust = trust
        self._issued_at = issued_at
        self._binary = binary
        self._patience = patience
        self._on_restart = on_restart
        self._report = report
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._lock: IO[str] | None = None

    @property
    def url(self) -> str:
        return self._place.url

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Returns when clients are let in and JetStream answers."""
        child = await self.begin()
        try:
            await self._ready(child)
        except BaseException:
            await self.stop()
            raise
        self._watching = asyncio.create_task(self._watch(), name="nats-server watch")

    async def begin(self) -> asyncio.subprocess.Process:
        """Have a child come up, which `start` waits for: whoever begins, stops. Once is enough."""
        if self._process is not None:
            return self._process
        for folder in (self._place.folder, self._place.jwt, self._place.js):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        self._lock = processes.lock_folder(self._place.folder)
        try:
            if ended := await processes.end_orphan(self._place.pid, self._place.conf):
                self._report(f"nats-server.orphan-ended pid={ended}", None)
            conf = conf_text(self._place, self._trust, self._issued_at)
            processes.write_private(self._place.conf, conf)
            self._process = await self._spawn()
        except BaseException:
            await self.stop()
            raise
        return self._process

    async def stop(self) -> None:
        """Stops the child gracefully, within half a minute, and lets go of the folder."""
        if self._watching is not None:
            await end(self._watching)
            self._watching = None
        if self._process is not None:
            await processes.end_child(self._process)
            self._process = None
            self._place.pid.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def revive(self) -> None:
        """Ends the child where its disk has room, so that it is started again.

        A stream whose disk was full stores nothing any more, room or not, until then (2.15.1).
        """
        room = await asyncio.to_thread(shutil.disk_usage, self._place.js)
        if self._process is not None and room.free >= _ROOM:
            self._report("nats-server.shut", None)
            await processes.end_child(self._process)

    async def _launch(self) -> None:
        """Another child, ready."""
        self._process = await self._spawn()
        await self._ready(self._process)

    async def _ready(self, child: asyncio.subprocess.Process) -> None:
        """Wait for the child; one that does not get ready is ended."""
        ready = asyncio.create_task(self._wait_until_ready())
        died = asyncio.create_task(child.wait())
        try:
            await asyncio.wait(
                {ready, died}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED
            )
            if ready.done() and not ready.exception() and not died.done():
                return
        finally:
            await end(ready, died)
        code = child.returncode
        await processes.end_child(child)
        raise self._failure("did not get ready" if code is None else f"ended with {code}")

    async def _spawn(self) -> asyncio.subprocess.Process:
        place, binary = self._place, processes.server_binary(self._binary)
        # -I -S: the launcher needs nothing but the standard library, and quickly.
        through = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid())]
        with place.stderr.open("w", encoding="utf-8") as stderr:
            place.stderr.chmod(0o600)
            process = await asyncio.create_subprocess_exec(
                *through,
                *(str(binary), "-c", str(place.conf)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                umask=0o077,
                start_new_session=True,  # a Ctrl-C at the terminal is ours to handle
            )
        processes.write_private(place.pid, f"{process.pid}\n")
        return process

    async def _wait_until_ready(self) -> None:
        await self._wait_until_listening()
        creds = Credentials.parse(self._trust.platform_creds(self._issued_at))
        nc = await connect(self.url, creds, name="varsel-ready", patience=self._patience)
        try:
            while True:
                with contextlib.suppress(Unanswered, JetStreamRefused):
                    await jetstream.ask(nc, "INFO", patience=1.0)
                    return
                await asyncio.sleep(0.05)
        finally:
            await nc.close()

    async def _wait_until_listening(self) -> None:
        """A client that knocks too early waits half a second before it knocks again."""
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(self._place.host, self._place.port)
                writer.close()
                return
            await asyncio.sleep(_GLANCE)

    async def _watch(self) -> None:
        delay = _FIRST_DELAY
        while self._process is not None:
            since = time.monotonic()
            code = await self._process.wait()
            self._report("nats-server.died", self._failure(f"ended with {code}"))
            delay = _FIRST_DELAY if time.monotonic() - since > _SOUND else delay
            delay = await self._revive(delay)

    async def _revive(self, delay: float) -> float:
        """Tries until a child is up; returns the delay before the next one."""
        while True:
            await asyncio.sleep(delay)
            delay = min(2 * delay, _LAST_DELAY)
            try:
                await self._launch()
                self._report("nats-server.restarted", None)
                if self._on_restart is not None:
                    await self._on_restart()
            except VarselError as error:
                self._report("nats-server.restart-failed", error)
            else:
                return delay

    def _failure(self, what: str) -> ServerFailed:
        said = _last_words(self._place.stderr) or _last_words(self._place.log)
        return ServerFailed(
            f"nats-server {what}: {said or 'it said nothing'}",
            next_step=f"read {self._place.log}",
        )


def _last_words(path: Path) -> str:
    """The last complaint, without process id and time."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    told = [line for line in lines[-20:] if "[FTL]" in line or "[ERR]" in line] or lines[-1:]
    return told[-1].rpartition("] ")[2] if told else ""
