"""Webhooks: whose feed goes where, who arranged that, and when it came to an end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from domain import events as e
from domain.desk import Request
from domain.errors import CommandReused, Forbidden, Invalid, NotFound, Refused
from domain.ports import Receipt
from domain.use_cases import webhooks
from domain.use_cases.webhooks import MOST, Abandoned, Place
from tests.builders import a_party
from tests.spec import Story, given, like

USE_CASES: dict[str, Callable[..., None]] = {
    "webhook_rotate": webhooks.rotate,
    "webhook_enable": webhooks.enable,
    "webhook_remove": webhooks.remove,
}


def arranged(
    story: Story, party: str, verb: str, command: str = "c-1", **body: Any
) -> Callable[[], Receipt]:
    """A party's request; a new endpoint is called after its command."""
    request = Request(party, verb, command, body)
    use_case = USE_CASES.get(verb) or partial(webhooks.add, Place(f"wh-{command}", "hooks.example"))
    return lambda: story.desk.arrange(request, use_case, story.now)


def added(story: Story, party: str = "joker", command: str = "c-1", **more: Any) -> Story:
    """The same story, with an endpoint in it."""
    body = {"url": "https://hooks.example/secret-path", **more}
    arranged(story, party, "webhook_add", command, **body)()
    return story


def given_up(story: Story, endpoint: str = "wh-c-1", command: str = "g-1") -> Callable[[], Receipt]:
    abandoned = Abandoned("joker", endpoint, "exhausted", command)
    return lambda: story.desk.give_up(abandoned, story.now)


# --- added -------------------------------------------------------------------------------------


def test_an_endpoint_is_known_to_its_party_alone_by_id_and_host() -> None:
    story = given()
    body = {"url": "https://hooks.example/secret-path", "full": "yes", "types": "ClientNotified"}
    story.when(arranged(story, "joker", "webhook_add", **body)).then(
        like(
            e.WebhookAdded,
            endpoint="wh-c-1",
            host="hooks.example",
            feed="joker",
            full=True,
            types=("ClientNotified",),
        ).seen_by("joker")
    )
    written = story.last(e.WebhookAdded)
    assert written.envelope.party == "joker"
    assert "secret-path" not in repr(written)
    assert story.desk.webhooks("joker") == {"wh-c-1": True}
    assert story.desk.webhooks("tokmanni") == {}


def test_the_same_request_twice_adds_one_endpoint() -> None:
    story = added(given())
    body = {"url": "https://hooks.example/secret-path"}
    story.when(arranged(story, "joker", "webhook_add", **body)).then()


def test_another_url_under_the_same_command_is_refused() -> None:
    story = added(given())
    body = {"url": "https://hooks.example/other"}
    again = story.when(arranged(story, "joker", "webhook_add", **body))
    again.then_refused(CommandReused, field="command")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", ""),
        ("url", "https://x/" + "y" * 2000),
        ("url", None),
        ("types", ["ClientNotifed"]),
        ("types", ["client_notified"]),
        ("after", -1),
        ("after", 2**53),
        ("full", "perhaps"),
        ("feed", "no party id"),
        ("description", "x" * 500),
        ("secret", "whsec_of_my_own"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_field(field: str, value: Any) -> None:
    story = given()
    body = {"url": "https://hooks.example/", field: value}
    outcome = story.when(arranged(story, "joker", "webhook_add", **body))
    outcome.then_refused(Invalid, match=rf"^{field}(?:\.0)?: ")


def test_a_party_has_so_many_and_no_more_until_it_removes_one() -> None:
    story = given()
    for number in range(MOST):
        added(story, command=f"c-{number}")
    body = {"url": "https://hooks.example/"}
    one_more = arranged(story, "joker", "webhook_add", "more", **body)
    story.when(one_more).then_refused(Refused, match="as many webhooks")
    arranged(story, "joker", "webhook_remove", "r-1", webhook="wh-c-0")()
    story.when(one_more).then(like(e.WebhookAdded, endpoint="wh-more"))


@pytest.mark.parametrize("party", ["zoopit", "joker"])
def test_a_vendor_and_a_client_have_their_own_feed_sent_and_no_other(party: str) -> None:
    story = given()
    body = {"url": "https://hooks.example/", "feed": "tokmanni"}
    asked = arranged(story, party, "webhook_add", **body)
    story.when(asked).then_refused(Forbidden, field="party")


def test_an_auditor_has_the_feeds_in_its_scope_sent_and_no_other() -> None:
    story = given(a_party("tilsyn", "auditor", scope=["joker"]))
    body = {"url": "https://hooks.example/"}
    mine = arranged(story, "tilsyn", "webhook_add", feed="joker", **body)
    story.when(mine).then(like(e.WebhookAdded, feed="joker").seen_by("tilsyn"))
    for feed in ({"feed": "tokmanni"}, {}):
        asked = arranged(story, "tilsyn", "webhook_add", f"c-{feed}", **body, **feed)
        story.when(asked).then_refused(Forbidden, field="party")


def test_the_operator_has_no_webhooks() -> None:
    story = given()
    asked = arranged(story, "platform", "webhook_add", url="https://hooks.example/")
    story.when(asked).then_refused(Forbidden, field="do")


# --- afterwards --------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", sorted(USE_CASES))
@pytest.mark.parametrize("webhook", ["wh-nobody", "wh-c-1"])
def test_another_s_endpoint_is_refused_like_one_that_is_not_there(verb: str, webhook: str) -> None:
    story = added(given(), party="tokmanni")
    asked = arranged(story, "joker", verb, webhook=webhook)
    story.when(asked).then_refused(NotFound, match=r"no such webhook.*none: you have no webhooks")


@pytest.mark.parametrize("verb", sorted(USE_CASES))
def test_a_refusal_names_the_endpoints_there_are(verb: str) -> None:
    story = added(given())
    asked = arranged(story, "joker", verb, "c-2", webhook="wh-1")
    story.when(asked).then_refused(NotFound, match="expected: wh-c-1")


def test_a_rotated_secret_is_an_event_without_the_secret() -> None:
    story = added(given())
    asked = arranged(story, "joker", "webhook_rotate", "c-2", webhook="wh-c-1")
    story.when(asked).then(like(e.WebhookRotated, endpoint="wh-c-1").seen_by("joker"))
    assert story.desk.webhooks("joker") == {"wh-c-1": True}


def test_what_was_removed_is_gone_for_good() -> None:
    story = added(given())
    asked = arranged(story, "joker", "webhook_remove", "c-2", webhook="wh-c-1")
    story.when(asked).then(like(e.WebhookRemoved, endpoint="wh-c-1").seen_by("joker"))
    assert story.desk.webhooks("joker") == {}
    again = arranged(story, "joker", "webhook_remove", "c-3", webhook="wh-c-1")
    story.when(again).then_refused(NotFound)


def test_an_endpoint_given_up_is_told_to_its_party_and_opened_again_by_it() -> None:
    story = added(given())
    story.when(given_up(story)).then(
        like(e.WebhookDisabled, endpoint="wh-c-1", why="exhausted").seen_by("joker")
    )
    assert story.last(e.WebhookDisabled).envelope.party == "platform"
    assert story.desk.webhooks("joker") == {"wh-c-1": False}
    asked = arranged(story, "joker", "webhook_enable", "c-2", webhook="wh-c-1")
    story.when(asked).then(like(e.WebhookEnabled, endpoint="wh-c-1").seen_by("joker"))
    assert story.desk.webhooks("joker") == {"wh-c-1": True}


def test_an_endpoint_that_is_enabled_stays_so() -> None:
    story = added(given())
    story.when(arranged(story, "joker", "webhook_enable", "c-2", webhook="wh-c-1")).then()


def test_what_is_disabled_or_removed_is_not_given_up_again() -> None:
    story = added(given())
    given_up(story)()
    story.when(given_up(story, command="g-2")).then()
    arranged(story, "joker", "webhook_remove", "c-2", webhook="wh-c-1")()
    story.when(given_up(story, command="g-3")).then()
