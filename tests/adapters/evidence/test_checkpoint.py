"""Checkpoints are C2SP's: what one signs all read, and nothing else is read as one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from adapters.evidence import tree
from adapters.evidence.checkpoint import Signer, Verifier, from_header
from domain.errors import Invalid

AT = datetime(2026, 11, 22, 17, 3, 33, tzinfo=UTC)
ROOT = tree.leaf_hash(b"a word")
SIGNER = Signer("varsel/test", bytes(range(32)))
SIGNED = SIGNER.sign(7, ROOT, AT)
NOTE = SIGNED.note

# The example of the signed-note format, from the documentation of golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotp"
    "RZb6KE6RyyBwJnAM=\n"
)


def resigned(text: str) -> str:
    """Another text under a signature that fits it."""
    key = SIGNER.verifier
    raw = key.key_id + SIGNER._key.sign(text.encode())
    return f"{text}\n\u2014 {key.name} {base64.b64encode(raw).decode()}\n"


def test_a_checkpoint_reads_as_it_was_signed() -> None:
    found = Verifier.parse(SIGNER.verifier.vkey).read(NOTE)
    assert (found.origin, found.size, found.root) == ("varsel/test", 7, ROOT)
    assert found.recorded_at == AT
    assert found.note == NOTE


def test_its_text_is_that_of_the_format() -> None:
    assert NOTE.split("\n")[:5] == [
        "varsel/test",
        "7",
        base64.b64encode(ROOT).decode(),
        "recorded-at 2026-11-22T17:03:33.000000+00:00",
        "",
    ]


def test_the_same_tree_is_always_signed_in_the_same_bytes() -> None:
    assert SIGNER.sign(7, ROOT, AT) == SIGNED


def test_the_published_example_of_a_signed_note_carries_a_good_signature() -> None:
    """It gets past the signature and fails as a checkpoint; with a letter changed it does not."""
    key = Verifier.parse(NEUMANN)
    assert key.vkey == NEUMANN
    with pytest.raises(Invalid, match="lines are not a checkpoint's"):
        key.read(SAID)
    with pytest.raises(Invalid, match="signature is not of this text"):
        key.read(SAID.replace("problem", "question"))


def test_a_witness_may_sign_too() -> None:
    other = Signer("witness.example", bytes(32)).sign(7, ROOT, AT).note
    both = NOTE + other.rpartition("\n\n")[2]
    assert SIGNER.verifier.read(both).size == 7


def test_the_header_is_one_line_of_the_same() -> None:
    assert "\n" not in SIGNED.header()
    assert from_header(SIGNED.header()) == NOTE


@pytest.mark.parametrize("value", ["", "?", "AA", "/w=="])
def test_a_header_of_something_else_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        SIGNER.verifier.read(from_header(value))


@given(st.integers(0, len(NOTE.encode()) * 8 - 1))
def test_no_bit_of_a_checkpoint_may_flip(bit: int) -> None:
    raw = bytearray(NOTE.encode())
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises((Invalid, UnicodeDecodeError)):
        SIGNER.verifier.read(raw.decode())


@pytest.mark.parametrize(
    "text",
    [
        "varsel/test\n7\n",
        f"varsel/other\n7\n{base64.b64encode(ROOT).decode()}\n",
        f"varsel/test\n07\n{base64.b64encode(ROOT).decode()}\n",
        f"varsel/test\n-7\n{base64.b64encode(ROOT).decode()}\n",
        f"varsel/test\n7\n{base64.b64encode(ROOT[:31]).decode()}\n",
        f"varsel/test\n7\n{base64.b64encode(ROOT).decode()[:-1]}\n",
        f"varsel/test\n7\n{base64.b64encode(ROOT).decode()}\n\nafter an empty line\n",
        f"varsel/test\n7\n{base64.b64encode(ROOT).decode()}\nrecorded-at yesterday\n",
        f"varsel/test\n7\n{base64.b64encode(ROOT).decode()}\nrecorded-at 2026-11-22T17:03:33\n",
        f"varsel/test\n7\n{base64.b64encode(ROOT).decode()}\ntab\there\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="this is no checkpoint"):
        SIGNER.verifier.read(resigned(text))


def test_lines_of_other_extensions_are_passed_over() -> None:
    text = f"varsel/test\n7\n{base64.b64encode(ROOT).decode()}\nsomething else\n"
    assert SIGNER.verifier.read(resigned(text)).recorded_at is None


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no signature\n",
        NOTE[:-1],
        NOTE + "\n",
        NOTE + NOTE.rpartition("\n\n")[2],  # the same key twice
        NOTE.replace("\u2014 ", "- "),
        NOTE.replace("\n", "\r\n"),
        NOTE + "x" * 10_000,
    ],
)
def test_a_note_of_another_form_is_refused(note: str) -> None:
    with pytest.raises(Invalid, match="this is no checkpoint"):
        SIGNER.verifier.read(note)


def test_another_key_under_the_same_name_does_not_read_it() -> None:
    with pytest.raises(Invalid, match="not signed by this key"):
        Signer("varsel/test", bytes(32)).verifier.read(NOTE)


def test_the_same_key_under_another_name_does_not_read_it() -> None:
    same = Ed25519PublicKey.from_public_bytes(SIGNER.verifier._key.public_bytes_raw())
    with pytest.raises(Invalid, match="not signed by this key"):
        Verifier("varsel/else", same).read(NOTE)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "varsel/test",
        SIGNER.verifier.vkey.replace("varsel/test", "varsel/else"),
        SIGNER.verifier.vkey.replace("varsel/test", ""),
        SIGNER.verifier.vkey[:-4],
        NEUMANN.replace("+AR", "+AS"),
    ],
)
def test_a_text_that_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(Invalid, match="no verifier key"):
        Verifier.parse(vkey)
