"""The transparency log: the ledger's rows as the leaves of a Merkle tree, in tables of its own.

Leaves are only ever put behind others. Where the log and the ledger disagree, that is a finding:
nothing is overwritten, and nothing more is signed until somebody has looked.

One process puts leaves into it; any number read. Should two ever write, the tables' keys let one
of them through, and the other has written nothing. What is newest is therefore always looked up.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from adapters.evidence import tree
from adapters.evidence.checkpoint import Checkpoint, Signer, Verifier
from adapters.evidence.leaf import stands_for
from adapters.evidence.nodes import with_nodes
from adapters.evidence.source import Source, disagreement, leaf_of, recorded_at
from adapters.evidence.told import Told
from adapters.sql.store import Store
from adapters.store.stored import StoredRow
from domain.errors import Invalid, NotFound, Unavailable

BATCH = 500
_TABLES = """
CREATE TABLE IF NOT EXISTS leaves
    (number INTEGER PRIMARY KEY, position INTEGER UNIQUE, receipt BLOB);
CREATE TABLE IF NOT EXISTS nodes
    (level INTEGER, number INTEGER, hash BLOB, PRIMARY KEY (level, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checkpoints (size INTEGER PRIMARY KEY, note TEXT, token BLOB);
CREATE INDEX IF NOT EXISTS stamped ON checkpoints (size) WHERE token IS NOT NULL;
"""


_SIZE = "SELECT coalesce(max(size), 0) FROM checkpoints"


class Head(NamedTuple):
    """How far the log is: its newest checkpoint, and the ledger's position of the last leaf."""

    checkpoint: Checkpoint | None
    position: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf: its dense index from 0, the ledger's position, the hash, and its receipt's hash.

    The receipt's hash is no part of the tree: it stands beside it for the integrity watch.
    """

    index: int
    position: int
    hash: bytes
    receipt: bytes | None


class TransparencyLog:
    """The log in its tables; every method may be called from any thread."""

    def __init__(self, store: Store, source: Source, signer: Signer) -> None:
        self._store = store
        self._source = source
        self._signer = signer
        self._growing = threading.Lock()
        self._verified: Checkpoint | None = None  # the newest one whose signature was checked
        self._told = Told()
        store.declare(_TABLES)
        self._require_whole()

    # --- reading ---

    @property
    def verifier(self) -> Verifier:
        """The public key under the log's name."""
        return self._signer.verifier

    @property
    def verifier_key(self) -> str:
        """The same as text (`vkey`)."""
        return self.verifier.vkey

    def attest(self, text: str) -> str:
        """A signed note of a text that is no checkpoint: its first line is not the log's name."""
        if text.startswith(f"{self._signer.verifier.name}\n"):
            raise Invalid("this would be a checkpoint", expected="another first line")
        return self._signer.note(text)

    def head(self) -> Head:
        """How far the log is at this moment, whoever has written it."""
        rows = self._store.rows(
            "SELECT note, size, position FROM checkpoints LEFT JOIN leaves ON number=size-1 "
            "ORDER BY size DESC LIMIT 1"
        )
        if not rows:
            return Head(None, 0)
        [(note, size, position)] = rows
        if position is None:
            raise disagreement(f"its leaf {size - 1} is missing")
        return Head(self._read(note), position)

    def told(self) -> Head:
        """The same for whoever passes it on; `Unavailable` where it contradicts the one before."""
        head = self.head()
        self._told.go_on(head.checkpoint, self.root)
        return head

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint; None before the first event."""
        return self.head().checkpoint

    def checkpoint_at(self, size: int) -> Checkpoint:
        """The checkpoint that was signed for this size; `NotFound` where none was."""
        rows = self._store.rows("SELECT note FROM checkpoints WHERE size=?", size)
        if not rows:
            raise NotFound("no checkpoint was signed for this size", field="size", got=size)
        return self._signer.verifier.read(rows[0][0])

    def notes(self, after: int = -1, limit: int = BATCH) -> list[tuple[int, str]]:
        """What is kept as checkpoints, unread: sizes behind `after` and their notes, in order."""
        return self._store.rows(
            "SELECT size, note FROM checkpoints WHERE size>? ORDER BY size LIMIT ?", after, limit
        )

    def checkpoints(self, after: int = -1, limit: int = BATCH) -> list[Checkpoint]:
        """The signed checkpoints of sizes behind `after`, in order."""
        return [self._signer.verifier.read(note) for _, note in self.notes(after, limit)]

    def stamped(self, most: int | None = None) -> tuple[Checkpoint, bytes] | None:
        """The newest time-stamped checkpoint, of `most` leaves at most, and its token (DER)."""
        rows = self._store.rows(
            "SELECT note, token FROM checkpoints WHERE token IS NOT NULL AND size<=? "
            "ORDER BY size DESC LIMIT 1",
            self.size() if most is None else most,
        )
        return (self._signer.verifier.read(rows[0][0]), bytes(rows[0][1])) if rows else None

    def keep_token(self, size: int, token: bytes) -> None:
        """Keep a time stamp's token beside the checkpoint of this size."""
        self._store.rows("UPDATE checkpoints SET token=? WHERE size=?", token, size)

    def size(self) -> int:
        """How many leaves are signed for."""
        return int(self._store.rows(_SIZE)[0][0])

    def position(self) -> int:
        """The ledger's position of the last leaf; 0 before the first."""
        return self.head().position

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves."""
        self._require(size)
        return with_nodes(self._store, partial(tree.root, size))

    def leaf(self, index: int) -> Leaf:
        """The leaf at an index; `NotFound` where there is none."""
        found = self.leaves(index, 1)
        if not found or found[0].index != index:
            raise NotFound("the log has no such leaf", field="index", got=index)
        return found[0]

    def leaves(self, start: int, limit: int = BATCH) -> list[Leaf]:
        """Up to `limit` leaves from the index `start` on."""
        rows = self._store.rows(
            "SELECT leaves.number, position, hash, receipt FROM leaves JOIN nodes "
            "ON level=0 AND nodes.number=leaves.number "
            "WHERE leaves.number>=? ORDER BY leaves.number LIMIT ?",
            start,
            limit,
        )
        return [Leaf(*row) for row in rows]

    def index_of(self, position: int) -> int:
        """The index of the leaf for a position of the ledger; `NotFound` where there is none."""
        rows = self._store.rows("SELECT number FROM leaves WHERE position=?", position)
        if not rows:
            raise NotFound("the log has no leaf for this position", field="position", got=position)
        return int(rows[0][0])

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that a leaf stands in the tree of `size` leaves."""
        self._require(size)
        return with_nodes(self._store, partial(tree.inclusion, index, size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `new` leaves begins with that of `old`."""
        self._require(new)
        return with_nodes(self._store, partial(tree.consistency, old, new))

    def node(self, level: int, number: int) -> bytes:
        """The hash of a complete subtree, as `tree.Read` has it."""
        rows = self._store.rows("SELECT hash FROM nodes WHERE level=? AND number=?", level, number)
        if not rows:
            raise disagreement(f"its node {number} of level {level} is missing")
        return bytes(rows[0][0])

    # --- growing ---

    def catch_up(self) -> int:
        """Put the ledger's next rows behind the leaves and sign; how many there were.

        Leaves, nodes and checkpoint are committed together: after a crash all are there or none.
        Raises `Unavailable`, having written nothing, where another process was quicker, and where
        what would be signed contradicts what this process has told of before.
        """
        with self._growing:
            head = self.head()
            start = head.checkpoint.size if head.checkpoint else 0
            lacking = self._told.lacking(start)
            tail, rows = self._next(head, max(BATCH, lacking))
            self._told.require_rows(start, len(rows))
            if not rows:
                return 0
            self._require_tail(head, tail)
            if not lacking:
                self._told.go_on(head.checkpoint, self.root)
            growing = with_nodes(self._store, partial(tree.Growing.at, start))
            self._told.require(start, growing.root)
            nodes: list[tuple[int, int, bytes]] = []
            for row in rows:
                nodes += growing.put(leaf_of(row))
                self._told.require(growing.size, growing.root)
            receipts = self._source.receipt_hashes(rows)
            signed = self._signer.sign(growing.size, growing.root(), recorded_at(rows[-1]))
            leaves = [
                (start + index, row.position, receipt)
                for index, (row, receipt) in enumerate(zip(rows, receipts, strict=True))
            ]
            with self._store.transaction():
                self._require_still(head)
                self._store.many("INSERT INTO leaves VALUES (?,?,?)", leaves)
                self._store.many("INSERT INTO nodes VALUES (?,?,?)", nodes)
                said = (signed.size, signed.note)
                self._store.rows("INSERT INTO checkpoints VALUES (?,?,NULL)", *said)
            self._verified = signed
            self._told.grown(signed)
            return len(rows)

    def require_agreement(self) -> None:
        """Raise `Unavailable` unless what is signed last is what tables and ledger hold."""
        head = self.head()
        self._require_tail(head, self._next(head, 0)[0])
        newest = head.checkpoint
        if newest and self.root(newest.size) != newest.root:
            raise disagreement("its nodes do not amount to the root that was signed")

    # --- parts ---

    def _next(self, head: Head, most: int) -> tuple[StoredRow | None, Sequence[StoredRow]]:
        """The ledger's row of the last leaf, if it is there, and the rows behind it."""
        if head.checkpoint is None:
            return None, self._source.rows_since(0, most)
        rows = self._source.rows_since(head.position - 1, most + 1)
        if rows and rows[0].position == head.position:
            return rows[0], rows[1:]
        return None, rows[:most]

    def _require_tail(self, head: Head, tail: StoredRow | None) -> None:
        """The last leaf must still be the ledger's row: a log does not grow on sand."""
        if head.checkpoint is None:
            return
        if tail is None:
            raise disagreement(f"the ledger has no position {head.position} any more")
        if not stands_for(self.leaf(head.checkpoint.size - 1).hash, tail):
            raise disagreement(f"the ledger's row at position {head.position} is another one")

    def _require_still(self, head: Head) -> None:
        """The keys let no two write the same leaf; nor may anybody have taken leaves away."""
        if self.head() != head:
            raise Unavailable(
                "the transparency log is not as it was when this batch was begun",
                next_step="nothing: another process has moved it on, and this one looks again",
            )

    def _require_whole(self) -> None:
        """One statement, and so one moment: another process may be writing."""
        rows = self._store.rows(
            "SELECT (SELECT count(*) FROM leaves), "
            "(SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1)"
        )
        [(leaves, note)] = rows
        try:
            signed = self._read(note).size if note is not None else 0
        except Invalid as wrong:
            raise disagreement(
                f"its newest checkpoint is not signed by its key ({wrong})"
            ) from None
        if leaves != signed:
            raise disagreement(f"it holds {leaves} leaves, its newest checkpoint says otherwise")

    def _read(self, note: str) -> Checkpoint:
        """A note as a checkpoint; the signature of one that is asked for again is not checked."""
        known = self._verified
        if known is None or known.note != note:
            known = self._verified = self._signer.verifier.read(note)
        return known

    def _require(self, size: int) -> None:
        if not 0 <= size <= self.size():
            raise Invalid(
                "the log has not that many leaves",
                field="size",
                got=size,
                expected=f"0 to {self.size()}",
            )
