"""Webhooks on a real platform: arranged by parties, sent in order, kept up through failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.webhooks import schedule
from domain.errors import CommandReused, Forbidden, Invalid, NotFound, Refused
from domain.events import Event, NoticeDelivered, WebhookAdded, WebhookRotated
from domain.use_cases import webhooks as use_cases
from tests.adapters.nats.lab import TOLERATED, until
from tests.adapters.running import Up, files_in, raised, up, up_with
from tests.adapters.webhooks.lab import Receiver, receiver
from tests.builders import a_question, an_acknowledgement, told

pytestmark = TOLERATED
SOON = tuple(timedelta(milliseconds=10 * number) for number in range(1, 10))


@dataclass
class Scene:
    """A platform, and a receiver that its parties may name."""

    platform: Up
    receiver: Receiver

    async def call(self, party: str, verb: str, **body: Any) -> dict[str, Any]:
        return await self.platform.callers[party].call(verb, {"with": body})

    async def added(self, party: str = "joker", **more: Any) -> dict[str, Any]:
        """An endpoint, from the feed's beginning."""
        return await self.call(party, "webhook_add", url=self.receiver.url, after=0, **more)

    async def state(self, party: str = "joker") -> dict[str, Any]:
        [one] = (await self.call(party, "webhook_list"))["webhooks"]
        state: dict[str, Any] = one["state"]
        return state

    async def feed(self, party: str = "joker") -> list[str]:
        """The bodies of a party's feed, as the operator sees them: nothing is thereby read."""
        asked = {"with": {"party": party}}
        found = await self.platform.operator.call("messages", asked)
        return [one["body"] for one in found["messages"]]

    async def has_all(self) -> bool:
        return bool((await self.state())["behind"] == 0)

    async def is_disabled(self, party: str = "joker") -> bool:
        return not (await self.state(party))["enabled"]

    def recorded(self, kind: type[Event]) -> list[Any]:
        log = self.platform.running.parts.ledger.since(0, 10_000)
        return [one.event for one in log if isinstance(one.event, kind)]


@asynccontextmanager
async def scene(folder: Path, **settings: Any) -> AsyncGenerator[Scene]:
    async with (
        receiver() as found,
        up_with(folder, **{"webhook_allow_private": True, **settings}) as platform,
    ):
        yield Scene(platform, found)


def play(folder: Path, story: Callable[[Scene], Awaitable[None]], **settings: Any) -> None:
    async def scenario() -> None:
        async with scene(folder, **settings) as made:
            await story(made)

    asyncio.run(scenario())


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is tried again at once."""
    monkeypatch.setattr(schedule, "DELAYS", SOON)


# --- what is sent ------------------------------------------------------------------------------


def test_a_client_gets_its_whole_feed_in_order_signed_and_thin(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        given = await made.added()
        await made.platform.take(*told("joker"), an_acknowledgement("joker"))
        await until(made.has_all)
        feed = await made.feed()
        assert [one.sequence for one in made.receiver.got] == list(range(1, len(feed) + 1))
        for one, whole in zip(made.receiver.got, feed, strict=True):
            assert one.verified(given["secret"])
            assert one.said["type"] == "varsel.feed.event"
            assert one.id == one.said["data"]["id"]
            assert f'"id":"{one.id}"' in whole
            assert one.said["data"].keys() == {"id", "type", "feed", "sequence", "incident"}

    play(tmp_path, story)


def test_whole_messages_are_the_bytes_of_every_other_door(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        given = await made.added(full=True)
        await made.platform.take(*told("joker"))
        await until(made.has_all)
        assert [one.body.decode() for one in made.receiver.got] == await made.feed()
        for one in made.receiver.got:
            assert one.verified(given["secret"])
            assert one.headers["content-type"] == "application/cloudevents+json"

    play(tmp_path, story)


def test_a_link_leads_to_the_message_where_there_is_an_http_door(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        await made.added()
        await until(made.has_all)
        links = [one.said["data"]["link"] for one in made.receiver.got]
        assert links[0] == "https://varsel.example/v1/feed?after=0&limit=1"

    play(tmp_path, story, public_url="https://varsel.example/")


@pytest.mark.usefixtures("soon")
def test_an_endpoint_that_fails_gets_everything_in_order_all_the_same(
    tmp_path: Path,
) -> None:
    async def story(made: Scene) -> None:
        for status in (204, 500, 503, 302, 404, 204, 429):
            made.receiver.then(status)
        given = await made.added()
        await made.platform.take(*told("joker"), *[a_question("joker", name=f"q{n}") for n in "ab"])
        await until(made.has_all)
        sequences = [one.sequence for one in made.receiver.got]
        assert sequences[:8] == [1, 2, 2, 2, 2, 2, 3, 3]
        assert sorted(set(sequences)) == list(range(1, len(await made.feed()) + 1))
        assert sequences == sorted(sequences)
        assert len({one.id for one in made.receiver.got}) == len(set(sequences))
        assert all(one.verified(given["secret"]) for one in made.receiver.got)
        state = await made.state()
        assert (state["failures"], state["last_status"], state["last_error"]) == (0, 204, None)

    play(tmp_path, story)


def test_without_more_an_endpoint_gets_what_comes_from_its_adding_on(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        await made.platform.take(*told("joker"))
        head = len(await made.feed())
        await made.call("joker", "webhook_add", url=made.receiver.url)
        await until(made.has_all)
        [first, *_] = made.receiver.got
        assert first.sequence == head + 1
        assert first.said["data"]["type"] == "WebhookAdded"

    play(tmp_path, story)


@pytest.mark.usefixtures("soon")
def test_a_notice_that_was_taken_has_arrived(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        await made.added(types=["ClientNotified"])
        made.receiver.always = 500
        await made.platform.take(*told("joker"))
        await until(lambda: len(made.receiver.got) > 2)
        assert made.recorded(NoticeDelivered) == []
        made.receiver.always = 202
        await until(lambda: len(made.recorded(NoticeDelivered)) == 1)
        [delivered] = made.recorded(NoticeDelivered)
        assert (delivered.door, delivered.observed) == ("webhook", "seen")
        await until(made.has_all)
        kinds = {one.said["data"]["type"] for one in made.receiver.got}
        assert kinds == {"ClientNotified"}

    play(tmp_path, story)


# --- given up ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("soon")
def test_an_endpoint_given_up_is_told_in_the_feed_and_goes_on_when_it_is_opened_again(
    tmp_path: Path,
) -> None:
    async def story(made: Scene) -> None:
        made.receiver.then(204)
        made.receiver.always = 500
        given = await made.added()
        await until(made.is_disabled)
        state = await made.state()
        assert (state["disabled_why"], state["failures"]) == ("exhausted", 10)
        assert (state["last_error"], state["delivered"]) == ("answered 500", 1)
        name = given["webhook"]["id"]
        health = await made.platform.operator.call("health", {})
        assert health["webhooks"] == {"endpoints": 1, "failing": 0, "disabled": 1}
        assert f"webhook {name} of joker is disabled: exhausted" in health["troubles"]
        await until(lambda: made.platform.running.platform.health()["ok"])
        made.receiver.always = 204
        tried = len(made.receiver.got)
        await made.platform.take(*told("joker"))
        answer = await made.call("joker", "webhook_enable", webhook=name)
        assert answer["webhook"]["state"]["enabled"]
        await until(made.has_all)
        feed = await made.feed()
        later = [one.sequence for one in made.receiver.got[tried:]]
        assert later == list(range(2, len(feed) + 1))
        assert any("WebhookDisabled" in one for one in feed)

    play(tmp_path, story)


def test_one_that_says_it_is_gone_is_believed(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        made.receiver.then(410)
        await made.added()
        await until(made.is_disabled)
        assert (await made.state())["disabled_why"] == "gone"
        assert len(made.receiver.got) == 1

    play(tmp_path, story)


def test_opened_again_behind_a_sequence_it_is_sent_anew(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        name = (await made.added())["webhook"]["id"]
        await made.platform.take(*told("joker"))
        await until(made.has_all)
        first = [(one.sequence, one.id) for one in made.receiver.got]
        made.receiver.got.clear()
        await made.call("joker", "webhook_enable", webhook=name, after=1)
        await until(made.has_all)
        assert [(one.sequence, one.id) for one in made.receiver.got] == first[1:]
        beyond = raised(made.call("joker", "webhook_enable", webhook=name, after=1000))
        assert isinstance(await beyond, Invalid)

    play(tmp_path, story)


def test_a_slow_endpoint_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        async with receiver() as slow:
            slow.open.clear()
            await made.call("kiwi", "webhook_add", url=slow.url, after=0)
            await until(lambda: len(slow.got) == 1)
            await made.added()
            await made.platform.take(*told("joker"))
            await until(made.has_all)
            assert len(slow.got) == 1

    play(tmp_path, story)


def test_what_was_sent_is_remembered_over_a_restart(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with receiver() as found:
            async with up_with(tmp_path, webhook_allow_private=True) as platform:
                made = Scene(platform, found)
                await made.added()
                await made.platform.take(*told("joker"))
                await until(made.has_all)
                creds = platform.given["joker"]["creds"]
            before = [one.sequence for one in found.got]
            async with up(tmp_path, webhook_allow_private=True) as platform:
                made = Scene(platform, found)
                await platform.speak("joker", creds)
                await made.platform.take(a_question("joker"))
                await until(made.has_all)
            after = [one.sequence for one in found.got]
            assert after[: len(before)] == before
            assert after == list(range(1, len(after) + 1))

    asyncio.run(scenario())


# --- arranged by parties -----------------------------------------------------------------------


def test_the_same_request_twice_makes_one_endpoint_and_shows_its_secret_again(
    tmp_path: Path,
) -> None:
    async def story(made: Scene) -> None:
        caller, body = made.platform.callers["joker"], {"url": made.receiver.url}
        first = await caller.call("webhook_add", {"with": body, "command": "c-1"})
        again = await caller.call("webhook_add", {"with": body, "command": "c-1"})
        assert first["secret"].startswith("whsec_")
        assert (again["secret"], again["receipt"]) == (first["secret"], first["receipt"])
        other = {"url": f"{made.receiver.url}/other"}
        reused = raised(caller.call("webhook_add", {"with": other, "command": "c-1"}))
        assert isinstance(await reused, CommandReused)
        [kept] = (await made.call("joker", "webhook_list"))["webhooks"]
        assert kept["url"] == made.receiver.url
        name = kept["id"]
        await made.call("joker", "webhook_remove", webhook=name)
        late = raised(caller.call("webhook_add", {"with": body, "command": "c-1"}))
        assert isinstance(await late, Refused)
        assert (await made.call("joker", "webhook_list"))["webhooks"] == []
        assert len(made.recorded(WebhookAdded)) == 1

    play(tmp_path, story)


def test_after_a_rotation_both_secrets_sign_and_a_lost_answer_rotates_no_further(
    tmp_path: Path,
) -> None:
    async def story(made: Scene) -> None:
        given = await made.added()
        await until(made.has_all)
        made.receiver.got.clear()
        body = {"with": {"webhook": given["webhook"]["id"]}, "command": "rotate-1"}
        renewed = await made.platform.callers["joker"].call("webhook_rotate", body)
        again = await made.platform.callers["joker"].call("webhook_rotate", body)
        assert again["secret"] == renewed["secret"] != given["secret"]
        await until(lambda: len(made.receiver.got) == 1)
        [got] = made.receiver.got
        assert got.verified(given["secret"], renewed["secret"])
        assert len(got.headers["webhook-signature"].split()) == 2
        assert made.recorded(WebhookRotated) == [WebhookRotated(endpoint=given["webhook"]["id"])]

    play(tmp_path, story)


def test_nothing_is_sent_to_what_was_removed(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        name = (await made.added())["webhook"]["id"]
        await until(made.has_all)
        body = {"with": {"webhook": name}, "command": "remove-1"}
        for _ in range(2):  # an answer may be lost on the way
            answer = await made.platform.callers["joker"].call("webhook_remove", body)
            assert answer["webhook"] == name
        sent = len(made.receiver.got)
        await made.platform.take(*told("joker"))
        await made.call("kiwi", "webhook_add", url=made.receiver.url, after=0)
        await until(lambda: len(made.receiver.got) > sent)
        assert {one.said["data"]["feed"] for one in made.receiver.got[sent:]} == {"kiwi"}
        assert isinstance(await raised(made.call("joker", "webhook_test", webhook=name)), NotFound)

    play(tmp_path, story)


def test_another_party_s_endpoint_is_not_there(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        name = (await made.added())["webhook"]["id"]
        for verb in ("rotate", "enable", "remove", "test"):
            foreign = await raised(made.call("kiwi", f"webhook_{verb}", webhook=name))
            nowhere = await raised(made.call("kiwi", f"webhook_{verb}", webhook="wh-0"))
            assert isinstance(foreign, NotFound)
            assert str(foreign).replace(name, "wh-0") == str(nowhere)
        assert (await made.call("kiwi", "webhook_list"))["webhooks"] == []
        assert (await made.state())["enabled"]

    play(tmp_path, story)


def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use_cases, "MOST", 1)

    async def story(made: Scene) -> None:
        await made.added()
        assert isinstance(await raised(made.added()), Refused)
        webhooks = made.platform.running.platform.webhooks
        assert webhooks is not None
        assert len(webhooks._endpoints._vault.names("webhook/")) == 1
        assert len((await made.call("joker", "webhook_list"))["webhooks"]) == 1

    play(tmp_path, story)


def test_an_auditor_is_sent_the_feeds_in_its_scope_as_long_as_they_are(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        await made.platform.take(*told("joker"))
        for feed in ({}, {"feed": "kiwi"}, {"feed": "nobody-here"}):
            asked = made.call("tilsyn", "webhook_add", url=made.receiver.url, **feed)
            assert isinstance(await raised(asked), Forbidden)
        await made.added("tilsyn", feed="joker")
        whole = len(await made.feed())
        await until(lambda: len(made.receiver.got) == whole)
        assert made.recorded(NoticeDelivered) == []
        no_more = {"with": {"party": "tilsyn", "scope": ["kiwi"]}, "command": "scope-1"}
        await made.platform.operator.call("set_scope", no_more)
        await made.platform.take(a_question("joker"))
        await until(lambda: made.is_disabled("tilsyn"))
        assert len(made.receiver.got) == whole

    play(tmp_path, story)


def test_the_operator_has_none(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        asked = made.platform.operator.call("webhook_add", {"with": {"url": "https://x.example/"}})
        assert isinstance(await raised(asked), Forbidden)

    play(tmp_path, story)


def test_an_endpoint_can_be_tried_and_its_answer_is_told_but_not_what_it_says(
    tmp_path: Path,
) -> None:
    async def story(made: Scene) -> None:
        made.receiver.body = b"an internal secret"
        given = await made.call("joker", "webhook_add", url=made.receiver.url)
        await until(made.has_all)
        made.receiver.got.clear()
        made.receiver.then(418)
        name = given["webhook"]["id"]
        answer = await made.call("joker", "webhook_test", webhook=name)
        assert answer == {"webhook": name, "taken": False, "status": 418, "error": None}
        assert (await made.call("joker", "webhook_test", webhook=name))["taken"]
        for got in made.receiver.got:
            assert got.verified(given["secret"])
            assert got.said["type"] == "varsel.webhook.test"
        assert (await made.state())["failures"] == 0

    play(tmp_path, story)


def test_one_test_at_a_time(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        name = (await made.call("joker", "webhook_add", url=made.receiver.url))["webhook"]["id"]
        await until(made.has_all)
        made.receiver.got.clear()
        made.receiver.open.clear()
        first = asyncio.create_task(made.call("joker", "webhook_test", webhook=name))
        await until(lambda: len(made.receiver.got) == 1)
        assert isinstance(await raised(made.call("joker", "webhook_test", webhook=name)), Refused)
        made.receiver.open.set()
        assert (await first)["taken"]

    play(tmp_path, story)


# --- where it may go ---------------------------------------------------------------------------


INSIDE_URLS = (
    "https://127.0.0.1/hook",
    "https://localhost/hook",
    "https://localhost./hook",
    "https://[::1]/hook",
    "https://[::ffff:127.0.0.1]/hook",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://nowhere.invalid/",
    "http://example.com/",
    "https://user:pass@example.com/",
)


def test_nothing_inside_can_be_registered(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        for url in INSIDE_URLS:
            error = await raised(made.call("joker", "webhook_add", url=url))
            assert isinstance(error, Invalid), url
            assert error.field == "url"
        assert made.recorded(WebhookAdded) == []
        assert (await made.call("joker", "webhook_list"))["webhooks"] == []

    play(tmp_path, story, webhook_allow_private=False)


def test_neither_url_nor_secret_are_kept_in_the_clear_or_in_the_ledger(tmp_path: Path) -> None:
    async def story(made: Scene) -> None:
        given = await made.call("joker", "webhook_add", url=f"{made.receiver.url}/s3cret-path")
        await until(made.has_all)
        renewed = await made.call("joker", "webhook_rotate", webhook=given["webhook"]["id"])
        [shown] = (await made.call("joker", "webhook_list"))["webhooks"]
        assert shown["url"].endswith("/s3cret-path")
        for hidden in (given["secret"], renewed["secret"]):
            assert hidden not in str(shown)
        for secret in ("s3cret-path", given["secret"], renewed["secret"]):
            kept = [path for path, text in files_in(tmp_path).items() if secret.encode() in text]
            assert kept == []
        assert made.recorded(WebhookAdded)[0].host == "127.0.0.1"

    play(tmp_path, story)
