"""What is open to the network, and how much of it one party may take."""

from __future__ import annotations

import asyncio
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from adapters.nats.conf import Place, conf_text
from adapters.nats.connection import Connection, connect
from adapters.nats.credentials import Credentials
from adapters.nats.follower import Follower
from adapters.nats.publish import FeedPublisher
from adapters.nats.trust import MAX_PAYLOAD, Trust, party_user_creds
from adapters.settings import Settings
from domain.errors import VarselError
from tests.adapters.nats.attacks import siege
from tests.adapters.nats.lab import TOLERATED, a_batch, now, platform, read, until

pytestmark = TOLERATED

# The words that open a door, or let somebody in, beside the one listener in operator mode.
NEVER = (
    *("http", "https", "http_port", "monitor_port", "websocket", "mqtt", "leafnodes", "leaf"),
    *("gateway", "cluster", "no_auth_user", "authorization", "accounts", "users", "prof_port"),
    *("system_account_user", "allow_non_tls", "include"),
)


def test_the_configuration_opens_one_door_and_lets_nobody_in_by_default() -> None:
    place = Place(Path("/data/nats"), "127.0.0.1", 4222)
    text = conf_text(place, Trust.new(), datetime(2026, 11, 22, tzinfo=UTC))
    words = set(re.findall(r"^\s*(\w+)\s*[:{=]", text, re.MULTILINE))
    assert words & {*NEVER} == set()
    assert {"listen", "operator", "system_account", "resolver", "jetstream"} <= words
    assert 'listen: "127.0.0.1:4222"' in text


def test_by_default_only_this_machine_reaches_the_server() -> None:
    assert Settings(data=Path("data")).nats_host == "127.0.0.1"


def test_the_server_listens_at_one_place_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            assert desk.server.pid is not None
            assert listening(desk.server.pid) == {desk.url.removeprefix("nats://")}

    asyncio.run(scenario())


def listening(pid: int) -> set[str]:
    """The addresses at which a process accepts TCP connections."""
    if not Path("/proc/net/tcp").exists():  # macOS
        words = ["lsof", "-nP", "-a", "-p", str(pid), "-iTCP", "-sTCP:LISTEN", "-Fn"]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return {line[1:] for line in said.splitlines() if line.startswith("n")}
    links = [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()]
    own = {link[8:-1] for link in links if link.startswith("socket:[")}
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    return {address(one[1]) for one in lines if one[3] == "0A" and one[9] in own}  # 0A: LISTEN


def address(shown: str) -> str:
    """`0100007F:1092` is 127.0.0.1:4242; an IPv6 address stays as the kernel shows it."""
    host, port = shown.split(":")
    if len(host) == 8:  # eight hexadecimal digits, least byte first
        host = ".".join(str(byte) for byte in reversed(bytes.fromhex(host)))
    return f"{host}:{int(port, 16)}"


# --- limits that the server itself holds a party to ---------------------------------------------


def test_the_hundred_and_first_subscription_ends_the_connection(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            nc, told = await heard_by((await desk.admit("joker")).creds, desk.url)
            for n in range(100):
                await nc.subscribe(f"_INBOX.mine.{n}")
            await nc.flush()
            assert (told, nc.is_connected) == ([], True)
            await nc.subscribe("_INBOX.mine.100")
            await until(lambda: not nc.is_connected or "nats.disconnected" in told)
            await nc.close()

    asyncio.run(scenario())


def test_four_megabytes_are_taken_and_a_byte_more_ends_the_connection(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            nc, told = await heard_by(held.creds("joker"), held.url)
            largest = b'{"with": {}}'.ljust(MAX_PAYLOAD)
            assert b'"id": "joker"' in (await nc.request("intake.whoami", largest, 10)).data
            cast("Any", nc)._max_payload = 2 * MAX_PAYLOAD  # else the library would not send it
            assert told == []
            await nc.publish("intake.whoami", largest + b" ")
            await until(lambda: "nats.disconnected" in told)
            await nc.close()

    asyncio.run(scenario())


async def heard_by(creds: Credentials, url: str) -> tuple[Connection, list[str]]:
    """A connection, and what happens to it behind its back."""
    told: list[str] = []

    def tell(event: str, error: Exception | None) -> None:
        told.append(str(error).lower() if error else event)

    return await connect(url, creds, name="bot", report=tell), told


# --- a user cut off in the middle ---------------------------------------------------------------


def test_a_user_revoked_amid_its_reading_gets_no_more_and_its_colleague_goes_on(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker = await desk.admit("joker")
            text, _ = party_user_creds(joker.account_seed, "joker", "a colleague", now())
            colleague = await Follower.connect(desk.url, text)
            await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 5))
            follower = await Follower.connect(desk.url, joker.creds)
            messages = follower.messages()
            first = await anext(messages)
            assert await first.ack()
            second = await anext(messages)  # in flight when the revocation comes
            revoked = {joker.creds.user_key: now() + timedelta(seconds=1)}
            jwt = desk.trust.party_account_jwt(joker.key, "joker", now(), revoked)
            await desk.tenancy.push_account(jwt)
            await until(lambda: not follower._nc.is_connected)
            assert not await second.ack()
            progress = await desk.tenancy.consumer_progress(joker.key)
            assert progress is not None
            assert progress.ack_floor == 1  # nothing more was acknowledged, nothing is lost
            with pytest.raises(VarselError):
                await Follower.connect(desk.url, joker.creds)
            words = [f"word {n}".encode() for n in range(2, 6)]
            assert await read(colleague, 4) == words
            await colleague.close()
            await follower.close()

    asyncio.run(scenario())


def test_creds_name_one_account_and_no_more(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            parties = ("zoopit", "joker", "kiwi", "tilsyn", "operator")
            accounts = {party: Credentials.of(held.creds(party)).account_key for party in parties}
            assert len({*accounts.values()}) == len(parties)
            trust = held.up.admission._trust
            assert {trust.platform_key, trust.system_key} & {*accounts.values()} == set()

    asyncio.run(scenario())
