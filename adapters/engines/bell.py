"""The bell: tells whoever waits that something has moved, in this process and in the others.

A bell says when to look, never what there is; a ring may be missed. Whoever listens therefore also
looks by itself every second or two.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Final, Literal, Protocol

import psycopg
from psycopg import sql

from adapters.sql.postgres import Database
from domain.errors import Unavailable

Topic = Literal["ledger", "views", "evidence", "webhooks", "parties"]
TOPICS: Final[tuple[Topic, ...]] = ("ledger", "views", "evidence", "webhooks", "parties")
Told = Callable[[], None]

_LISTEN: Final = 1.0  # seconds after which the listener looks whether it shall stop
_RETRY: Final = 1.0  # seconds before it asks for another connection


class Bell(Protocol):
    """Rings may come from any thread, and are told in any thread: `told` must be quick."""

    def ring(self, topic: Topic) -> None:
        """Say that a topic has moved; never raises."""
        ...

    def hear(self, topic: Topic, told: Told) -> None:
        """Have `told` called whenever somebody rang."""
        ...


class LocalBell:
    """The bell of a platform that is one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[Topic, list[Told]] = defaultdict(list)

    def ring(self, topic: Topic) -> None:
        """See `Bell`."""
        for told in tuple(self._listeners[topic]):
            told()

    def hear(self, topic: Topic, told: Told) -> None:
        """See `Bell`."""
        self._listeners[topic].append(told)


class PostgresBell:
    """The bell of several processes: NOTIFY and LISTEN, through a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here = LocalBell()
        self._stopping = threading.Event()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait_until_listening(self, seconds: float) -> bool:
        """Whether it hears the others by then."""
        return self._listening.wait(seconds)

    def ring(self, topic: Topic) -> None:
        """See `Bell`: those in this process are told at once, whatever the database does."""
        self._here.ring(topic)
        with contextlib.suppress(Unavailable), self._database.connection() as one:
            one.execute(sql.SQL("NOTIFY {}").format(channel(topic)))

    def hear(self, topic: Topic, told: Told) -> None:
        """See `Bell`."""
        self._here.hear(topic, told)

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(psycopg.Error):
                self._listen()
            self._listening.clear()
            self._stopping.wait(_RETRY)

    def _listen(self) -> None:
        with psycopg.connect(self._database.address, autocommit=True) as one:
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
