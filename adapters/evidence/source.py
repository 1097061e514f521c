"""What the transparency log takes in: the ledger's rows, and what keeps it from signing one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from adapters.evidence.leaf import leaf_hash
from adapters.store.stored import StoredRow
from domain.errors import Unavailable


class Source(Protocol):
    """The ledger, as far as the log reads it."""

    def rows_since(self, position: int, limit: int) -> Sequence[StoredRow]:
        """Up to `limit` rows after `position`, in the order of the log."""
        ...

    def receipt_hashes(self, rows: Sequence[StoredRow]) -> list[bytes | None]:
        """Of each row, the SHA-256 of the receipt kept for its command; None for none."""
        ...


def leaf_of(row: StoredRow) -> bytes:
    """The hash of a row's leaf; `Unavailable` for a row that can have none."""
    try:
        return leaf_hash(row)
    except ValueError as broken:
        raise Unavailable(
            "the ledger holds a row that nobody can sign for: it was not written by a platform",
            got=f"position {row.position}: {str(broken)[:200]}",
            next_step="varsel doctor --deep; keep the files as they are",
        ) from broken


def recorded_at(last: StoredRow) -> datetime:
    """When a row was recorded; `Unavailable` where it does not say."""
    try:
        return last.recorded_at()
    except ValueError as broken:
        raise Unavailable(
            "the ledger's last row does not say when it was recorded",
            got=f"position {last.position}: {broken}",
            next_step="varsel doctor --deep",
        ) from broken


def disagreement(what: str) -> Unavailable:
    """Log and ledger are not of one mind: a finding, never made good by itself."""
    return Unavailable(
        f"the transparency log and the ledger disagree: {what}",
        next_step="varsel doctor --deep names what was changed; keep both files as they are",
    )
