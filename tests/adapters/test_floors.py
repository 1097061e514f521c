"""How far parties have acknowledged, over streams that are made anew."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from adapters.floors import Floors
from adapters.sql.postgres import Database, address
from adapters.store.vault import MemoryVault, SealedVault, Vault, vault_file
from tests import postgres

MASTER = bytes(range(32))


@pytest.fixture
def floors() -> Floors:
    return Floors(MemoryVault())


def test_a_lower_floor_never_undoes_a_higher_one(floors: Floors) -> None:
    epoch = floors.epoch()
    floors.remember("joker", 7, epoch)
    floors.remember("joker", 5, epoch)
    assert floors.of("joker") == 7
    assert floors.of("kiwi") == 0


def test_in_a_new_stream_only_what_both_have_counts(floors: Floors) -> None:
    epoch = floors.epoch()
    floors.remember("joker", 7, epoch)
    floors.remember("kiwi", 3, epoch)
    floors.begin_anew(5)
    assert (floors.of("joker"), floors.of("kiwi")) == (5, 3)


def test_a_floor_of_the_old_stream_that_is_told_late_counts_for_nothing(floors: Floors) -> None:
    seen_in = floors.epoch()
    floors.begin_anew(5)
    floors.remember("joker", 9, seen_in)  # by another process, which looked before
    assert floors.of("joker") == 0
    floors.begin_anew(5)
    assert floors.of("joker") == 0


def test_two_processes_know_one_epoch() -> None:
    vault = MemoryVault()
    assert Floors(vault).epoch() == Floors(vault).epoch()


@pytest.fixture(params=["memory", "file", "postgres"])
def vaults(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[tuple[Vault, Vault]]:
    """The vault of two processes."""
    if request.param == "memory":
        vault = MemoryVault()
        yield vault, vault
        return
    with ExitStack() as stack:
        url = postgres.database() if request.param == "postgres" else ""

        def opened() -> SealedVault:
            if not url:
                return stack.enter_context(closing(SealedVault(vault_file(tmp_path / "v"), MASTER)))
            database = stack.enter_context(closing(Database(address(url), size=2)))
            return SealedVault(database.store(), MASTER)

        yield opened(), opened()


def test_two_processes_that_remember_at_once_remember_the_higher_floor(
    vaults: tuple[Vault, Vault], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (Floors(vault) for vault in vaults)
    epoch, asked = one.epoch(), list[int]()

    def behind(party: str, of: str | None = None) -> int:
        """What was read before the other process remembered more."""
        found = Floors.of(one, party, of)
        if not asked:
            asked.append(found)
            other.remember(party, 9, epoch)
        return found

    monkeypatch.setattr(one, "of", behind)
    one.remember("joker", 7, epoch)
    assert (asked, other.of("joker")) == ([0], 9)
    one.remember("joker", 11, epoch)
    assert other.of("joker") == 11
