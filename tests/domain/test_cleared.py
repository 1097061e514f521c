"""A client that was cleared keeps what it was told, and is told nothing more."""

from __future__ import annotations

import pytest

from domain import access, desk
from domain import events as e
from domain.errors import Refused
from tests.builders import (
    Step,
    a_clearing,
    a_correction,
    a_filing,
    a_filing_for,
    a_mandate,
    a_measure,
    a_naming,
    a_notice,
    a_question,
    a_revision,
    a_statement,
    an_answer,
    an_update,
    step,
    told,
)
from tests.spec import Story, given, like

SHARED = {"incident": "leak", "visibility": "shared"}
LATER: list[Step] = [
    a_revision(),
    a_naming("joker", sure="confirmed"),
    a_notice(clients="all"),
    an_update("tokmanni", count=9),
    a_clearing("tokmanni"),
    an_answer("tokmanni"),
    step("zoopit", "close_incident", incident="leak", reason="over"),
    step("zoopit", "withdraw", incident="leak", reason="there was none"),
    step("zoopit", "state_awareness", **SHARED, stage="aware", when="2024-03-01", how="a mail"),
    step("zoopit", "state_fact", incident="leak", fact="classified_major"),
    a_measure(visibility="shared"),
    a_statement(visibility="shared"),
    step("zoopit", "inform_others", **SHARED, who="police"),
    a_filing(),
    a_filing_for("tokmanni"),
    step("zoopit", "record_reply", **SHARED, authority="NO/datatilsynet", kind="receipt"),
    step("zoopit", "record_delay", **SHARED, duty="gdpr.34-1", ground="the police asked"),
    a_correction("shared-measure", by="zoopit"),
    a_correction("answered", by="zoopit"),
]


def cleared() -> Story:
    """Two clients were told, asked, were answered; one of them was cleared since."""
    return given(
        *told("joker", "tokmanni"),
        a_mandate("joker"),
        a_mandate("tokmanni"),
        a_question("joker"),
        a_question("tokmanni"),
        an_answer("joker").under("answered"),
        a_measure(visibility="shared").under("shared-measure"),
        a_clearing("joker"),
    )


def names(acts: list[Step]) -> set[str]:
    return {act.do for act in acts}


@pytest.mark.parametrize("act", LATER, ids=lambda act: act.do)
def test_a_cleared_client_hears_of_nothing_that_its_vendor_does_later(act: Step) -> None:
    story = cleared()
    heard = story.seen_by("joker")
    assert isinstance(heard[-1].event, e.ClientCleared)
    story.given(act)
    assert story.seen_by("joker") == heard


@pytest.mark.parametrize("act", [an_answer("joker"), an_update("joker"), a_filing_for("joker")])
def test_nothing_is_said_to_a_cleared_client_in_particular(act: Step) -> None:
    cleared().when(act).then_refused(Refused, match="notify it first")


def test_every_verb_of_a_vendor_has_been_tried_on_a_cleared_client() -> None:
    of_vendors = {verb for verb in desk.VERBS if "vendor" in access.users(verb)}
    told_all_the_same = {"erase"}  # see test_erasing.py: whoever read a text hears that it is gone
    assert names(LATER) | {"report_leak"} | told_all_the_same == of_vendors


def test_the_vendors_own_record_is_corrected_where_the_cleared_client_does_not_hear() -> None:
    story = cleared()
    story.when(a_correction("answered", by="zoopit")).then(
        like(e.EventCorrected).seen_by("zoopit"), like(e.NoticesIssued, act="corrected")
    )
    story.when(an_update("tokmanni")).then(e.ClientUpdated, e.NoticesIssued)


def test_a_client_that_is_told_anew_hears_everything_again() -> None:
    story = cleared().given(a_notice("joker"))
    story.when(an_answer("joker")).then(
        like(e.QuestionAnswered).seen_by("joker", "zoopit"), e.NoticesIssued
    )
