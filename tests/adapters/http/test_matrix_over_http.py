"""Each cell of who may do what once more, over HTTP with each party's own API key."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import httpx2

from adapters.http.app import create
from adapters.http.schema import OPERATION
from domain.access import ROWS
from domain.commands import VERBS
from domain.envelope import PLATFORM
from domain.errors import from_problem
from tests.adapters.http.lab import OPS, Door, open_door
from tests.adapters.matrix.cast import ACTORS, EMPTYING, NOBODY, OPERATOR, SEEING, cast, world
from tests.adapters.matrix.cells import ABOUT_INCIDENTS
from tests.adapters.matrix.playing import a_text, play, play_briefly
from tests.adapters.nats.lab import TOLERATED

pytestmark = TOLERATED
PUBLIC = {"healthz", "readyz", "schemas"}
"""Operation ids of what anybody may ask; the calendar's secret address is a key of its own."""

GETS = {
    "messages": "/v1/feed",
    "feed": "/v1/feed/index",
    "webhook_list": "/v1/webhooks",
    "party_show": "/v1/parties/{id}",
    "board": "/v1/incidents/{incident}/board",
    "facts": "/v1/incidents/{incident}/facts",
    "severity": "/v1/incidents/{incident}/severity",
    "knowledge": "/v1/incidents/{incident}/knowledge",
    "text": "/v1/texts/{text}",
    "consistency": "/v1/checkpoint/consistency",
    "inclusion": "/v1/events/{event}/inclusion",
}
PLAIN_GETS = {
    *("timeline", "obligations", "register", "contradictions", "whoami", "parties", "health"),
    "feeds",
    "foreign",
    "checkpoint",
    "export",
}
BARE = {"calendar_link": ("POST", "/v1/calendar"), "calendar_unlink": ("DELETE", "/v1/calendar")}
BARE |= {
    name: ("POST", f"/v1/operations/{name}") for name in ("rebuild", "examine", "console_link")
}


class Stage:
    """A running platform on which the matrix is played, through its HTTP door."""

    def __init__(self, door: Door, clients: dict[str, httpx2.AsyncClient]) -> None:
        self._door = door
        self._clients = clients
        self._asked = self._read = self._written = 0
        self.text = a_text(door.platform.running.parts.ledger)

    async def ask(self, actor: str, operation: str, fields: Any) -> Any:
        response = await self._send(self._clients[actor], operation, dict(fields))
        if response.headers["content-type"] == "application/zip":
            return {"export": {"data": base64.b64encode(response.content)}}
        said = response.json()
        if response.status_code == 200:
            return said
        assert response.headers["content-type"] == "application/problem+json"
        return from_problem(said)

    def position(self) -> int:
        """How many events parties have written; reminders come by themselves meanwhile."""
        new = self._door.platform.running.parts.ledger.since(self._read, 100_000)
        self._read += len(new)
        self._written += sum(one.envelope.party != PLATFORM for one in new)
        return self._written

    async def _send(
        self, client: httpx2.AsyncClient, operation: str, fields: dict[str, Any]
    ) -> httpx2.Response:
        if operation in BARE:
            return await client.request(*BARE[operation])
        if operation in PLAIN_GETS or operation in GETS:
            path = GETS.get(operation, f"/v1/{operation}")
            within = {name: fields.pop(name) for name in [*fields] if f"{{{name}}}" in path}
            return await client.get(path.format(**within), params=fields)
        self._asked += 1
        kind = "commands" if operation in VERBS else "operations"
        return await client.post(
            f"/v1/{kind}/{operation}",
            json={"with": fields},
            headers={"Idempotency-Key": f"asked-{self._asked}"},
        )


def test_every_cell_is_as_the_table_says_to_whoever_holds_the_key(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_door(tmp_path, rate="off") as door:
            platform = door.platform
            platform.callers[OPERATOR] = platform.callers["platform"] = platform.operator
            clients = {OPERATOR: await door.by(OPS)}
            for party, fields in cast():
                more = {name: one for name, one in fields.items() if name not in {"id", "roles"}}
                await platform.add(party, *fields["roles"], **more)
                clients[party] = await door.by(party)
            await platform.take(*world(ABOUT_INCIDENTS), EMPTYING)
            await platform.settled()
            stage = Stage(door, clients)
            for operation in sorted(ROWS):
                for actor in ACTORS:
                    if actor == SEEING:
                        await play(stage, actor, operation)
                    elif actor != NOBODY:  # it has no key to come with
                        await play_briefly(stage, actor, operation)

    asyncio.run(story())


def test_every_route_serves_a_row_of_the_table_and_every_row_is_served(tmp_path: Path) -> None:
    async def story() -> dict[str, Any]:
        async with open_door(tmp_path) as door:
            return create(door.house).openapi()

    document = asyncio.run(story())
    routes = [route for path in document["paths"].values() for route in path.values()]
    named = {route[OPERATION] for route in routes if OPERATION in route}
    public = {route["operationId"] for route in routes if OPERATION not in route}
    assert named == set(ROWS)
    assert public == PUBLIC


def test_every_route_but_the_public_ones_turns_away_whoever_has_no_key(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_door(tmp_path, rate="off") as door:
            document = create(door.house).openapi()
            nobody = await door.client(None)
            before = door.position
            for path, methods in document["paths"].items():
                for method, route in methods.items():
                    if route["operationId"] in PUBLIC | {"calendar"}:
                        assert "security" not in route
                        continue
                    assert route["security"] == [{"apiKey": []}]
                    if method == "get" or path.startswith("/v1/operations"):
                        answer = await nobody.request(
                            method, path.replace("{", "").replace("}", "")
                        )
                        assert answer.status_code in {401, 429}, path
            assert door.position == before

    asyncio.run(story())
