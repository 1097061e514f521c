"""varsel doctor's look at what a platform stands on: real engines, in order and out of it."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.engines.postgres import PostgresTurns
from adapters.folder import Folder, open_vault
from adapters.logs import get
from adapters.nats.server import free_port
from adapters.ops import survey as surveys
from adapters.ops.survey import survey
from adapters.settings import Settings
from tests.cluster import Cluster, cluster
from tests.postgres import Postgres

Clock = Callable[[], datetime]


def now() -> datetime:
    return datetime.now(UTC)


def later(**by: float) -> Clock:
    return lambda: now() + timedelta(**by)


def seen(clock: Clock = now, **settings: Any) -> dict[str, tuple[str, str]]:
    """Verdict and words of each check, by what was looked at."""
    found = survey(Settings(**settings), clock)
    return {one["what"]: (one["verdict"], one["says"]) for one in found}


# --- the data folder ---


def test_a_folder_that_was_never_backed_up_is_warned_of(tmp_path: Path) -> None:
    found = seen(data=tmp_path)
    assert found["disk"][0] == "ok"
    assert found["backup"] == (
        "warn",
        "none was made from this folder: varsel backup --out FILE",
    )


@pytest.mark.parametrize(
    ("hours", "verdict"), [(1, "ok"), (26.5, "warn")], ids=["fresh", "older-than-a-day"]
)
def test_the_age_of_the_newest_back_up_is_told(tmp_path: Path, hours: float, verdict: str) -> None:
    kept = {"at": (now() - timedelta(hours=hours)).isoformat(), "file": str(tmp_path / "gone")}
    (tmp_path / "backup.json").write_text(json.dumps(kept))
    found = seen(data=tmp_path)["backup"]
    assert found[0] == verdict
    assert "not there any more" in found[1]


def test_a_disk_with_little_room_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys, "ROOM", 1 << 62)
    assert seen(data=tmp_path)["disk"][0] == "wrong"


def test_a_folder_that_everybody_can_read_is_warned_of(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert seen(data=tmp_path)["folder"][0] == "warn"
    tmp_path.chmod(0o700)
    assert "folder" not in seen(data=tmp_path)


# --- PostgreSQL ---


@pytest.fixture(scope="module")
def safe() -> Iterator[Postgres]:
    """A server as it comes, for these tests alone: turns are looked for in all of it."""
    with tempfile.TemporaryDirectory(prefix="varsel-survey-") as folder:
        server = Postgres(Path(folder), ("max_connections=20",))
        server.start()
        yield server
        server.stop()


def test_a_database_is_told_with_its_clock_its_archive_and_who_holds_turns(
    tmp_path: Path, safe: Postgres
) -> None:
    url = safe.database()

    async def story() -> dict[str, tuple[str, str]]:
        async with PostgresTurns(url, get()).turn("relay"):
            return await asyncio.to_thread(seen, data=tmp_path, database_url=url)

    found = asyncio.run(story())
    assert found["postgres"][0] == "ok"
    assert found["postgres clock"][0] == "ok"
    assert found["archive"] == (
        "warn",
        "archive_mode is off: only whole dumps can be put back",
    )
    assert found["turn relay"][0] == "ok"
    assert found["turn relay"][1].startswith("held by varsel ")
    assert found["turn evidence"][0] == "wrong"
    assert "backup" not in found


def test_nobody_at_work_and_a_clock_that_is_off_are_wrong(tmp_path: Path, safe: Postgres) -> None:
    found = seen(later(seconds=30), data=tmp_path, database_url=safe.database())
    assert {found[f"turn {turn}"][0] for turn in ("relay", "evidence", "projector")} == {"wrong"}
    assert found["postgres clock"][0] == "wrong"
    apart = float(found["postgres clock"][1].partition(" s ")[0])
    assert 30 <= round(apart) < 60  # and what it took to ask


def test_an_unsafe_database_is_named_with_what_to_change(tmp_path: Path, safe: Postgres) -> None:
    url = safe.database()
    name = url.rpartition("/")[2]
    with psycopg.connect(url, autocommit=True) as one:
        one.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    found = seen(data=tmp_path, database_url=url)["postgres"]
    assert found[0] == "wrong"
    assert "synchronous_commit" in found[1]


def test_a_database_that_is_not_there_is_told_and_the_rest_looked_at(tmp_path: Path) -> None:
    gone = f"postgresql://varsel@127.0.0.1:{free_port()}/varsel"
    found = seen(data=tmp_path, database_url=gone)
    assert found["postgres"][0] == "wrong"
    assert found["disk"][0] == "ok"


# --- NATS ---


@pytest.fixture(scope="module")
def nodes() -> Cluster:
    return cluster()


def test_each_node_is_told_with_its_version_and_its_certificate_s_end(
    tmp_path: Path, nodes: Cluster
) -> None:
    found = seen(data=tmp_path, nats_url=nodes.url, nats_ca=nodes.ca)
    names = [what for what in found if what.startswith("nats ")]
    assert len(names) == 3
    assert {found[name][1].split()[0] for name in names} == {node.name for node in nodes.nodes}
    ends = {what: one for what, one in found.items() if what.startswith("certificate")}
    assert len(ends) == 4
    assert {verdict for verdict, _ in ends.values()} == {"ok"}


@pytest.mark.parametrize(("days", "verdict"), [(800, "warn"), (900, "wrong")], ids=["soon", "over"])
def test_a_certificate_that_ends_is_told_before(
    tmp_path: Path, nodes: Cluster, days: int, verdict: str
) -> None:
    found = seen(later(days=days), data=tmp_path, nats_url=nodes.url, nats_ca=nodes.ca)
    ends = {one[0] for what, one in found.items() if what.startswith("certificate 1")}
    assert ends == {verdict}


def test_a_node_that_does_not_answer_is_named_and_the_others_are_looked_at(
    tmp_path: Path, nodes: Cluster
) -> None:
    gone = f"tls://127.0.0.1:{free_port()}"
    found = seen(data=tmp_path, nats_url=f"{gone},{nodes.url}", nats_ca=nodes.ca)
    verdicts = [one[0] for what, one in found.items() if what.startswith("nats ")]
    assert sorted(verdicts) == ["ok", "ok", "ok", "wrong"]


def test_a_node_whose_certificate_another_signed_is_not_trusted(
    tmp_path: Path, nodes: Cluster
) -> None:
    found = seen(data=tmp_path, nats_url=nodes.url)  # verified as a browser would
    assert {one[0] for what, one in found.items() if what.startswith("nats ")} == {"wrong"}


@pytest.mark.parametrize(("off", "verdict"), [(0, "ok"), (60, "wrong")], ids=["right", "off"])
def test_each_node_s_clock_is_compared_with_this_machine_s(
    tmp_path: Path, nodes: Cluster, off: int, verdict: str
) -> None:
    key = tmp_path / "key"
    key.write_text("11" * 32)
    key.chmod(0o600)
    vault = open_vault(Folder(tmp_path), key)
    nodes.trusts(vault)
    vault.close()
    settings = {"nats_url": nodes.url, "nats_ca": nodes.ca, "master_key_file": key}
    found = seen(later(seconds=off), data=tmp_path, **settings)
    clocks = {what: one[0] for what, one in found.items() if what.startswith("clock of ")}
    assert clocks == {f"clock of {node.name}": verdict for node in nodes.nodes}
