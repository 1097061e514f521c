"""What fails in the ledger's store, as the one error that the domain knows of."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from eventsourcing.domain import EventSourcingError

from domain.errors import Unavailable


@contextmanager
def answering() -> Generator[None]:
    """Whatever fails below becomes the one error that the domain knows of."""
    try:
        yield
    except (EventSourcingError, sqlite3.Error, OSError) as broken:
        raise Unavailable(
            "the ledger's store does not answer",
            got=str(broken) or type(broken).__name__,
            next_step="see that the data folder is there, whole and not full; then try again",
        ) from broken


def broken_off(cause: BaseException | None) -> Unavailable:
    """What everybody is told whose transaction one of them has broken."""
    if isinstance(cause, Unavailable):
        return cause
    broken = Unavailable("the ledger's transaction broke off", next_step="send the same again")
    broken.__cause__ = cause
    return broken
