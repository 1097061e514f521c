"""The bytes of a leaf: what the tree commits to for one row of the ledger.

Version 1, all numbers unsigned and big-endian:

    magic                14 bytes: "varsel-leaf/1" and a newline
    position             8 bytes: in the ledger's notification order, with its gaps
    stream id            16 bytes: the UUID's
    version              8 bytes: within the stream, from 1
    topic                4 bytes of length in bytes, then UTF-8
    state                4 bytes of length, then the stored bytes as they are, salt included

Every part has a fixed width or its length before it, so no two rows share their bytes. The leaf's
hash is SHA-256 of 0x00 and these bytes (RFC 9162 section 2.1.1). A row's place in the tree, its
index, is dense and counts from 0; it is not in the leaf, for the proof says it.
"""

from __future__ import annotations

from typing import Final

from adapters.evidence import tree
from adapters.store.stored import StoredRow

MAGIC: Final = b"varsel-leaf/1\n"


def leaf_bytes(row: StoredRow) -> bytes:
    """What is hashed for a row."""
    return b"".join(
        (
            MAGIC,
            row.position.to_bytes(8, "big"),
            row.stream.bytes,
            row.version.to_bytes(8, "big"),
            _sized(row.topic.encode()),
            _sized(row.state),
        )
    )


def leaf_hash(row: StoredRow) -> bytes:
    """The hash of a row's leaf."""
    return tree.leaf_hash(leaf_bytes(row))


def _sized(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part
