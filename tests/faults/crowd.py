"""The load: vendors and clients at the public doors, who keep every receipt they were given."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid5

import httpx2

from adapters.nats.errors import Disconnected, Unanswered
from adapters.nats.follower import Follower
from adapters.tasks import end
from domain.errors import Unavailable
from tests.faults.stage import Stage
from tests.journeys.lab import PATIENCE, insist, until

LOST = (httpx2.HTTPError, OSError)
GLANCE = 0.02
PEOPLE = {
    "group": "customers",
    "role": "exposed",
    "count": "unknown",
    "data": {"present": ["name"]},
}


@dataclass(frozen=True)
class Said:
    """A command that was accepted, and its receipt."""

    party: str
    verb: str
    command: str
    body: dict[str, Any]
    receipt: dict[str, Any]


@dataclass
class Crowd:
    """Speaks over HTTP, listens on NATS."""

    stage: Stage
    vendors: tuple[str, ...] = ("zoopit", "wolt")
    clients: tuple[str, ...] = ("joker", "kiwi")
    keys: dict[str, str] = field(default_factory=dict)
    creds: dict[str, str] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    read: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    got: set[str] = field(default_factory=set)
    _doors: dict[tuple[str, str], httpx2.AsyncClient] = field(default_factory=dict)
    _lost: Counter[str] = field(default_factory=Counter)  # how often a party's door was gone
    _told: dict[str, asyncio.Queue[str]] = field(default_factory=dict)

    # --- moving in ---

    @classmethod
    @asynccontextmanager
    async def of(cls, stage: Stage, *apart: str) -> AsyncIterator[Crowd]:
        """Everybody let in, a first leak to speak of, and all but the clients `apart` following."""
        crowd = cls(stage)
        crowd.vendors = tuple(map(stage.named, crowd.vendors))
        crowd.clients = tuple(map(stage.named, (*crowd.clients, *apart)))
        everybody = [*crowd.vendors, *crowd.clients]
        await crowd.move_in(everybody)
        try:
            async with crowd.following(*(one for one in everybody if one not in apart)):
                for vendor in crowd.vendors:
                    await crowd.begin(vendor)
                yield crowd
        finally:
            for door in crowd._doors.values():
                await door.aclose()

    async def move_in(self, parties: list[str]) -> None:
        async with await self.stage.operator() as operator:
            for party in parties:
                role = "vendor" if party in self.vendors else "client"
                body = {"id": party, "roles": [role], "country": "NO", "zone": "Europe/Oslo"}
                asked = {"command": f"add-{party}", "with": body}
                given = await insist(operator, "party_add", asked)
                self.keys[party], self.creds[party] = given["api_key"], given["creds"]
                self._told[party] = asyncio.Queue()

    @asynccontextmanager
    async def following(self, *parties: str) -> AsyncIterator[None]:
        """Their feeds, read and acknowledged on NATS meanwhile."""
        tasks = [asyncio.create_task(self._follow(party)) for party in parties]
        try:
            yield
        finally:
            await end(*tasks)

    async def _follow(self, party: str) -> None:
        feed = self.read.setdefault(party, [])
        where, creds = self.stage.nats, self.creds[party]
        async with await Follower.connect(where, creds, ca=self.stage.ca) as follower:
            async for message in follower:
                await message.ack()
                feed.append({**json.loads(message.body), "raw": message.body})
                self.got.add(feed[-1]["id"])

    # --- speaking ---

    async def say(self, party: str, verb: str, **body: Any) -> Said:
        """A new command, under one id, insisted on until its receipt is there."""
        command = f"{party}-{verb}-{body.get('incident')}-{len(self.said)}-{len(self.refused)}"
        deadline = time.monotonic() + PATIENCE
        while True:
            receipt = await self.sent(party, verb, command, body)
            if receipt is not None:
                self.said.append(Said(party, verb, command, body, receipt))
                return self.said[-1]
            assert time.monotonic() < deadline, f"{verb} of {party} was never accepted"
            await asyncio.sleep(GLANCE)

    async def sent(
        self, party: str, verb: str, command: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The receipt of a command sent once; None where none came, for whatever reason.

        A party whose door is gone goes to the next one.
        """
        headers, lost = {"Idempotency-Key": command}, self._lost[party]
        try:
            answer = await self._door(party).post(
                f"/v1/commands/{verb}", json={"with": body}, headers=headers
            )
        except LOST:
            self._lost[party] = lost + 1
            return None
        found: dict[str, Any] = answer.json()
        if answer.status_code == httpx2.codes.OK:
            return found
        assert answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE, found
        self.refused.append(found)
        return None

    def _door(self, party: str) -> httpx2.AsyncClient:
        """Its connection; the platform's addresses stay over its lives."""
        webs = self.stage.webs
        first = [*self.vendors, *self.clients].index(party)  # they are at all doors
        web = webs[(first + self._lost[party]) % len(webs)]
        if (party, web) not in self._doors:
            headers = {"Authorization": f"Bearer {self.keys[party]}"}
            self._doors[party, web] = httpx2.AsyncClient(base_url=web, headers=headers, timeout=10)
        return self._doors[party, web]

    async def begin(self, vendor: str, number: int = 0) -> None:
        """A leak, and everybody told of it."""
        name = f"{vendor}-{number}"
        await self.say(
            vendor, "report_leak", incident=name, nature=["confidentiality"], people=[PEOPLE]
        )
        told = {"incident": name, "clients": list(self.clients), "channel": "platform"}
        await self.say(vendor, "notify_clients", **told)
        for client in self.clients:
            self._told[client].put_nowait(name)

    async def revise(self, vendor: str, number: int = 0) -> Said:
        """News for everybody that was told."""
        claim = {"id": f"c{len(self.said)}", "about": "misuse", "holds": "no_sign"}
        claims = [{**claim, "source": "expert"}]
        name = f"{vendor}-{number}"
        return await self.say(
            vendor, "revise_facts", incident=name, reason="new_knowledge", claims=claims
        )

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """Everybody speaks meanwhile; what was begun is finished, insisting, at the end."""
        enough = asyncio.Event()
        tasks = [asyncio.create_task(self._report(one, enough)) for one in self.vendors]
        tasks += [asyncio.create_task(self._acknowledge(one, enough)) for one in self.clients]
        try:
            yield
        finally:
            enough.set()
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*tasks)

    async def _report(self, vendor: str, enough: asyncio.Event) -> None:
        number = 0
        while not enough.is_set():
            number += 1
            await self.begin(vendor, number)
            for kind in ("contain", "fix"):
                about = f"{vendor}-{number}"
                await self.say(vendor, "take_measure", incident=about, kind=kind, status="done")
                await asyncio.sleep(self.stage.pace)
            await self.revise(vendor, number)

    async def _acknowledge(self, client: str, enough: asyncio.Event) -> None:
        told = self._told[client]
        while not enough.is_set():
            with suppress(TimeoutError):
                name = await asyncio.wait_for(told.get(), self.stage.pace)
                await self.say(client, "acknowledge", incident=name)

    # --- waiting ---

    async def goes_on(self) -> float:
        """When a new command has been accepted, and its message read on NATS (monotonic)."""
        vendor = self.vendors[0]
        said = await self.revise(vendor)
        message = str(uuid5(UUID(said.receipt["events"][0]["id"]), vendor))
        deadline = time.monotonic() + PATIENCE
        while message not in self.got:
            assert time.monotonic() < deadline, "accepted, and never read"
            await asyncio.sleep(GLANCE)
        return time.monotonic()

    async def accepted(self, more: int) -> None:
        """Once so many more commands have been accepted."""
        goal, deadline = len(self.said) + more, time.monotonic() + PATIENCE
        while len(self.said) < goal:
            assert time.monotonic() < deadline, f"{goal - len(self.said)} were not accepted"
            await asyncio.sleep(GLANCE)

    async def head(self, party: str) -> int:
        """How many messages are in a party's feed."""
        count = 0
        while page := await self._index(party, count):
            count = page[-1]["sequence"]
        return count

    async def _index(self, party: str, after: int) -> list[dict[str, Any]]:
        answer = await self._door(party).get("/v1/feed/index", params={"after": after})
        found: list[dict[str, Any]] = answer.raise_for_status().json()["feed"]
        return found

    async def knows(self, vendor: str, incident: str) -> bool:
        """Whether the vendor has an incident of this name."""
        asked = {"incident": incident}
        answer = await self._door(vendor).get("/v1/timeline", params=asked)
        return answer.status_code == HTTPStatus.OK

    async def health(self) -> dict[str, Any]:
        async with await self.stage.operator() as operator:
            return await operator.call("health", {})

    async def awaited(self, party: str) -> int:
        """How many notices it has not been seen to acknowledge."""
        async with await self.stage.operator() as operator:
            [feed] = (await operator.call("feeds", {"with": {"party": party}}))["feeds"]
        return int(feed["awaiting"])

    def _misses(self, feed: Any) -> bool:
        """Whether a reader has not come to the end of its feed, or is not known to have."""
        read = self.read[feed["party"]]
        if any(body["feed"] != feed["party"] for body in read):  # an auditor, of other feeds
            return bool(feed["awaiting"])
        last = max((int(body["sequence"]) for body in read), default=0)
        return bool(feed["awaiting"]) or last < feed["messages"]

    async def settled(self) -> None:
        """Once all has come as far as the ledger, and who follows has read and been seen to."""
        last: object = None

        async def so_far() -> bool:
            nonlocal last
            try:
                async with await self.stage.operator() as operator:
                    found = (await operator.call("feeds", {}, patience=5))["feeds"]
                    health = await operator.call("health", {}, patience=5)
            except (Unanswered, Disconnected, Unavailable) as trouble:
                last = trouble
                return False
            behind = [one for one in found if one["party"] in self.read and self._misses(one)]
            last = behind, health
            return bool(health["ok"]) and not behind

        try:
            await until(so_far)
        except AssertionError:
            raise AssertionError(f"it does not come to rest: {last}") from None
