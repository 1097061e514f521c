"""The scan: every row of the ledger's file against the leaf that was signed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from adapters.evidence.findings import Finding
from adapters.evidence.leaf import parts, stands_for
from adapters.evidence.log import BATCH, Leaf, TransparencyLog
from adapters.evidence.receipts import Receipts
from adapters.evidence.selfcheck import SelfCheck
from adapters.store.inspection import Broken, Inspection
from adapters.store.stored import StoredRow
from domain.errors import Unavailable, VarselError

PAIRS = 200  # changed rows among which it is looked for two that were swapped

Pause = Callable[[], None]


def scan(file: Inspection, log: TransparencyLog, pause: Pause = lambda: None) -> Iterator[Finding]:
    """All that is wrong with the ledger and its log; `pause` is called between two batches.

    Rows behind the log's last leaf are judged in themselves: the follower has yet to come.
    """
    yield from (Finding("file", said) for said in file.complaints())
    try:
        yield from _Scan(file, log, pause).findings()
    except VarselError as broken:
        yield Finding("unreadable", f"the scan ended early: {broken}")


class _Scan:
    def __init__(self, file: Inspection, log: TransparencyLog, pause: Pause) -> None:
        self._file, self._log, self._pause = file, log, pause
        self._size = log.size()
        self._receipts = Receipts(file)
        self._own = SelfCheck(log)
        self._changed: list[tuple[Leaf, StoredRow]] = []
        self._versions: dict[UUID, int] = {}
        self._latest = ""

    def findings(self) -> Iterator[Finding]:
        after: int | None = None
        start = 0
        while start < self._size:
            leaves = self._log.leaves(start, min(BATCH, self._size - start))
            if not leaves or leaves[-1].index < start:
                yield Finding("log", f"its leaves end at {start}, {self._size} were signed")
                break
            yield from self._own.follow(leaves)
            yield from self._compare(after, leaves)
            start, after = leaves[-1].index + 1, leaves[-1].position
            self._pause()
        yield from self._rest(after)
        yield from self._named()
        yield from self._own.end(self._size)
        yield from self._receipts.end(self._latest)

    def _compare(self, after: int | None, leaves: Sequence[Leaf]) -> Iterator[Finding]:
        expected = {leaf.position: leaf for leaf in leaves}
        rows = self._between(after, leaves)
        for position in sorted({*expected, *rows}):
            leaf, row = expected.get(position), rows.get(position)
            if row is None:
                yield Finding("removed", f"the row at position {position} is gone")
            elif isinstance(row, Broken):
                yield Finding("unreadable", f"the row at position {position}: {row.why}")
            elif leaf is None:
                yield Finding("inserted", f"a row at position {position} was never signed")
            else:
                signed = stands_for(leaf.hash, row)
                if not signed:
                    self._changed.append((leaf, row))
                yield from self._receipts.beside(row, leaf)
                yield from self._in_itself(row, signed=signed)

    def _between(self, after: int | None, leaves: Sequence[Leaf]) -> dict[int, StoredRow | Broken]:
        """The rows behind a position up to the last leaf's; one by one where reading stops."""
        last, found = leaves[-1].position, dict[int, StoredRow | Broken]()
        try:
            while (after is None or after < last) and (rows := self._file.rows(after, BATCH)):
                found |= {row.position: row for row in rows if row.position <= last}
                after = rows[-1].position
        except Unavailable:
            alone = {leaf.position: self._file.row(leaf.position) for leaf in leaves}
            found |= {position: row for position, row in alone.items() if row is not None}
        return found

    def _rest(self, after: int | None) -> Iterator[Finding]:
        """Rows that no leaf stands for yet."""
        while rows := self._file.rows(after, BATCH):
            for row in rows:
                if isinstance(row, Broken):
                    yield Finding("unreadable", f"the row at position {row.position}: {row.why}")
                else:
                    yield from self._receipts.beside(row, None)
                    yield from self._in_itself(row, signed=False)
            after = rows[-1].position
            self._pause()

    def _in_itself(self, row: StoredRow, *, signed: bool) -> Iterator[Finding]:
        where = f"the row at position {row.position}"
        before = self._versions.get(row.stream, 0)
        if row.version != before + 1:
            what = f"{where} is version {row.version} of stream {row.stream}, after {before}"
            yield Finding("stream", what)
        self._versions[row.stream] = row.version
        if not signed and (odd := _miswritten(row)):
            yield Finding("unreadable", f"{where}: {odd[:100]}")
        try:
            at = row.recorded_at().isoformat(timespec="microseconds")
        except (ValueError, RecursionError) as broken:
            yield Finding("unreadable", f"{where} does not say when: {str(broken)[:100]}")
            return
        if at < self._latest:
            yield Finding("back-dated", f"{where} says {at}, the log was at {self._latest}")
        self._latest = max(at, self._latest)

    def _named(self) -> Iterator[Finding]:
        """The changed rows; two that hold what the other had are called swapped."""
        swapped: set[int] = set()
        few = self._changed if len(self._changed) <= PAIRS else []
        for number, one in enumerate(few):
            for other in few[number + 1 :]:
                if _swapped(one, other):
                    here, there = one[0].position, other[0].position
                    swapped |= {here, there}
                    yield Finding("swapped", f"the rows at positions {here} and {there}")
        for leaf, row in self._changed:
            if leaf.position not in swapped:
                where = f"the row at position {leaf.position}"
                yield Finding("changed", f"{where} ({row.topic}, stream {row.stream})")


def _miswritten(row: StoredRow) -> str:
    """Why no platform writes a state like this, though it may say the same; empty if it may."""
    try:
        parts(row.state)
    except ValueError as broken:
        return str(broken)
    return ""


def _swapped(one: tuple[Leaf, StoredRow], other: tuple[Leaf, StoredRow]) -> bool:
    """Whether two rows change places, or their states do."""
    (here, row), (there, its) = one, other
    whole = (its._replace(position=here.position), row._replace(position=there.position))
    states = (row._replace(state=its.state), its._replace(state=row.state))
    return any(stands_for(here.hash, a) and stands_for(there.hash, b) for a, b in (whole, states))
