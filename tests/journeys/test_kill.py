"""Killed at any moment: what was accepted is there once, every feed is what the index says."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.folder import Folder, open_vault
from adapters.nats import feed_log, jetstream
from adapters.nats.caller import Caller
from adapters.nats.follower import Follower
from adapters.store.ledger import EventLedger
from adapters.tasks import end
from adapters.views.sqlite import SqliteRows
from adapters.wire import render
from domain.envelope import Recorded
from projections import feed_index
from projections.feed_index import FeedIndex
from projections.rows import MemoryRows, Row
from tests.adapters.nats.lab import TOLERATED
from tests.journeys.lab import Serve, alive, backstage, insist, seen, until

pytestmark = [pytest.mark.journey, TOLERATED]

SEED = 20260227
CLIENTS = 150
FOLLOWING = ("client-0", "client-1", "client-2")
VENDORS, LINES, COMMANDS = 5, 2, 800  # each vendor speaks on two lines at a time
KILLS, EARLY_KILLS = 2, 1
REVISIONS = KILLS
OWN = 3 + 1 + REVISIONS + 1 + REVISIONS + 1
"""A client's feed: its admission, notice, news, their deliveries, its acknowledgement."""

PEOPLE = {
    "group": "customers",
    "role": "exposed",
    "count": "unknown",
    "data": {"present": ["name"]},
}


class Message(NamedTuple):
    """A message of the stream: all of it but its time, and of its body the hash alone."""

    number: int
    subject: str
    id: str
    hash: str


@dataclass
class Storm:
    """What everybody was promised, and what they read."""

    serve: Serve
    creds: dict[str, str] = field(default_factory=dict)
    receipts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    async def add(self, parties: Iterable[tuple[str, str]]) -> None:
        """Everybody through one connection, many at a time."""
        async with await self.operator() as caller:

            async def one(party: str, role: str) -> None:
                body = {"id": party, "roles": [role], "country": "NO"}
                given = await insist(caller, "party_add", {"command": f"add-{party}", "with": body})
                self.creds[party] = given["creds"]

            await in_groups(50, (one(*party) for party in parties))

    async def operator(self) -> Caller:
        return await Caller.connect(self.serve.url, Folder(self.serve.data).operator_creds)

    async def speak(self, party: str) -> Caller:
        return await Caller.connect(self.serve.url, self.creds[party], patience=60)

    async def say(self, caller: Caller, party: str, verb: str, body: dict[str, Any]) -> None:
        """One command, insisted on until its receipt is there."""
        number = sum(who == party for who, _ in self.receipts)
        command = f"{verb}-{body['incident']}-{number}"
        answer = await insist(caller, verb, {"command": command, "with": body})
        assert (party, command) not in self.receipts
        self.receipts[party, command] = answer["receipt"]

    async def revise(self, number: int) -> None:
        """News for everybody that was told."""
        claim = {"id": f"c{number}", "about": "misuse", "holds": "no_sign", "source": "expert"}
        body = {"incident": "archive", "reason": "new_knowledge", "claims": [claim]}
        async with await self.speak("zoopit") as caller:
            await self.say(caller, "zoopit", "revise_facts", body)

    async def follow(self, party: str) -> None:
        """For ever; every message as it comes, again or not."""
        feed = self.read.setdefault(party, [])
        async with await Follower.connect(self.serve.url, self.creds[party]) as follower:
            async for message in follower:
                await message.ack()
                feed.append(json.loads(message.body))

    def have_read(self, party: str) -> int:
        return max((int(body["sequence"]) for body in self.read.get(party, [])), default=0)

    async def kill(self, moment: float) -> None:
        """Ends it after so many seconds, then starts another life."""
        await asyncio.sleep(moment)
        await asyncio.to_thread(self.serve.kill)
        await asyncio.to_thread(self.serve.start)

    async def kill_early(self, moment: float) -> None:
        """Ends it while it is starting, if it takes that long."""
        await asyncio.to_thread(self.serve.kill)
        await asyncio.to_thread(self.serve.launch)
        await asyncio.sleep(moment)

    async def settled(self, undelivered: int | None = None) -> None:
        """Once all has come as far as the ledger (and so many notices are left to arrive)."""

        async def so_far() -> bool:
            async with await self.operator() as caller:
                health = await caller.call("health", {})
            return health["ok"] and undelivered in {None, health["undelivered"]}

        await until(so_far)


async def in_groups(size: int, work: Iterable[Coroutine[Any, Any, None]]) -> None:
    room = asyncio.Semaphore(size)

    async def one(each: Coroutine[Any, Any, None]) -> None:
        async with room:
            await each

    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(one(each))


# --- the storm ---------------------------------------------------------------------------------


async def the_storm(storm: Storm) -> None:
    clients = [f"client-{number}" for number in range(CLIENTS)]
    vendors = [f"vendor-{number}" for number in range(VENDORS)]
    roles = [("zoopit", "vendor"), *((one, "vendor") for one in vendors)]
    await storm.add([*roles, *((one, "client") for one in clients)])
    await a_leak_for(clients, storm)
    following = [asyncio.create_task(storm.follow(one)) for one in ("zoopit", *FOLLOWING)]
    talk = asyncio.gather(
        *(reporting(storm, vendor, line) for vendor in vendors for line in range(LINES)),
        in_groups(20, (acknowledging(storm, client) for client in clients)),
    )
    await the_kills(storm)
    await talk
    await storm.settled(undelivered=(CLIENTS - len(FOLLOWING)) * (1 + REVISIONS))

    async def all_read() -> bool:
        return all(storm.have_read(one) == OWN for one in FOLLOWING)

    await until(all_read)
    await end(*following)


async def a_leak_for(clients: list[str], storm: Storm) -> None:
    async with await storm.speak("zoopit") as caller:
        report = {"incident": "archive", "nature": ["confidentiality"], "people": [PEOPLE]}
        await storm.say(caller, "zoopit", "report_leak", report)
        told = {"incident": "archive", "clients": clients, "channel": "platform"}
        await storm.say(caller, "zoopit", "notify_clients", told)


async def the_kills(storm: Storm) -> None:
    """Each life begins with news for everybody, and ends at a moment that nobody foresees."""
    chance = random.Random(SEED)  # noqa: S311 - moments that can be had again
    for number in range(KILLS):
        news = asyncio.create_task(storm.revise(number))
        await storm.kill(chance.uniform(0.1, 3.0))
        await news
    for _ in range(EARLY_KILLS):
        await storm.kill_early(chance.uniform(0.5, 3.0))
    await storm.kill(0)


async def reporting(storm: Storm, vendor: str, line: int) -> None:
    """A vendor's system: incident after incident, and what was done about each."""
    async with await storm.speak(vendor) as caller:
        for number in range(COMMANDS // VENDORS // LINES // 4):
            name = f"leak-{line}-{number}"
            report = {"incident": name, "nature": ["integrity"], "people": [PEOPLE]}
            await storm.say(caller, vendor, "report_leak", report)
            for measure in ("contain", "fix", "review"):
                taken = {"incident": name, "kind": measure, "status": "done"}
                await storm.say(caller, vendor, "take_measure", taken)


async def acknowledging(storm: Storm, client: str) -> None:
    async with await storm.speak(client) as caller:
        await storm.say(caller, client, "acknowledge", {"incident": "archive"})


# --- what is there afterwards ------------------------------------------------------------------


async def the_stream(serve: Serve) -> list[Message]:
    async with backstage(serve) as nc:
        last, _ = await feed_log.last(nc)
        return [
            Message(
                one.sequence,
                one.subject,
                one.headers["Nats-Msg-Id"],
                hashlib.sha256(one.body).hexdigest(),
            )
            async for one in feed_log.messages(nc, 1, last)
        ]


def the_log(serve: Serve) -> list[Recorded]:
    """The whole ledger, read while nobody serves it."""
    folder = Folder(serve.data)
    vault = open_vault(folder, None)
    ledger = EventLedger(folder.ledger, vault)
    events: list[Recorded] = []
    try:
        while page := ledger.since(len(events), 1000):
            events += page
    finally:
        ledger.close()
        vault.close()
    return events


def the_index(log: Iterable[Recorded]) -> list[Row]:
    """What the ledger alone says of every message: nothing else is asked."""
    rows, index = MemoryRows(), FeedIndex(render)
    for event in log:
        index.project(event, rows)
    return feed_index.after(0, feed_index.total(rows), rows)


def the_kept_index(serve: Serve) -> list[Row]:
    folder = Folder(serve.data).views
    rows = SqliteRows(folder / (folder / "CURRENT").read_text().strip())
    try:
        return feed_index.after(0, feed_index.total(rows), rows)
    finally:
        rows.close()


def every_accepted_command_is_there_once(storm: Storm, log: Sequence[Recorded]) -> None:
    assert [event.position for event in log] == list(range(1, len(log) + 1))
    assert len({event.id for event in log}) == len(log)
    made: dict[tuple[str, str], list[Recorded]] = {}
    for event in log:
        made.setdefault((event.envelope.party, event.envelope.command), []).append(event)
    for (party, command), receipt in storm.receipts.items():
        events = made[party, command]
        assert len(events) == len(receipt["events"]) + receipt["notices"]
        at = {str(event.id): event.position for event in events}
        assert all(at[one["id"]] == one["position"] for one in receipt["events"])


def nothing_else_is_there(storm: Storm, log: Sequence[Recorded]) -> None:
    """A command sent again made nothing twice; a delivery was recorded once."""
    assert len(storm.receipts) == 2 + REVISIONS + COMMANDS + CLIENTS
    kinds = Counter(type(event.event).__name__ for event in log)
    assert kinds["PartyRegistered"] == 2 + VENDORS + CLIENTS
    assert kinds["VendorReportedLeak"] == 1 + COMMANDS // 4
    assert kinds["MeasureTaken"] == COMMANDS * 3 // 4
    assert kinds["NoticeAcknowledged"] == kinds["ClientNotified"] == CLIENTS
    assert kinds["FactsRevised"] == REVISIONS
    assert kinds["ClientUpdated"] == CLIENTS * REVISIONS
    assert kinds["NoticeDelivered"] == len(FOLLOWING) * (1 + REVISIONS)


def the_stream_is_the_index(stream: Sequence[Message], index: Sequence[Row]) -> None:
    listed = [Message(row["number"], row["subject"], row["message"], row["hash"]) for row in index]
    assert list(stream) == listed
    feeds: dict[str, list[int]] = {}
    for row in index:
        feeds.setdefault(row["feed"], []).append(row["sequence"])
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in feeds.values())


def feeds_were_read_in_order(storm: Storm, index: Sequence[Row]) -> None:
    """Each message was the next one, or one that had been read before."""
    for party, read in storm.read.items():
        known: list[str] = []
        for body in read:
            place = int(body["sequence"])
            assert place <= len(known) + 1, f"{party} read {place} after {len(known)}"
            known[place - 1 : place] = [body["id"]]
        assert known == [row["message"] for row in index if row["feed"] == party][: len(known)]


def test_a_platform_killed_again_and_again_loses_nothing_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    with Serve(tmp_path / "data") as serve:
        storm = Storm(serve)
        asyncio.run(the_storm(storm))
        stream = asyncio.run(the_stream(serve))
        assert serve.stop() == 0
        log = the_log(serve)
        index = the_index(log)
        every_accepted_command_is_there_once(storm, log)
        nothing_else_is_there(storm, log)
        the_stream_is_the_index(stream, index)
        assert the_kept_index(serve) == index
        feeds_were_read_in_order(storm, index)

        shutil.rmtree(Folder(serve.data).nats)
        asyncio.run(the_stream_comes_back(storm, stream))


async def the_stream_comes_back(storm: Storm, stream: Sequence[Message]) -> None:
    """After the broker's whole store is lost; a kill cuts its making anew short."""
    await storm.kill_early(4.0)
    await storm.kill(0)
    await storm.settled()
    assert (await the_stream(storm.serve))[: len(stream)] == list(stream)
    await goes_on_where_it_was("client-0", storm, KILLS + 1)
    async with backstage(storm.serve) as nc:
        await jetstream.ask(nc, "STREAM.DELETE.FEED")
    await goes_on_where_it_was("client-1", storm, KILLS + 2)
    await storm.settled()
    assert (await the_stream(storm.serve))[: len(stream)] == list(stream)


async def goes_on_where_it_was(client: str, storm: Storm, number: int) -> None:
    """With the creds it was given at first; what was hardly acknowledged may come again."""
    before, already = storm.have_read(client), len(storm.read[client])
    following = asyncio.create_task(storm.follow(client))
    await storm.revise(number)

    async def told() -> bool:
        return any(f'"c{number}"' in json.dumps(body) for body in storm.read[client])

    await until(told)
    await end(following)
    places = [int(body["sequence"]) for body in storm.read[client][already:]]
    assert 1 < places[0] <= before + 1
    assert all(place <= last + 1 for last, place in pairwise(places))
    assert max(places) > before


def test_a_platform_killed_leaves_no_broker_behind(tmp_path: Path) -> None:
    with Serve(tmp_path / "data") as serve:
        broker = serve.broker()
        assert alive(broker)
        serve.kill()
        seen(lambda: not alive(broker))
