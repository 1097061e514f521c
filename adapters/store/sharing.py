"""Works that share a transaction: what each of them gives or raises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

T = TypeVar("T")


class Apart(Exception):
    """Raised by a work that shares a transaction, where it can only be done by itself."""


class Outcome(Generic[T]):
    """What came of a work: its value, or the error that it raised."""

    def __init__(self, value: T | None = None, error: BaseException | None = None) -> None:
        self._value, self.error = value, error

    @property
    def value(self) -> T:
        """What it gave, where it raised nothing."""
        return cast("T", self._value)


def attempt(work: Callable[[], T]) -> Outcome[T]:
    """Do it; what came of it."""
    try:
        return Outcome(work())
    except BaseException as error:  # noqa: BLE001 - whoever asked for it is told
        return Outcome(error=error)


class Share(Protocol):
    """Does works in one transaction."""

    def __call__(self, works: Sequence[Callable[[], Any]]) -> Sequence[Outcome[Any]]:
        """What came of each, when all that they wrote is on disk.

        Raises where the transaction fails: nothing that any of them wrote is there.
        """
        ...
