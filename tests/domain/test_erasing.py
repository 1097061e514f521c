"""Free text is erased by who wrote it, or by the operator; whoever could read it hears of that."""

from __future__ import annotations

import pytest

from domain import events as e
from domain import streams
from domain.errors import Forbidden, Invalid, NotFound, Refused
from tests.builders import (
    Step,
    a_claim,
    a_clearing,
    a_closing,
    a_concern,
    a_filing,
    a_leak,
    a_measure,
    a_naming,
    a_notice,
    a_question,
    a_revision,
    a_statement,
    an_answer,
    an_assessment,
    an_update,
    step,
    told,
)
from tests.spec import Story, given, like

WITH_TEXT = (a_leak(text="A copy was taken."), a_notice("joker", "tokmanni"))


def an_erasure(by: str = "joker", **more: object) -> Step:
    usual = {"incident": "leak", "why": "mistake"}
    return step(by, "erase", **{**usual, **more})


def destroyed(story: Story, party: str) -> Story:
    """The platform's half: the key that the erasure names is gone."""
    event = story.last(e.ContentErased).event
    assert isinstance(event, e.ContentErased)
    assert story.ledger.sealer.erase(party, str(story.incident()), event.key)
    return story


def test_a_client_erases_its_own_text_and_the_vendor_that_could_read_it_hears() -> None:
    given(*told("joker"), a_question()).when(an_erasure()).then(
        like(e.ContentErased, party="joker", why="mistake").seen_by("joker", "zoopit")
    )


def test_what_nobody_else_could_read_nobody_else_hears_of() -> None:
    given(*told("joker"), an_assessment()).when(an_erasure()).then(
        like(e.ContentErased).seen_by("joker")
    )


def test_the_erasure_names_the_key_that_goes_and_why_without_free_text() -> None:
    story = given(*told("joker"), a_question())
    key = story.ledger.seal("joker", story.incident())
    story.when(an_erasure(why="data-subject request", reference="case 24/01234")).then(
        like(e.ContentErased, key=key, why="data_subject_request", reference="case 24/01234")
    )


def test_every_client_that_could_read_the_report_hears_of_it_alone() -> None:
    given(*WITH_TEXT).when(an_erasure("zoopit")).then(
        like(e.ContentErased).seen_by("zoopit"),
        like(e.NoticesIssued, act="erased", clients=("joker", "tokmanni")).seen_by("zoopit"),
        like(e.ContentErased, party="zoopit").seen_by("joker"),
        like(e.ContentErased, party="zoopit").seen_by("tokmanni"),
    )


def test_a_client_that_saw_no_text_hears_nothing() -> None:
    given(*told("joker", "tokmanni"), an_update("tokmanni")).when(an_erasure("zoopit")).then(
        e.ContentErased,
        like(e.NoticesIssued, clients=("tokmanni",)),
        like(e.ContentErased).seen_by("tokmanni"),
    )


def test_words_that_a_claim_quotes_are_free_text_too() -> None:
    quoted = a_leak(claims=[a_claim(words="There is no sign of it.")])
    given(quoted, a_naming("joker")).when(an_erasure("zoopit")).then(
        like(e.ContentErased).seen_by("zoopit")
    )


def test_a_shared_copy_of_an_act_is_covered() -> None:
    spoken = a_statement(words="All is well.", visibility="shared")
    given(*told("joker"), spoken).when(an_erasure("zoopit")).then(
        e.ContentErased, e.NoticesIssued, like(e.ContentErased).seen_by("joker")
    )


def test_a_client_that_was_cleared_since_hears_of_it_and_stays_cleared() -> None:
    story = given(*WITH_TEXT, a_clearing("joker")).given(an_erasure("zoopit"))
    assert isinstance(story.seen_by("joker")[-1].event, e.ContentErased)
    story.when(a_question("joker")).then_refused(Refused, match="you were cleared")


def test_a_client_that_was_named_and_never_told_hears_nothing() -> None:
    given(a_leak(text="A copy."), a_naming("joker"), a_clearing("joker")).when(
        an_erasure("zoopit")
    ).then(like(e.ContentErased).seen_by("zoopit"))


def test_the_vendor_goes_on_writing_to_those_it_told_of_the_erasure() -> None:
    story = given(*WITH_TEXT, an_erasure("zoopit"))
    story.when(a_revision()).then(
        e.FactsRevised, e.NoticesIssued, like(e.ClientUpdated), like(e.ClientUpdated)
    )


def test_a_second_erasure_tells_only_those_that_could_read_something_since() -> None:
    story = destroyed(given(*WITH_TEXT, an_erasure("zoopit")), "zoopit")
    story.given(an_update("tokmanni")).when(an_erasure("zoopit")).then(
        e.ContentErased,
        like(e.NoticesIssued, clients=("tokmanni",)),
        like(e.ContentErased).seen_by("tokmanni"),
    )


def test_a_closed_case_and_a_closed_incident_can_be_erased() -> None:
    story = given(*WITH_TEXT, a_question(), a_closing())
    story.given(step("zoopit", "close_incident", incident="leak"))
    story.when(an_erasure()).then(e.ContentErased)
    assert story.when(an_erasure("zoopit")).error is None


def test_a_concern_is_erased_by_its_name_and_its_vendor_hears() -> None:
    given(a_concern("joker", text="Odd newsletters.")).when(
        an_erasure(incident="odd-newsletter")
    ).then(like(e.ContentErased, party="joker").seen_by("joker", "zoopit"))


def test_an_incident_goes_by_its_opaque_id_as_well() -> None:
    incident = streams.incident_id("zoopit", "leak")
    given(*told("joker"), a_question()).when(an_erasure(incident=str(incident))).then(
        e.ContentErased
    )


# --- the operator ------------------------------------------------------------------------------


def test_the_operator_erases_anybodys_text_and_the_writer_hears_by_whom() -> None:
    story = given(*told("joker"), a_question())
    story.when(an_erasure("platform", party="joker", why="order")).then(
        like(e.ContentErased, party="joker").seen_by("joker", "zoopit")
    )
    assert story.last(e.ContentErased).envelope.party == "platform"


def test_the_operator_erases_what_a_vendor_told_its_clients() -> None:
    given(*WITH_TEXT).when(an_erasure("platform", party="zoopit")).then(
        like(e.ContentErased).seen_by("zoopit"),
        like(e.NoticesIssued).seen_by("zoopit"),
        like(e.ContentErased).seen_by("joker"),
        like(e.ContentErased).seen_by("tokmanni"),
    )


def test_the_operator_says_whose() -> None:
    given(*told("joker"), a_question()).when(an_erasure("platform")).then_refused(
        Invalid, field="party", match="whose free text"
    )


# --- refused -----------------------------------------------------------------------------------


def test_a_party_erases_nobody_elses_text() -> None:
    given(*WITH_TEXT).when(an_erasure("joker", party="zoopit")).then_refused(
        Forbidden, field="party", match="its own free text alone"
    )


def test_a_party_may_name_itself() -> None:
    given(*told("joker"), a_question()).when(an_erasure(party="joker")).then(e.ContentErased)


@pytest.mark.parametrize(
    "incident", ["leak", "no-such", str(streams.incident_id("zoopit", "leak"))]
)
def test_what_was_never_told_and_what_is_not_there_are_refused_alike(incident: str) -> None:
    given(*told("joker")).when(an_erasure("tokmanni", incident=incident)).then_refused(
        NotFound, field="incident", match="no such incident, or none that this party wrote about"
    )


def test_where_there_is_no_text_there_is_nothing_to_erase() -> None:
    given(*told("joker"), a_filing("joker"), a_measure("joker")).when(an_erasure()).then_refused(
        Refused, field="incident", match="no free text"
    )


def test_what_was_erased_before_is_not_erased_again() -> None:
    story = destroyed(given(*told("joker"), a_question(), an_erasure()), "joker")
    story.when(an_erasure()).then_refused(Refused, field="incident", match="stays erased")


def test_the_reason_is_no_free_text() -> None:
    given(*told("joker"), a_question()).when(
        an_erasure(why="It named Kari Nordmann.")
    ).then_refused(Invalid, field="why")


def test_text_said_after_an_erasure_can_be_erased_too() -> None:
    story = destroyed(given(*told("joker"), a_question(), an_erasure()), "joker")
    story.given(a_question(name="another"), an_answer()).when(an_erasure()).then(
        like(e.ContentErased).seen_by("joker", "zoopit")
    )
