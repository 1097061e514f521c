"""A data folder: one platform at a time, private, under the right master key."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.folder import Folder, claimed, digest_key, open_vault, trust, write_private
from adapters.settings import Settings
from domain.errors import Invalid, Refused, Unavailable, VarselError
from tests.adapters.nats.lab import TOLERATED
from tests.adapters.running import files_in, raised, up

pytestmark = TOLERATED
KEY, OTHER = "11" * 32, "22" * 32


def a_key(path: Path, key: str = KEY) -> Path:
    path.write_text(f"{key}\n")
    path.chmod(0o600)
    return path


async def start(folder: Path, **settings: Any) -> None:
    async with up(folder, **settings):
        pass


def refused(folder: Path, **settings: Any) -> VarselError:
    error = asyncio.run(_raised(folder, **settings))
    assert isinstance(error, VarselError)
    return error


async def _raised(folder: Path, **settings: Any) -> BaseException:
    return await raised(start(folder, **settings))


def test_a_folder_is_made_private_to_its_owner(tmp_path: Path) -> None:
    with claimed(tmp_path / "new" / "data") as folder:
        assert folder.root.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_in_use_is_refused(tmp_path: Path) -> None:
    with claimed(tmp_path), pytest.raises(Refused, match="another varsel serve"), claimed(tmp_path):
        pass


def test_a_folder_is_free_again_when_its_platform_has_gone(tmp_path: Path) -> None:
    for _ in range(2):
        with claimed(tmp_path):
            pass


def test_a_second_platform_on_a_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as first:
            assert isinstance(await _raised(tmp_path / "data"), Refused)
            assert (await first.operator.call("whoami", {}))["whoami"]["id"] == "operator"

    asyncio.run(scenario())


def test_a_master_key_is_made_beside_the_data_where_none_is_named(tmp_path: Path) -> None:
    asyncio.run(start(tmp_path / "data"))
    key = tmp_path / "data" / "master.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(key.read_text().strip())) == 32


def test_the_master_key_may_lie_elsewhere_and_is_then_not_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = a_key(tmp_path / "master")
    monkeypatch.setenv("VARSEL_MASTER_KEY_FILE", str(key))
    asyncio.run(start(tmp_path / "data"))
    asyncio.run(start(tmp_path / "data"))
    for path, held in files_in(tmp_path / "data").items():
        assert KEY.encode() not in held, path
        assert bytes.fromhex(KEY) not in held, path


def test_a_wrong_master_key_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    asyncio.run(start(tmp_path / "data", master_key_file=a_key(tmp_path / "right")))
    before = files_in(tmp_path / "data")["vault.sqlite"]
    error = refused(tmp_path / "data", master_key_file=a_key(tmp_path / "wrong", OTHER))
    assert isinstance(error, Unavailable)
    assert "master key" in str(error)
    assert files_in(tmp_path / "data")["vault.sqlite"] == before


def test_a_master_key_that_is_named_but_not_there_is_not_made_up(tmp_path: Path) -> None:
    error = refused(tmp_path / "data", master_key_file=tmp_path / "nowhere")
    assert isinstance(error, Unavailable)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610])
def test_a_master_key_that_others_can_get_at_is_refused_before_anything_is_made(
    tmp_path: Path, mode: int
) -> None:
    key = a_key(tmp_path / "master")
    key.chmod(mode)
    error = refused(tmp_path / "data", master_key_file=key)
    assert isinstance(error, Unavailable)
    assert error.next_step is not None
    assert f"chmod 600 {key}" in error.next_step
    assert not (tmp_path / "data" / "vault.sqlite").exists()


@pytest.mark.parametrize("text", ["", "11" * 31, "11" * 33, "no hex"])
def test_what_is_no_master_key_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    error = refused(tmp_path / "data", master_key_file=a_key(tmp_path / "master", text))
    assert "no master key" in str(error)
    assert not text or text not in str(error)


def test_a_master_key_that_is_gone_is_not_made_anew_beside_its_vault(tmp_path: Path) -> None:
    asyncio.run(start(tmp_path / "data"))
    (tmp_path / "data" / "master.key").unlink()
    before = files_in(tmp_path / "data")
    error = refused(tmp_path / "data")
    assert "there is no master key" in str(error)
    assert files_in(tmp_path / "data") == before


def test_where_the_master_key_was_made_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(start(tmp_path / "data"))
    said = capsys.readouterr().err
    assert said.count("master-key.made") == 1
    assert str(tmp_path / "data" / "master.key") in said
    asyncio.run(start(tmp_path / "data"))
    asyncio.run(start(tmp_path / "own", master_key_file=a_key(tmp_path / "master")))
    assert "master-key.made" not in capsys.readouterr().err


def test_an_address_that_is_none_is_refused_without_showing_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARSEL_DATABASE_URL", "postgresql://varsel:secret@db:many/varsel?no=1")
    error = refused(tmp_path / "data")
    assert (type(error), error.field) == (Invalid, "VARSEL_DATABASE_URL")
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"role": "api"}, "VARSEL_DATABASE_URL"),
        ({"role": "relay", "database_url": "postgresql://db/varsel"}, "VARSEL_NATS_URL"),
        ({"part": "2/2"}, "--part"),
        ({"part": "3/2"}, "--part"),
        ({"part": "half"}, "--part"),
    ],
)
def test_a_process_that_could_not_do_its_part_does_not_start(
    tmp_path: Path, given: dict[str, str], field: str
) -> None:
    error = refused(tmp_path / "data", **given)
    assert (type(error), error.field) == (Invalid, field)
    assert not (tmp_path / "data").exists()


def test_the_platforms_own_keys_are_made_once(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    made = open_vault(folder, None)
    first = (trust(made), digest_key(made))
    made.close()
    found = open_vault(folder, None)
    assert (trust(found), digest_key(found)) == first
    found.close()


def test_keys_that_a_crash_left_half_made_are_completed(tmp_path: Path) -> None:
    vault = open_vault(Folder(tmp_path), None)
    whole = trust(vault)
    vault.destroy("trust/system")
    vault.destroy("trust/platform")
    made = trust(vault)
    assert made.operator_seed == whole.operator_seed
    assert made != whole
    assert trust(vault) == made
    vault.close()


def test_a_free_port_is_kept_for_the_next_start(tmp_path: Path) -> None:
    async def url() -> str:
        async with up(tmp_path / "data") as platform:
            assert platform.running.folder.read_url() == platform.running.url
            return platform.running.url

    assert asyncio.run(url()) == asyncio.run(url())


def test_where_no_platform_was_started_there_is_no_url(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no platform was ever started"):
        Folder(tmp_path).read_url()


def test_a_private_file_replaces_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "operator.creds"
    path.write_text("old and longer")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["operator.creds"]


@pytest.mark.parametrize("setting", [{"nats_port": 70_000}, {"reconcile_seconds": 0}])
def test_settings_out_of_range_are_refused(tmp_path: Path, setting: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="should be"):
        Settings(data=tmp_path, **setting)  # type: ignore[arg-type]
