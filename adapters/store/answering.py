"""What fails in the ledger's store, as the one error that the domain knows of."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from eventsourcing.domain import EventSourcingError

from domain.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
_FAILURES: Final = (EventSourcingError, sqlite3.Error, OSError)


def answering(work: Callable[P, T]) -> Callable[P, T]:
    """Whatever fails below becomes the one error that the domain knows of."""

    @wraps(work)
    def answered(*given: P.args, **named: P.kwargs) -> T:
        try:
            return work(*given, **named)
        except _FAILURES as broken:
            raise Unavailable(
                "the ledger's store does not answer",
                got=str(broken) or type(broken).__name__,
                next_step="see that the data folder is there, whole and not full; then try again",
            ) from broken

    return answered


def broken_off(cause: BaseException | None) -> Unavailable:
    """What everybody is told whose transaction one of them has broken."""
    if isinstance(cause, Unavailable):
        return cause
    broken = Unavailable("the ledger's transaction broke off", next_step="send the same again")
    broken.__cause__ = cause
    return broken
