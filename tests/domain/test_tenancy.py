"""Nothing reaches the wrong party: what a client may not learn of the others, and who sees what."""

from __future__ import annotations

from typing import Any

import pytest

from domain import events as e
from domain.incident import fold
from domain.notice import own_count
from domain.values import Facts
from tests.builders import (
    Step,
    a_claim,
    a_closing,
    a_customer_notice,
    a_filing,
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
    step,
    told,
)
from tests.spec import Story, given, like

OTHER = "tokmanni"


def system(**more: Any) -> dict[str, Any]:
    return {"name": "archive", "affected": "unknown", **more}


NAMING_OTHERS = [
    ("systems", system(owner=OTHER)),
    ("systems", system(name=OTHER)),
    ("people", people(OTHER)),
    ("totals", a_total(client=OTHER)),
    ("totals", a_total(source=OTHER)),
    ("claims", a_claim(scope=OTHER)),
    ("claims", a_claim(source=OTHER)),
    ("claims", a_claim(source="Tokmanni")),
    ("claims", a_claim(value=OTHER)),
    ("claims", a_claim("tokmanni-count")),
    ("claims", a_claim(scope="customers of Tokmanni")),
    ("people", people("tokmanni customers")),
]
PLAIN = {
    "systems": system(owner="zoopit"),
    "people": people(),
    "totals": a_total(5, "wrong_recipient"),
    "claims": a_claim("plain", source="outsider"),
}
every_row = pytest.mark.parametrize(("rows", "row"), NAMING_OTHERS, ids=str)


def rows_told(story: Story, client: str, rows: str) -> list[Any]:
    """The rows of this kind in everything the client was told of the facts."""
    notices = [n.facts for n in story.all_of(e.ClientNotified, about=client)]
    updates = story.all_of(e.ClientUpdated, about=client)
    return [row for said in [*notices, *updates] for row in getattr(said, rows, ())]


def test_a_revision_wholly_about_others_does_not_even_tell_that_something_changed() -> None:
    story = given(*told("joker", OTHER), a_revision(claims=[a_claim(scope=OTHER)]))
    assert not story.all_of(e.ClientUpdated, about="joker")
    assert len(story.all_of(e.ClientUpdated, about=OTHER)) == 1


@every_row
def test_a_notice_leaves_out_a_row_that_names_another_party(rows: str, row: Any) -> None:
    story = given(a_leak().having(**{rows: [PLAIN[rows], row]}), a_notice("joker", OTHER))
    assert len(rows_told(story, "joker", rows)) == 1
    assert len(rows_told(story, OTHER, rows)) == 2
    assert OTHER not in str(story.all_of(e.ClientNotified, about="joker")).casefold()


@pytest.mark.parametrize(
    ("rows", "row"), [pair for pair in NAMING_OTHERS if pair[0] != "systems"], ids=str
)
def test_an_update_leaves_out_a_row_that_names_another_party(rows: str, row: Any) -> None:
    story = given(
        a_leak(), a_notice("joker", OTHER), a_revision().having(**{rows: [PLAIN[rows], row]})
    )
    of_joker = story.all_of(e.ClientUpdated, about="joker")
    of_other = story.all_of(e.ClientUpdated, about=OTHER)
    assert [len(getattr(update, rows)) for update in of_joker] == [1]
    assert [len(getattr(update, rows)) for update in of_other] == [2]
    assert OTHER not in str(of_joker).casefold()


def test_a_notice_keeps_rows_that_name_its_client_its_vendor_or_nobody_here() -> None:
    sources = ("joker", "zoopit", "outsider", "the press")
    claims = [a_claim(f"claim-{n}", source=source) for n, source in enumerate(sources)]
    story = given(a_leak(claims=claims), a_notice("joker"))
    assert len(rows_told(story, "joker", "claims")) == 4


@pytest.mark.parametrize(("by", "heard"), [(OTHER, None), ("joker", "joker"), ("press", "press")])
def test_who_discovered_it_is_told_unless_it_is_another_party(by: str, heard: str | None) -> None:
    story = given(a_leak(discovered_by=by), a_notice("joker"))
    assert story.all_of(e.ClientNotified)[0].facts.discovered_by == heard


def test_the_answer_to_a_concern_leaves_out_others_too() -> None:
    story = given(
        step(OTHER, "raise_concern", vendor="zoopit", concern="odd"),
        a_leak(answers="odd", totals=[a_total(9, client="joker"), a_total(8, client=OTHER)]),
    )
    assert [t.client for t in rows_told(story, OTHER, "totals")] == [OTHER]
    assert story.all_of(e.ClientNotified)[0].count.exact == 8


def test_quoted_words_stay_with_the_report() -> None:
    story = given(a_leak(claims=[a_claim(words="It was them.")]), a_notice("joker"))
    assert [claim.words for claim in rows_told(story, "joker", "claims")] == [None]


def test_a_count_of_one_client_is_told_to_no_other() -> None:
    named = [
        {"client": "joker", "sure": "confirmed", "count": 777},
        {"client": OTHER, "sure": "suspected"},
    ]
    story = given(a_leak(), a_naming(clients=named), a_notice(clients="all"))
    assert "777" not in str([x.event for x in story.seen_by(OTHER)])


def test_a_client_nobody_named_has_no_count() -> None:
    story = given(a_leak())
    state = fold(story.ledger.read(story.incident()))
    assert state is not None
    assert state.facts != Facts()
    assert not own_count(state, "joker").known


# --- copies of a vendor's shared acts ----------------------------------------------------------


def copies(story: Story, kind: type[e.Event], client: str) -> list[Any]:
    return [x.event for x in story.seen_by(client) if isinstance(x.event, kind)]


SHARED: list[tuple[Step, type[e.Event], str]] = [
    (a_measure(helped_by=OTHER), e.MeasureTaken, "helped_by"),
    (a_statement(quotes="Tokmanni"), e.StatementMade, "quotes"),
    (a_filing(prompted_by=OTHER), e.RegulatorNotified, "prompted_by"),
    (
        step(
            "zoopit", "record_delay", incident="leak", duty="gdpr.34-1", ground="x", asked_by=OTHER
        ),
        e.DelayRecorded,
        "asked_by",
    ),
]


@pytest.mark.parametrize(("act", "kind", "field"), SHARED, ids=[field for *_, field in SHARED])
def test_a_copy_does_not_say_that_another_party_had_a_part(
    act: Step, kind: type[e.Event], field: str
) -> None:
    shared = act if act.do == "notify_regulator" else act.having(visibility="shared")
    story = given(*told("joker", OTHER), shared)
    assert [getattr(copy, field) for copy in copies(story, kind, "joker")] == [None]
    assert [getattr(copy, field).casefold() for copy in copies(story, kind, OTHER)] == [OTHER]


def test_a_copy_of_a_statement_leaves_out_claims_and_audiences_that_name_another() -> None:
    said = a_statement(
        audience=["press", OTHER],
        claims=[a_claim("one", source=OTHER), a_claim("two", source="zoopit")],
        visibility="shared",
    )
    story = given(*told("joker", OTHER), said)
    (of_joker,) = copies(story, e.StatementMade, "joker")
    (of_other,) = copies(story, e.StatementMade, OTHER)
    assert of_joker.audience == ("press",)
    assert [claim.id for claim in of_joker.claims] == ["two"]
    assert of_other.audience == ("press", OTHER)
    assert len(of_other.claims) == 2


def test_a_copy_of_awareness_does_not_say_that_another_party_told() -> None:
    aware = step(
        "zoopit",
        "state_awareness",
        incident="leak",
        stage="aware",
        when="2024-03-04",
        how=OTHER,
        visibility="shared",
    )
    story = given(*told("joker", OTHER), aware)
    (of_joker,) = copies(story, e.AwarenessStated, "joker")
    (of_other,) = copies(story, e.AwarenessStated, OTHER)
    assert (of_joker.awareness.how, of_other.awareness.how) == (None, OTHER)


def test_that_another_party_was_informed_is_told_to_that_party_alone() -> None:
    informed = step("zoopit", "inform_others", incident="leak", who=OTHER, visibility="shared")
    story = given(*told("joker", OTHER))
    story.when(informed).then(
        like(e.OthersInformed).seen_by("zoopit"),
        like(e.NoticesIssued, clients=(OTHER,)),
        like(e.OthersInformed).seen_by(OTHER),
    )
    story.when(an_update("joker")).then(e.ClientUpdated, e.NoticesIssued)


# --- who sees what: the table of design section 3 ----------------------------------------------


def everything() -> Story:
    """Each verb used once, with two clients told."""
    acts = {"incident": "leak", "visibility": "shared"}
    return given(
        a_party("stranger", "client"),
        a_leak(aware={"stage": "signal", "when": "2024-03-01"}),
        a_notice("joker", OTHER),
        a_mandate("joker"),
        a_revision(),
        an_update("joker", count=3),
        an_acknowledgement(),
        an_assessment(),
        a_waiver("gdpr.33-1", "unlikely_risk"),
        a_question(),
        an_answer(),
        a_customer_notice(),
        a_filing("joker"),
        a_filing(),
        *(a_measure(by, visibility="shared") for by in ("zoopit", "joker")),
        *(a_statement(by, visibility="shared") for by in ("zoopit", "joker")),
        step("joker", "inform_others", **acts, who="police"),
        a_closing(),
        step("zoopit", "clear_client", incident="leak", client=OTHER, reason="not its data"),
        step("zoopit", "close_incident", incident="leak"),
    )


VENDOR_ONLY = [
    e.VendorReportedLeak,
    e.FactsRevised,
    e.ClientsNamed,
    e.NoticesIssued,
    e.IncidentClosed,
]
CLIENT_ONLY = [e.RiskAssessed, e.NotificationWaived, e.CaseClosed]
BOTH = [e.ClientNotified, e.ClientUpdated, e.ClientCleared, e.QuestionAnswered]
BOTH += [e.NoticeAcknowledged, e.QuestionAsked, e.CustomersNotified, e.MandateGranted]


def readers(story: Story, kind: type[e.Event]) -> set[frozenset[str]]:
    return {frozenset(x.envelope.visibility) for x in story.log() if isinstance(x.event, kind)}


@pytest.mark.parametrize("kind", VENDOR_ONLY, ids=lambda kind: kind.__name__)
def test_what_stands_on_the_incident_is_for_its_vendor(kind: type[e.Event]) -> None:
    assert readers(everything(), kind) == {frozenset({"zoopit"})}


@pytest.mark.parametrize("kind", CLIENT_ONLY, ids=lambda kind: kind.__name__)
def test_what_is_privileged_is_for_its_client(kind: type[e.Event]) -> None:
    assert readers(everything(), kind) == {frozenset({"joker"})}


@pytest.mark.parametrize("kind", BOTH, ids=lambda kind: kind.__name__)
def test_what_vendor_and_client_say_to_each_other_is_for_both(kind: type[e.Event]) -> None:
    story = everything()
    for x in story.log():
        if isinstance(x.event, kind):
            assert set(x.envelope.visibility) == {"zoopit", str(x.envelope.about.client)}


def test_no_event_of_a_client_or_about_it_is_for_another() -> None:
    story = everything()
    for client, other in (("joker", OTHER), (OTHER, "joker")):
        about_other = [x for x in story.seen_by(client) if x.envelope.about.client == other]
        by_other = [x for x in story.seen_by(client) if x.envelope.party == other]
        assert about_other == by_other == []
        said = str([x.event for x in story.seen_by(client) if x.envelope.about.incident])
        assert other not in said


def test_whoever_is_not_concerned_sees_nothing_of_an_incident() -> None:
    story = everything()
    for party in ("stranger", "auditor"):
        assert [x for x in story.seen_by(party) if x.envelope.about.incident] == []
