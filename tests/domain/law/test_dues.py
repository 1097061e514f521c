"""From clocks to deadlines, where no calendar is known; and which facts a duty turns on."""

from __future__ import annotations

from domain.law.applies import takes
from domain.law.calendar import Clock, Period
from domain.law.dues import reckon
from domain.law.loader import load_packs
from domain.law.matter import Profile
from tests.builders import moment

RULES = load_packs()
US = Profile(id="us", country="NO", zone="Europe/Oslo")


def test_without_a_clock_nothing_is_due() -> None:
    assert reckon(RULES.duty("gdpr.33-1"), [], US).due == ()


def test_in_a_year_without_a_calendar_weekends_alone_are_counted_and_it_says_so() -> None:
    for name, start in (
        ("sec.item-1.05", "2400-11-17T12:00Z"),
        ("dora.final", "1900-02-01T12:00Z"),
    ):
        duty = RULES.duty(name)
        assert duty.period is not None
        found = reckon(duty, [Clock(moment(start), duty.period)], US, duty.place, explain=True)
        assert len(found.due) == len(duty.computation)
        assert found.note.startswith("no calendar of public holidays is known")


def test_the_steps_are_told_convention_by_convention_where_they_are_asked_for() -> None:
    clock = Clock(moment("2023-03-24T16:30+01:00"), Period.parse("PT72H"))
    steps = reckon(RULES.duty("gdpr.33-1"), [clock], US, explain=True).steps
    assert {step.split(":")[0] for step in steps} == {"strict", "r1182"}
    assert "strict: Due Mon 2023-03-27 17:30 (UTC+02:00)." in steps
    assert reckon(RULES.duty("gdpr.33-1"), [clock], US).steps == ()


def test_a_duty_says_which_facts_it_turns_on() -> None:
    assert takes([RULES.duty("gdpr.33-1")]) == ()
    assert takes([RULES.duty("dora.initial")]) == ("aware", "entity")
    assert takes([RULES.duty("nis2.notification")]) == ("entity", "significant")
    assert takes([RULES.duty("nis2.final-report")]) == ("handled", "ongoing", "significant")
    assert takes([RULES.duty("hipaa.hhs-large")]) == ("low_probability", "people_affected")
    assert takes([RULES.duty("us-ca.consumers")]) == ("data", "residents_us_ca")
    assert takes(load_packs(drafts=["omnibus-2025"]).drafted("gdpr.33-1")) == ("risk",)
