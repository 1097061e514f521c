"""The tree is the RFC's: published vectors, a second implementation, and no proof too many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.evidence import tree
from domain.errors import Invalid
from tests.adapters.evidence import rfc9162

# The leaves and roots that Certificate Transparency's implementations publish (RFC 6962 and 9162).
INPUTS = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = {  # (index, size): the published audit paths
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
LEAVES = [tree.leaf_hash(one) for one in INPUTS]
LARGEST = 16
MANY = [tree.leaf_hash(bytes([number])) for number in range(LARGEST)]
READ = tree.memory(MANY)
ROOT = [tree.root(size, READ) for size in range(LARGEST + 1)]


def spoilt(proof: list[bytes]) -> Iterator[list[bytes]]:
    """Every proof that is nearly this: a node flipped, dropped, doubled, swapped, cut, added."""
    for number, node in enumerate(proof):
        before, after = proof[:number], proof[number + 1 :]
        flipped = bytes([node[0] ^ 1]) + node[1:]
        yield [*before, flipped, *after]
        yield [*before, *after]
        yield [*before, node, node, *after]
        yield [*before, node[:-1], *after]
        yield [*before, node + b"\x00", *after]
        for other in range(number):
            swapped = [*proof]
            swapped[number], swapped[other] = swapped[other], swapped[number]
            if swapped != proof:
                yield swapped
    for more in (tree.EMPTY, bytes(32), MANY[0]):
        yield [*proof, more]
        yield [more, *proof]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    assert tree.root(size, tree.memory(LEAVES)).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSIONS)
def test_the_inclusion_proofs_are_the_published_ones(index: int, size: int) -> None:
    proof = tree.inclusion(index, size, tree.memory(LEAVES))
    assert [one.hex() for one in proof] == INCLUSIONS[index, size]


@pytest.mark.parametrize(("old", "new"), CONSISTENCIES)
def test_the_consistency_proofs_are_the_published_ones(old: int, new: int) -> None:
    proof = tree.consistency(old, new, tree.memory(LEAVES))
    assert [one.hex() for one in proof] == CONSISTENCIES[old, new]


@pytest.mark.parametrize("size", range(1, 70))
def test_a_second_implementation_makes_the_same_roots_and_proofs(size: int) -> None:
    leaves = [rfc9162.leaf(number.to_bytes(2, "big")) for number in range(size)]
    read = tree.memory(leaves)
    assert tree.root(size, read) == rfc9162.mth(leaves)
    for index in range(size):
        assert tree.inclusion(index, size, read) == rfc9162.path(index, leaves)
    for old in range(1, size):
        assert tree.consistency(old, size, read) == rfc9162.proof(old, leaves)


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_leaf_is_shown_at_its_index_and_at_no_other(size: int) -> None:
    for index in range(size):
        proof = tree.inclusion(index, size, READ)
        for claimed in range(-1, size + 2):
            shown = tree.verify_inclusion(MANY[index], claimed, size, proof, ROOT[size])
            assert shown == (claimed == index)
        for wrong in (*MANY[:index], *MANY[index + 1 :], tree.EMPTY, b""):
            assert not tree.verify_inclusion(wrong, index, size, proof, ROOT[size])


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_no_proof_that_is_nearly_right_shows_a_leaf(size: int) -> None:
    for index in range(size):
        for wrong in spoilt(tree.inclusion(index, size, READ)):
            assert not tree.verify_inclusion(MANY[index], index, size, wrong, ROOT[size])


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_a_proof_for_one_size_shows_nothing_under_another_sizes_root(size: int) -> None:
    for index in range(size):
        proof = tree.inclusion(index, size, READ)
        for other in range(LARGEST + 1):
            shown = tree.verify_inclusion(MANY[index], index, other, proof, ROOT[other])
            assert shown == (other == size)


def test_every_tree_is_consistent_with_every_later_one_and_with_no_other_root() -> None:
    for old in range(LARGEST + 1):
        for new in range(old, LARGEST + 1):
            proof = tree.consistency(old, new, READ)
            for a in range(LARGEST + 1):
                for b in range(LARGEST + 1):
                    shown = tree.verify_consistency(a, b, ROOT[a], ROOT[b], proof)
                    same = (a, b) == (old, new)
                    without_one = not proof and (a == b or a == 0 <= b)  # nothing to be shown
                    assert shown == (same or without_one)


def test_no_proof_that_is_nearly_right_shows_consistency() -> None:
    for old in range(1, LARGEST + 1):
        for new in range(old, LARGEST + 1):
            proof = tree.consistency(old, new, READ)
            for wrong in spoilt(proof):
                assert not tree.verify_consistency(old, new, ROOT[old], ROOT[new], wrong)


def test_a_tree_in_which_one_leaf_was_changed_is_not_consistent() -> None:
    for changed in range(LARGEST):
        leaves = [*MANY]
        leaves[changed] = tree.leaf_hash(b"another word")
        read = tree.memory(leaves)
        for old in range(changed + 1, LARGEST):
            proof = tree.consistency(old, LARGEST, read)
            newer = tree.root(LARGEST, read)
            assert not tree.verify_consistency(old, LARGEST, ROOT[old], newer, proof)


def test_nodes_of_odd_lengths_cannot_share_a_nodes_bytes() -> None:
    """Two children of 31 and 33 bytes have the same bytes together as two of 32."""
    left, right = MANY[0], MANY[1]
    moved = left + right[:1]
    parent = tree.node_hash(left, right)
    assert tree.node_hash(moved, right[1:]) == parent
    assert not tree.verify_inclusion(moved, 0, 2, [right[1:]], parent)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (4, 4)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(Invalid, match="no such leaf"):
        tree.inclusion(index, size, READ)


@pytest.mark.parametrize(("old", "new"), [(-1, 4), (5, 4)])
def test_there_is_no_proof_that_a_tree_shrank(old: int, new: int) -> None:
    with pytest.raises(Invalid, match="only grows"):
        tree.consistency(old, new, READ)


def test_a_claim_that_a_tree_shrank_is_refused() -> None:
    assert not tree.verify_consistency(5, 4, ROOT[5], ROOT[4], [])
    assert not tree.verify_consistency(-1, 4, ROOT[0], ROOT[4], [])


@given(st.lists(st.binary(max_size=8), max_size=80))
def test_a_tree_grown_leaf_by_leaf_has_the_root_of_one_made_at_once(data: list[bytes]) -> None:
    leaves = [tree.leaf_hash(one) for one in data]
    growing = tree.Growing()
    for leaf in leaves:
        growing.put(leaf)
    assert growing.root() == rfc9162.mth(leaves)


@given(st.integers(1, 2000), st.data())
def test_a_proof_reads_as_many_nodes_as_the_tree_is_high(size: int, data: st.DataObject) -> None:
    reads: list[tuple[int, int]] = []
    index = data.draw(st.integers(0, size - 1))

    def read(level: int, number: int) -> bytes:
        reads.append((level, number))
        return bytes(32)

    tree.inclusion(index, size, read)
    assert len(reads) <= 2 * size.bit_length()
