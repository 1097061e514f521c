"""A bundle larger than an answer is fetched part by part, at any process, by whoever asked."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence.bundle_parts import KEPT, MADE_AGAIN, PART, Bundles, Moment
from adapters.store.vault import MemoryVault, Vault
from domain.errors import NotFound, TooMany

LARGE = os.urandom(PART + 5)


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


NOW = datetime(2026, 2, 27, 12, 0, tzinfo=UTC)


class Process:
    """One of the platform's processes; what it makes is as it should be, unless `spoilt`."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.time, self.now, self.spoilt = Time(), NOW, b""
        self.made: list[tuple[str, dict[str, Any], Moment]] = []
        self.bundles = Bundles(folder, vault, self.make, self.moment, self.time)

    def moment(self) -> Moment:
        return Moment(self.now, 7 + len(self.made))

    def make(self, by: str, body: Mapping[str, Any], then: Moment) -> bytes:
        self.made.append((by, dict(body), then))
        said = json.dumps([by, body, then.at.isoformat(), then.size], sort_keys=True)
        return LARGE + said.encode() + self.spoilt

    def ask(self, by: str, bundle: str | None = None, part: int = 0, **body: Any) -> dict[str, Any]:
        return self.bundles.answer(by, {"bundle": bundle, "part": part} if bundle else body)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    """Two of one platform, each with a folder of its own."""
    vault = MemoryVault()
    made: list[Process] = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made.append(Process(tmp_path / name, vault))
    yield made[0], made[1]
    for each in made:
        each.bundles.close()


Two = tuple[Process, Process]


def test_its_parts_together_are_the_bundle_whichever_process_gives_them(processes: Two) -> None:
    for one, other in (processes, processes[:1] * 2):
        first = one.ask("joker", incident="i-1")
        second = other.ask("joker", first["bundle"], 1)
        raw = b"".join(base64.b64decode(part["data"]) for part in (first, second))
        assert raw.startswith(LARGE)
        assert {first["bytes"], second["bytes"]} == {len(raw)}
        assert first["sha256"] == second["sha256"] == hashlib.sha256(raw).hexdigest()
        assert (first["parts"], second["part"]) == (2, 1)


def test_another_process_makes_it_once_more_as_it_was_asked_for_then(processes: Two) -> None:
    one, other = processes
    name = one.ask("joker", incident="i-1")["bundle"]
    other.now += timedelta(minutes=5)
    for _ in range(3):
        other.ask("joker", name, 1)
    assert other.made == one.made == [("joker", {"incident": "i-1"}, Moment(NOW, 7))]


def test_what_would_not_be_the_same_is_not_handed_out(processes: Two) -> None:
    """A text was erased meanwhile, say."""
    one, other = processes
    name = one.ask("joker")["bundle"]
    other.spoilt = b"!"
    with pytest.raises(NotFound, match="not any more"):
        other.ask("joker", name, 1)


def test_nobody_else_gets_it_at_any_process(processes: Two) -> None:
    name = processes[0].ask("joker")["bundle"]
    for each in processes:
        for guess in (name, f"../joker/{name}", f"joker/{name}"):
            with pytest.raises(NotFound):
                each.ask("kiwi", guess, 1)


def test_it_leaves_no_file_with_a_name(tmp_path: Path) -> None:
    process = Process(tmp_path, MemoryVault())
    process.ask("joker")
    assert list(tmp_path.iterdir()) == []
    process.bundles.close()


def test_a_new_one_takes_the_place_of_the_partys_last(processes: Two) -> None:
    one, other = processes
    first, another = one.ask("joker"), one.ask("kiwi")
    other.ask("joker")
    for each in processes:
        with pytest.raises(NotFound):
            each.ask("joker", first["bundle"], 1)
        assert each.ask("kiwi", another["bundle"], 1)["part"] == 1


def test_there_is_no_part_behind_the_last(processes: Two) -> None:
    name = processes[0].ask("joker")["bundle"]
    for part in (2, 10**9):
        with pytest.raises(NotFound, match="no such part"):
            processes[0].ask("joker", name, part)


def test_a_process_keeps_it_while_it_is_asked_for_and_makes_it_again_later(
    processes: Two,
) -> None:
    one, _ = processes
    name = one.ask("joker")["bundle"]
    for time, made in ((KEPT - 1, 1), (2 * KEPT - 2, 1), (4 * KEPT, 2)):
        one.time.now = time
        one.ask("joker", name, 1)
        assert len(one.made) == made


def test_after_an_hour_there_is_a_new_one_to_ask_for(processes: Two) -> None:
    one, other = processes
    name = one.ask("joker")["bundle"]
    other.now = NOW + MADE_AGAIN
    assert other.ask("joker", name, 1)["part"] == 1
    other.now += timedelta(seconds=1)
    other.time.now = 2 * KEPT
    with pytest.raises(NotFound, match="not any more"):
        other.ask("joker", name, 1)
    vault = other.bundles._vault
    other.ask("kiwi")
    assert [one.split("/")[1] for one in vault.names("bundle/")] == ["kiwi"]


def test_one_bundle_at_a_time_is_made_for_a_party(tmp_path: Path) -> None:
    def again(by: str, _: Mapping[str, Any], __: Moment) -> bytes:
        with pytest.raises(TooMany) as refused:
            bundles.answer(by, {})
        assert refused.value.retry_after
        return b"made"

    bundles = Bundles(tmp_path, MemoryVault(), again, lambda: Moment(NOW, 1))
    assert base64.b64decode(bundles.answer("joker", {})["data"]) == b"made"
    assert base64.b64decode(bundles.answer("joker", {})["data"]) == b"made"
    bundles.close()
