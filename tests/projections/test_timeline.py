"""What happened, in order, as far as one party may see it."""

from __future__ import annotations

import json

import pytest

from domain import streams
from projections import timeline
from projections.rows import Row
from tests.builders import (
    a_concern,
    a_correction,
    a_filing,
    a_leak,
    a_mandate,
    a_notice,
    a_question,
    a_statement,
    an_acknowledgement,
    an_assessment,
    an_update,
    told,
)
from tests.projections.reading import Views, a_story, an_engagement, awareness, delivery, read

KEYS = {
    "event",
    "type",
    "recorded_at",
    "happened",
    "by",
    "source",
    "corrects",
    "superseded_by",
    "incident",
    "data",
}


def superseded(views: Views, party: str = "joker") -> dict[str, str]:
    """By the command that wrote an entry: the command of the entry that superseded it."""
    commands = {str(x.id): x.envelope.command for x in views.story.log()}
    entries = timeline.query(party, views.rows)
    return {
        commands[one["event"]]: commands[one["superseded_by"]]
        for one in entries
        if one["superseded_by"]
    }


def test_an_entry_has_exactly_the_published_shape() -> None:
    views = read(a_story(*told("joker"), awareness({"before": "2024-03-03"}).under("known")))
    entry = views.timeline("joker")[-1]
    assert entry == {
        "event": views.story.id_of("known"),
        "type": "AwarenessStated",
        "recorded_at": "2024-03-04T08:07:00+00:00",
        "happened": {"before": "2024-03-03"},
        "by": "joker",
        "source": "client",
        "corrects": None,
        "superseded_by": None,
        "incident": views.incident,
        "data": {
            "awareness": {"stage": "aware", "when": {"before": "2024-03-03"}, "how": "a mail"}
        },
    }
    assert all(one.keys() == KEYS for party in ("joker", "zoopit") for one in views.timeline(party))


def test_an_entry_without_a_time_of_its_own_happened_when_it_was_recorded() -> None:
    (entry,) = read(a_story(*told("joker"))).timeline("joker")
    assert entry["happened"] == entry["recorded_at"] == "2024-03-04T08:06:00+00:00"


def test_a_party_sees_its_own_side_in_the_order_it_was_recorded() -> None:
    views = read(
        a_story(
            *told("joker", "tokmanni"),
            delivery("joker"),
            an_acknowledgement(),
            an_assessment(),
            a_question(),
        )
    )
    assert [(one["type"], one["source"]) for one in views.timeline("joker")] == [
        ("ClientNotified", "vendor"),
        ("NoticeDelivered", "platform"),
        ("NoticeAcknowledged", "client"),
        ("RiskAssessed", "client"),
        ("QuestionAsked", "client"),
    ]
    assert [one["type"] for one in views.timeline("tokmanni")] == ["ClientNotified"]
    assert [one["type"] for one in views.timeline("zoopit")] == [
        "VendorReportedLeak",
        "ClientsNamed",
        "NoticesIssued",
        "ClientNotified",
        "ClientNotified",
        "NoticeDelivered",
        "NoticeAcknowledged",
        "QuestionAsked",
    ]


def test_a_timeline_can_be_asked_for_one_incident_or_for_all() -> None:
    views = read(
        a_story(*told("joker"), a_leak("other"), a_notice("joker", incident="other"), a_mandate())
    )
    every = timeline.query("joker", views.rows)
    assert [one["type"] for one in every] == ["ClientNotified", "ClientNotified", "MandateGranted"]
    assert len(views.timeline("joker")) == 1
    assert every[-1]["incident"] is None


def test_however_many_incidents_there_are_their_entries_come_in_the_order_of_the_log() -> None:
    slugs = ("leak", "other", "third")
    tellings = (a_notice("joker", incident=slug) for slug in slugs)
    questions = (a_question(name=f"q-{n}", incident=slugs[n % 3]) for n in range(330))
    views = read(a_story(*map(a_leak, slugs), *tellings, *questions))
    every = timeline.query("joker", views.rows)
    assert [one["recorded_at"] for one in every] == sorted(one["recorded_at"] for one in every)
    for slug in slugs:
        incident = str(streams.incident_id("zoopit", slug))
        of_it = timeline.query("joker", views.rows, incident)
        assert of_it == [one for one in every if one["incident"] == incident]
        assert len(of_it) == 111


@pytest.mark.parametrize(("party", "seen"), [("joker", True), ("zoopit", True), ("kiwi", False)])
def test_an_incident_concerns_whoever_has_an_entry_of_it(party: str, *, seen: bool) -> None:
    views = read(a_story(*told("joker"), a_mandate()))
    assert timeline.concerns(party, views.incident, views.rows) is seen
    for nothing in ("", "-", views.incident.upper(), views.incident[:-1]):
        assert not timeline.concerns(party, nothing or "leak", views.rows)


def test_registrations_are_no_part_of_a_timeline_but_engagements_are() -> None:
    views = read(a_story(an_engagement()))
    entries = timeline.query("joker", views.rows)
    assert [(one["type"], one["source"]) for one in entries] == [("EngagementAgreed", "platform")]


@pytest.mark.parametrize("party", ["joker", "zoopit"])
def test_free_text_is_never_in_it(party: str) -> None:
    secret = "Secret words"
    views = read(
        a_story(
            a_leak(title=secret, text=secret),
            a_notice("joker"),
            an_update(reason=secret),
            a_question(text=secret),
            a_statement("joker", words=secret),
            an_assessment(why=secret),
            awareness("2024-03-03", why=secret),
        )
    )
    assert "Secret" not in json.dumps(views.timeline(party))
    assert "ealed" not in json.dumps(views.timeline(party))


def test_a_text_stands_as_the_reference_by_which_it_is_fetched() -> None:
    views = read(a_story(*told("joker"), a_question(text="Why?").under("asked")))
    asked = views.story.id_of("asked")
    assert views.timeline("joker")[-1]["data"]["text"] == {"text": f"{asked}/text"}


# --- corrected and restated --------------------------------------------------------------------


def test_a_corrected_event_stays_and_names_what_corrected_it() -> None:
    views = read(
        a_story(*told("joker"), a_filing("joker").under("slip"), a_correction("slip").under("mend"))
    )
    filed, mended = views.timeline("joker", "RegulatorNotified", "EventCorrected")
    assert (filed["superseded_by"], filed["corrects"]) == (mended["event"], None)
    assert (mended["superseded_by"], mended["corrects"]) == (None, filed["event"])


def test_a_restated_awareness_supersedes_the_earlier_one_at_that_stage() -> None:
    views = read(
        a_story(
            *told("joker"),
            awareness("2024-03-01", stage="signal").under("signal"),
            awareness("2024-03-02").under("first"),
            awareness("2024-03-03").under("second"),
            awareness("2024-03-04").under("third"),
        )
    )
    assert superseded(views) == {"first": "second", "second": "third"}


def test_the_other_side_s_awareness_supersedes_nothing() -> None:
    views = read(
        a_story(
            *told("joker"),
            awareness("2024-03-02"),
            awareness("2024-03-03", by="zoopit", visibility="shared"),
        )
    )
    assert superseded(views) == {}


def test_a_corrected_restatement_supersedes_nothing_any_more() -> None:
    views = read(
        a_story(
            *told("joker"),
            awareness("2024-03-02").under("first"),
            awareness("2024-03-03").under("second"),
            a_correction("second").under("mend"),
        )
    )
    assert superseded(views) == {"second": "mend"}


def test_a_new_assessment_supersedes_the_old_one_for_the_client_alone() -> None:
    views = read(
        a_story(*told("joker"), an_assessment().under("first"), an_assessment().under("second"))
    )
    assert superseded(views) == {"first": "second"}
    assert superseded(views, "zoopit") == {}


def test_a_statement_that_mends_another_supersedes_it() -> None:
    views = read(
        a_story(
            *told("joker"),
            a_statement("joker", "press").under("first"),
            a_statement("joker", "web").under("beside"),
            a_statement("joker", "press-2", corrects="press").under("second"),
        )
    )
    assert superseded(views) == {"first": "second"}


def test_what_concerns_one_incident_supersedes_nothing_in_another() -> None:
    views = read(
        a_story(
            *told("joker"),
            a_leak("other"),
            a_notice("joker", incident="other"),
            an_assessment(),
            an_assessment(incident="other"),
        )
    )
    assert superseded(views) == {}


def test_a_concern_is_on_both_timelines() -> None:
    views = read(a_story(a_concern("joker")))
    entries: list[Row] = [timeline.query(party, views.rows)[0] for party in ("joker", "zoopit")]
    assert [(one["type"], one["source"]) for one in entries] == [
        ("ClientRaisedConcern", "client")
    ] * 2
