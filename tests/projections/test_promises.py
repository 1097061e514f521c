"""What every read model promises, over stories that nobody thought of."""

from __future__ import annotations

import json
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wire import render
from domain.errors import VarselError
from projections import feed_index
from projections.rows import MemoryRows
from tests.builders import (
    a_claim,
    a_clearing,
    a_closing,
    a_concern,
    a_correction,
    a_customer_notice,
    a_filing,
    a_filing_for,
    a_leak,
    a_mandate,
    a_measure,
    a_naming,
    a_notice,
    a_party,
    a_question,
    a_revision,
    a_statement,
    a_total,
    a_waiver,
    an_acknowledgement,
    an_answer,
    an_assessment,
    an_update,
    people,
)
from tests.projections.reading import (
    Act,
    Played,
    a_delay,
    a_story,
    a_withdrawal,
    an_end,
    an_engagement,
    assert_promises,
    assert_seen_alike,
    awareness,
    delivery,
    fold,
    project,
    reopenings,
)

CLIENTS = ("joker", "tokmanni", "kiwi")

BEGINNING: tuple[Act, ...] = (
    a_party("kiwi", "client", "vendor"),
    an_engagement(contract_notice={"within": "PT24H", "from": "aware"}),
    a_mandate(),
    a_concern("tokmanni", aware={"stage": "aware", "when": "2024-03-01"}),
    a_leak(
        answers="odd-newsletter",
        discovered_by="kiwi",
        people=[people(), people("tokmanni"), people("drivers", controller="vendor")],
        systems=[{"name": "mail", "owner": "joker", "affected": "yes"}],
        totals=[a_total(400, client="tokmanni"), a_total(500, "exposed", "wrong_recipient")],
        claims=[a_claim("one", scope="kiwi"), a_claim("two", source="joker", words="so it is")],
    ),
    a_notice("joker"),
    delivery("joker"),
)
MIDDLE: tuple[Act, ...] = (
    delivery("tokmanni", observed="reconciled"),
    a_notice("kiwi", channel="letter", given_at="2024-03-02").under("told-kiwi"),
    a_naming("joker", sure="confirmed"),
    a_revision(claims=[a_claim("one", scope="tokmanni")], people=[people(count=12)]),
    an_update(sure="confirmed", count=7),
    a_clearing(),
    a_notice("joker"),
    a_notice("kiwi", "zoopit"),
    awareness("2024-03-01", by="zoopit", visibility="shared"),
    awareness("2024-03-03").under("aware"),
    awareness("2024-03-02", stage="should_have_known", visibility="shared"),
    an_acknowledgement().under("read"),
    an_acknowledgement("tokmanni"),
    an_assessment(outcome="high").under("judged"),
    an_assessment(outcome="unlikely"),
    a_waiver("gdpr.33-1", "unlikely_risk"),
    a_customer_notice(),
    a_question().under("asked"),
    an_answer().under("answered"),
    a_measure(helped_by="tokmanni", visibility="shared").under("fixed"),
    a_measure("joker"),
    a_statement(audience=["kiwi", "press"], visibility="shared"),
    a_statement(name="better", corrects="press"),
    a_filing(capacity="not_stated"),
    a_filing("joker", stage="complete").under("filed"),
    a_filing_for("joker").under("filed-for"),
    a_filing("joker", stage="withdrawn"),
    a_delay(until="2024-03-10"),
    a_closing(),
    reopenings,
    a_correction("filed"),
    a_correction("filed-for", "zoopit"),
    a_correction("aware"),
    a_correction("read"),
    a_correction("asked"),
    a_correction("answered", "zoopit"),
    a_correction("fixed", "zoopit"),
    an_end(),
    a_withdrawal(),
)


def told_of_it(acts: list[Act]) -> Played:
    """A story of these acts; what the desk refuses did not happen."""
    story = a_story(*BEGINNING)
    for act in acts:
        try:
            story.goes_on(act)
        except VarselError:
            continue
    return story


stories = st.builds(told_of_it, st.lists(st.sampled_from(MIDDLE), max_size=30))


@settings(max_examples=25, deadline=None)
@given(stories)
def test_no_repetition_changes_a_view_and_as_of_is_what_was_visible(story: Played) -> None:
    assert_promises(story.log())


@settings(max_examples=25, deadline=None)
@given(stories, st.data())
def test_as_of_any_instant_a_party_sees_what_the_events_visible_to_it_tell(
    story: Played, data: st.DataObject
) -> None:
    log = story.log()
    until = log[: data.draw(st.integers(1, len(log)))]
    assert_seen_alike(until, fold(until))


@settings(max_examples=25, deadline=None)
@given(stories, st.data())
def test_batches_of_any_size_each_delivered_again_after_a_crash_give_the_same_rows(
    story: Played, data: st.DataObject
) -> None:
    log = story.log()
    cuts = data.draw(st.lists(st.integers(0, len(log))).map(sorted))
    rows = MemoryRows()
    for start, end in zip([0, *cuts], [*cuts, len(log)], strict=True):
        for event in [*log[start:end], *log[start:end]]:
            project(event, rows)
    assert rows.snapshot() == fold(log).snapshot()


@settings(max_examples=25, deadline=None)
@given(stories)
def test_no_feed_of_a_client_holds_a_word_about_another_client(story: Played) -> None:
    rows = fold(story.log())
    log = {event.position: event for event in story.log()}
    for client in CLIENTS:
        others = {*CLIENTS} - {client}
        for row in feed_index.page(client, 0, 1000, rows):
            body = render(log[row["position"]], feed_index.place_of(row))
            assert not [name for name in others if name in body.decode() + row["subject"]]


@settings(max_examples=20, deadline=None)
@given(stories)
def test_every_feed_is_gapless_and_each_message_carries_the_hash_of_the_one_before(
    story: Played,
) -> None:
    rows = fold(story.log())
    numbers = [row["number"] for row in feed_index.after(0, 10_000, rows)]
    assert numbers == list(range(1, feed_index.total(rows) + 1))
    for party in (*CLIENTS, "zoopit", "auditor"):
        page = feed_index.page(party, 0, 1000, rows)
        assert [row["sequence"] for row in page] == list(range(1, len(page) + 1))
        previous = [feed_index.FIRST_HASH, *(row["hash"] for row in page)]
        assert [row["previous"] for row in page] == previous[: len(page)]
        assert len({UUID(row["message"]) for row in page}) == len(page)


@settings(max_examples=20, deadline=None)
@given(stories)
def test_rows_are_json_and_come_back_as_they_were(story: Played) -> None:
    for scope in fold(story.log()).snapshot().values():
        assert json.loads(json.dumps(scope)) == scope
