"""`correct`: an act of one's own no longer counts, and stays readable."""

from __future__ import annotations

import pytest

from domain import events as e
from domain.envelope import living
from domain.errors import NotFound, Refused
from tests.builders import (
    Step,
    a_closing,
    a_correction,
    a_filing,
    a_filing_for,
    a_leak,
    a_mandate,
    a_measure,
    a_notice,
    a_question,
    a_revision,
    a_statement,
    an_acknowledgement,
    an_answer,
    an_assessment,
    an_update,
    told,
)
from tests.spec import LogDirectory, given, like


def test_an_acknowledgement_undone_may_be_given_again() -> None:
    story = given(*told("joker"), an_acknowledgement().under("ack"))
    story.when(a_correction("ack")).then(like(e.EventCorrected).seen_by("joker", "zoopit"))
    story.when(an_acknowledgement()).then(e.NoticeAcknowledged)


def test_a_closing_undone_opens_the_case() -> None:
    story = given(*told("joker"), a_closing().under("over"), a_correction("over"))
    story.when(an_assessment()).then(e.RiskAssessed)


def test_a_statement_undone_frees_its_id() -> None:
    story = given(*told("joker"), a_statement("joker").under("said"), a_correction("said"))
    story.when(a_statement("joker")).then(e.StatementMade)


def test_a_privileged_act_is_corrected_out_of_the_vendors_sight() -> None:
    given(*told("joker"), an_assessment().under("risk")).when(a_correction("risk")).then(
        like(e.EventCorrected).seen_by("joker")
    )


def test_an_event_goes_by_its_own_id_too() -> None:
    story = given(*told("joker"), a_filing("joker"))
    filed = story.last(e.RegulatorNotified)
    story.when(a_correction(str(filed.id))).then(like(e.EventCorrected, target=filed.id))
    correction = story.last(e.EventCorrected)
    assert correction.envelope.corrects == filed.id
    assert correction.envelope.about == filed.envelope.about
    assert filed in story.log()
    assert filed not in living(story.log())


def test_what_was_undone_is_not_undone_again() -> None:
    given(*told("joker"), an_acknowledgement().under("ack"), a_correction("ack")).when(
        a_correction("ack")
    ).then_refused(NotFound, field="event", match="or it was corrected before")


def test_a_correction_is_not_corrected() -> None:
    story = given(*told("joker"), a_measure(visibility="shared").under("fix"))
    story.given(a_correction("fix", by="zoopit").under("oops"))
    story.when(a_correction("oops", by="zoopit")).then_refused(NotFound, field="event")


@pytest.mark.parametrize("by", ["zoopit", "tokmanni"])
def test_nobody_corrects_what_another_recorded(by: str) -> None:
    story = given(*told("joker", "tokmanni"), an_acknowledgement().under("ack"))
    story.when(a_correction("ack", by=by)).then_refused(NotFound, field="event")
    event_id = str(story.last(e.NoticeAcknowledged).id)
    story.when(a_correction(event_id, by=by)).then_refused(NotFound, field="event")


def test_a_directory_that_is_wrong_corrects_no_foreign_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = given(*told("joker"), an_acknowledgement().under("ack"))
    stream = story.last(e.NoticeAcknowledged).stream
    monkeypatch.setattr(LogDirectory, "event", lambda *_: stream)
    story.when(a_correction("ack", by="zoopit")).then_refused(NotFound, field="event")


def test_what_never_was_is_not_corrected() -> None:
    given(*told("joker")).when(a_correction("nothing")).then_refused(
        NotFound, field="event", match="an event id from your timeline, or the id of the command"
    )


FIRM = [
    (a_leak().under("it"), "VendorReportedLeak"),
    (a_revision().under("it"), "FactsRevised"),
    (a_notice("tokmanni").under("it"), "ClientsNamed"),
    (an_update().under("it"), "ClientUpdated"),
]


@pytest.mark.parametrize(("act", "event"), FIRM, ids=[event for _, event in FIRM])
def test_what_others_acted_on_is_not_corrected_away(act: Step, event: str) -> None:
    before = () if act.do == "report_leak" else told("joker")
    given(*before, act).when(a_correction("it", by="zoopit")).then_refused(
        Refused, field="event", match=f"{event} cannot be corrected away.*revise_facts"
    )


# --- a vendor's act that was copied to its clients ---------------------------------------------


SHARED = [
    (a_measure(visibility="shared"), e.MeasureTaken),
    (a_statement(visibility="shared"), e.StatementMade),
    (a_filing(), e.RegulatorNotified),
]
every_shared = pytest.mark.parametrize(("act", "kind"), SHARED, ids=[a.do for a, _ in SHARED])


@every_shared
@pytest.mark.parametrize("by_id", [True, False], ids=["by its id", "by its command"])
def test_a_shared_act_is_undone_at_every_client_too(
    act: Step, kind: type[e.Event], *, by_id: bool
) -> None:
    story = given(*told("joker", "tokmanni"), act.under("act"))
    first = next(x for x in story.log() if isinstance(x.event, kind))
    outcome = story.when(a_correction(str(first.id) if by_id else "act", by="zoopit"))
    both = ("joker", "tokmanni")
    outcome.then(
        like(e.EventCorrected).seen_by("zoopit"),
        like(e.NoticesIssued, act="corrected", clients=both).seen_by("zoopit"),
        like(e.EventCorrected).seen_by("joker"),
        like(e.EventCorrected).seen_by("tokmanni"),
    )
    assert not [x for x in living(story.log()) if isinstance(x.event, kind)]


@every_shared
def test_after_a_shared_act_was_undone_the_vendor_goes_on(act: Step, kind: type[e.Event]) -> None:
    assert kind
    story = given(*told("joker"), act.under("act"), a_correction("act", by="zoopit"))
    story.when(an_update()).then(e.ClientUpdated, e.NoticesIssued)


def test_an_act_undone_leaves_the_other_acts_alone() -> None:
    story = given(
        *told("joker"),
        a_measure(visibility="shared", kind="contain"),
        a_measure(visibility="shared").under("fix"),
        a_notice("tokmanni"),
        a_correction("fix", by="zoopit"),
    )
    kept = [x.event.kind for x in living(story.log()) if isinstance(x.event, e.MeasureTaken)]
    assert kept == ["contain", "contain"]
    assert story.all_of(e.NoticesIssued)[-1].clients == ("joker",)


def test_a_filing_for_controllers_is_undone_at_them_alone() -> None:
    story = given(*told("joker", "tokmanni"), a_mandate(), a_filing_for("joker").under("filed"))
    story.when(a_correction("filed", by="zoopit")).then(
        like(e.EventCorrected).seen_by("zoopit"),
        like(e.NoticesIssued, clients=("joker",)),
        like(e.EventCorrected).seen_by("joker"),
    )


def test_an_answer_undone_leaves_the_vendor_able_to_go_on() -> None:
    story = given(*told("joker"), a_question(), an_answer().under("answer"))
    story.when(a_correction("answer", by="zoopit")).then(
        like(e.EventCorrected).seen_by("joker", "zoopit"),
        like(e.NoticesIssued, act="corrected", clients=("joker",)).seen_by("zoopit"),
    )
    story.when(an_update()).then(e.ClientUpdated, e.NoticesIssued)
    story.when(an_answer()).then(e.QuestionAnswered, e.NoticesIssued)


def test_an_own_act_of_the_vendor_is_undone_in_one_place() -> None:
    given(*told("joker"), a_measure().under("fix")).when(a_correction("fix", by="zoopit")).then(
        like(e.EventCorrected).seen_by("zoopit")
    )
