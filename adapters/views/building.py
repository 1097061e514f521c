"""Who builds a generation holds a lock for it: what a process left behind that was killed is seen.

The lock is that of a session of its own. Where only that breaks, the copy may be swept away under
its builder: the build fails then, and nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Final

import psycopg

from adapters.sql.postgres import Connection, Database, answering

_HOLD: Final = b"SELECT pg_advisory_lock(hashtext('varsel/building'), %s)"
_NOBODY: Final = b"SELECT pg_try_advisory_xact_lock(hashtext('varsel/building'), %s)"


class Builds:
    """The generations that this process is building."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sessions: dict[int, Connection] = {}

    @contextlib.contextmanager
    def begun(self, number: int) -> Generator[None]:
        """Say that this generation is being built, from before it is made until its `end`."""
        try:
            with answering():
                self._sessions[number] = psycopg.connect(self._database.address, autocommit=True)
                self._sessions[number].execute(_HOLD, (number,))
            yield
        except BaseException:
            self.end(number)
            raise

    def abandoned(self, number: int) -> bool:
        """Whether nobody builds it; nobody seems to until this thread's transaction is over."""
        return self._database.read(_NOBODY, (number,)) == [(True,)]

    def end(self, number: int) -> None:
        """Say that it is not any more."""
        if session := self._sessions.pop(number, None):
            session.close()

    def close(self) -> None:
        """Say so of all of them."""
        for number in list(self._sessions):
            self.end(number)
