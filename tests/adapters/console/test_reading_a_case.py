"""What a case's page reads off it, each on its own: picture, strands, next steps, clocks."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.console import history, i18n
from adapters.console.case import Case
from adapters.console.next_steps import steps
from adapters.console.picture import Mark, drawn, marks, whole
from adapters.console.telling import Teller
from domain.severity_tables import CIRCUMSTANCES
from tests.adapters.console.browsing import browser, incident, inputs, main_of, told

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TELL = Teller(i18n.tongue("en"), ZoneInfo("Europe/Oslo"), NOON + timedelta(hours=5))


def entry(kind: str, hours: int, by: str = "zoopit", **data: Any) -> dict[str, Any]:
    """An entry of joker's timeline; its event is called by its hour."""
    return {
        "event": f"event-{hours}",
        "type": kind,
        "recorded_at": (NOON + timedelta(hours=hours)).isoformat(),
        "happened": {"at": NOON.isoformat()},
        "by": by,
        "source": "client" if by == "joker" else "vendor",
        "corrects": None,
        "superseded_by": None,
        "incident": "incident-1",
        "data": data,
    }


def duty(name: str, status: str = "open", **more: Any) -> dict[str, Any]:
    due = [{"at": "2026-03-04T12:00:00Z", "convention": "strict", "alarm": True}]
    given = {"started_by": "event-0", "met_by": None, "owed_to": "supervisory_authority"}
    rest = {"authority": "NO/datatilsynet", "citation": "Art. 33(1)", "due": due}
    return {"duty": name, "status": status, **given, **rest, **more}


def case(*entries: Any, **more: Any) -> Case:
    empty: dict[str, Any] = {"facts": {}, "obligations": [], "contradictions": [], "texts": {}}
    return Case(**{"incident": "incident-1", "party": "joker", "entries": entries, **empty, **more})


NOTICE = entry("ClientNotified", 0, count={"about": 90}, sure="suspected", facts={})

# --- the picture ---------------------------------------------------------------------------------


def test_every_event_and_every_deadline_is_a_mark_that_leads_to_its_event() -> None:
    found = marks(case(NOTICE, obligations=[duty("gdpr.33-1")]), TELL)
    assert [(one.event, one.look) for one in found] == [
        ("event-0", "notice"),
        ("event-0", "due open"),
    ]
    assert drawn(case(NOTICE), TELL).count("<a href") == 1


def test_nothing_is_drawn_where_nothing_happened() -> None:
    assert drawn(case(), TELL) == ""


def test_a_deadline_that_was_replaced_is_not_drawn() -> None:
    assert marks(case(obligations=[duty("gdpr.33-1", "superseded")]), TELL) == []


def test_marks_of_one_lane_never_lie_upon_each_other() -> None:
    many = [Mark(0, NOON, f"mark {n}", "fact", f"event-{n}") for n in range(5)]
    picture = whole(many, ["Facts"], TELL)
    heights = {part.split('"')[0] for part in picture.split('cy="')[1:]}
    assert len(heights) == len(many)


def test_words_in_a_picture_are_no_markup() -> None:
    picture = whole([Mark(0, NOON, "<script>", "fact", None)], ["<b>"], TELL)
    assert "<script>" not in picture
    assert "<b>" not in picture


# --- strands -------------------------------------------------------------------------------------


def test_the_newest_word_stands_with_all_that_was_said_before() -> None:
    later = entry("ClientUpdated", 2, count={"about": 120})
    again = entry("ClientUpdated", 3, count={"about": 120})
    [strand] = history.of(history.strands([NOTICE, later, again]), "count")
    assert strand.now.value == {"about": 120}
    assert [one.event for one in strand.said] == ["event-0", "event-2"]


def test_a_claim_that_supersedes_another_goes_on_its_strand() -> None:
    old = {"id": "first", "about": "cause", "holds": "possible"}
    new = {"id": "second", "about": "cause", "holds": "no", "supersedes": "first"}
    other = {"id": "third", "about": "cause", "holds": "yes"}
    found = history.strands(
        [entry("FactsRevised", 1, claims=[old]), entry("FactsRevised", 2, claims=[new, other])]
    )
    assert [[one.value["id"] for one in strand.said] for strand in found] == [
        ["first", "second"],
        ["third"],
    ]


def test_what_was_taken_back_is_no_word_on_anything() -> None:
    undone = {**entry("EventCorrected", 2), "corrects": "event-1"}
    assert history.strands([entry("FactsRevised", 1, nature=["integrity"]), undone]) == []


# --- next steps ----------------------------------------------------------------------------------


def test_a_notice_is_acknowledged_first_then_duties_then_the_assessment() -> None:
    waiting = case(NOTICE, obligations=[duty("gdpr.33-1")])
    assert [one.verb for one in steps(waiting)] == [
        "acknowledge",
        "notify_regulator",
        "assess_risk",
    ]


def test_a_step_says_until_when_and_fills_in_what_is_known() -> None:
    [step] = steps(case(obligations=[duty("gdpr.33-1")]))
    assert step.due == "2026-03-04T12:00:00Z"
    assert step.address == (
        "/incidents/incident-1/notify_regulator?authority=NO%2Fdatatilsynet&stage=new"
    )


def test_what_is_done_or_settled_is_no_step() -> None:
    acts = (entry("NoticeAcknowledged", 1, "joker"), entry("RiskAssessed", 2, "joker"))
    done = case(NOTICE, *acts, obligations=[duty("gdpr.33-1", "met"), duty("gdpr.34-1", "waived")])
    assert steps(done) == []


def test_a_closed_case_asks_for_nothing() -> None:
    assert steps(case(NOTICE, entry("CaseClosed", 1, "joker"))) == []


def test_people_are_told_and_a_colliding_statement_is_corrected() -> None:
    owed = duty("gdpr.34-1", "overdue", owed_to="data_subjects", authority=None)
    found = steps(case(obligations=[owed], contradictions=[{"kind": "contradicts"}]))
    assert [one.verb for one in found] == ["notify_customers", "make_statement"]


# --- when the clocks change ----------------------------------------------------------------------


def test_a_deadline_beyond_the_change_of_the_clocks_is_shown_in_summer_time(tmp_path: Path) -> None:
    """72 hours from noon before the change end at one o'clock after it."""
    clock = datetime(2026, 3, 28, 11, tzinfo=UTC)

    async def story() -> None:
        async with (
            told(tmp_path, clock=lambda: clock) as platform,
            browser(platform, "joker") as reader,
        ):
            await platform.ask("joker", "timeline")
            shown = main_of((await reader.open(await incident(platform))).page)
            assert "Sat 28 Mar 2026, 12:00 CET" in shown
            assert "Tue 31 Mar 2026, 13:00 CEST" in shown

    asyncio.run(story())


# --- the severity's interval ---------------------------------------------------------------------


def test_the_interval_follows_what_is_chosen_and_nothing_is_recorded(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = f"{await incident(platform)}/assess_risk"
            hidden = inputs((await reader.open(at)).page)
            sent = {
                name: hidden[name] for name in hidden if name not in {"outcome", "why", "complete"}
            }
            found = []
            for circumstance in CIRCUMSTANCES["malicious"]:
                await reader.post(f"{at}/interval", {**sent, "malicious": circumstance})
                assert reader.status == 200
                assert 'class="wrong"' not in reader.page, reader.page[:900]
                found.append(numbers_in(reader.page))
            assert found[0] != found[1]
            kinds = {row["type"] for row in await platform.ask("joker", "timeline")}
            assert "RiskAssessed" not in kinds

    asyncio.run(story())


def numbers_in(page: str) -> str:
    found = re.search(r'<span class="num">(.*?)</span>', page)
    assert found is not None, page
    return found.group(1)
