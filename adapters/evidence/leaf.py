"""The bytes of a leaf: what the tree commits to for one row of the ledger.

A row's state is `{"envelope": …, "event": …, "v": …}` in canonical JSON: keys sorted, no spaces,
letters as themselves, UTF-8. A leaf has it in two parts, so that whoever may see the event can
check it without being shown what is nobody's but its writer's:

    shown       the canonical JSON of the state without the envelope's actor, command and salt
    withheld    SHA-256 of the canonical JSON of these three: {"actor":…,"command":…,"salt":…}

The salt, 16 random bytes, keeps `withheld` from being guessed. Version 1, all numbers unsigned and
big-endian:

    magic                14 bytes: "varsel-leaf/1" and a newline
    position             8 bytes: in the ledger's notification order, with its gaps
    stream id            16 bytes: the UUID's
    version              8 bytes: within the stream, from 1
    topic                4 bytes of length in bytes, then UTF-8
    shown                4 bytes of length, then as many
    withheld             32 bytes

Every part has a fixed width or its length before it, and a state that is not canonical has no leaf:
so no two rows share their bytes. The leaf's hash is SHA-256 of 0x00 and these bytes (RFC 9162
section 2.1.1). A row's place in the tree, its index, is dense and counts from 0; it is not in the
leaf, for the proof says it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, NamedTuple

from adapters.canonical import canonical
from adapters.evidence import tree
from adapters.store.stored import StoredRow

MAGIC: Final = b"varsel-leaf/1\n"
WITHHELD: Final = ("actor", "command", "salt")  # of the envelope


class Parts(NamedTuple):
    """A state in its two parts: what readers are shown, and `own`, which its writer alone is."""

    shown: bytes
    own: dict[str, Any]

    @property
    def withheld(self) -> bytes:
        """What stands for `own` in the leaf."""
        return hashlib.sha256(canonical(self.own)).digest()


def parts(state: bytes) -> Parts:
    """The two parts of a state; `ValueError` unless it is byte for byte as states are written.

    Another order, a space, a key twice or an escape would read the same and hash the same: a
    changed byte could hide.
    """
    try:
        stored = json.loads(state.decode())
        if canonical(stored) != state:
            raise ValueError("its state is not written in the one way that states are")
        own = {name: stored["envelope"].pop(name) for name in WITHHELD}
    except (LookupError, TypeError, AttributeError, RecursionError) as broken:
        raise ValueError(f"its state is no event in its envelope: {broken!r}") from broken
    return Parts(canonical(stored), own)


def leaf_bytes(row: StoredRow) -> bytes:
    """What is hashed for a row; `ValueError` as for `parts`."""
    found = parts(row.state)
    return b"".join(
        (
            MAGIC,
            row.position.to_bytes(8, "big"),
            row.stream.bytes,
            row.version.to_bytes(8, "big"),
            _sized(row.topic.encode()),
            _sized(found.shown),
            found.withheld,
        )
    )


def leaf_hash(row: StoredRow) -> bytes:
    """The hash of a row's leaf; `ValueError` as for `parts`."""
    return tree.leaf_hash(leaf_bytes(row))


def stands_for(leaf: bytes, row: StoredRow) -> bool:
    """Whether this is the hash of the row's leaf: a row that can have none has another."""
    try:
        return leaf_hash(row) == leaf
    except ValueError:
        return False


def _sized(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part
