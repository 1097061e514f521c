"""Which message goes to whom, under which number, byte for byte the same whenever it is made."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import uuid5

from adapters.wire import render
from domain.desk import Request
from domain.use_cases.credentials import Credential
from projections import feed_index
from projections.rows import Row
from tests.builders import (
    a_claim,
    a_filing_for,
    a_leak,
    a_mandate,
    a_measure,
    a_notice,
    a_question,
    a_revision,
    a_statement,
    a_total,
    an_assessment,
    people,
    told,
)
from tests.projections.reading import Act, Played, Views, a_story, delivery, fold, read


def page(views: Views, party: str) -> list[Row]:
    return feed_index.page(party, 0, 100, views.rows)


def bodies(views: Views, party: str) -> list[bytes]:
    log = {event.position: event for event in views.story.log()}
    places = [(log[row["position"]], feed_index.place_of(row)) for row in page(views, party)]
    return [render(event, place) for event, place in places]


def messages(views: Views, party: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in bodies(views, party)]


def test_every_party_that_may_see_an_event_gets_a_message_and_nobody_else() -> None:
    views = read(a_story(*told("joker")))
    kinds = {
        party: [row["subject"].rsplit(".", 1)[1] for row in page(views, party)]
        for party in ("zoopit", "joker", "tokmanni", "auditor")
    }
    assert kinds == {
        "zoopit": [
            "PartyRegistered",
            "VendorReportedLeak",
            "ClientsNamed",
            "NoticesIssued",
            "ClientNotified",
        ],
        "joker": ["PartyRegistered", "ClientNotified"],
        "tokmanni": ["PartyRegistered"],
        "auditor": ["PartyRegistered"],
    }


def test_the_sequence_of_each_feed_is_gapless_and_its_head_is_the_newest() -> None:
    views = read(a_story(*told("joker", "tokmanni"), a_revision()))
    assert [row["sequence"] for row in page(views, "joker")] == [1, 2, 3]
    assert feed_index.head("joker", views.rows) == 3
    assert feed_index.head("nobody", views.rows) == 0


def test_the_messages_of_all_feeds_are_numbered_in_one_order() -> None:
    views = read(a_story(*told("joker")))
    numbers = [row["number"] for row in feed_index.after(0, 100, views.rows)]
    assert numbers == list(range(1, 10))
    assert feed_index.total(views.rows) == 9
    assert [row["number"] for row in feed_index.after(7, 1, views.rows)] == [8]


def test_an_empty_ledger_has_no_messages() -> None:
    assert feed_index.total(fold([])) == 0


def test_each_message_carries_the_hash_of_the_one_before_it() -> None:
    views = read(a_story(*told("joker"), a_revision(), a_question()))
    previous = feed_index.FIRST_HASH
    for row, body in zip(page(views, "joker"), bodies(views, "joker"), strict=True):
        assert row["previous"] == json.loads(body)["previoushash"] == previous
        assert row["hash"] == hashlib.sha256(body).hexdigest()
        previous = row["hash"]


def test_a_message_s_id_is_a_pure_function_of_event_and_feed() -> None:
    views = read(a_story(*told("joker")))
    notice = views.story.log()[-1]
    ids = {party: page(views, party)[-1]["message"] for party in ("joker", "zoopit")}
    assert ids == {party: str(uuid5(notice.id, party)) for party in ("joker", "zoopit")}


def test_the_feed_made_again_is_the_same_byte_for_byte() -> None:
    story = a_story(*told("joker", "tokmanni"), a_revision(), delivery("joker"))
    once, again = read(story), read(story)
    for party in ("zoopit", "joker", "tokmanni"):
        assert bodies(once, party) == bodies(again, party)
        assert page(once, party) == page(again, party)


def test_the_platform_is_no_addressee() -> None:
    def loads_law(story: Played) -> None:
        story.desk.load_law("fingerprint", ("gdpr 2018-05-25 v1",), story.now)

    views = read(a_story(loads_law))
    assert page(views, "platform") == []
    assert views.rows.get("heads", "", "") == {"number": 4, "position": 5}


def test_a_message_about_no_incident_has_a_subject_of_the_party_s_own() -> None:
    views = read(a_story())
    (row,) = page(views, "joker")
    assert row["subject"] == "feed.joker._.PartyRegistered"
    assert messages(views, "joker")[0]["source"] == "urn:varsel:parties/joker"


def test_a_message_about_an_incident_names_it_by_its_opaque_id_alone() -> None:
    views = read(a_story(a_leak("summer-2023"), a_notice("joker", incident="summer-2023")))
    incident = str(views.story.incident(slug="summer-2023"))
    assert page(views, "joker")[-1]["subject"] == f"feed.joker.{incident}.ClientNotified"
    assert messages(views, "joker")[-1]["subject"] == incident
    assert b"summer-2023" not in bodies(views, "joker")[-1]


def test_a_credential_reaches_its_party_alone() -> None:
    def issues(story: Played) -> None:
        new = [Credential("a-public-key", "nats")]
        for verb in ("party_issue", "party_revoke"):
            request = Request("platform", verb, verb, {"id": "joker"})
            story.desk.give(request, new, story.now)

    views = read(a_story(issues))
    assert [len(page(views, party)) for party in ("joker", "tokmanni", "zoopit")] == [3, 1, 1]
    assert views.timeline("joker", "CredentialIssued", "CredentialRevoked") == []


TELLTALE: tuple[Act, ...] = (
    a_leak(
        discovered_by="Tokmanni",
        people=[people(), people("tokmanni")],
        systems=[{"name": "mail", "owner": "tokmanni", "affected": "yes"}],
        totals=[a_total(7, client="tokmanni"), a_total(8, source="tokmanni")],
        claims=[a_claim("a", scope="tokmanni"), a_claim("b", source="tokmanni")],
    ),
    a_notice("joker", "tokmanni"),
    a_revision(claims=[a_claim("c", value="tokmanni"), a_claim("d", scope="all")]),
    a_measure(helped_by="tokmanni", visibility="shared"),
    a_statement(audience=["tokmanni", "press"], quotes="tokmanni", visibility="shared"),
    a_mandate(),
    a_mandate("tokmanni"),
    a_filing_for("joker", "tokmanni", prompted_by="tokmanni"),
    a_question("tokmanni"),
    an_assessment("tokmanni"),
)


def test_no_message_to_a_client_holds_another_client_s_id() -> None:
    views = read(a_story(*TELLTALE))
    assert len(page(views, "joker")) == 7
    for row, body in zip(page(views, "joker"), bodies(views, "joker"), strict=True):
        assert b"tokmanni" not in body.lower()
        assert "tokmanni" not in row["subject"]


def test_no_message_holds_free_text_only_where_it_can_be_fetched() -> None:
    views = read(a_story(a_leak(title="Summer leak", text="Secret words"), a_notice("joker")))
    views = read(views.story.goes_on(a_question(text="Secret question")))
    everything = b"".join(bodies(views, "joker") + bodies(views, "zoopit"))
    assert b"ecret" not in everything
    assert b"Summer" not in everything
    report = views.story.id_of("command-5")
    asked = messages(views, "joker")[-1]
    assert messages(views, "joker")[-2]["data"]["texts"] == [f"{report}/title", f"{report}/text"]
    assert asked["data"]["texts"] == [f"{asked['data']['event']}/text"]
    assert asked["data"]["with"]["text"] == {"text": f"{asked['data']['event']}/text"}


def test_an_event_s_place_in_a_feed_is_found_by_its_place_in_the_log() -> None:
    views = read(a_story(*told("joker", "tokmanni"), a_question(), an_assessment()))
    for party in ("joker", "tokmanni", "zoopit", "nobody"):
        mine = {row["position"]: row for row in page(views, party)}
        for event in views.story.log():
            assert feed_index.placed(party, event.position, views.rows) == mine.get(event.position)
