"""The transparency log against itself: leaves, nodes and every signed root, recomputed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.evidence import tree
from adapters.evidence.findings import Finding
from adapters.evidence.log import BATCH, Leaf, TransparencyLog
from domain.errors import Invalid, Unavailable


class SelfCheck:
    """Follows the leaves as a scan meets them."""

    def __init__(self, log: TransparencyLog) -> None:
        self._log = log
        self._tree = tree.Growing()
        self._notes = _notes(log)
        self._next = next(self._notes, None)

    def follow(self, leaves: Sequence[Leaf]) -> Iterator[Finding]:
        """Findings up to these leaves."""
        yield from self._signed()
        for leaf in leaves:
            if leaf.index != self._tree.size:
                yield Finding("log", f"its leaf {self._tree.size} is missing")
                return
            for level, number, made in self._tree.put(leaf.hash):
                if self._stored(level, number) != made:
                    yield Finding("log", f"its node {number} of level {level} is another one")
            yield from self._signed()

    def end(self, size: int) -> Iterator[Finding]:
        """What is left when all leaves were met: checkpoints of sizes that were never reached."""
        while self._next is not None and self._next[0] <= size:
            yield Finding("log", f"a checkpoint stands for {self._next[0]} leaves, which it lacks")
            self._next = next(self._notes, None)

    def _signed(self) -> Iterator[Finding]:
        while self._next is not None and self._next[0] <= self._tree.size:
            size, note = self._next
            where = f"its checkpoint for {size} leaves"
            try:
                found = self._log.verifier.read(note)
            except Invalid as wrong:
                yield Finding("log", f"{where}: {wrong}")
            else:
                if (found.size, found.root) != (self._tree.size, self._tree.root()):
                    yield Finding("log", f"{where} signs another root than the leaves amount to")
            self._next = next(self._notes, None)

    def _stored(self, level: int, number: int) -> bytes | None:
        try:
            return self._log.node(level, number)
        except Unavailable:
            return None


def _notes(log: TransparencyLog) -> Iterator[tuple[int, str]]:
    after = -1
    while (found := log.notes(after, BATCH)) and found[-1][0] > after:
        yield from found
        after = found[-1][0]
