"""Who watches the platform at work: nobody, unless a watcher is given."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Final, Literal, Protocol

Work = Literal["accept", "append", "relay", "project"]
"""A request answered, events appended, a batch carried into FEED, a batch taken into the views."""

_NOBODY: Final = nullcontext()


class Observe(Protocol):
    """Gives what is entered when a piece of work begins and left, with its error, when it ends."""

    def __call__(self, work: Work, verb: str = "") -> AbstractContextManager[object]:
        """Called from any thread; costs microseconds; its own failures are nobody's business."""
        ...


def unobserved(work: Work, verb: str = "") -> AbstractContextManager[object]:  # noqa: ARG001 - the port's
    """Nobody watches."""
    return _NOBODY
