"""What vendor and client both do, each on its own stream; and what of it the other side sees."""

from __future__ import annotations

from typing import Any

import pytest

from domain import events as e
from domain.errors import Invalid, NotFound, Refused
from domain.values import When
from tests.builders import (
    Step,
    a_claim,
    a_clearing,
    a_closing,
    a_leak,
    a_measure,
    a_statement,
    step,
    told,
)
from tests.spec import given, like


def an_awareness(by: str, **more: Any) -> Step:
    usual = {"incident": "leak", "stage": "aware", "when": "2024-03-04", "how": "analysis"}
    return step(by, "state_awareness", **{**usual, **more})


def informed(by: str, **more: Any) -> Step:
    return step(by, "inform_others", **{"incident": "leak", "who": "police", **more})


def a_reply(by: str, **more: Any) -> Step:
    usual = {"incident": "leak", "authority": "NO/datatilsynet", "kind": "receipt"}
    return step(by, "record_reply", **{**usual, **more})


def a_delay(by: str, **more: Any) -> Step:
    usual = {"incident": "leak", "duty": "gdpr.34-1", "ground": "asked to wait"}
    return step(by, "record_delay", **{**usual, **more})


ACTS: list[tuple[Any, type[e.Event]]] = [
    (an_awareness, e.AwarenessStated),
    (a_measure, e.MeasureTaken),
    (a_statement, e.StatementMade),
    (informed, e.OthersInformed),
    (a_reply, e.AuthorityReplied),
    (a_delay, e.DelayRecorded),
]
every_act = pytest.mark.parametrize(("act", "event"), ACTS, ids=[kind.__name__ for _, kind in ACTS])


@every_act
@pytest.mark.parametrize("by", ["zoopit", "joker"])
def test_an_act_is_its_writers_own_unless_shared(act: Any, event: type[e.Event], by: str) -> None:
    given(*told("joker", "tokmanni")).when(act(by)).then(like(event).seen_by(by))


@every_act
def test_a_client_shares_an_act_with_the_vendor_alone(act: Any, event: type[e.Event]) -> None:
    given(*told("joker", "tokmanni")).when(act("joker", visibility="shared")).then(
        like(event).seen_by("joker", "zoopit")
    )


@every_act
def test_a_vendor_shares_an_act_by_a_copy_for_each_client(act: Any, event: type[e.Event]) -> None:
    given(*told("joker", "tokmanni")).when(act("zoopit", visibility="shared")).then(
        like(event).seen_by("zoopit"),
        like(e.NoticesIssued, act="shared", clients=("joker", "tokmanni")).seen_by("zoopit"),
        like(event).seen_by("joker"),
        like(event).seen_by("tokmanni"),
    )


@every_act
def test_a_shared_act_before_anybody_was_told_stays_with_the_vendor(
    act: Any, event: type[e.Event]
) -> None:
    given(a_leak()).when(act("zoopit", visibility="shared")).then(like(event).seen_by("zoopit"))


@every_act
def test_a_cleared_client_gets_no_copy(act: Any, event: type[e.Event]) -> None:
    given(*told("joker"), a_clearing()).when(act("zoopit", visibility="shared")).then(event)


@every_act
def test_a_client_that_was_not_told_does_not_act(act: Any, event: type[e.Event]) -> None:
    assert event
    given(*told("joker")).when(act("tokmanni")).then_refused(NotFound, field="incident")


@every_act
def test_a_closed_case_refuses_its_clients_acts(act: Any, event: type[e.Event]) -> None:
    assert event
    given(*told("joker"), a_closing()).when(act("joker")).then_refused(Refused, field="incident")


@every_act
def test_a_vendor_acts_on_its_own_incident_alone(act: Any, event: type[e.Event]) -> None:
    assert event
    given().when(act("zoopit")).then_refused(NotFound, field="incident")


# --- when it happened --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        an_awareness("joker", when="2024-03-05"),
        a_measure("joker", when="2024-03-05"),
        informed("joker", when={"from": "2024-03-05", "to": "2024-03-06"}),
        informed("joker", when={"after": "2024-03-05"}),
    ],
    ids=lambda act: act.do,
)
def test_what_is_done_was_not_done_tomorrow(act: Step) -> None:
    given(*told("joker")).when(act).then_refused(
        Invalid, field="when", match="future.*a time not after 2024-03-04T08:07.*the zone"
    )


@pytest.mark.parametrize("when", ["2024-03-05", "2024-03-04T08:08Z", {"after": "2024-03-05"}])
def test_nothing_happened_in_the_future(when: Any) -> None:
    given(*told("joker")).when(a_statement("joker").happening(when)).then_refused(
        Invalid, field="happened", match="future"
    )


@pytest.mark.parametrize(
    "when",
    ["unknown", {"before": "2024-03-10"}, "2024-03-04", "2024-03", {"at": "2024", "estimated": 1}],
)
def test_a_time_that_may_be_past_is_taken(when: Any) -> None:
    given(*told("joker")).when(a_statement("joker").happening(when)).then(e.StatementMade)


def test_a_day_begins_in_its_writers_own_zone() -> None:
    """At 22:30 UTC it is tomorrow already in Helsinki, and still today in Oslo."""
    story = given(*told("joker", "tokmanni"))
    late = "2024-03-04T22:30+00:00"
    tomorrow = "2024-03-05"
    story.when(a_statement("tokmanni").happening(tomorrow).at(late)).then(e.StatementMade)
    story.when(a_statement("joker").happening(tomorrow).at(late)).then_refused(Invalid)


def test_a_time_that_is_none_is_refused() -> None:
    given(*told("joker")).when(a_statement("joker").happening("yesterday")).then_refused(
        Invalid, field="happened", match="'yesterday' is no time"
    )


def test_what_is_planned_or_under_way_may_lie_ahead() -> None:
    story = given(*told("joker"))
    story.when(a_measure("joker", status="planned", when="2024-05")).then(e.MeasureTaken)
    story.when(a_delay("joker", until="2024-05")).then(e.DelayRecorded)
    story.when(a_reply("joker", kind="order", due="2024-05")).then(e.AuthorityReplied)


def test_an_act_happened_when_its_writer_says() -> None:
    story = given(*told("joker"), informed("joker", when="2024-03-01"))
    assert story.last(e.OthersInformed).envelope.happened == When(at="2024-03-01")
    story.given(informed("joker").happening("2024-03-02"))
    assert story.last(e.OthersInformed).envelope.happened == When(at="2024-03-02")
    story.given(informed("joker"))
    last = story.last(e.OthersInformed)
    assert last.envelope.happened is None
    assert last.happened_or_recorded == When(at=last.envelope.recorded_at.isoformat())


def test_the_copies_of_a_shared_act_happened_when_it_did() -> None:
    story = given(*told("joker"), a_measure(when="2024-03-01", visibility="shared"))
    times = [x.envelope.happened for x in story.log() if isinstance(x.event, e.MeasureTaken)]
    assert times == [When(at="2024-03-01")] * 2


# --- make_statement ----------------------------------------------------------------------------


def test_a_statement_carries_claims_quotes_and_advice() -> None:
    given(*told("joker")).when(
        a_statement(
            "joker",
            audience=["customers", "press"],
            claims=[a_claim("safe", "personal_data_safe", holds="yes")],
            words="Your data are safe.",
            quotes="vendor_notice",
            advice=["change your password"],
        )
    ).then(
        like(
            e.StatementMade,
            statement="press",
            audience=("customers", "press"),
            quotes="vendor_notice",
            advice=("change your password",),
        )
    )


def test_an_id_serves_one_statement() -> None:
    given(*told("joker"), a_statement("joker")).when(a_statement("joker")).then_refused(
        Refused, field="id", match="use corrects"
    )


def test_vendor_and_client_may_use_the_same_statement_id() -> None:
    given(*told("joker"), a_statement("zoopit")).when(a_statement("joker")).then(e.StatementMade)


def test_a_statement_may_mend_an_earlier_one() -> None:
    given(*told("joker"), a_statement("joker")).when(
        a_statement("joker", "interview", corrects="press")
    ).then(like(e.StatementMade, corrects="press"))


@pytest.mark.parametrize(
    ("made", "expected"), [((), "none made yet"), ((a_statement("joker"),), "one of: press")]
)
def test_a_statement_mends_only_one_that_was_made(made: Any, expected: str) -> None:
    given(*told("joker"), *made).when(
        a_statement("joker", "interview", corrects="warning")
    ).then_refused(NotFound, field="corrects", match=expected)


def test_a_statement_has_an_audience() -> None:
    given(*told("joker")).when(a_statement("joker", audience=[])).then_refused(
        Invalid, field="audience"
    )


# --- words that are not known ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "field"),
    [
        (an_awareness("joker", stage="sure"), "stage"),
        (a_measure("joker", status="finished"), "status"),
        (a_reply("joker", kind="letter"), "kind"),
        (a_delay("joker", duty="article 34"), "duty"),
        (a_measure("joker", visibility="public"), "visibility"),
    ],
)
def test_a_word_that_is_not_known_is_refused(act: Step, field: str) -> None:
    given(*told("joker")).when(act).then_refused(Invalid, field=field, match="expected: ")
