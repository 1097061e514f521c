"""Tables in a PostgreSQL schema, through one pool of connections for the whole process.

A transaction belongs to its thread: whatever else that thread does in this database meanwhile,
for the ledger or the vault, is part of it.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import cache
from typing import Any, Final, TypeVar

import psycopg
import psycopg_pool
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from domain.errors import Invalid, Unavailable

SCHEMA: Final = "varsel"
PATIENCE: Final = 5.0  # seconds that a caller waits for a connection before it is told to come back
_NOTICE: Final = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_SESSION: Final = (
    "default_transaction_isolation = 'read committed'",  # who waited for a lock sees what came
    "idle_in_transaction_session_timeout = '10s'",  # longer than its holder ever thinks
    "lock_timeout = '30s'",
    "tcp_keepalives_idle = 5",
    "tcp_keepalives_interval = 2",
    "tcp_keepalives_count = 3",
)
_ENDED: Final = {"57P01", "57P02", "57P03"}  # by a stop, by a crash, not yet up again
_READS: Final = re.compile(r"\s*(SELECT|SHOW)\b")
_WORDS: Final = (("BLOB", "BYTEA"), ("INTEGER", "BIGINT"), (" WITHOUT ROWID", ""))

Connection = psycopg.Connection[tuple[Any, ...]]
T = TypeVar("T")


def address(url: str, password: str | None = None) -> str:
    """Where and how to connect: a dead peer is noticed within about ten seconds.

    Raises `Invalid` for a URL that PostgreSQL's library does not read.
    """
    given = {} if password is None else {"password": password}
    try:
        return make_conninfo(url, **_NOTICE, **given)
    except psycopg.ProgrammingError as wrong:
        raise Invalid(
            "this is no address of a PostgreSQL database",
            field="VARSEL_DATABASE_URL",
            got=str(wrong).strip(),  # never the URL: it may hold a password
            expected="postgresql://USER@HOST:PORT/NAME",
            next_step="correct it; the password goes into VARSEL_DATABASE_PASSWORD_FILE",
        ) from None


class Database:
    """A pool of connections to one schema, at an `address`."""

    def __init__(self, address: str, *, size: int = 8, patience: float = PATIENCE) -> None:
        self.address = address
        self._mine = threading.local()
        self._most = size
        self._pool: psycopg_pool.ConnectionPool[Connection] = psycopg_pool.ConnectionPool(
            address,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=size,
            timeout=patience,
            reconnect_timeout=0,  # it goes on asking for a new connection for as long as it runs
            configure=_configure,
            open=True,
        )

    @contextlib.contextmanager
    def connection(self) -> Generator[Connection]:
        """This thread's connection while it is in a transaction, else one of the pool's.

        What fails on it raises `Unavailable`.
        """
        mine: Connection | None = getattr(self._mine, "connection", None)
        with answering():
            if mine is not None:
                yield mine
                return
            with self._pool.connection() as borrowed:
                yield borrowed

    @contextlib.contextmanager
    def transaction(self) -> Generator[Connection]:
        """One transaction for all that this thread does in the block; within one, a savepoint."""
        outer: Connection | None = getattr(self._mine, "connection", None)
        with self.connection() as ours:
            self._mine.connection = ours
            try:
                with ours.transaction():
                    yield ours
            finally:
                self._mine.connection = outer

    @contextlib.contextmanager
    def holding(self, lock: bytes) -> Generator[tuple[Connection, Any]]:
        """A `transaction` that begins with a question which takes a lock; the row it gives.

        Both are one round trip, where this thread is not in a transaction already.
        """
        if self.in_transaction():
            with self.transaction() as one:
                yield one, one.execute(lock).fetchone()
            return
        with self.connection() as ours:
            self._mine.connection = ours
            try:
                begun = ours.execute(b"BEGIN; " + lock, prepare=False)
                begun.nextset()
                yield ours, begun.fetchone()
                _commit(ours)
            except BaseException:
                with contextlib.suppress(psycopg.Error):  # it may be the connection that broke
                    ours.execute(b"ROLLBACK", prepare=False)
                raise
            finally:
                self._mine.connection = None

    def read(self, statement: bytes | sql.Composed, values: Sequence[object] = ()) -> list[Any]:
        """The rows of a question, asked `again` where the connection turns out to be dead."""

        def ask() -> list[Any]:
            with self.connection() as one:
                return one.execute(statement, values).fetchall()

        return self.again(ask)

    def again(self, work: Callable[[], T]) -> T:
        """What `work` gives, done once more where the connection turns out to be dead.

        After a restart of the server every connection that the pool still holds is: each fails
        once. It must not matter whether a broken try was committed after all. In a transaction
        nothing is done again: that is lost as a whole.
        """
        left = 0 if self.in_transaction() else self._most
        while True:
            try:
                return work()
            except Unavailable as broken:
                if left == 0 or not _is_lost(broken.__cause__):
                    raise
                left -= 1

    def in_transaction(self) -> bool:
        """Whether this thread is in one."""
        return getattr(self._mine, "connection", None) is not None

    def stands(self) -> bool:
        """Whether the transaction that this thread is in can still be committed."""
        mine: Connection | None = getattr(self._mine, "connection", None)
        return mine is not None and mine.info.transaction_status == TransactionStatus.INTRANS

    def store(self) -> PostgresStore:
        """The tables of this database, for one of the platform's parts."""
        return PostgresStore(self)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class PostgresStore:
    """`Store` over a `Database`, which it does not close: others use it, too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def declare(self, tables: str) -> None:
        """See `Store`: several processes that start at once make each table once."""
        with self._database.transaction() as one:
            one.execute("SELECT pg_advisory_xact_lock(hashtext('varsel/declare'))")
            one.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
            for table in filter(str.strip, tables.split(";")):
                one.execute(_translated(_declared(table)))

    def rows(self, statement: str, *values: object) -> list[Any]:
        """See `Store`."""
        said = _translated(statement)
        if _READS.match(statement):
            return self._database.read(said, values)
        with self._database.connection() as one:
            cursor = one.execute(said, values)
            return cursor.fetchall() if cursor.description else []

    def many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """See `Store`."""
        with self._database.transaction() as one, one.cursor() as cursor:
            cursor.executemany(_translated(statement), values)

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """See `Store`."""
        with self._database.transaction():
            yield

    def forget(self) -> None:
        """See `Store`: the server's log is not ours; it lets go of its old files by itself."""

    def close(self) -> None:
        """See `Store`."""


@contextlib.contextmanager
def answering() -> Generator[None]:
    """Whatever fails at the database becomes the one error that the domain knows of."""
    try:
        yield
    except psycopg.Error as broken:
        raise Unavailable(
            "the database does not answer",
            got=str(broken).strip() or type(broken).__name__,
            next_step="see that PostgreSQL runs, is not full, and knows this user; then try again",
        ) from broken


def _commit(connection: Connection) -> None:
    """A server does not say no to a COMMIT after an error: it rolls back, and says that."""
    if connection.execute(b"COMMIT", prepare=False).statusmessage != "COMMIT":
        raise psycopg.errors.InFailedSqlTransaction("an error within has undone all of it")


def _is_lost(cause: BaseException | None) -> bool:
    """Whether a connection broke; neither did the server answer no, nor was there none to have."""
    if isinstance(cause, psycopg_pool.PoolTimeout | psycopg_pool.PoolClosed):
        return False
    if not isinstance(cause, psycopg.OperationalError):
        return False
    return cause.sqlstate is None or cause.sqlstate in _ENDED


def _configure(connection: Connection) -> None:
    """Tables are named without their schema from here on; no lock outlives a process that hangs."""
    connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(SCHEMA)))
    for setting in _SESSION:
        connection.execute(f"SET {setting}".encode())


@cache
def _translated(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()


def _declared(table: str) -> str:
    for ours, theirs in _WORDS:
        table = table.replace(ours, theirs)
    return re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', table)
