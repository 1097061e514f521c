"""What a party knew at an instant, from whom, and what superseded it since."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from projections import knowledge
from projections.rows import Row
from tests.builders import (
    Step,
    a_claim,
    a_clearing,
    a_concern,
    a_correction,
    a_leak,
    a_measure,
    a_notice,
    a_question,
    a_revision,
    a_statement,
    a_total,
    an_acknowledgement,
    an_answer,
    an_update,
    moment,
    people,
    step,
)
from tests.projections.reading import (
    Views,
    a_story,
    a_withdrawal,
    an_end,
    awareness,
    delivery,
    read,
)

OSLO = ZoneInfo("Europe/Oslo")
REPORT, TOLD, ARRIVED = "2024-03-05T08:00Z", "2024-03-05T09:00Z", "2024-03-05T10:00Z"
REVISED, SEEN, END = "2024-03-06T09:00Z", "2024-03-06T10:00Z", "2024-03-09T09:00Z"

NO_SIGN = a_claim("z-live", "live_systems_accessed", holds="no_sign", source="expert")
AFTER_ALL = a_claim("z-live", "live_systems_accessed", holds="yes", source="expert")
TELLING = (
    a_leak(claims=[NO_SIGN]).at(REPORT).under("report"),
    a_notice("joker").at(TOLD).under("notice"),
    delivery("joker", at=ARRIVED),
)
CHANGED = (
    a_revision(claims=[AFTER_ALL], reason="reversal").at(REVISED).under("revision"),
    delivery("joker", at=SEEN),
)


def knew(views: Views, party: str, at: str) -> Row:
    return knowledge.query(party, views.incident, views.rows, moment(at), OSLO)


def items(views: Views, party: str, at: str, what: str = "claims") -> list[Row]:
    return [one for one in knew(views, party, at)["items"] if one["what"] == what]


def holds(found: list[Row]) -> list[tuple[str, bool | None]]:
    """What each claim said, and whether its first hearer knew."""
    return [(one["says"]["holds"], one["to"][0]["knew"]) for one in found]


def type_of(found: list[Row]) -> list[str]:
    return [one["type"] for one in found]


# --- a client: told, arrived, superseded ---------------------------------------------------------


def test_before_anything_was_told_a_client_knew_nothing() -> None:
    found = knew(read(a_story(*TELLING)), "joker", REPORT)
    assert (found["items"], found["heard"], found["said"], found["aware"]) == ([], [], [], [])


def test_what_was_told_and_had_not_arrived_was_not_known() -> None:
    views = read(a_story(*TELLING))
    assert holds(items(views, "joker", "2024-03-05T09:59Z")) == [("no_sign", False)]
    assert holds(items(views, "joker", ARRIVED)) == [("no_sign", True)]


def test_an_item_says_by_which_event_it_was_told_when_it_arrived_and_whose_word_it_is() -> None:
    views = read(a_story(*TELLING))
    [item] = items(views, "joker", END)
    [told] = [x for x in views.story.log() if type(x.event).__name__ == "ClientNotified"]
    assert item == {
        "what": "claims",
        "says": {**NO_SIGN, "provisional": False},
        "event": str(told.id),
        "type": "ClientNotified",
        "by": "zoopit",
        "recorded_at": "2024-03-05T09:00:00+00:00",
        "source": "expert",
        "to": [
            {
                "client": "joker",
                "event": str(told.id),
                "recorded_at": "2024-03-05T09:00:00+00:00",
                "arrived_at": "2024-03-05T10:00:00+00:00",
                "door": "stream",
                "knew": True,
            }
        ],
        "since": [],
    }


def test_what_was_known_names_what_superseded_it_since() -> None:
    [item] = items(read(a_story(*TELLING, *CHANGED)), "joker", "2024-03-06T08:00Z")
    assert item["says"]["holds"] == "no_sign"
    [newer] = item["since"]
    assert (newer["says"]["holds"], newer["why"], newer["type"]) == (
        "yes",
        "reversal",
        "ClientUpdated",
    )


def test_between_the_telling_and_its_arrival_the_old_is_known_and_the_new_is_not() -> None:
    views = read(a_story(*TELLING, *CHANGED))
    assert holds(items(views, "joker", "2024-03-06T09:30Z")) == [("no_sign", True), ("yes", False)]
    assert holds(items(views, "joker", SEEN)) == [("yes", True)]


def test_a_claim_under_another_id_supersedes_the_one_it_names() -> None:
    newer = a_claim("z-after", "live_systems_accessed", holds="yes", supersedes="z-live")
    third = a_claim("z-after", "live_systems_accessed", holds="possible", supersedes="z-live")
    revisions = (a_revision(claims=[newer]), a_revision(claims=[third]))
    views = read(a_story(*TELLING, *revisions, an_acknowledgement()))
    [item] = items(views, "joker", ARRIVED)
    assert [one["says"]["holds"] for one in item["since"]] == ["yes", "possible"]
    assert holds(items(views, "joker", END)) == [("possible", True)]


def test_a_claim_that_supersedes_what_this_client_was_never_told_stands_by_itself() -> None:
    orphan = a_claim("new", "misuse", holds="possible", supersedes="unheard")
    views = read(a_story(*TELLING, a_revision(claims=[orphan]), delivery("joker")))
    assert len(items(views, "joker", END)) == 2


def test_the_same_word_again_is_no_news() -> None:
    again = a_revision(claims=[NO_SIGN]).at(REVISED)
    [item] = items(read(a_story(*TELLING, again, delivery("joker"))), "joker", END)
    assert item["recorded_at"] == "2024-03-05T09:00:00+00:00"
    assert item["since"] == []


def test_people_are_restated_group_by_group_and_totals_role_by_role() -> None:
    views = read(
        a_story(
            a_leak(people=[people(count=10), people("drivers", count=3)], totals=[a_total(13)]),
            a_notice("joker"),
            delivery("joker", at=TOLD),
            a_revision(people=[people(count=20)], totals=[a_total(23)]).at(REVISED),
            delivery("joker", at=SEEN),
        )
    )
    now = {
        one["says"][0]["group"]: one["says"][0]["count"]
        for one in items(views, "joker", END, "people")
    }
    assert now == {"customers": 20, "drivers": 3}
    [total] = items(views, "joker", TOLD, "totals")
    assert (total["says"][0]["count"], total["since"][0]["says"][0]["count"]) == (13, 23)


def test_the_number_of_ones_own_people_and_how_surely_are_known_too() -> None:
    update = an_update(count=120, sure="confirmed").at(REVISED)
    views = read(a_story(*TELLING, update, delivery("joker", at=SEEN)))
    [then], [now] = items(views, "joker", ARRIVED, "count"), items(views, "joker", END, "count")
    assert (then["says"], now["says"]) == ("unknown", 120)
    assert [one["says"] for one in items(views, "joker", END, "sure")] == ["confirmed"]
    assert now["since"] == []
    assert then["since"][0]["why"] is None  # why it changed is free text


@pytest.mark.parametrize(
    ("act", "state"),
    [(an_end(), "closed"), (a_withdrawal(), "withdrawn"), (a_clearing(), "cleared")],
    ids=["closed", "withdrawn", "cleared"],
)
def test_that_it_is_over_is_known(act: Step, state: str) -> None:
    views = read(a_story(*TELLING, act.at(REVISED), delivery("joker", at=SEEN)))
    assert items(views, "joker", REVISED, "state")[0]["to"][0]["knew"] is False
    assert [one["says"] for one in items(views, "joker", END, "state")] == [state]


# --- arrivals ------------------------------------------------------------------------------------


def test_a_notice_given_by_letter_is_known_from_when_it_was_given() -> None:
    letter = a_notice("joker", channel="letter", given_at="2024-03-04T15:00+01:00").at(TOLD)
    views = read(a_story(a_leak(claims=[NO_SIGN]), letter))
    [item] = items(views, "joker", TOLD)
    assert (item["to"][0]["door"], item["to"][0]["arrived_at"]) == (
        "letter",
        "2024-03-04T14:00:00+00:00",
    )


def test_a_notice_given_nobody_says_when_is_known_from_its_recording() -> None:
    call = a_notice("joker", channel="phone", given_at="unknown").at(TOLD)
    [item] = items(read(a_story(a_leak(claims=[NO_SIGN]), call)), "joker", END)
    assert item["to"][0]["arrived_at"] == "2024-03-05T09:00:00+00:00"


def test_what_was_acknowledged_was_known_whatever_was_delivered() -> None:
    undelivered = (TELLING[0], TELLING[1], an_acknowledgement().at(REVISED).under("ack"))
    views = read(a_story(*undelivered))
    [item] = items(views, "joker", REVISED)
    assert (item["to"][0]["door"], item["to"][0]["knew"]) == ("acknowledgement", True)


def test_an_acknowledgement_that_was_taken_back_counts_for_nothing() -> None:
    undelivered = (TELLING[0], TELLING[1], an_acknowledgement().at(REVISED).under("ack"))
    views = read(a_story(*undelivered, a_correction("ack")))
    assert holds(items(views, "joker", END)) == [("no_sign", False)]


def test_the_first_arrival_counts() -> None:
    views = read(a_story(*TELLING, an_acknowledgement().at(REVISED)))
    [item] = items(views, "joker", END)
    assert item["to"][0]["door"] == "stream"


# --- acts ----------------------------------------------------------------------------------------


def test_an_answer_is_heard_and_known_when_it_arrives() -> None:
    asked = (
        a_question().at("2024-03-05T11:00Z"),
        an_answer().at(REVISED),
        delivery("joker", at=SEEN),
    )
    views = read(a_story(*TELLING, *asked))
    [answer] = knew(views, "joker", REVISED)["heard"]
    assert (answer["type"], answer["to"][0]["knew"]) == ("QuestionAnswered", False)
    assert knew(views, "joker", SEEN)["heard"][0]["to"][0]["knew"] is True


def test_whether_a_shared_act_arrives_nobody_looks() -> None:
    views = read(a_story(*TELLING, a_measure(visibility="shared").at(REVISED)))
    [act] = knew(views, "joker", END)["heard"]
    assert (act["type"], act["to"][0]["knew"], act["to"][0]["arrived_at"]) == (
        "MeasureTaken",
        None,
        None,
    )


def test_ones_own_acts_are_what_one_said() -> None:
    said = (awareness("2024-03-05").at(REVISED), a_statement("joker", "page").at(SEEN))
    views = read(a_story(*TELLING, *said))
    assert type_of(knew(views, "joker", REVISED)["said"]) == ["AwarenessStated"]
    [_, statement] = knew(views, "joker", END)["said"]
    assert (statement["type"], statement["to"], statement["since"]) == ("StatementMade", [], [])


def test_a_statement_names_the_one_that_corrected_it_since() -> None:
    later = a_statement("joker", "page-2", corrects="page").at(SEEN)
    views = read(a_story(*TELLING, a_statement("joker", "page").at(REVISED), later))
    [first] = knew(views, "joker", REVISED)["said"]
    assert first["since"][0]["says"]["statement"] == "page-2"
    [second] = knew(views, "joker", END)["said"]
    assert second["data"]["statement"] == "page-2"


def test_an_act_that_was_taken_back_says_nothing_in_its_place() -> None:
    filed = a_measure("joker").at(REVISED).under("fix")
    views = read(a_story(*TELLING, filed, a_correction("fix").at(SEEN)))
    [act] = knew(views, "joker", REVISED)["said"]
    assert (act["since"][0]["type"], act["since"][0]["says"]) == ("EventCorrected", None)
    assert knew(views, "joker", END)["said"] == []


def test_what_the_platform_records_is_nobodys_word() -> None:
    found = knew(read(a_story(*TELLING)), "joker", END)
    assert (found["heard"], found["said"]) == ([], [])


# --- since when a party may be held to have known ------------------------------------------------


def test_every_candidate_on_record_by_then_is_named() -> None:
    views = read(a_story(*TELLING, awareness("2024-03-01").at(REVISED)))
    assert [one["why"] for one in knew(views, "joker", ARRIVED)["aware"]] == [
        "the vendor's notice was delivered (stream)"
    ]
    assert len(knew(views, "joker", END)["aware"]) == 2


def test_a_client_that_noticed_first_has_said_so() -> None:
    noticed = a_concern("joker", aware={"stage": "aware", "when": "2024-03-01", "how": "a mail"})
    views = read(a_story(noticed))
    [raised] = [x for x in views.story.log() if type(x.event).__name__ == "ClientRaisedConcern"]
    found = knowledge.query("joker", str(raised.stream), views.rows, moment(END), OSLO)
    assert type_of(found["said"]) == ["ClientRaisedConcern"]
    assert len(found["aware"]) == 1


def test_of_what_a_party_has_no_part_in_it_knew_nothing() -> None:
    found = knew(read(a_story(*TELLING)), "tokmanni", END)
    assert (found["role"], found["items"], found["aware"]) == ("client", [], [])


# --- a vendor: what it claimed, to whom ----------------------------------------------------------


def to(item: Row) -> list[tuple[str, Any]]:
    return [(one["client"], one["knew"]) for one in item["to"]]


def test_a_vendor_claimed_what_it_recorded_before_it_told_anybody() -> None:
    views = read(a_story(*TELLING))
    found = knew(views, "zoopit", REPORT)
    assert found["role"] == "vendor"
    [item] = [one for one in found["items"] if one["what"] == "claims"]
    assert (item["type"], item["to"]) == ("VendorReportedLeak", [])


def test_a_claim_names_each_client_it_was_told_to_and_whether_it_had_arrived() -> None:
    views = read(a_story(*TELLING, a_notice("tokmanni").at(REVISED)))
    [item] = items(views, "zoopit", REVISED)
    assert (item["type"], to(item)) == (
        "VendorReportedLeak",
        [("joker", True), ("tokmanni", False)],
    )


def test_a_claim_names_what_the_vendor_put_in_its_place() -> None:
    views = read(a_story(*TELLING, *CHANGED))
    [item] = items(views, "zoopit", TOLD)
    assert [(one["type"], one["says"]["holds"]) for one in item["since"]] == [
        ("FactsRevised", "yes")
    ]
    assert holds(items(views, "zoopit", END)) == [("yes", True)]


def test_what_was_said_to_one_client_alone_is_its_own_item() -> None:
    views = read(
        a_story(*TELLING, a_notice("tokmanni"), an_update("tokmanni", count=7).at(REVISED))
    )
    numbers = {one["to"][0]["client"]: one["says"] for one in items(views, "zoopit", END, "count")}
    assert numbers == {"joker": "unknown", "tokmanni": 7}


def test_a_vendor_hears_what_its_clients_ask_and_says_what_it_did() -> None:
    acts = (a_question().at(REVISED), a_measure().at(SEEN))
    found = knew(read(a_story(*TELLING, *acts)), "zoopit", END)
    assert (type_of(found["heard"]), found["heard"][0]["to"]) == (["QuestionAsked"], [])
    assert type_of(found["said"]) == ["ClientsNamed", "MeasureTaken"]


def test_quoted_words_are_no_part_of_what_is_compared() -> None:
    quoted = a_leak(claims=[{**NO_SIGN, "words": "There is no sign."}]).at(REPORT)
    [item] = items(read(a_story(quoted, a_notice("joker").at(TOLD))), "zoopit", END)
    assert (item["says"], to(item)) == ({**NO_SIGN, "provisional": False}, [("joker", False)])


def test_the_state_of_the_incident_is_claimed_too() -> None:
    views = read(a_story(*TELLING, step("zoopit", "close_incident", incident="leak").at(REVISED)))
    [item] = items(views, "zoopit", END, "state")
    assert (item["type"], item["says"], to(item)) == (
        "IncidentClosed",
        "closed",
        [("joker", False)],
    )
