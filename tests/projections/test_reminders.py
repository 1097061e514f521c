"""What is to be said next, and when: to debtors of their deadlines, of clients that stay silent."""

from __future__ import annotations

from collections.abc import Callable

from domain.use_cases.platform import Escalation, Reminder
from projections import reminders
from projections.reminders import Call
from tests.builders import (
    a_clearing,
    a_concern,
    a_correction,
    a_filing,
    a_leak,
    a_notice,
    a_party,
    an_acknowledgement,
    an_assessment,
    moment,
    people,
    step,
    told,
)
from tests.projections.reading import (
    RULES,
    Act,
    Played,
    a_delay,
    a_story,
    a_withdrawal,
    awareness,
    delivery,
    read,
)

# The story starts on 2024-03-04 at 08:00Z; joker is told at 08:06Z.
WEEK = "2024-03-11T08:00Z"


def calls(story: Played, party: str = "joker", now: str = WEEK) -> list[Call]:
    found = reminders.calls(party, story.found.rows, RULES, moment(now), str(story.incident()))
    return found.get(str(story.incident()), [])


def of_duty(
    story: Played, party: str = "joker", duty: str = "gdpr.33-1", now: str = WEEK
) -> list[tuple[str, str]]:
    """Threshold and time of what is to be said of a duty."""
    return [
        (call.what.threshold, f"{call.at:%d %H:%M}")
        for call in calls(story, party, now)
        if isinstance(call.what, Reminder) and call.what.duty == duty
    ]


def silences(story: Played, party: str = "joker") -> list[tuple[str, str]]:
    return [
        (call.what.why, f"{call.at:%d %H:%M}")
        for call in calls(story, party)
        if isinstance(call.what, Escalation)
    ]


def said(until: str, party: str = "joker") -> Callable[[Played], None]:
    """All that was to be said until then is said then."""

    def speaks(story: Played) -> None:
        story.now = moment(until)
        for call in calls(story, party, until):
            if call.at > story.now:
                continue
            if isinstance(call.what, Reminder):
                story.desk.remind(call.what, story.now)
            elif call.what:
                story.desk.escalate(call.what, story.now)

    return speaks


def aware(*acts: Act) -> Played:
    """Joker is told and says that it has known since 09:00Z: due on the 7th at 09:00Z."""
    known = awareness("2024-03-04T09:00Z").at("2024-03-04T09:00+00:00").under("aware")
    return a_story(*told("joker"), known, *acts)


# --- deadlines ---------------------------------------------------------------------------------


def test_a_duty_unmet_is_spoken_of_twice_before_its_alarm_and_at_it() -> None:
    assert of_duty(aware()) == [("24h", "06 09:00"), ("6h", "07 03:00"), ("due", "07 09:00")]


def test_a_duty_without_a_number_or_not_started_is_never_spoken_of() -> None:
    story = aware()
    assert of_duty(story, duty="gdpr.33-5") == of_duty(story, duty="gdpr.34-1") == []
    assert of_duty(a_story(*told("joker"))) == []


def test_a_duty_that_is_met_is_not_spoken_of() -> None:
    assert of_duty(aware(a_filing("joker"))) == []


def test_what_has_been_said_is_not_said_again() -> None:
    story = aware(said("2024-03-06T10:00Z"))
    assert of_duty(story) == [("6h", "07 03:00"), ("due", "07 09:00")]
    story.goes_on(said("2024-03-07T09:00Z"))
    assert of_duty(story) == []
    assert [one["data"]["threshold"] for one in read(story).timeline("joker") if spoken(one)] == [
        "24h",
        "6h",
        "due",
    ]


def spoken(entry: dict[str, object]) -> bool:
    return entry["type"] in {"DutyDueSoon", "DutyOverdue"}


def test_a_deadline_that_moved_is_spoken_of_anew() -> None:
    earlier = awareness("2024-03-04T03:00Z", stage="aware").at("2024-03-06T11:00+00:00")
    story = aware(said("2024-03-06T10:00Z"), earlier)
    assert of_duty(story) == [("24h", "06 11:00"), ("6h", "06 21:00"), ("due", "07 03:00")]


def test_of_thresholds_past_when_a_duty_became_known_only_the_last_is_spoken() -> None:
    late = awareness("2024-03-04T03:00Z").at("2024-03-09T11:00+00:00")
    assert of_duty(a_story(*told("joker"), late)) == [("due", "09 11:00")]


def test_a_duty_that_a_correction_brings_back_is_spoken_of_from_then_on() -> None:
    filed = a_filing("joker").at("2024-03-05T09:00+00:00").under("filed")
    story = aware(filed, a_correction("filed").at("2024-03-07T04:00+00:00"))
    assert of_duty(story) == [("6h", "07 04:00"), ("due", "07 09:00")]


def test_a_delayed_duty_is_looked_at_again_when_its_delay_ends() -> None:
    story = aware(a_delay(until="2024-03-12"), a_delay("gdpr.34-1", until="2024-03-20"))
    assert of_duty(story) == []
    [again] = [call for call in calls(story) if call.what is None]
    assert of_duty(story, now=f"{again.at:%Y-%m-%dT%H:%M:%S.%fZ}") == [("due", "12 22:59")]


def test_a_delay_without_an_end_holds() -> None:
    assert [call for call in calls(aware(a_delay())) if not isinstance(call.what, Escalation)] == []


def test_a_vendors_own_duty_is_spoken_of_to_the_vendor() -> None:
    own = a_leak(people=[people("drivers", controller="vendor")])
    story = a_story(own, awareness("2024-03-04T08:00Z", by="zoopit"))
    assert of_duty(story, "zoopit") == [
        ("24h", "06 08:00"),
        ("6h", "07 02:00"),
        ("due", "07 08:00"),
    ]
    story.goes_on(said("2024-03-07T08:00Z", "zoopit"))
    assert of_duty(story, "zoopit") == []
    assert [*filter(spoken, read(story).timeline("joker"))] == []


def test_a_vendor_never_sees_a_clients_reminders() -> None:
    story = aware(said(WEEK))
    assert len([*filter(spoken, read(story).timeline("joker"))]) == 3
    assert [*filter(spoken, read(story).timeline("zoopit"))] == []


def test_a_client_aware_before_any_incident_is_spoken_to_as_well() -> None:
    concerned = a_concern(aware={"stage": "aware", "when": "2024-03-04T08:00Z"})
    story = a_story(concerned)
    found = reminders.calls("tokmanni", story.found.rows, RULES, moment(WEEK))
    [(concern, listed)] = found.items()
    first = listed[0].what
    assert isinstance(first, Reminder)
    assert (str(first.incident), first.threshold) == (concern, "24h")
    story.desk.remind(first, moment(WEEK))
    rest = reminders.calls("tokmanni", story.found.rows, RULES, moment(WEEK), concern)[concern]
    assert rest == listed[1:]


def test_all_matters_of_a_party_are_found_at_once_and_nobody_unknown_has_any() -> None:
    story = aware(a_leak("second"), a_notice("joker", incident="second"))
    found = reminders.calls("joker", story.found.rows, RULES, moment(WEEK))
    assert found.keys() == {str(story.incident()), str(story.incident(slug="second"))}
    assert reminders.calls("nobody", story.found.rows, RULES, moment(WEEK)) == {}
    assert calls(story, "tokmanni") == []


# --- silence -----------------------------------------------------------------------------------


def test_a_notice_that_nobody_took_is_brought_up_a_day_after_it_was_given() -> None:
    assert silences(a_story(*told("joker"))) == [("undelivered", "05 08:06")]


def test_a_notice_that_was_not_acknowledged_is_brought_up_a_day_after_its_delivery() -> None:
    story = a_story(*told("joker"), delivery("joker", at="2024-03-04T10:00+00:00"))
    assert silences(story) == [("unacknowledged", "05 10:00")]


def test_a_notice_given_outside_the_platform_has_been_delivered() -> None:
    by_phone = a_notice("joker", channel="phone", given_at="2024-03-04T07:00Z")
    assert silences(a_story(a_leak(), by_phone)) == [("unacknowledged", "05 08:06")]


def test_who_acknowledged_was_cleared_or_told_of_a_report_withdrawn_is_not_silent() -> None:
    for end in (an_acknowledgement(), a_clearing(), a_withdrawal()):
        assert silences(a_story(*told("joker"), end)) == []


def test_a_silence_shows_on_the_board_from_when_it_was_brought_up() -> None:
    story = a_story(*told("joker", "tokmanni"), said("2024-03-05T08:06Z"))
    board = read(story).board()
    assert board["joker"]["escalated_at"] == "2024-03-05T08:06:00Z"
    assert board["joker"]["escalated_why"] == "undelivered"
    assert board["tokmanni"]["escalated_at"] is None
    assert silences(story) == []
    story.goes_on(delivery("joker", at="2024-03-05T10:00+00:00"))
    assert silences(story) == [("unacknowledged", "06 10:00")]


def test_the_second_contact_reads_of_the_silence_and_of_nothing_else() -> None:
    chain = a_party("chain", "client", group="norgesgruppen")
    shop = a_party("shop", "client", group="norgesgruppen", second_contact="chain")
    story = a_story(chain, shop, *told("shop"), said("2024-03-05T09:00Z", "shop"))
    assert [one["type"] for one in read(story).timeline("chain")] == ["ClientEscalated"]
    assert read(story).board()["shop"]["escalated_why"] == "undelivered"


def test_a_vendor_that_told_itself_is_not_brought_up_before_itself() -> None:
    both = a_party("both", "vendor", "client")
    own = step("both", "notify_clients", incident="leak", clients=["both"], channel="platform")
    story = a_story(both, a_leak(by="both"), own)
    found = reminders.calls("both", story.found.rows, RULES, moment(WEEK))
    assert [
        call for one in found.values() for call in one if isinstance(call.what, Escalation)
    ] == []


def test_a_risk_assessed_again_does_not_say_again_what_was_said() -> None:
    story = aware(said("2024-03-06T10:00Z"), an_assessment().at("2024-03-06T11:00+00:00"))
    assert of_duty(story) == [("6h", "07 03:00"), ("due", "07 09:00")]
