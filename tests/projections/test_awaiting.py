"""What the platform has still to do: see notices arrive, open closed cases again."""

from __future__ import annotations

from projections import awaiting, feed_index
from projections.rows import MemoryRows, Row
from tests.builders import (
    a_clearing,
    a_closing,
    a_correction,
    a_leak,
    a_measure,
    a_naming,
    a_question,
    a_revision,
    an_acknowledgement,
    an_answer,
    an_update,
    told,
)
from tests.projections.reading import Act, a_story, an_end, delivery, read, reopenings


def waiting(*acts: Act, client: str | None = None) -> list[Row]:
    return awaiting.deliveries(read(a_story(*acts)).rows, client)


def to_reopen(*acts: Act) -> list[Row]:
    return awaiting.reopenings(read(a_story(*acts)).rows)


# --- deliveries --------------------------------------------------------------------------------


def test_every_notice_is_awaited_until_it_was_seen_to_arrive() -> None:
    assert len(waiting(*told("joker"), an_update())) == 2
    assert waiting(*told("joker"), an_update(), delivery("joker")) == []


def test_updates_answers_and_clearings_are_awaited_as_well() -> None:
    news = (an_update(), a_question(), an_answer(), a_clearing())
    assert len(waiting(*told("joker"), delivery("joker"), *news)) == 3


def test_an_awaited_notice_says_which_message_of_the_stream_carries_it() -> None:
    views = read(a_story(*told("joker", "tokmanni")))
    for client in ("joker", "tokmanni"):
        (row,) = awaiting.deliveries(views.rows, client)
        (message,) = feed_index.after(row["number"] - 1, 1, views.rows)
        assert message["feed"] == row["client"] == client
        notice = row["notice"]
        assert awaiting.delivery(client, notice, views.rows) == row
        assert str(views.story.log()[message["position"] - 1].id) == notice


def test_an_awaited_notice_says_since_when() -> None:
    views = read(a_story(*told("joker")))
    (row,) = awaiting.deliveries(views.rows)
    [notice] = [x for x in views.story.log() if str(x.id) == row["notice"]]
    assert row["since"] == notice.envelope.recorded_at.isoformat()


def test_where_there_is_no_feed_a_notice_is_awaited_without_a_number() -> None:
    rows = MemoryRows()
    for event in a_story(*told("joker")).log():
        awaiting.project(event, rows)
    assert [row["number"] for row in awaiting.deliveries(rows)] == [None]


def test_one_client_s_deliveries_are_not_another_s() -> None:
    acts: list[Act] = [*told("joker", "tokmanni"), delivery("joker")]
    assert waiting(*acts, client="joker") == []
    assert [row["client"] for row in waiting(*acts)] == ["tokmanni"]


def test_what_is_awaited_is_counted() -> None:
    rows = read(a_story(*told("joker", "tokmanni"), delivery("joker"))).rows
    assert awaiting.count(rows) == len(awaiting.deliveries(rows)) == 1


def test_a_client_that_was_cleared_without_having_been_told_awaits_nothing() -> None:
    assert waiting(a_leak(), a_naming("joker"), a_clearing()) == []


def test_an_act_that_was_shared_is_no_notice() -> None:
    assert waiting(*told("joker"), delivery("joker"), a_measure(visibility="shared")) == []


# --- reopenings --------------------------------------------------------------------------------

CLOSED: tuple[Act, ...] = (*told("joker", "tokmanni"), a_closing().under("closed"))


def test_a_closed_case_is_left_in_peace_until_the_vendor_speaks_again() -> None:
    assert to_reopen(*CLOSED) == []
    (row,) = to_reopen(*CLOSED, an_update())
    assert (row["client"], row["vendor"]) == ("joker", "zoopit")


def test_an_open_case_is_not_opened_again() -> None:
    assert to_reopen(*CLOSED, an_update("tokmanni")) == []


def test_once_opened_there_is_nothing_left_to_do_however_often_the_vendor_spoke() -> None:
    news = (an_update().under("first"), an_update(), a_revision(), an_end())
    story = a_story(*CLOSED, *news)
    (row,) = awaiting.reopenings(read(story).rows)
    assert row["notice"] == next(
        str(x.id)
        for x in story.log()
        if x.envelope.command == "first" and x.envelope.about.client == "joker"
    )
    story.goes_on(reopenings)
    assert awaiting.reopenings(read(story).rows) == []
    assert read(story).timeline("joker")[-1]["type"] == "CaseReopened"


def test_a_case_that_was_closed_again_is_opened_again() -> None:
    acts = (*CLOSED, an_update(), reopenings, a_closing())
    assert to_reopen(*acts) == []
    assert len(to_reopen(*acts, an_update())) == 1


def test_a_closing_that_was_taken_back_needs_no_reopening() -> None:
    assert to_reopen(*CLOSED, an_update(), a_correction("closed")) == []
    assert to_reopen(*CLOSED, a_correction("closed"), an_update()) == []


def test_another_correction_leaves_the_case_closed() -> None:
    acts = (*told("joker"), an_acknowledgement().under("read"), a_closing(), an_update())
    assert len(to_reopen(*acts, a_correction("read"))) == 1
