"""What the platform records by itself: each thing once, however often it is seen."""

from __future__ import annotations

from datetime import timedelta

from domain import events as e
from domain import streams
from domain.case import fold
from domain.party import Party
from domain.ports import Receipt
from domain.use_cases.platform import Delivery, LateWord, observe_delivery, reopen_case
from domain.work import Work
from tests.builders import (
    a_closing,
    a_notice,
    a_revision,
    an_acknowledgement,
    an_assessment,
    told,
)
from tests.spec import START, Story, given, like


def a_delivery(story: Story, door: str = "feed") -> Delivery:
    notice = story.last(e.ClientNotified)
    return Delivery(story.incident(), "zoopit", "joker", notice.id, door, START, "ack sampled")


def a_late_word(story: Story) -> LateWord:
    return LateWord(story.incident(), "zoopit", "joker", story.last(e.ClientUpdated).id)


def delivered(story: Story, door: str = "feed") -> Receipt:
    return story.desk.observe_delivery(a_delivery(story, door), story.now)


def reopened(story: Story) -> Receipt:
    return story.desk.reopen_case(a_late_word(story), story.now)


# --- deliveries --------------------------------------------------------------------------------


def test_a_delivery_is_known_to_client_and_vendor() -> None:
    story = given(*told("tokmanni", "joker"))
    story.when(lambda: delivered(story)).then(
        like(
            e.NoticeDelivered,
            notice=story.last(e.ClientNotified).id,
            door="feed",
            delivered_at=START,
            observed="ack sampled",
        ).seen_by("joker", "zoopit")
    )
    assert story.last(e.NoticeDelivered).envelope.party == "platform"


def test_a_second_sighting_changes_nothing_whatever_the_door() -> None:
    story = given(*told("joker"))
    first = delivered(story)
    again = story.when(lambda: delivered(story, door="webhook"))
    again.then()
    assert again.receipt == first


def test_each_notice_is_delivered_by_itself() -> None:
    story = given(*told("joker"))
    delivered(story)
    story.given(a_notice("joker"))
    story.when(lambda: delivered(story)).then(e.NoticeDelivered)


def test_a_delivery_reaches_a_closed_case() -> None:
    story = given(*told("joker"), a_closing())
    story.when(lambda: delivered(story)).then(e.NoticeDelivered)


def test_a_delivery_whose_receipt_was_lost_is_still_recorded_once() -> None:
    story = given(*told("joker"))
    delivered(story)
    work = Work(story.ledger, story.directory, somebody(story), story.now)
    observe_delivery(a_delivery(story), work)
    assert work.changes().streams == {}


def somebody(story: Story) -> Party:
    found = story.desk.party("joker")
    assert found is not None
    return found


# --- reopening ---------------------------------------------------------------------------------


def test_a_late_word_opens_a_closed_case_for_its_client_alone() -> None:
    story = given(*told("joker"), a_closing(), a_revision())
    late = story.last(e.ClientUpdated).id
    story.when(lambda: reopened(story)).then(like(e.CaseReopened, by=late).seen_by("joker"))
    story.when(an_assessment()).then(e.RiskAssessed)


def test_an_open_case_stays_as_it_is() -> None:
    story = given(*told("joker"), a_revision())
    story.when(lambda: reopened(story)).then()


def test_a_late_word_opens_a_case_once() -> None:
    story = given(*told("joker"), a_closing(), a_revision())
    reopened(story)
    story.given(a_closing())
    story.when(lambda: reopened(story)).then()
    work = Work(story.ledger, story.directory, somebody(story), story.now)
    reopen_case(a_late_word(story), work)
    assert work.changes().streams == {}
    assert fold(story.ledger.read(streams.case_id(story.incident(), "joker"))).closed


def test_another_late_word_opens_it_again() -> None:
    story = given(*told("joker"), a_closing(), a_revision())
    reopened(story)
    story.given(a_closing(), a_revision())
    story.when(lambda: reopened(story)).then(e.CaseReopened)


def test_what_the_platform_records_on_a_case_is_no_act_of_its_client() -> None:
    story = given(*told("joker"))
    delivered(story)
    story.when(an_acknowledgement()).then(e.NoticeAcknowledged)


# --- law packs ---------------------------------------------------------------------------------


def test_law_packs_are_recorded_when_they_change() -> None:
    story = given()

    def load(fingerprint: str, minute: int) -> Receipt:
        return story.desk.load_law(fingerprint, ("gdpr v1",), START + timedelta(minutes=minute))

    one, two = like(e.LawPackLoaded, fingerprint="one"), like(e.LawPackLoaded, fingerprint="two")
    story.when(lambda: load("one", 10)).then(one.seen_by("platform"))
    story.when(lambda: load("one", 20)).then()
    story.when(lambda: load("two", 30)).then(two)
    story.when(lambda: load("one", 40)).then(one)
