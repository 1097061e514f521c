"""Findings: what the integrity watch names, each with its kind and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "changed",  # a row whose bytes are no longer those that were signed
    "removed",  # a row that was signed and is gone
    "inserted",  # a row among the signed ones that was never signed
    "swapped",  # two rows, each with what the other had
    "back-dated",  # a row recorded before the one in front of it
    "unreadable",  # a row that no platform wrote like this, or the file at that place
    "stream",  # versions of a stream that do not count up one by one
    "receipt",  # a command's receipt that was changed, or points nowhere
    "clock",  # the ledger's clock is not at its last row
    "file",  # what the database itself finds wrong with its file
    "log",  # the transparency log contradicts itself or its signatures
    "feed",  # a message of the feed that is gone or not the one that was published
    "views",  # read models that are not what the ledger makes of them
]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was; `repaired` where the ledger could make it anew."""

    kind: Kind
    what: str
    repaired: bool = False

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}" + (" (made anew from the ledger)" * self.repaired)
