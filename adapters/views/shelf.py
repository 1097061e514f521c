"""Where generations of views are kept: what `Views` needs of an engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from adapters.views.batch import Reached
from domain.envelope import Recorded
from domain.errors import Unavailable
from projections.parts import Part
from projections.rows import Project, Rows


class Overtaken(Unavailable):
    """Another process has moved these views on, or replaced them: look again."""


class Standing(NamedTuple):
    """How the views are: the position that all their parts have reached, what is in the way."""

    position: int
    trouble: str | None = None


class Generation(Rows, Protocol):
    """The rows of one generation, and how far they have come."""

    @property
    def name(self) -> str:
        """What it is called; a name that was in use is not used again."""
        ...

    def last(self) -> Reached:
        """How far these rows have come."""
        ...

    def apply(
        self, events: Iterable[Recorded], projections: Iterable[Project], last: Reached
    ) -> int:
        """Project a batch and commit it with its position; returns the position reached.

        `last` is how far the rows were when the batch was read: where others moved them since,
        `Overtaken` is raised. An event at or before its position is passed over.
        """
        ...


class Shelf(Protocol):
    """Generations of views, of which at most one is in use."""

    @property
    def rows(self) -> Rows:
        """The rows of the generation in use, whichever that is when they are read."""
        ...

    def find(self) -> Generation | None:
        """The generation in use; None where there is none, or none that can be read."""
        ...

    def current(self) -> Generation:
        """The same; raises `Unavailable` where there is none."""
        ...

    def known(self) -> Generation:
        """The same as far as this process knows, without looking where it knows one."""
        ...

    def parts(self) -> Sequence[tuple[Generation, Part]]:
        """The generation in use, once for each part of it that a process keeps."""
        ...

    def standing(self) -> Standing:
        """How far the views in use have come, and what holds them up."""
        ...

    def tell(self, trouble: str | None) -> None:
        """Say what holds the projector up, or that nothing does any more."""
        ...

    def make(self) -> Generation:
        """A new generation, without rows, that is not yet in use."""
        ...

    def use(self, fresh: Generation) -> None:
        """From now on this generation is the one in use, here and in every other process."""
        ...

    def discard(self, fresh: Generation) -> None:
        """Remove a generation that was never in use."""
        ...

    def sweep(self) -> None:
        """Remove the generations that were replaced, as far as nobody is reading them."""
        ...

    def difference(self, fresh: Generation) -> str | None:
        """The first row (view/scope/key) of the views in use that differs from a generation's."""
        ...

    def still(self) -> AbstractContextManager[None]:
        """No other process moves the views, or switches them, within the block.

        Where a database keeps them the block is a transaction of it, and may nest.
        """
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...
