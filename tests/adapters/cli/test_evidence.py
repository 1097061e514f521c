"""varsel export and varsel verify: out of the platform, and checked without it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from adapters.evidence import bundle_parts
from tests.adapters.cli.lab import Ran, Varsel
from tests.adapters.evidence.forging import files_of, golden, key_of, manifest
from tests.adapters.play.lab import Staged

BUNDLE = "shop.zip"


def export(varsel: Varsel, small: Staged, by: str, *words: str) -> Ran:
    return varsel("export", *words, "-o", BUNDLE, "--creds", small.creds(by))


def test_what_a_party_exports_verifies(small: Staged, varsel: Varsel, folder: Path) -> None:
    ran = export(varsel, small, "shop")
    raw = (folder / BUNDLE).read_bytes()
    assert hashlib.sha256(raw).hexdigest() in ran.out
    checked = varsel("verify", BUNDLE, "--key", key_of(files_of(raw)))
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.endswith("ok\n")
    assert (folder / BUNDLE).stat().st_mode & 0o077 == 0


def test_a_bundle_of_many_parts_arrives_whole(
    small: Staged, varsel: Varsel, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_parts, "PART", 50_000)
    said = export(varsel, small, "shop", "--json").json()
    assert said["bytes"] == (folder / BUNDLE).stat().st_size > 2 * bundle_parts.PART
    assert varsel("verify", BUNDLE, "--json").json()["findings"] == []


def test_what_was_asked_for_stands_in_the_manifest(
    small: Staged, varsel: Varsel, folder: Path
) -> None:
    words = ("shop", "--incident", "leak", "--from", "2024-03-04", "--until", "2024-03-05")
    assert export(varsel, small, "eye", *words, "--with-texts").code == 0
    said = manifest(files_of((folder / BUNDLE).read_bytes()))
    assert said["by"] == "eye"
    assert said["asked"]["party"] == "shop"
    assert said["asked"]["from"] == "2024-03-03T23:00:00.000000+00:00"
    assert said["asked"]["until"] == "2024-03-05T22:59:59.000000+00:00"
    assert said["asked"]["with_texts"]


def test_a_checkpoint_kept_is_a_witness_in_both_commands(
    small: Staged, varsel: Varsel, folder: Path
) -> None:
    export(varsel, small, "shop")
    kept = folder / "kept.txt"
    kept.write_bytes(files_of((folder / BUNDLE).read_bytes())["checkpoint.txt"])
    assert export(varsel, small, "shop", "--witness", str(kept)).code == 0
    ran = varsel("verify", BUNDLE, "--witness", kept)
    assert "the log is the one that your kept.txt was signed for" in ran.out


def test_what_does_not_hold_is_said_and_the_exit_code_is_1(varsel: Varsel, folder: Path) -> None:
    raw = golden()
    (folder / BUNDLE).write_bytes(raw.replace(b"Joker", b"Poker"))
    ran = varsel("verify", BUNDLE)
    assert ran.code == 1
    assert "DOES NOT HOLD: events.jsonl, line" in ran.out
    assert varsel("verify", BUNDLE, "--json").code == 1


def test_what_is_no_bundle_has_the_exit_code_2(varsel: Varsel, folder: Path) -> None:
    (folder / BUNDLE).write_bytes(b"hello")
    assert varsel("verify", BUNDLE).code == 2
    assert varsel("verify", "nothing.zip").code == 2
    assert varsel("verify", "nothing.zip", "--json").code == 2


def test_a_file_that_cannot_be_written_or_read_is_named(
    small: Staged, varsel: Varsel, folder: Path
) -> None:
    creds = ("--creds", small.creds("shop"), "--json")
    wrong = varsel("export", "-o", folder / "no" / "where.zip", *creds).problem()
    assert wrong["field"] == "--out"
    wrong = varsel("export", "-o", BUNDLE, "--witness", "none.txt", *creds).problem()
    assert wrong["field"] == "--witness"


def test_a_refusal_leaves_no_file(small: Staged, varsel: Varsel, folder: Path) -> None:
    assert export(varsel, small, "shop", "vend").code == 1
    assert list(folder.iterdir()) == []
