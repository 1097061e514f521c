"""The Merkle tree of RFC 9162 (section 2.1): hashes, proofs and how they are checked.

Nothing here knows of events or files. A tree of any size is read through `Read`, which gives the
hash of a complete subtree: level 0 holds the leaves, and the node `number` of level `level` covers
the 2**level leaves from `number * 2**level` on. A proof reads O(log n) of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from domain.errors import Invalid

HASH_BYTES: Final = 32
EMPTY: Final = hashlib.sha256(b"").digest()

Read = Callable[[int, int], bytes]  # (level, number) -> hash


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


# --- growing and reading -------------------------------------------------------------------------


def grown(size: int, leaf: bytes, read: Read) -> Iterator[tuple[int, int, bytes]]:
    """The nodes (level, number, hash) that become complete when `leaf` is put behind `size` others.

    The leaf itself comes first. `read` is asked for older nodes only.
    """
    level, number, found = 0, size, leaf
    yield level, number, found
    while number & 1:
        found = node_hash(read(level, number - 1), found)
        level, number = level + 1, number >> 1
        yield level, number, found


def root(size: int, read: Read) -> bytes:
    """The root of the first `size` leaves."""
    return _covering(0, size, read) if size else EMPTY


def inclusion(index: int, size: int, read: Read) -> list[bytes]:
    """The proof that the leaf `index` stands in the tree of `size` leaves (section 2.1.3.1)."""
    if not 0 <= index < size:
        raise Invalid(
            "there is no such leaf in this tree",
            field="index",
            got=index,
            expected=f"0 to {size - 1}" if size else "a tree with leaves",
        )
    return [_covering(start, end, read) for start, end in _siblings(index, 0, size)]


def consistency(old: int, new: int, read: Read) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with that of `old` (section 2.1.4.1)."""
    if not 0 <= old <= new:
        raise Invalid("a tree only grows", field="old", got=old, expected=f"a size from 0 to {new}")
    if old in {0, new}:
        return []
    return [_covering(start, end, read) for start, end in _seams(old, 0, new)]


def memory(leaves: Sequence[bytes]) -> Read:
    """A tree in memory over these leaf hashes."""
    nodes: dict[tuple[int, int], bytes] = {}

    def read(level: int, number: int) -> bytes:
        return nodes[level, number]

    for size, leaf in enumerate(leaves):
        nodes.update({(level, number): one for level, number, one in grown(size, leaf, read)})
    return read


class Growing:
    """A tree that only grows and keeps its peaks alone: one hash for each bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: dict[int, bytes] = {}

    @classmethod
    def at(cls, size: int, read: Read) -> Growing:
        """A tree of `size` leaves that were put before."""
        found = cls()
        for level in range(size.bit_length()):
            if size >> level & 1:
                found._peaks[level] = read(level, (size >> level) - 1)
        found.size = size
        return found

    def put(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Put a leaf behind the others; the nodes (level, number, hash) that are complete now."""
        made = list(grown(self.size, leaf, lambda level, _: self._peaks[level]))
        level, _, peak = made[-1]
        self._peaks[level] = peak
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root of what was put so far."""
        levels = [one for one in range(self.size.bit_length()) if self.size >> one & 1]
        if not levels:
            return EMPTY
        found = self._peaks[levels[0]]
        for level in levels[1:]:
            found = node_hash(self._peaks[level], found)
        return found


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _covering(start: int, end: int, read: Read) -> bytes:
    """The hash over the leaves from `start` up to `end`, as the RFC's splits meet them."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return read(level, start >> level)
    middle = start + _split(count)
    return node_hash(_covering(start, middle, read), _covering(middle, end, read))


def _siblings(index: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans beside the path from a leaf to the root, from the leaf upwards."""
    if end - start == 1:
        return
    middle = start + _split(end - start)
    if index < middle:
        yield from _siblings(index, start, middle)
        yield middle, end
    else:
        yield from _siblings(index, middle, end)
        yield start, middle


def _seams(old: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans from which both the old root and the new one can be made."""
    if old == end:
        if start:  # else it is the old root itself, which the checker has
            yield start, end
        return
    middle = start + _split(end - start)
    if old <= middle:
        yield from _seams(old, start, middle)
        yield middle, end
    else:
        yield from _seams(old, middle, end)
        yield start, middle


# --- checking ------------------------------------------------------------------------------------


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> bool:
    """Whether `proof` shows the leaf hash at `index` under the root `expected` (section 2.1.3.2).

    `size` and `expected` belong together: take both from one signed checkpoint.
    """
    if not 0 <= index < size or not _hashes(leaf, expected, *proof):
        return False
    path, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if path & 1 or path == last:
            found = node_hash(sibling, found)
            path, last = _upwards(path, last)
        else:
            found = node_hash(found, sibling)
        path, last = path >> 1, last >> 1
    return last == 0 and found == expected


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the new tree begins with the old one (section 2.1.4.2).

    Each size belongs with its root: take them from signed checkpoints.
    """
    if not 0 <= old <= new or not _hashes(old_root, new_root, *proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(proof) and _folds(old - 1, new - 1, hashes) == (old_root, new_root)


def _folds(path: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The old and the new root that the hashes amount to; None where their number is wrong."""
    while path & 1:
        path, last = path >> 1, last >> 1
    older = newer = hashes[0]
    for one in hashes[1:]:
        if last == 0:
            return None
        if path & 1 or path == last:
            older, newer = node_hash(one, older), node_hash(one, newer)
            path, last = _upwards(path, last)
        else:
            newer = node_hash(newer, one)
        path, last = path >> 1, last >> 1
    return (older, newer) if last == 0 else None


def _upwards(path: int, last: int) -> tuple[int, int]:
    """Past the levels at which the path's node is the last one and has no sibling."""
    while path and not path & 1:
        path, last = path >> 1, last >> 1
    return path, last


def _hashes(*found: bytes) -> bool:
    """Whether each has a hash's length: two children of other lengths can share a node's bytes."""
    return all(len(one) == HASH_BYTES for one in found)
