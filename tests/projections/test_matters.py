"""What the law must know of each party's part, and the register that is read from it."""

from __future__ import annotations

import json

from domain import streams
from projections import matters, obligations, register
from tests.builders import (
    a_closing,
    a_concern,
    a_correction,
    a_customer_notice,
    a_filing,
    a_leak,
    a_mandate,
    a_measure,
    a_notice,
    a_question,
    a_revision,
    a_waiver,
    an_acknowledgement,
    an_assessment,
    an_update,
    told,
)
from tests.projections.reading import (
    LATER,
    RULES,
    Act,
    a_story,
    awareness,
    delivery,
    read,
    reopenings,
)


def happened(party: str, *acts: Act) -> list[tuple[str, str]]:
    """The types of a party's happenings in its one matter, and who wrote each."""
    (matter,) = matters.of(party, read(a_story(*acts)).rows)
    return [(one.type, one.by) for one in matter.happenings]


SHARED: tuple[Act, ...] = (
    *told("joker"),
    awareness("2024-03-01", by="zoopit", visibility="shared"),
    a_measure(),
    delivery("joker"),
    an_acknowledgement(),
    an_assessment(),
    a_question(),
    awareness("2024-03-03"),
)


def test_a_client_s_matter_holds_its_own_acts_and_what_the_vendor_told_it() -> None:
    assert happened("joker", *SHARED) == [
        ("ClientNotified", "zoopit"),
        ("AwarenessStated", "zoopit"),
        ("NoticeDelivered", "platform"),
        ("NoticeAcknowledged", "joker"),
        ("RiskAssessed", "joker"),
        ("AwarenessStated", "joker"),
    ]


def test_a_vendor_s_matter_holds_what_it_did_itself() -> None:
    assert happened("zoopit", *SHARED) == [
        ("VendorReportedLeak", "zoopit"),
        ("AwarenessStated", "zoopit"),
        ("MeasureTaken", "zoopit"),
    ]


def test_what_was_not_shared_is_no_part_of_the_other_side_s_matter() -> None:
    assert happened("joker", *told("joker"), a_measure(), a_filing("joker")) == [
        ("ClientNotified", "zoopit"),
        ("RegulatorNotified", "joker"),
    ]


def test_a_matter_knows_what_was_undone() -> None:
    story = a_story(*told("joker"), an_acknowledgement().under("read"), a_correction("read"))
    (matter,) = matters.of("joker", read(story).rows)
    assert [str(one) for one in matter.undone] == [story.id_of("read")]
    assert matter.last("NoticeAcknowledged") is None
    assert matter.until(2).last("NoticeAcknowledged")


def test_a_matter_holds_neither_facts_nor_free_text() -> None:
    acts = (a_leak(text="secret"), a_notice("joker"), a_revision(), an_update(), an_assessment())
    views = read(a_story(*acts))
    scopes = [f"{party}/{views.incident}" for party in ("joker", "zoopit")]
    kept = [views.rows.all(matters.HAPPENINGS, scope) for scope in scopes]
    assert all(kept)
    shown = json.dumps(kept)
    assert not [name for name in ("facts", "people", "claims", "text", "why") if name in shown]


def test_matters_are_listed_oldest_first() -> None:
    later, first = a_leak("a-later"), a_leak("b-first")
    notices = [a_notice("joker", incident=name) for name in ("b-first", "a-later")]
    story = a_story(first, notices[0], later, notices[1])
    found = matters.of("joker", read(story).rows)
    assert [one.incident for one in found] == [
        streams.incident_id("zoopit", "b-first"),
        streams.incident_id("zoopit", "a-later"),
    ]


def test_mandates_and_registrations_are_no_matter() -> None:
    assert matters.of("joker", read(a_story(a_mandate())).rows) == []


def test_an_event_adds_a_row_and_moves_the_head_however_much_happened_before_it() -> None:
    story = a_story(*told("joker"), an_acknowledgement())
    before = read(story)
    after = read(story.goes_on(a_measure("joker")))
    (head,), (moved,) = (matters.kept("joker", views.rows) for views in (before, after))
    assert moved == {**head, "position": story.log()[-1].position}
    scope = f"joker/{before.incident}"
    old, new = (views.rows.all(matters.HAPPENINGS, scope) for views in (before, after))
    assert (len(old), new[:-1]) == (2, old)


def test_a_matter_is_read_as_it_stood_when_its_head_was_read() -> None:
    story = a_story(*told("joker"))
    (head,) = matters.kept("joker", read(story).rows)
    before = matters.of("joker", read(story).rows)
    story.goes_on(an_acknowledgement().under("read"), a_correction("read"))
    assert [matters.whole(head, read(story).rows)] == before


# --- concerns ----------------------------------------------------------------------------------

CONCERN = a_concern("joker", aware={"stage": "aware", "when": "2024-03-01"})


def test_a_concern_is_a_matter_of_the_client_s_alone() -> None:
    rows = read(a_story(CONCERN)).rows
    assert [one.incident for one in matters.of("joker", rows)] == [
        streams.concern_id("joker", "odd-newsletter")
    ]
    assert matters.of("zoopit", rows) == []


def test_a_report_that_answers_a_concern_takes_up_what_the_client_had_said() -> None:
    story = a_story(CONCERN, a_leak(answers="odd-newsletter"), a_notice("joker"))
    found = {one.incident: one for one in matters.of("joker", read(story).rows)}
    taken_up = found.pop(story.incident())
    assert [one.continued_in for one in found.values()] == [story.incident()]
    assert [one.type for one in taken_up.happenings] == [
        "ClientRaisedConcern",
        "ClientNotified",
        "ClientNotified",
    ]


def test_an_answer_is_taken_up_only_by_those_who_know_the_concern() -> None:
    story = a_story(CONCERN, a_leak(answers="odd-newsletter"))
    notified = [event for event in story.log() if event.envelope.about.client == "joker"][-1:]
    rows = type(read(story).rows)()
    for event in notified:
        matters.project(event, rows)
    (matter,) = matters.of("joker", rows)
    assert [one.type for one in matter.happenings] == ["ClientNotified"]


# --- the register of Art. 33(5) ----------------------------------------------------------------


def test_the_register_records_facts_effects_and_remedial_action() -> None:
    views = read(
        a_story(
            *told("joker"),
            an_assessment(outcome="high", consequences=[{"kind": "phishing"}]),
            a_measure("joker", kind="warn"),
            a_measure(visibility="shared"),
            a_filing("joker"),
            a_customer_notice(),
            a_waiver("gdpr.34-1", "34-3-a"),
        )
    )
    entry = views.register("joker")
    assert (entry["incident"], entry["vendor"]) == (views.incident, "zoopit")
    assert entry["first_known_at"] == "2024-03-04T08:06:00+00:00"
    assert entry["facts"] == views.facts("joker")
    assert entry["effects"]["outcome"] == "high"
    assert [(one["by"], one["kind"]) for one in entry["remedial_action"]] == [
        ("joker", "warn"),
        ("zoopit", "fix"),
    ]
    assert [one["authority"] for one in entry["notifications"]] == ["NO/datatilsynet"]
    assert [one["audience"] for one in entry["people_told"]] == [["customers"]]
    assert [one["ground"] for one in entry["waivers"]] == ["34-3-a"]
    assert entry["closed"] is False


def test_a_breach_of_which_nothing_more_is_known_is_in_it_too() -> None:
    entry = read(a_story(*told("joker"))).register("joker")
    assert (entry["effects"], entry["remedial_action"]) == (None, [])


def test_a_corrected_act_is_no_part_of_it() -> None:
    acts = (*told("joker"), a_filing("joker").under("slip"), a_correction("slip"))
    assert read(a_story(*acts)).register("joker")["notifications"] == []


def test_the_register_says_whether_the_case_is_closed() -> None:
    story = a_story(*told("joker"), a_closing())
    assert read(story).register("joker")["closed"] is True
    assert read(story.goes_on(an_update(), reopenings)).register("joker")["closed"] is False


def test_a_concern_is_in_the_register_until_an_incident_takes_it_up() -> None:
    story = a_story(CONCERN)
    assert read(story).register("joker")["facts"] == {}
    views = read(story.goes_on(a_leak(answers="odd-newsletter")))
    assert views.register("joker")["incident"] == views.incident


def test_another_party_s_breaches_are_not_in_it() -> None:
    assert register.query("tokmanni", read(a_story(*told("joker"))).rows) == []


# --- obligations, asked by party ---------------------------------------------------------------


def test_an_unknown_party_owes_nothing() -> None:
    assert obligations.query("nobody", read(a_story()).rows, RULES, LATER) == []


def test_obligations_are_asked_for_one_incident_or_for_all() -> None:
    acts = (*told("joker"), a_leak("other"), a_notice("joker", incident="other"))
    views = read(a_story(*acts))
    every = obligations.query("joker", views.rows, RULES, LATER)
    one = obligations.query("joker", views.rows, RULES, LATER, views.incident)
    assert len(every) == 2 * len(one)
    assert {row["duty"] for row in one} == {"gdpr.33-1", "gdpr.33-4", "gdpr.33-5", "gdpr.34-1"}
