"""The transparency log: the ledger's rows as the leaves of a Merkle tree, in a file of its own.

Leaves are only ever put behind others. Where the log and the ledger disagree, that is a finding:
nothing is overwritten, and nothing more is signed until somebody has looked.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from adapters.evidence import tree
from adapters.evidence.checkpoint import Checkpoint, Signer, Verifier
from adapters.evidence.leaf import leaf_hash, stands_for
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


class Source(Protocol):
    """The ledger, as far as the log reads it."""

    def rows_since(self, position: int, limit: int) -> Sequence[StoredRow]:
        """Up to `limit` rows after `position`, in the order of the log."""
        ...

    def receipt_hash(self, row: StoredRow) -> bytes | None:
        """The SHA-256 of the receipt kept for the command that wrote a row; None for none."""
        ...


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
    """The log in its file; every method may be called from any thread."""

    def __init__(self, path: Path, source: Source, signer: Signer) -> None:
        self._source = source
        self._signer = signer
        self._lock = threading.RLock()
        path.touch(mode=0o600, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        try:
            self._rows("PRAGMA journal_mode=WAL")
            self._rows("PRAGMA synchronous=FULL")
            for table in _TABLES.split(";"):
                self._rows(table)
            self._newest = self._last_signed()
        except BaseException:
            self.close()
            raise

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

    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint; None before the first event."""
        return self._newest

    def checkpoint_at(self, size: int) -> Checkpoint:
        """The checkpoint that was signed for this size; `NotFound` where none was."""
        rows = self._rows("SELECT note FROM checkpoints WHERE size=?", size)
        if not rows:
            raise NotFound("no checkpoint was signed for this size", field="size", got=size)
        return self._signer.verifier.read(rows[0][0])

    def notes(self, after: int = -1, limit: int = BATCH) -> list[tuple[int, str]]:
        """What is kept as checkpoints, unread: sizes behind `after` and their notes, in order."""
        return self._rows(
            "SELECT size, note FROM checkpoints WHERE size>? ORDER BY size LIMIT ?", after, limit
        )

    def checkpoints(self, after: int = -1, limit: int = BATCH) -> list[Checkpoint]:
        """The signed checkpoints of sizes behind `after`, in order."""
        return [self._signer.verifier.read(note) for _, note in self.notes(after, limit)]

    def stamped(self, most: int | None = None) -> tuple[Checkpoint, bytes] | None:
        """The newest time-stamped checkpoint, of `most` leaves at most, and its token (DER)."""
        rows = self._rows(
            "SELECT note, token FROM checkpoints WHERE token IS NOT NULL AND size<=? "
            "ORDER BY size DESC LIMIT 1",
            self.size() if most is None else most,
        )
        return (self._signer.verifier.read(rows[0][0]), bytes(rows[0][1])) if rows else None

    def keep_token(self, size: int, token: bytes) -> None:
        """Keep a time stamp's token beside the checkpoint of this size."""
        self._rows("UPDATE checkpoints SET token=? WHERE size=?", token, size)

    def size(self) -> int:
        """How many leaves are signed for."""
        return self._newest.size if self._newest else 0

    def position(self) -> int:
        """The ledger's position of the last leaf; 0 before the first."""
        with self._lock:
            return self.leaf(self.size() - 1).position if self.size() else 0

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves."""
        self._require(size)
        with self._lock:
            return tree.root(size, self.node)

    def leaf(self, index: int) -> Leaf:
        """The leaf at an index; `NotFound` where there is none."""
        found = self.leaves(index, 1)
        if not found or found[0].index != index:
            raise NotFound("the log has no such leaf", field="index", got=index)
        return found[0]

    def leaves(self, start: int, limit: int = BATCH) -> list[Leaf]:
        """Up to `limit` leaves from the index `start` on."""
        rows = self._rows(
            "SELECT leaves.number, position, hash, receipt FROM leaves JOIN nodes "
            "ON level=0 AND nodes.number=leaves.number "
            "WHERE leaves.number>=? ORDER BY leaves.number LIMIT ?",
            start,
            limit,
        )
        return [Leaf(*row) for row in rows]

    def index_of(self, position: int) -> int:
        """The index of the leaf for a position of the ledger; `NotFound` where there is none."""
        rows = self._rows("SELECT number FROM leaves WHERE position=?", position)
        if not rows:
            raise NotFound("the log has no leaf for this position", field="position", got=position)
        return int(rows[0][0])

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that a leaf stands in the tree of `size` leaves."""
        self._require(size)
        with self._lock:
            return tree.inclusion(index, size, self.node)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `new` leaves begins with that of `old`."""
        self._require(new)
        with self._lock:
            return tree.consistency(old, new, self.node)

    def node(self, level: int, number: int) -> bytes:
        """The hash of a complete subtree, as `tree.Read` has it."""
        rows = self._rows("SELECT hash FROM nodes WHERE level=? AND number=?", level, number)
        if not rows:
            raise _disagreement(f"its node {number} of level {level} is missing")
        return bytes(rows[0][0])

    # --- growing ---

    def catch_up(self) -> int:
        """Put the ledger's next rows behind the leaves and sign; how many there were.

        Leaves, nodes and checkpoint are committed together: after a crash all are there or none.
        """
        with self._lock:
            rows = self._source.rows_since(self.position(), BATCH)
            if not rows:
                return 0
            self._require_tail()
            with self._transaction():
                for index, row in enumerate(rows, self.size()):
                    self._grow(index, row)
                signed = self._sign(self.size() + len(rows), rows[-1])
                self._rows("INSERT INTO checkpoints VALUES (?,?,NULL)", signed.size, signed.note)
            self._newest = signed
            return len(rows)

    def require_agreement(self) -> None:
        """Raise `Unavailable` unless what is signed last is what file and ledger hold."""
        with self._lock:
            self._require_tail()
            if self._newest and self.root(self._newest.size) != self._newest.root:
                raise _disagreement("its nodes do not amount to the root that was signed")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    # --- parts ---

    def _grow(self, index: int, row: StoredRow) -> None:
        made = _leaf(row)
        receipt = self._source.receipt_hash(row)
        self._rows("INSERT INTO leaves VALUES (?,?,?)", index, row.position, receipt)
        for node in tree.grown(index, made, self.node):
            self._rows("INSERT INTO nodes VALUES (?,?,?)", *node)

    def _sign(self, size: int, last: StoredRow) -> Checkpoint:
        try:
            at = last.recorded_at()
        except ValueError as broken:
            raise Unavailable(
                "the ledger's last row does not say when it was recorded",
                got=f"position {last.position}: {broken}",
                next_step="varsel doctor --deep",
            ) from broken
        return self._signer.sign(size, tree.root(size, self.node), at)

    def _require_tail(self) -> None:
        """The last leaf must still be the ledger's row: a log does not grow on sand."""
        if not self.size():
            return
        last = self.leaf(self.size() - 1)
        rows = self._source.rows_since(last.position - 1, 1)
        if not rows or rows[0].position != last.position:
            raise _disagreement(f"the ledger has no position {last.position} any more")
        if not stands_for(last.hash, rows[0]):
            raise _disagreement(f"the ledger's row at position {last.position} is another one")

    def _last_signed(self) -> Checkpoint | None:
        rows = self._rows("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1")
        leaves = self._rows("SELECT count(*) FROM leaves")[0][0]
        try:
            newest = self._signer.verifier.read(rows[0][0]) if rows else None
        except Invalid as wrong:
            raise _disagreement(
                f"its newest checkpoint is not signed by its key ({wrong})"
            ) from None
        if leaves != (newest.size if newest else 0):
            raise _disagreement(f"it holds {leaves} leaves, its newest checkpoint says otherwise")
        return newest

    def _require(self, size: int) -> None:
        if not 0 <= size <= self.size():
            raise Invalid(
                "the log has not that many leaves",
                field="size",
                got=size,
                expected=f"0 to {self.size()}",
            )

    @contextlib.contextmanager
    def _transaction(self) -> Generator[None]:
        self._rows("BEGIN IMMEDIATE")
        try:
            yield
            self._rows("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error, Unavailable):  # perhaps rolled back already
                self._rows("ROLLBACK")
            raise

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as broken:
                raise Unavailable(
                    "the transparency log's file does not answer",
                    got=str(broken),
                    next_step="see that evidence.sqlite is there, whole and not full",
                ) from broken


def _leaf(row: StoredRow) -> bytes:
    try:
        return leaf_hash(row)
    except ValueError as broken:
        raise Unavailable(
            "the ledger holds a row that nobody can sign for: it was not written by a platform",
            got=f"position {row.position}: {str(broken)[:200]}",
            next_step="varsel doctor --deep; keep the files as they are",
        ) from broken


def _disagreement(what: str) -> Unavailable:
    return Unavailable(
        f"the transparency log and the ledger disagree: {what}",
        next_step="varsel doctor --deep names what was changed; keep both files as they are",
    )
