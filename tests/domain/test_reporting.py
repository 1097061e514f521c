"""What a vendor's first report promises: facts, awareness, chains, and the concern it answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain import events as e
from domain import streams
from domain.errors import Forbidden, Invalid, NotFound, Refused
from domain.values import Count, When
from tests.builders import (
    a_claim,
    a_concern,
    a_leak,
    a_notice,
    a_party,
    a_revision,
    a_total,
    an_acknowledgement,
    people,
)
from tests.spec import given, like

UPSTREAM = UUID("0b6cbd2b-6a4d-4e55-8a4e-6d6f0a1d3c11")


def test_a_report_is_for_its_vendor_alone() -> None:
    given().when(a_leak()).then(like(e.VendorReportedLeak, slug="leak").seen_by("zoopit"))


def test_a_report_keeps_everything_it_says() -> None:
    story = given().when(
        a_leak(
            title="A copy is out",
            text="An outsider wrote to us.",
            happened={"before": "2024-03-01"},
            data_period={"from": "2019", "to": "2022-09"},
            discovered_by="outsider",
            systems=[{"name": "archive", "owner": "zoopit", "affected": "unknown"}],
            totals=[a_total({"about": 400}, "exposed", "wrong_recipient", overlap="none")],
            claims=[a_claim(holds="no_sign", provisional=True)],
        )
    )
    report = story.then(e.VendorReportedLeak).all_of(e.VendorReportedLeak)[0]
    assert report.facts.happened == When(before="2024-03-01")
    assert report.facts.data_period is not None
    assert report.facts.discovered_by == "outsider"
    assert report.facts.nature == ("confidentiality",)
    assert report.facts.systems[0].affected == "unknown"
    assert report.facts.totals[0].count == Count(about=400)
    assert report.facts.claims[0].holds == "no_sign"
    assert report.title is not None
    assert report.text is not None


def test_awareness_told_with_a_report_is_an_event_of_its_own() -> None:
    story = given().when(a_leak(aware={"stage": "signal", "when": "2024-03-03"}))
    story.then(e.VendorReportedLeak, like(e.AwarenessStated).seen_by("zoopit"))
    stated = story.story.last(e.AwarenessStated)
    assert stated.envelope.happened == When(at="2024-03-03")


@pytest.mark.parametrize(
    ("upstream", "expected"),
    [
        (str(UPSTREAM), e.Chained(link="upstream", incident=UPSTREAM)),
        (
            {"link": "part_of", "incident": str(UPSTREAM)},
            e.Chained(link="part_of", incident=UPSTREAM),
        ),
    ],
    ids=["by its id", "with its link"],
)
def test_a_report_may_hang_on_another_vendors_incident(upstream: Any, expected: e.Chained) -> None:
    given().when(a_leak(upstream=upstream)).then(like(e.VendorReportedLeak, chained=expected))


def test_a_slug_serves_one_incident_of_a_vendor() -> None:
    given(a_leak()).when(a_leak()).then_refused(Refused, field="incident", match="revise_facts")


def test_two_vendors_may_use_the_same_slug() -> None:
    given(a_party("mailer", "vendor"), a_leak()).when(a_leak(by="mailer")).then(
        e.VendorReportedLeak
    )


@pytest.mark.parametrize("field", ["happened", "data_period"])
def test_facts_from_the_future_are_refused(field: str) -> None:
    given().when(a_leak().having(**{field: "2024-03-05"})).then_refused(Invalid, field=field)


def test_awareness_from_the_future_is_refused() -> None:
    aware = {"stage": "aware", "when": "2024-03-04T12:00Z"}
    given().when(a_leak(aware=aware)).then_refused(Invalid, field="aware.when", match="future")


def test_today_is_not_the_future() -> None:
    given().when(a_leak(happened="2024-03-04")).then(e.VendorReportedLeak)


@pytest.mark.parametrize("field", ["nature", "people"])
def test_a_report_says_what_leaked_and_of_whom(field: str) -> None:
    given().when(a_leak().having(**{field: []})).then_refused(Invalid, field=field)


def test_only_a_vendor_reports() -> None:
    given().when(a_leak(by="joker")).then_refused(Forbidden, field="do", match="role vendor")


# --- Tokmanni's way round ----------------------------------------------------------------------


def test_a_concern_is_for_its_client_and_the_vendor_it_is_put_to() -> None:
    given().when(a_concern(text="We saw a wrong name.")).then(
        like(e.ClientRaisedConcern, vendor="zoopit").seen_by("tokmanni", "zoopit")
    )


def test_a_report_that_answers_a_concern_tells_its_client_at_once() -> None:
    concern = streams.concern_id("tokmanni", "odd-newsletter")
    named = (e.NamedClient(client="tokmanni", sure="suspected"),)
    given(a_concern()).when(a_leak(answers="odd-newsletter")).then(
        like(e.VendorReportedLeak, answers=concern).seen_by("zoopit"),
        like(e.ClientsNamed, clients=named).seen_by("zoopit"),
        like(e.NoticesIssued, act="notified", clients=("tokmanni",)).seen_by("zoopit"),
        like(e.ClientNotified, answers=concern).seen_by("tokmanni", "zoopit"),
    )


def test_a_notice_that_answers_a_concern_refers_to_the_report_and_its_texts() -> None:
    story = given(a_concern(), a_leak(answers="odd-newsletter", title="Wrong names", text=None))
    (told,) = story.all_of(e.ClientNotified)
    assert (told.report, told.report_texts) == (
        story.last(e.VendorReportedLeak).id,
        ("title",),
    )


def test_a_notice_says_which_report_it_rests_on() -> None:
    story = given(a_leak(), a_notice("joker"))
    assert story.all_of(e.ClientNotified)[0].report == story.last(e.VendorReportedLeak).id


def test_a_notice_names_only_texts_that_its_report_has() -> None:
    both = given(a_leak(title="A copy is out", text="We know."), a_notice("joker"))
    assert both.all_of(e.ClientNotified)[0].report_texts == ("title", "text")
    neither = given(a_leak(title=None, text=None), a_notice("joker"))
    assert neither.all_of(e.ClientNotified)[0].report_texts == ()


def test_a_client_told_by_an_answer_acknowledges_and_hears_of_revisions() -> None:
    story = given(a_concern(), a_leak(answers="odd-newsletter"), an_acknowledgement("tokmanni"))
    story.when(a_revision()).then(e.FactsRevised, e.NoticesIssued, e.ClientUpdated)


def test_further_clients_are_told_after_a_concern_was_answered() -> None:
    story = given(a_concern(), a_leak(answers="odd-newsletter"), a_notice("joker"))
    assert [n.answers for n in story.all_of(e.ClientNotified, about="joker")] == [None]


def test_a_concern_may_be_answered_by_its_id() -> None:
    concern = str(streams.concern_id("tokmanni", "odd-newsletter"))
    story = given(a_concern(), a_leak(answers=concern))
    assert len(story.all_of(e.ClientNotified, about="tokmanni")) == 1


@pytest.mark.parametrize(
    "reference",
    ["nothing-such", "0b6cbd2b-6a4d-4e55-8a4e-6d6f0a1d3c11"],
)
def test_a_report_answers_only_a_concern_that_was_put_to_its_vendor(reference: str) -> None:
    given(a_concern()).when(a_leak(answers=reference)).then_refused(NotFound, field="answers")


def test_a_concern_put_to_another_vendor_is_not_there() -> None:
    concern = str(streams.concern_id("tokmanni", "odd-newsletter"))
    given(a_party("mailer", "vendor"), a_concern()).when(
        a_leak(by="mailer", answers=concern)
    ).then_refused(NotFound, field="answers", match="no such concern was put to you")


def test_an_incident_is_no_concern() -> None:
    given(a_leak()).when(
        a_leak("second", answers=str(streams.incident_id("zoopit", "leak")))
    ).then_refused(NotFound, field="answers")


def test_a_name_serves_one_concern_of_a_client() -> None:
    given(a_concern()).when(a_concern()).then_refused(Refused, field="concern")


def test_a_concern_goes_to_a_registered_vendor() -> None:
    given().when(a_concern(vendor="nobody")).then_refused(NotFound, field="vendor")
    given().when(a_concern(vendor="joker")).then_refused(NotFound, field="vendor")


def test_a_concern_says_since_when_its_client_knew_but_not_ahead() -> None:
    story = given(a_concern(aware={"stage": "aware", "when": "2024-03-04"}))
    assert story.all_of(e.ClientRaisedConcern)[0].awareness is not None
    given().when(a_concern(aware={"stage": "aware", "when": "2024-03-05"})).then_refused(
        Invalid, field="aware.when"
    )


def test_people_are_a_matrix_of_group_role_country_and_data() -> None:
    row = people(
        "drivers",
        "wrong recipient",
        count={"between": [10, 20]},
        country="no",
        controller="vendor",
        data={"present": ["Timed location"], "absent": ["payment-card"], "complete": "no"},
    )
    facts = given(a_leak(people=[row])).all_of(e.VendorReportedLeak)[0].facts
    assert facts.people[0].model_dump(mode="json") == {
        "group": "drivers",
        "role": "wrong_recipient",
        "count": {"between": [10, 20]},
        "country": "NO",
        "controller": "vendor",
        "data": {"present": ["timed_location"], "absent": ["payment_card"], "complete": False},
    }


def test_a_report_may_name_the_incident_it_hangs_on_if_its_vendor_was_told_of_it() -> None:
    story = given(
        a_party("hub", "vendor", "client"), a_leak(), a_notice("hub"), a_leak("own", by="hub")
    )
    chained = e.Chained(link="upstream", incident=story.incident())
    story.when(a_leak("next", by="hub", upstream="leak")).then(
        like(e.VendorReportedLeak, chained=chained)
    )


def test_nobody_can_hang_a_report_on_an_incident_it_was_not_told_of() -> None:
    given(a_party("hub", "vendor", "client"), a_leak()).when(
        a_leak("next", by="hub", upstream="leak")
    ).then_refused(NotFound, field="upstream")


def test_each_claim_has_an_id_of_its_own() -> None:
    given().when(a_leak(claims=[a_claim("one"), a_claim("one", "misuse")])).then_refused(
        Invalid, field="claims", match="twice"
    )


@pytest.mark.parametrize(
    ("people", "message"), [("customers", "is no list"), (["customers"], "is no mapping")]
)
def test_what_should_be_a_list_or_a_mapping_is_called_by_its_name(
    people: Any, message: str
) -> None:
    given().when(a_leak(people=people)).then_refused(Invalid, match=message)
