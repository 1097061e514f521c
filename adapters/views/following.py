"""Waiting for the views: alike where they are kept, and where only their rows are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from adapters.looking import Looking
from adapters.views.shelf import Standing

Moved = Callable[[], None]


class Following(Protocol):
    """Whoever knows how far the views have come."""

    @property
    def trouble(self) -> str | None:
        """What holds the views up; None where nothing does."""
        ...

    @property
    def position(self) -> int:
        """The position up to which the views were last seen to hold every event."""
        ...

    def start(self) -> None:
        """Begin to follow."""
        ...

    def wake(self) -> None:
        """Say that there is something to look at: the ledger has grown, or views were built."""
        ...

    def watch(self, moved: Moved) -> Moved:
        """Call `moved` (from a thread of its own) whenever the views have moved on.

        Until what this gives is called.
        """
        ...

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until the views hold the event at `position`.

        False when it takes too long, and at once while they are in trouble.
        """
        ...

    def stop(self) -> None:
        """Stop after what is at hand."""
        ...


class Progress(Looking):
    """How far the views have come, for those who wait for it or watch it. See `Following`."""

    def __init__(self, position: int, name: str) -> None:
        super().__init__(name)
        self.standing = Standing(position)
        self._watchers: list[Moved] = []

    @property
    def trouble(self) -> str | None:
        """See `Following`."""
        return self.standing.trouble

    @property
    def position(self) -> int:
        """See `Following`."""
        return self.standing.position

    def watch(self, moved: Moved) -> Moved:
        """See `Following`."""
        self._watchers.append(moved)
        return lambda: self._watchers.remove(moved)

    def announce(self, standing: Standing) -> None:
        """Say how the views are now."""
        with self._moved:
            self.standing = standing
            self._moved.notify_all()
        for moved in tuple(self._watchers):
            moved()
