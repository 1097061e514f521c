"""An incident from its report to its end, driven by nothing but the OpenAPI document."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships none

from tests.adapters.http.lab import OPS, Door, open_door
from tests.adapters.nats.lab import TOLERATED

pytestmark = TOLERATED


@dataclass
class Driver:
    """Knows an address, a key, and what the document says; sends the examples it finds there."""

    document: dict[str, Any]
    client: httpx2.AsyncClient
    sent: int = 0

    async def do(self, operation: str, **more: Any) -> Any:
        """The answer to an operation, held against its schema; `more` goes over the example."""
        path, method, route = self._found(operation)
        query: dict[str, Any] = {}
        headers: dict[str, str] = {}
        for one in route.get("parameters", ()):
            value = more.pop(one["name"], None)
            if value is None and one.get("required"):
                value = one.get("examples", one["schema"].get("examples"))[0]
            if one["name"] == "Idempotency-Key":
                self.sent += 1
                headers[one["name"]] = f"{value}-{self.sent}"
            elif one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", str(value))
            elif value is not None:
                query[one["name"]] = value
        body = self._example(route)
        if body is not None:
            body["with"] |= more
        answer = await self.client.request(method, path, params=query, headers=headers, json=body)
        return self._judged(answer, route)

    def _found(self, operation: str) -> tuple[str, str, dict[str, Any]]:
        return next(
            (path, method, route)
            for path, methods in self.document["paths"].items()
            for method, route in methods.items()
            if route["operationId"] == operation
        )

    def _example(self, route: dict[str, Any]) -> dict[str, Any] | None:
        if "requestBody" not in route:
            return None
        [content] = route["requestBody"]["content"].values()
        return {"with": dict(content["example"]["with"])}

    def _judged(self, answer: httpx2.Response, route: dict[str, Any]) -> Any:
        assert answer.status_code == 200, answer.text
        [schema] = [one["schema"] for one in route["responses"]["200"]["content"].values()]
        whole = {**schema, "components": self.document["components"]}
        said = answer.json()
        Draft202012Validator(whole).validate(said)
        return said


def test_an_incident_is_handled_by_whoever_can_read_the_document(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        document = (await (await door.client(None)).get("/v1/openapi.json")).json()
        zoopit = Driver(document, await door.by("zoopit"))
        joker = Driver(document, await door.by("joker"))
        tilsyn = Driver(document, await door.by("tilsyn"))
        ops = Driver(document, await door.by(OPS))
        assert (await joker.do("whoami"))["whoami"]["roles"] == ["client"]

        name = (await zoopit.do("report_leak"))["incident"]
        for verb in ("name_clients", "notify_clients", "revise_facts", "update_client"):
            assert (await zoopit.do(verb, incident=name))["incident"] == name
        for verb in ("acknowledge", "ask", "take_measure", "assess_risk", "notify_regulator"):
            await joker.do(verb, incident=name)
        await zoopit.do("answer", incident=name)
        await joker.do("notify_customers", incident=name)

        assert len((await joker.do("timeline", incident=name))["timeline"]) >= 8
        duties = (await joker.do("obligations"))["obligations"]
        assert "met" in {one["status"] for one in duties}
        assert (await joker.do("register"))["register"]
        assert (await joker.do("facts", incident=name))["facts"]["state"] == "open"
        assert (await joker.do("severity", incident=name))["severity"]["score"]["levels"]
        [line] = (await zoopit.do("board", incident=name))["board"]["clients"]
        assert line["standing"] == "customers told"
        assert (await tilsyn.do("contradictions", party="joker"))["contradictions"] == []
        feed = await joker.do("feed")
        [asked] = [one["data"] for one in feed if one["data"]["type"] == "QuestionAsked"]
        assert (await joker.do("text", text=asked["texts"][0]))["text"]
        assert (await ops.do("health"))["parties"] == 6
        assert len((await ops.do("parties"))["parties"]) == 6
        assert (await ops.do("party_show", party="joker"))["credentials"]

    async def whole() -> None:
        async with open_door(tmp_path) as door:
            await story(door)

    asyncio.run(whole())


def test_the_document_stands_by_itself(tmp_path: Path) -> None:
    async def story() -> dict[str, Any]:
        async with open_door(tmp_path) as door:
            found = (await (await door.client(None)).get("/v1/openapi.json")).json()
            return dict(found)

    document = asyncio.run(story())
    names = set(document["components"]["schemas"])
    assert {one.rpartition("/")[2] for one in references(document)} <= names
    assert not [name for name in names if "__" in name], "two models of one name"
    routes = [route for path in document["paths"].values() for route in path.values()]
    assert all(route.get("summary") for route in routes)


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for one in part.values() for found in references(one)]
    return [found for one in part for found in references(one)] if isinstance(part, list) else []
