"""Where things are: streams by the names people use, events by id, texts by who may fetch them."""

from __future__ import annotations

from uuid import uuid4

from domain import streams
from projections import directory, parties
from projections.rows import MemoryRows, number
from tests.builders import (
    a_clearing,
    a_concern,
    a_leak,
    a_naming,
    a_notice,
    a_party,
    a_question,
    an_acknowledgement,
    told,
)
from tests.projections.reading import a_story, an_engagement, fold, read

# --- names -------------------------------------------------------------------------------------


def test_a_client_finds_the_incidents_it_was_told_of_by_their_vendor_s_name() -> None:
    kiwi = a_party("kiwi", "vendor")
    story = a_story(
        kiwi, *told("joker"), a_leak("leak-2"), a_leak(by="kiwi"), a_notice("joker", by="kiwi")
    )
    rows = read(story).rows
    assert set(directory.incidents("joker", "leak", rows)) == {
        story.incident(),
        story.incident("kiwi"),
    }
    assert directory.incidents("joker", "leak-2", rows) == []


def test_all_incidents_of_one_name_are_found_whoever_reported_them() -> None:
    rows = read(a_story(a_party("other", "vendor"), a_leak(), a_leak(by="other"), a_leak("b"))).rows
    found = {str(streams.incident_id(vendor, "leak")) for vendor in ("zoopit", "other")}
    assert {*directory.called("leak", rows)} == found
    assert directory.called("lea", rows) == []


def test_a_client_that_was_named_but_not_told_finds_nothing() -> None:
    rows = read(a_story(a_leak(), a_naming("joker"), a_clearing())).rows
    assert directory.incidents("joker", "leak", rows) == []


def test_from_what_a_client_sees_alone_the_name_cannot_be_had() -> None:
    story = a_story(*told("joker"))
    visible = fold(event for event in story.log() if "joker" in event.envelope.visibility)
    assert directory.incidents("joker", "leak", visible) == []
    assert directory.slug(str(story.incident()), visible) is None
    assert directory.slug(str(story.incident()), read(story).rows) == "leak"


def test_a_vendor_finds_the_concerns_put_to_it() -> None:
    story = a_story(a_concern("joker"), a_concern("tokmanni"), a_concern("joker", concern="odd"))
    rows = read(story).rows
    assert set(directory.concerns("zoopit", "odd-newsletter", rows)) == {
        streams.concern_id(client, "odd-newsletter") for client in ("joker", "tokmanni")
    }
    assert directory.concerns("joker", "odd-newsletter", rows) == []


# --- events ------------------------------------------------------------------------------------


def test_a_party_finds_its_own_event_by_id_and_by_command() -> None:
    story = a_story(*told("joker"), an_acknowledgement().under("read"))
    rows = read(story).rows
    case = streams.case_id(story.incident(), "joker")
    assert directory.event("joker", "read", rows) == case
    assert directory.event("joker", story.id_of("read"), rows) == case
    assert directory.event("zoopit", "read", rows) is None
    assert directory.event("zoopit", story.id_of("read"), rows) is None


def test_another_party_s_event_hides_no_command_that_is_called_like_it() -> None:
    story = a_story(*told("joker")).goes_on(a_question().under("asked"))
    asked = story.id_of("asked")
    story.goes_on(an_acknowledgement().under(asked))
    case = streams.case_id(story.incident(), "joker")
    assert directory.event("joker", asked, read(story).rows) == case


def test_a_command_that_wrote_to_many_streams_is_found_on_its_own() -> None:
    story = a_story(a_leak(), a_notice("joker", "tokmanni").under("told"))
    assert directory.event("zoopit", "told", read(story).rows) == story.incident()


def test_an_event_s_place_in_the_log_is_found_by_its_id() -> None:
    story = a_story(a_leak().under("leak"))
    rows = read(story).rows
    assert directory.position(story.id_of("leak"), rows) == len(story.log())
    assert directory.position(str(uuid4()), rows) is None


# --- texts -------------------------------------------------------------------------------------


def test_a_text_may_be_fetched_by_those_who_see_an_event_that_refers_to_it() -> None:
    story = a_story(
        a_leak(text="What we know").under("leak"),
        a_notice("joker"),
        a_question(text="Why?").under("asked"),
    )
    rows = read(story).rows
    report, question = f"{story.id_of('leak')}/text", f"{story.id_of('asked')}/text"
    for text in (report, question):
        assert [
            directory.may_fetch(party, text, rows) for party in ("zoopit", "joker", "tokmanni")
        ] == [True, True, False]


def test_a_client_whose_concern_was_answered_may_fetch_the_texts_the_report_has() -> None:
    answer = a_leak(answers="odd-newsletter", title="Wrong names", text=None).under("leak")
    story = a_story(a_concern(), answer)
    rows = read(story).rows
    title, text = f"{story.id_of('leak')}/title", f"{story.id_of('leak')}/text"
    assert directory.may_fetch("tokmanni", title, rows)
    assert not directory.may_fetch("tokmanni", text, rows)


# --- who is who --------------------------------------------------------------------------------


def test_every_party_has_a_profile() -> None:
    rows = read(a_story()).rows
    assert [one.id for one in parties.everybody(rows)] == [
        "auditor",
        "joker",
        "tokmanni",
        "zoopit",
    ]
    joker = parties.profile("joker", rows)
    assert joker is not None
    assert (joker.country, joker.clock.key, joker.laws) == ("NO", "Europe/Oslo", ("gdpr",))
    assert parties.profile("nobody", rows) is None


def test_parties_are_counted_and_read_page_by_page() -> None:
    rows = read(a_story()).rows
    every = [one.id for one in parties.everybody(rows)]
    assert parties.count(rows) == len(every)
    assert [one.id for one in parties.everybody(rows, every[0], 2)] == every[1:3]


def test_the_newest_engagement_counts() -> None:
    first = an_engagement(contract_notice={"within": "PT24H", "from": "aware"})
    rows = read(a_story(first, an_engagement(role="joint"), an_engagement("tokmanni"))).rows
    promised = parties.promises("zoopit", rows)
    assert {client: (one.role, one.within) for client, one in promised.items()} == {
        "joker": ("joint", None),
        "tokmanni": ("processor", None),
    }
    promised = parties.promises("zoopit", read(a_story(first)).rows)
    assert (promised["joker"].within, promised["joker"].starts) == ("PT24H", "aware")


# --- rows --------------------------------------------------------------------------------------


def test_rows_in_memory_come_in_the_order_of_their_keys() -> None:
    rows = MemoryRows()
    for value in (3, 20, 1):
        rows.put("view", "scope", number(value), {"value": value})
    assert [row["value"] for _, row in rows.all("view", "scope")] == [1, 3, 20]
    assert [row["value"] for _, row in rows.all("view", "scope", after=number(1), limit=1)] == [3]
    assert rows.all("view", "other") == []


def test_a_row_is_replaced_and_dropped_by_its_key() -> None:
    rows = MemoryRows()
    rows.put("view", "", "key", {"value": 1})
    rows.put("view", "", "key", {"value": 2})
    assert rows.get("view", "", "key") == {"value": 2}
    rows.drop("view", "", "key")
    rows.drop("view", "elsewhere", "key")
    assert rows.get("view", "", "key") is None
    assert rows.snapshot() == {}
