"""Bell, turns and presence of several processes, through the database that they share."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.engines.bell import TOPICS, LocalBell, Told, Topic
from adapters.engines.presence import Report
from adapters.engines.turns import process_name
from adapters.logs import Log
from adapters.sql.postgres import Database, answering
from adapters.tasks import end
from domain.errors import Refused, Unavailable

Session = psycopg.AsyncConnection[tuple[object, ...]]
_LISTEN: Final = 1.0  # seconds after which the listener looks whether it shall stop
_RETRY: Final = 1.0  # seconds before it asks for another connection
_ASK: Final = 1.0  # seconds between two tries, and two looks whether a turn is still ours
_PATIENCE: Final = 5.0  # seconds that the database has to say so
# The server, too, must notice soon that we are gone or hang: only then the next one begins.
_NOTICED: Final = (
    "tcp_keepalives_idle = 5",
    "tcp_keepalives_interval = 2",
    "tcp_keepalives_count = 3",
)
_HELD: Final = (
    *_NOTICED,
    "idle_session_timeout = '10s'",  # it is asked each second whether the turn is still ours
)
_EVERY: Final = 1.0  # seconds between two reports
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS processes
    (name TEXT PRIMARY KEY, said TEXT NOT NULL, seen TIMESTAMPTZ NOT NULL)
"""
_SAY: Final = (
    "INSERT INTO processes VALUES (?, ?, clock_timestamp()) "
    "ON CONFLICT (name) DO UPDATE SET said=excluded.said, seen=excluded.seen"
)
_HEAR: Final = (
    "SELECT name, said FROM processes WHERE name<>? "
    "AND seen > clock_timestamp() - interval '10 seconds' ORDER BY name"  # else it is gone
)
_FORGET: Final = "DELETE FROM processes WHERE name=?"
# Every process holds it with the others, for as long as it runs: also while it hangs.
_RUNS: Final = b"SELECT pg_advisory_lock_shared(hashtext('varsel/running'))"
_ALONE: Final = b"SELECT pg_advisory_lock(hashtext('varsel/running'))"
_SHORTLY: Final = b"SET lock_timeout = '1s'"  # longer than a session takes to end that was closed


class PostgresBell:
    """The bell of several processes: NOTIFY and LISTEN, through a connection of its own.

    While that lasts nobody is `alone` with the database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here = LocalBell()
        self._stopping = threading.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)

    def start(self) -> None:
        """Begin to listen; raises `Unavailable` while somebody is `alone` with the database."""
        self._thread.start()
        if not self._listening.wait(_PATIENCE):
            self.stop()
            raise Unavailable(
                "this process is not let in by the database",
                expected=f"a connection of its own within {_PATIENCE:g} s",
                next_step="see whether varsel rekey or varsel migrate is at work, then start again",
            )

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)  # not for a database that hangs: it is a daemon

    def wait_until_listening(self, seconds: float) -> bool:
        """Whether it hears the others by then."""
        return self._listening.wait(seconds)

    def ring(self, topic: Topic) -> None:
        """See `Bell`: those in this process are told at once, whatever the database does."""
        self._here.ring(topic)
        with contextlib.suppress(Unavailable), self._database.connection() as one:
            one.execute(sql.SQL("NOTIFY {}").format(channel(topic)))

    def hear(self, topic: Topic, told: Told) -> Told:
        """See `Bell`."""
        return self._here.hear(topic, told)

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(psycopg.Error):
                self._listen()
            self._listening.clear()
            self._stopping.wait(_RETRY)

    def _listen(self) -> None:
        with psycopg.connect(self._database.address, autocommit=True) as one:
            for setting in _NOTICED:
                one.execute(f"SET {setting}".encode())
            one.execute(_SHORTLY)
            one.execute(_RUNS)
            for topic in TOPICS:
                one.execute(sql.SQL("LISTEN {}").format(channel(topic)))
            self._listening.set()
            for topic in TOPICS:  # something may have moved while nobody listened
                self._here.ring(topic)
            while not self._stopping.is_set():
                for said in one.notifies(timeout=_LISTEN):
                    self._tell(said.channel)
                one.execute("SELECT 1")  # a connection that died silently tells nothing

    def _tell(self, said: str) -> None:
        for topic in TOPICS:
            if said == _name(topic):
                self._here.ring(topic)


def channel(topic: Topic) -> sql.Identifier:
    """The channel of a topic, for those that ring within a transaction."""
    return sql.Identifier(_name(topic))


def _name(topic: Topic) -> str:
    return f"varsel_{topic}"


class PostgresTurns:
    """Turns as advisory locks of PostgreSQL, each held by a connection of its own."""

    def __init__(self, address: str, log: Log) -> None:
        self._address, self._log = address, log
        self._as = process_name()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[asyncio.Event]:
        """See `Turns`."""
        holding = await self._taken(name)
        lost = asyncio.Event()
        watching = asyncio.create_task(self._watch(holding, name, lost), name=f"turn {name}")
        try:
            yield lost
        finally:
            await end(watching)
            await holding.close()
            self._log.info("turn.ended", turn=name)

    async def _taken(self, name: str) -> Session:
        waiting = False
        while True:
            with contextlib.suppress(psycopg.Error, TimeoutError):
                if (found := await self._try(name)) is not None:
                    self._log.info("turn.taken", turn=name)
                    return found
            if not waiting:
                self._log.info("turn.awaited", turn=name)
                waiting = True
            await asyncio.sleep(_ASK)

    async def _try(self, name: str) -> Session | None:
        one = await psycopg.AsyncConnection.connect(
            make_conninfo(self._address, application_name=self._as), autocommit=True
        )
        try:
            for setting in _HELD:
                await one.execute(f"SET {setting}".encode())
            cursor = await one.execute(
                "SELECT pg_try_advisory_lock(hashtext('varsel'), hashtext(%s))", (name,)
            )
            row = await cursor.fetchone()
        except BaseException:
            await one.close()
            raise
        if row is not None and row[0]:
            return one
        await one.close()
        return None

    async def _watch(self, holding: Session, name: str, lost: asyncio.Event) -> None:
        """A session that still answers still holds its locks."""
        while True:
            await asyncio.sleep(_ASK)
            try:
                async with asyncio.timeout(_PATIENCE):
                    await holding.execute("SELECT 1")
            except (psycopg.Error, TimeoutError) as gone:
                self._log.warning("turn.lost", turn=name, error=str(gone))
                lost.set()
                return


class PostgresPresence:
    """Presence through a table; `report` tells of this process."""

    def __init__(self, database: Database, report: Callable[[], Report]) -> None:
        self._store = database.store()
        self._report = report
        self._me = process_name()
        self._others: tuple[Report, ...] = ()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to report."""
        self._store.declare(_TABLE)
        self._task = asyncio.create_task(self._run(), name="presence")

    async def stop(self) -> None:
        """Report no more."""
        if self._task is not None:
            await end(self._task)
        with contextlib.suppress(Unavailable):
            await asyncio.to_thread(self._store.rows, _FORGET, self._me)

    def others(self) -> Sequence[Report]:
        """See `Presence`; at most a few seconds old."""
        return self._others

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(Unavailable):
                self._others = await asyncio.to_thread(self._exchange, self._report())
            await asyncio.sleep(_EVERY)

    def _exchange(self, mine: Report) -> tuple[Report, ...]:
        self._store.rows(_SAY, self._me, mine.written())
        return tuple(Report.read(*row) for row in self._store.rows(_HEAR, self._me))


def present(database: Database) -> list[str]:
    """The processes of the platform that have just been heard of."""
    store = database.store()
    store.declare(_TABLE)
    return [name for name, _ in store.rows(_HEAR, "")]


@contextmanager
def alone(database: Database, why: str) -> Generator[None]:
    """No process of the platform runs on this database in the block, and none starts.

    Raises `Refused` while one does, says `why` none may; a process that hangs counts, and one that
    was heard of just now: its connection may only be broken.
    """
    with answering(), psycopg.connect(database.address, autocommit=True) as one:
        there = present(database)
        one.execute(_SHORTLY)
        try:
            one.execute(_ALONE)
        except psycopg.errors.LockNotAvailable:
            there = there or ["one that has not been heard of for ten seconds: it hangs"]
        if there:
            raise Refused(
                "processes of the platform run on this database",
                got=", ".join(there),
                expected=f"none: {why}",
                next_step="stop every varsel serve; what was killed is forgotten in ten seconds",
            )
        yield
