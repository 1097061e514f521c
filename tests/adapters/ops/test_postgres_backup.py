"""Back-ups of PostgreSQL by the very commands that docs/operations.md gives, and what follows."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from tests.adapters.nats.lab import until
from tests.adapters.ops.test_backup import feed
from tests.adapters.running import Up, up, up_with
from tests.builders import a_leak, a_question, an_acknowledgement, told
from tests.postgres import USER, Postgres

ROOT = Path(__file__).parents[3]
LEAK = "varsel.VendorReportedLeak.v1"
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def told_to_do(name: str) -> str:
    """The commands that follow `<!-- name -->` on the page."""
    found = re.search(rf"<!-- {name} -->\n+```sh\n(.*?)```", PAGE, re.DOTALL)
    assert found, name
    return found.group(1)


@dataclass
class Kept:
    """What was backed up, how, and what the platform said at that moment and later."""

    server: Postgres
    folder: Path
    key: Path
    feed: list[tuple[str, str, str]]
    receipt: dict[str, Any]
    later: int

    def do(self, name: str, on: Postgres, **names: str) -> None:
        """Do what the page says, as it says it; what would run in the container runs here."""
        programs = f"{stand_in(self.folder)}:{on.program('psql').parent}"
        at = {"PGHOST": "127.0.0.1", "PGPORT": str(on.port), "PGDATA": str(on.data)}
        env = {**os.environ, **at, "PATH": f"{programs}:{os.environ['PATH']}", **names}
        said = told_to_do(name).replace("/archive/", f"{self.folder}/archive/")
        done = subprocess.run(
            ["sh", "-euc", said], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def platform(self, url: str, folder: str = "data") -> Any:
        return up(self.folder / folder, database_url=url, master_key_file=self.key)


def stand_in(folder: Path) -> Path:
    """A folder with a `docker` that starts, here, what follows the service's name."""
    made = folder / "bin" / "docker"
    made.parent.mkdir(exist_ok=True)
    made.write_text('#!/bin/sh\nwhile [ "$1" != postgres ]; do shift; done\nshift\nexec "$@"\n')
    made.chmod(0o755)
    return made.parent


def as_composed(archive: Path) -> list[str]:
    """The settings that docker-compose.yml gives PostgreSQL, with an archive of ours."""
    words = COMPOSE["services"]["postgres"]["command"]
    said = [one for one in words if "=" in one]
    return [one.replace("/archive", str(archive)) for one in said]


def keep_in_archive(archive: Path, segment: Path) -> int:
    """What PostgreSQL does with a full segment of its log, by the command that it is given."""
    [said] = [one for one in as_composed(archive) if one.startswith("archive_command=")]
    command = said.partition("=")[2].replace("%p", str(segment)).replace("%f", segment.name)
    return subprocess.run(["sh", "-c", command], check=False).returncode


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the server's user comes through, too: pytest's own folders are root's alone."""
    with tempfile.TemporaryDirectory(prefix="varsel-backup-") as made:
        Path(made).chmod(0o711)
        yield Path(made)


@pytest.fixture(scope="module")
def kept(folder: Path) -> Iterator[Kept]:
    archive, place, key = folder / "archive", folder / "server", folder / "key"
    archive.mkdir()
    place.mkdir()
    server = Postgres(place, as_composed(archive), superuser="postgres")
    give(archive)
    key.write_text(os.urandom(32).hex())
    key.chmod(0o600)
    server.start()
    made = Kept(server, folder, key, [], {}, 0)
    url = server.as_composed(key)

    async def story() -> None:
        async with up_with(folder / "data", database_url=url, master_key_file=key) as platform:
            steps = (*told("joker", "kiwi"), an_acknowledgement(), a_question().under("asked-once"))
            made.receipt = (await platform.take(*steps))[-1]
            await platform.settled()
            made.feed = feed(platform)
            made.do("dump", server, BACKUP=str(folder / "backup"))
            made.do("base", server, BASE=str(folder / "base"))
            await platform.take(a_leak("after-it"))
            await platform.settled()
            made.later = len(feed(platform))

    try:
        asyncio.run(story())
        yield made
    finally:
        server.stop()


def give(path: Path) -> None:
    """To the user that the server runs as."""
    if os.geteuid() == 0:
        entry = pwd.getpwnam(USER)
        for one in (path, *path.rglob("*")):
            os.chown(one, entry.pw_uid, entry.pw_gid)


def made_anew(platform: Up) -> int:
    """How often FEED was; none before anybody relays."""
    relay = platform.running.platform.relay
    return relay.made_anew if relay else 0


async def is_as_it_was(platform: Up, kept: Kept) -> None:
    """Everything that was accepted is there, the feed is the same bytes, the evidence holds."""
    await platform.settled()
    assert feed(platform)[: len(kept.feed)] == kept.feed
    assert (await platform.operator.call("examine", {}, 60))["findings"] == []


def test_a_platform_starts_on_a_restored_dump_with_the_same_feed_and_its_evidence(
    kept: Kept,
) -> None:
    place = kept.folder / "elsewhere-server"
    place.mkdir()
    new = Postgres(place, superuser="postgres")
    new.start()
    restored = new.as_composed(kept.key)
    kept.do("restore", new, BACKUP=str(kept.folder / "backup"))

    async def story() -> None:
        async with kept.platform(restored, "elsewhere") as platform:
            await is_as_it_was(platform, kept)
            given = await platform.operator.call("party_issue", {"with": {"id": "joker"}})
            joker = await platform.speak("joker", given["creds"])
            question = a_question()
            again = {"with": dict(question.fields), "command": "asked-once"}
            assert (await joker.call(question.do, again))["receipt"] == kept.receipt

    try:
        asyncio.run(story())
    finally:
        new.stop()


def test_a_feed_that_is_ahead_of_what_was_restored_is_kept_and_told_as_loudly_as_there_is(
    kept: Kept, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was accepted after the back-up the ledger has lost; FEED has the last copy of it."""
    older = kept.server.database()
    subprocess.run(
        [kept.server.program("pg_restore"), "--no-owner", "-d", older, kept.folder / "backup"],
        check=True,
    )

    numbers = [*range(len(kept.feed) + 1, kept.later + 1)]

    async def story() -> None:
        async with kept.platform(older) as platform:
            await until(lambda: made_anew(platform) == 1)
            assert len(feed(platform)) < kept.later
            health = await platform.operator.call("health", {})
            assert not health["ok"]
            assert any("that the ledger does not know" in one for one in health["troubles"])
            found = (await platform.operator.call("foreign", {}))["foreign"]
            assert [one["number"] for one in found] == numbers
            assert any(json.loads(one["body"])["type"] == LEAK for one in found)
            through = {"with": {"through": found[-1]["id"]}}
            await platform.operator.call("foreign_settle", through)
            await platform.settled()

    asyncio.run(story())
    lines = [json.loads(one) for one in capsys.readouterr().err.splitlines() if one.startswith("{")]
    [said] = [one for one in lines if one["event"] == "feed.foreign"]
    assert (said["level"], said["number"]) == ("error", len(kept.feed) + 1)
    assert said["kept"] == len(numbers)


def test_any_moment_comes_back_from_a_base_copy_and_the_archive(kept: Kept) -> None:
    kept.server.stop()  # what is not archived yet is, as it stops
    place = kept.folder / "again"
    place.mkdir()
    again = Postgres(place, as_composed(kept.folder / "unused"), superuser="postgres")
    shutil.rmtree(again.data)
    kept.do("recover", again, BASE=str(kept.folder / "base"))
    give(again.folder)
    again.start()

    def recovered() -> bool:
        with psycopg.connect(again.url()) as one:
            return one.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)

    async def story() -> None:
        await until(recovered)
        async with kept.platform(again.url("varsel", user="varsel"), "recovered") as platform:
            await is_as_it_was(platform, kept)
            assert len(feed(platform)) >= kept.later, "what came after the base copy, too"

    try:
        asyncio.run(story())
    finally:
        again.stop()
        kept.server.start()


def test_a_segment_that_is_archived_again_after_a_crash_is_in_the_archive(tmp_path: Path) -> None:
    """PostgreSQL asks again where it could not note that the command had succeeded."""
    archive, segment = tmp_path / "archive", tmp_path / "000000010000000000000001"
    archive.mkdir()
    segment.write_bytes(os.urandom(1 << 16))
    (archive / f".{segment.name}").write_bytes(b"half")  # a copy that a crash left off
    assert keep_in_archive(archive, segment) == 0
    assert keep_in_archive(archive, segment) == 0
    assert [one.name for one in archive.iterdir()] == [segment.name]
    assert (archive / segment.name).read_bytes() == segment.read_bytes()


def test_another_segment_of_the_same_name_is_never_written_over(tmp_path: Path) -> None:
    archive, segment = tmp_path / "archive", tmp_path / "000000010000000000000001"
    archive.mkdir()
    segment.write_bytes(b"ours")
    (archive / segment.name).write_bytes(b"of another platform")
    assert keep_in_archive(archive, segment) != 0
    assert (archive / segment.name).read_bytes() == b"of another platform"


def test_where_the_archive_is_not_there_nothing_counts_as_kept(tmp_path: Path) -> None:
    segment = tmp_path / "000000010000000000000001"
    segment.write_bytes(b"ours")
    assert keep_in_archive(tmp_path / "nowhere", segment) != 0
