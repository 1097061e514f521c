"""Presence: what each process of the platform is at, so that any of them can tell of the whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Report:
    """One process: its role, the turns it holds, what is in its way.

    `published` is the stream number up to which it has published; None for one that does not.
    """

    role: str
    turns: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    published: int | None = None
    process: str = ""

    @classmethod
    def read(cls, process: str, said: str) -> Report:
        """A report as another process wrote it."""
        found: dict[str, Any] = json.loads(said)
        return cls(
            found["role"],
            tuple(found["turns"]),
            tuple(found["troubles"]),
            found["published"],
            process,
        )

    def written(self) -> str:
        """The same for the others to read."""
        told = {"role": self.role, "turns": self.turns, "troubles": self.troubles}
        return json.dumps({**told, "published": self.published})


class Presence(Protocol):
    """The processes of one platform."""

    def others(self) -> Sequence[Report]:
        """What the other processes said last; one that fell silent is not among them."""
        ...


class Alone:
    """The presence of a platform that is one process."""

    def others(self) -> Sequence[Report]:
        """See `Presence`."""
        return ()
