"""How far parties have acknowledged, over streams that are made anew."""

from __future__ import annotations

import pytest

from adapters.floors import Floors
from adapters.store.vault import MemoryVault


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
