"""varsel checkpoint and varsel doctor: keep the log's word, and ask whether it still holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from adapters.evidence.checkpoint import Signer
from tests.adapters.cli.lab import Varsel
from tests.adapters.play.lab import Staged


@pytest.fixture
def kept(small: Staged, varsel: Varsel, folder: Path) -> Path:
    """A checkpoint that somebody kept."""
    ran = varsel("checkpoint", "--creds", small.data / "operator.creds")
    assert ran.code == 0, ran.err
    (folder / "kept").write_text(ran.out)
    return folder / "kept"


def test_a_checkpoint_is_printed_as_it_was_signed_and_its_key_beside(
    small: Staged, varsel: Varsel, folder: Path
) -> None:
    assert folder.exists()
    ran = varsel("checkpoint", "--creds", small.data / "operator.creds")
    assert ran.out.startswith("varsel/")
    assert "\n\n\u2014 varsel/" in ran.out
    assert ran.err.startswith("key: varsel/")


def test_a_kept_checkpoint_still_holds(small: Staged, varsel: Varsel, kept: Path) -> None:
    ran = varsel("checkpoint", "--since", kept, "--creds", small.data / "operator.creds")
    assert ran.code == 0, ran.err
    assert "nothing was changed since" in ran.out


def test_a_kept_checkpoint_of_another_key_is_refused(
    small: Staged, varsel: Varsel, kept: Path
) -> None:
    name, _, _ = kept.read_text().partition("\n")
    other = Signer(name, bytes(32)).sign(1, bytes(32), None)
    kept.write_text(other.note)
    creds = small.data / "operator.creds"
    assert "not signed by this key" in varsel("checkpoint", "--since", kept, "--creds", creds).err


def test_a_history_that_contradicts_a_kept_checkpoint_is_named(
    small: Staged, varsel: Varsel, kept: Path
) -> None:
    """Signed by the same key, as an operator who keeps two histories would."""
    log = small.player.platform.parts.evidence.log
    kept.write_text(log._signer.sign(3, bytes(32), None).note)
    ran = varsel("checkpoint", "--since", kept, "--creds", small.data / "operator.creds")
    assert ran.code == 1
    assert "something was changed or left out" in ran.err


def test_a_log_that_is_shorter_than_a_kept_checkpoint_is_named(
    small: Staged, varsel: Varsel, kept: Path
) -> None:
    log = small.player.platform.parts.evidence.log
    kept.write_text(log._signer.sign(10_000, bytes(32), None).note)
    ran = varsel("checkpoint", "--since", kept, "--creds", small.data / "operator.creds")
    assert ran.code == 1
    assert "something was changed or left out" in ran.err


def test_a_file_that_is_not_there_is_refused(small: Staged, varsel: Varsel, folder: Path) -> None:
    creds = small.data / "operator.creds"
    ran = varsel("checkpoint", "--since", folder / "none", "--creds", creds)
    assert "cannot be read" in ran.err


def test_a_deep_look_at_a_platform_that_is_well_finds_nothing(
    small: Staged, varsel: Varsel
) -> None:
    ran = varsel("doctor", "--deep", "--data", small.data, "--json")
    assert ran.json()["findings"] == []


def test_a_deep_look_names_what_it_finds_and_exits_non_zero(small: Staged, varsel: Varsel) -> None:
    views = small.data / "views"
    current = views / (views / "CURRENT").read_text().strip()
    db = sqlite3.connect(current, isolation_level=None, timeout=30)
    db.execute("DELETE FROM rows WHERE view='timeline'")
    db.close()
    ran = varsel("doctor", "--deep", "--data", small.data)
    assert ran.code == 1
    assert "views: at timeline/" in ran.out
    assert "made anew" in " ".join(ran.out.split())
    assert varsel("doctor", "--deep", "--data", small.data).code == 0


def test_a_running_folder_is_not_examined_offline(small: Staged, varsel: Varsel) -> None:
    ran = varsel("doctor", "--offline", "--data", small.data)
    assert ran.code == 1
    assert "another varsel serve" in ran.err


def test_doctor_says_what_the_platform_stands_on(small: Staged, varsel: Varsel) -> None:
    found = varsel("doctor", "--data", small.data, "--json").json()["checks"]
    assert {one["what"]: one["verdict"] for one in found} == {"disk": "ok", "backup": "warn"}


def test_doctor_exits_non_zero_where_what_it_stands_on_is_wrong(
    small: Staged, varsel: Varsel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.ops.survey.ROOM", 1 << 62)
    ran = varsel("doctor", "--data", small.data)
    assert ran.code == 1
    assert "WRONG disk" in ran.out
    assert "ledger:" in ran.out


def test_a_back_up_is_made_beside_a_platform_that_runs_and_put_back(
    small: Staged, varsel: Varsel, folder: Path
) -> None:
    ran = varsel("backup", "--out", folder / "backup", "--data", small.data, "--json")
    assert ran.json()["events"] > 0
    key = small.data / "master.key"
    words = ("restore", folder / "backup", "--data", folder / "new", "--master-key-file", key)
    assert "nor are erasures made since" in " ".join(varsel(*words).out.split())
    assert (
        varsel("doctor", "--offline", "--data", folder / "new", "--master-key-file", key).code == 0
    )
    assert "something is there already" in varsel(*words).err


def test_a_platform_in_a_database_has_its_back_ups_made_there(
    folder: Path, varsel: Varsel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARSEL_DATABASE_URL", "postgresql://varsel@127.0.0.1/varsel")
    ran = varsel("backup", "--out", folder / "backup", "--data", folder)
    assert ran.code == 1
    assert "docs/operations.md" in ran.err
