"""A platform is run, and spoken with through any of its doors: alone or several, it is one."""

from __future__ import annotations

import asyncio
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.adapters.nats.lab import TOLERATED
from tests.adapters.webhooks.lab import Receiver, receiver
from tests.journeys.conftest import Settle
from tests.journeys.lab import Stage, Town, seen, until, varsel
from tests.journeys.test_main_job import LEAK, MORE, TOLD

pytestmark = [pytest.mark.journey, TOLERATED]


@pytest.fixture
def town(stage: Stage, settle: Settle) -> Town:
    """Joker was told of a leak."""
    return told(settle(stage))


def told(town: Town) -> Town:
    town.do("zoopit", "report", **LEAK)
    town.do("zoopit", "notify_clients", **{**TOLD, "clients": [town.id("joker")]})
    return town


def answers(town: Town) -> tuple[Any, ...]:
    joker = town.id("joker")
    return town.ask("joker", "timeline", joker), town.ask("zoopit", "board", "archive")


def test_a_party_is_let_in_and_all_views_are_built_anew_while_it_is_answered(town: Town) -> None:
    town.add("rema", "client")
    assert {town.id("rema"), "operator"} <= {one["id"] for one in town.operator("party", "list")}
    health = seen(lambda: (found := town.operator("doctor"))["ok"] and found)
    before = answers(town)
    rebuilt = town.operator("rebuild")
    assert rebuilt["generation"] != health["generation"]
    assert rebuilt["position"] == health["ledger"]
    assert answers(town) == before
    assert town.ask("rema", "timeline", town.id("rema")) == []


def test_what_is_exported_holds_and_what_is_erased_is_gone_for_everybody(town: Town) -> None:
    text = sorted([LEAK["title"], LEAK["text"]])
    [*_, notice] = town.follow("joker", 4)
    assert sorted(notice["texts"].values()) == text
    kept, bundle = town.folder / "checkpoint", town.folder / "bundle.zip"
    own = ("--creds", town.creds("joker"))
    kept.write_text(varsel("checkpoint", *own, variables=town.known))
    export = ("export", "--with-texts", "--witness", kept, "-o", bundle)
    town.ask("joker", *export)
    varsel("verify", bundle, "--witness", kept)
    assert holds(bundle, LEAK["text"])

    town.do("zoopit", "revise_facts", **MORE)
    town.ask("zoopit", "erase", "archive", "--why", "mistake")
    [again] = town.follow("joker", 1, "--from", 4)
    assert "texts" not in again
    assert len(again["erased"]) == len(text)
    town.ask("joker", *export)
    varsel("verify", bundle, "--witness", kept)
    assert not holds(bundle, LEAK["text"])


def holds(bundle: Path, text: str) -> bool:
    with zipfile.ZipFile(bundle) as packed:
        return any(text.encode() in packed.read(name) for name in packed.namelist())


def test_whichever_door_a_client_comes_to_it_is_the_same_platform(town: Town) -> None:
    key = town.operator("party", "issue", town.id("joker"), "--only", "api-key")["api_key"]
    link = town.ask("joker", "console")["link"]
    one, other = town.serve.doors
    headers = {"Authorization": f"Bearer {key}"}
    with (
        httpx2.Client(base_url=one, headers=headers) as here,
        httpx2.Client(base_url=other, headers=headers) as there,
    ):
        said, once = {"with": {"incident": "archive"}}, {"Idempotency-Key": "a"}
        first, second = (
            door.post("/v1/commands/acknowledge", json=said, headers=once) for door in (here, there)
        )
        assert first.status_code == second.status_code == 200, (first.text, second.text)
        assert first.json() == second.json(), "it was done once"
        seen_here, seen_there = (door.get("/v1/timeline").json() for door in (there, here))
        assert seen_here == seen_there
        assert seen_here["timeline"][-1]["type"] == "NoticeAcknowledged"
        assert seen(lambda: here.get("/v1/feed").content == there.get("/v1/feed").content)
    logs_in_once_at_any_door(link, one, other)


def logs_in_once_at_any_door(link: str, one: str, other: str) -> None:
    """With the link that one process made, at another; the session is then good at both."""
    path = httpx2.URL(link).path
    entered = httpx2.get(other + path)
    assert entered.status_code == 303
    cookies = dict(entered.cookies)
    for door in (one, other):
        assert httpx2.get(door + path).status_code == 410
        home = httpx2.get(door + "/", cookies=cookies, follow_redirects=True)
        assert "A copy of the archive" in home.text


def test_a_webhook_arranged_at_one_process_is_sent_by_another(town: Town) -> None:
    async def story() -> None:
        async with receiver() as found:
            secret = await asyncio.to_thread(arrange, town, found)
            question = {"incident": "archive", "question": "q", "text": "And what of this?"}
            await asyncio.to_thread(lambda: town.do("joker", "ask", **question))
            await until(lambda: has_come(found, "QuestionAsked"))
            feed = await asyncio.to_thread(town.follow, "joker", len(found.got))
            assert found.ids[: len(feed)] == [message["id"] for message in feed]
            assert all(one.verified(secret) for one in found.got)

    asyncio.run(story())


def arrange(town: Town, found: Receiver) -> str:
    return str(town.ask("joker", "webhook", "add", found.url, "--after", 0)["secret"])


async def has_come(found: Receiver, kind: str) -> bool:
    return any(kind in one.said["data"]["type"] for one in found.got)
