"""A running platform under attack: who attacks, what is tried, and what must not have changed.

Each party attacks twice: with the creds it was given ("bot"), and as a user without limits minted
with its own leaked account key ("thief"), for whom only the account itself is a border.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from adapters.nats import jetstream
from adapters.nats.connection import Connection, Message, connect
from adapters.nats.credentials import Credentials
from adapters.nats.subjects import STREAM
from tests.adapters.nats.lab import leaked
from tests.adapters.running import Up, up_with
from tests.builders import told

VICTIM: Final = "kiwi"
ATTACKERS: Final = ("joker", "zoopit", "tilsyn", "operator")
SILENCE: Final = 0.6  # seconds in which a loopback server would long have answered

AT_ONCE: Final = 80  # a connection may have a hundred subscriptions


class Attack(NamedTuple):
    """One message that is sent, and what it is meant to do."""

    name: str
    subject: str
    body: bytes = b""
    headers: dict[str, str] | None = None
    reply: str | None = None  # instead of an inbox at which an answer is heard


class Heard(NamedTuple):
    """A message that reached an attacker."""

    subject: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def harmless(self) -> bool:
        """Nobody there; or the account's own empty self answered.

        10039: JetStream is not enabled for the account; 10010: no cluster whose leader could go.
        """
        own = (b'"err_code":10039', b'"err_code":10010')
        return self.headers.get("Status") == "503" or any(code in self.body for code in own)


@dataclass
class Siege:
    """A platform with a vendor, two clients told of a leak, an auditor of one, and attackers."""

    up: Up
    attackers: dict[str, Connection] = field(default_factory=dict[str, Connection])

    @property
    def url(self) -> str:
        return self.up.running.url

    def key(self, party: str) -> str:
        key = self.up.admission._accounts.key_of(party)
        assert key is not None
        return key

    def seed(self, party: str) -> str:
        return self.up.admission._accounts.seed_of(party)

    def creds(self, party: str) -> Credentials:
        if party == "operator":
            return Credentials.of(self.up.running.folder.operator_creds)
        return Credentials.parse(self.up.given[party]["creds"])

    async def bot(self, party: str) -> Connection:
        """A connection with the creds that a party was given."""
        nc = await connect(self.url, self.creds(party), name=f"{party} bot")
        self.up.stack.push_async_callback(nc.close)
        return nc

    async def thief(self, party: str) -> Connection:
        """A connection that may do whatever the party's account may."""
        nc = await leaked(self.url, self.seed(party))
        self.up.stack.push_async_callback(nc.close)
        return nc

    async def consumer(self, party: str) -> dict[str, Any]:
        """What JetStream knows of a party's consumer, but for the time of asking."""
        info = await jetstream.ask(self.up.nc, f"CONSUMER.INFO.{STREAM}.{self.key(party)}")
        return {key: value for key, value in info.items() if key != "ts"}

    async def state(self) -> dict[str, Any]:
        """Everything that no attack may change: streams, the others' consumers, the ledger."""
        stream = await jetstream.ask(self.up.nc, f"STREAM.INFO.{STREAM}")
        names = await jetstream.ask(self.up.nc, f"CONSUMER.NAMES.{STREAM}")
        streams = await jetstream.ask(self.up.nc, "STREAM.NAMES")
        return {
            "streams": streams["streams"],
            "config": stream["config"],
            "messages": stream["state"],
            "consumers": sorted(names["consumers"]),
            VICTIM: await self.consumer(VICTIM),
            "ledger": self.up.running.parts.ledger.position(),
        }

    async def try_all(self, nc: Connection, attacks: Sequence[Attack]) -> dict[str, list[Heard]]:
        """Sends them, many at once; what was heard within `SILENCE`, by the attack's name."""
        found: dict[str, list[Heard]] = {}
        for start in range(0, len(attacks), AT_ONCE):
            some = attacks[start : start + AT_ONCE]
            heard = await asyncio.gather(*(attempt(nc, attack) for attack in some))
            found |= {one.name: got for one, got in zip(some, heard, strict=True)}
        return found

    async def storm(self, tried: Callable[[str], Sequence[Attack]]) -> dict[str, list[Heard]]:
        """All attackers at once, each with the attacks of its party; what reached something."""

        async def by(who: str, nc: Connection) -> dict[str, list[Heard]]:
            found = await self.try_all(nc, tried(who.partition("'")[0]))
            return {f"{who}: {name}": heard for name, heard in hits(found).items()}

        reached = await asyncio.gather(*(by(who, nc) for who, nc in self.attackers.items()))
        return {name: heard for found in reached for name, heard in found.items()}


async def attempt(nc: Connection, attack: Attack) -> list[Heard]:
    """What comes back to the attacker of one message, at whatever subject it says it came by."""
    inbox, heard, hit = nc.new_inbox(), list[Heard](), asyncio.Event()

    async def ear(message: Message) -> None:
        heard.append(Heard(message.subject, message.headers or {}, message.data))
        if not heard[-1].harmless:
            hit.set()

    listening = await nc.subscribe(f"{inbox}.*", cb=ear)
    headers = {k: v.replace("INBOX", inbox) for k, v in (attack.headers or {}).items()} or None
    await nc.publish(attack.subject, attack.body, attack.reply or f"{inbox}.answer", headers)
    with suppress(TimeoutError):
        await asyncio.wait_for(hit.wait(), SILENCE)
    await listening.unsubscribe()
    return heard


@asynccontextmanager
async def siege(folder: Path, *attackers: str) -> AsyncGenerator[Siege]:
    """A platform on which a leak was told to both clients, and who attacks it."""
    async with up_with(folder, log_level="ERROR") as up:
        await up.take(*told("joker", VICTIM))
        await up.settled()
        found = Siege(up)
        for party in attackers:
            found.attackers[f"{party}'s bot"] = await found.bot(party)
            found.attackers[f"{party}'s thief"] = await found.thief(party)
        yield found


def hits(found: Mapping[str, Sequence[Heard]]) -> dict[str, list[Heard]]:
    """The attacks that reached something, by name."""
    reached = {name: [one for one in heard if not one.harmless] for name, heard in found.items()}
    return {name: heard for name, heard in reached.items() if heard}


def json_of(**body: Any) -> bytes:
    return json.dumps(body).encode()


async def spoken(url: str, words: bytes) -> bytes:
    """What the server says to these raw words of the protocol, up to its hanging up."""
    host, _, port = url.removeprefix("nats://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        async with asyncio.timeout(20):
            writer.write(words)
            return await reader.read(-1)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
