"""Whose request is begun next: parties take turns, so that none can take every place."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from domain.errors import TooMany

AT_ONCE: Final = 500  # requests under way, of all parties together
ITS_SHARE: Final = 64  # of them, those of one party
ITS_BYTES: Final = 4 * 1024 * 1024  # in those; a single one may always begin
IN_LINE: Final = 1_000  # requests of one party that wait for its turn
LINE_BYTES: Final = 16 * 1024 * 1024  # in those
ALL_BYTES: Final = 128 * 1024 * 1024  # in all that wait, of all parties together


@dataclass(frozen=True)
class Bounds:
    """How much may be under way, and how much may wait."""

    at_once: int = AT_ONCE
    its_share: int = ITS_SHARE
    its_bytes: int = ITS_BYTES
    in_line: int = IN_LINE
    line_bytes: int = LINE_BYTES
    all_bytes: int = ALL_BYTES


@dataclass
class _Line:
    """One party's requests: how many are under way, and what waits, oldest first."""

    under_way: int = 0
    under_way_bytes: int = 0
    waiting: deque[tuple[int, Callable[[], None]]] = field(
        default_factory=deque[tuple[int, Callable[[], None]]]
    )
    waiting_bytes: int = 0


class Turns:
    """Begins requests in the order of their parties' turns, within `bounds`. Not for threads."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._lines: dict[str, _Line] = {}
        self._ready: dict[str, None] = {}  # who may begin something, in the order of turns
        self._under_way = 0
        self._waiting_bytes = 0

    def take(self, party: str, size: int, begin: Callable[[], None]) -> None:
        """Call `begin` now, or when it is this party's turn; `size` is in bytes.

        Raises `TooMany` where it would have to wait and there is no room to wait in. Whatever
        was begun is given back with `done`.
        """
        line = self._lines.setdefault(party, _Line())
        line.waiting.append((size, begin))
        line.waiting_bytes += size
        self._waiting_bytes += size
        self._look(party)
        self._serve()
        if line.waiting and self._is_full(line):
            line.waiting.pop()
            line.waiting_bytes -= size
            self._waiting_bytes -= size
            self._look(party)
            raise TooMany(
                "too many of your requests are waiting",
                got=f"{line.under_way} under way and {len(line.waiting)} waiting",
                expected=f"at most {self._bounds.its_share} and {self._bounds.in_line}",
                next_step="read the answers before you ask more; ask this again after 1 second",
                retry_after=1,
            )

    def done(self, party: str, size: int) -> None:
        """A request that was begun has ended."""
        line = self._lines[party]
        line.under_way -= 1
        line.under_way_bytes -= size
        self._under_way -= 1
        self._look(party)
        self._serve()

    def _is_full(self, line: _Line) -> bool:
        bounds = self._bounds
        return (
            len(line.waiting) > bounds.in_line
            or line.waiting_bytes > bounds.line_bytes
            or self._waiting_bytes > bounds.all_bytes
        )

    def _serve(self) -> None:
        while self._ready and self._under_way < self._bounds.at_once:
            party = next(iter(self._ready))
            del self._ready[party]
            line = self._lines[party]
            size, begin = line.waiting.popleft()
            line.waiting_bytes -= size
            self._waiting_bytes -= size
            line.under_way += 1
            line.under_way_bytes += size
            self._under_way += 1
            self._look(party)
            begin()

    def _look(self, party: str) -> None:
        """Who may begin something stands in the order of turns; who is idle is forgotten."""
        line = self._lines[party]
        if not self._may_begin(line):
            self._ready.pop(party, None)
        else:
            self._ready.setdefault(party)
        if not line.waiting and not line.under_way:
            del self._lines[party]

    def _may_begin(self, line: _Line) -> bool:
        if not line.waiting or line.under_way >= self._bounds.its_share:
            return False
        return not line.under_way or (
            line.under_way_bytes + line.waiting[0][0] <= self._bounds.its_bytes
        )
