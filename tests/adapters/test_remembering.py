"""What is remembered of duties is what the law says of them now, and no more than there is room."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import remembering
from adapters.remembering import Asked, Judgements, Kept, Lately
from domain import streams
from domain.errors import VarselError
from domain.law.loader import load_packs
from domain.law.matter import Matter, Profile
from domain.law.rules import Rules
from projections import changes, matters, obligations, parties
from projections.obligations import Judged
from projections.rows import MemoryRows, Row, Rows
from tests.builders import (
    a_leak,
    a_measure,
    a_naming,
    a_notice,
    a_party,
    an_acknowledgement,
    moment,
)
from tests.projections.reading import (
    RULES,
    Act,
    a_delay,
    a_story,
    an_engagement,
    delivery,
    project,
)
from tests.projections.test_promises import BEGINNING, MIDDLE

PARTIES = ("joker", "tokmanni", "kiwi", "zoopit")
NOON = moment("2026-01-01T12:00Z")
HOUR = timedelta(hours=1)
TOLD: tuple[Act, ...] = (a_leak(), a_notice("joker", "tokmanni"), delivery("joker"))


class Counting(MemoryRows):
    """Rows that count how often matters are read: whoever judges reads them."""

    reads = 0

    def all(
        self, view: str, scope: str, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Row]]:
        self.reads += view == matters.VIEW
        return super().all(view, scope, after=after, limit=limit)


class Remembering:
    """A story that goes on, its read models, and one memory of what was judged of them."""

    def __init__(self, *acts: Act, room: int = 1000) -> None:
        self.story = a_story()
        self.rows = Counting()
        self.generation = "first"
        self.judgements = Judgements(lambda: self.generation, room)
        self._reached = 0
        self.goes_on(*acts)

    def goes_on(self, *acts: Act) -> None:
        self.story.goes_on(*acts)
        for event in self.story.ledger.since(self._reached, 10_000):
            project(event, self.rows)
            self._reached = event.position

    def asked(self, party: str, later: timedelta = timedelta(), rules: Rules = RULES) -> Asked:
        who = parties.profile(party, self.rows)
        assert who is not None
        return Asked(who, self.rows, rules, self.story.now + later)

    def judged(self, party: str, later: timedelta = timedelta(), rules: Rules = RULES) -> bool:
        """Whether the answer, which is the right one, had to be judged."""
        asked = self.asked(party, later, rules)
        right, before = anew(asked), self.rows.reads
        assert self.judgements.of(asked) == right
        return self.rows.reads > before


def anew(asked: Asked, incident: str | None = None) -> list[Row]:
    return obligations.query(asked.who.id, asked.rows, asked.rules, asked.now, incident)


# --- it is the same -----------------------------------------------------------------------------

whens = st.integers(-2_000, 30_000).map(lambda minutes: timedelta(minutes=minutes))
courses = st.lists(
    st.tuples(st.sampled_from(MIDDLE), st.sampled_from(PARTIES), st.lists(whens, max_size=2)),
    max_size=12,
)


@settings(max_examples=20)
@given(courses)
def test_whatever_happens_and_whenever_it_is_asked_the_answer_is_as_judged_anew(
    course: list[tuple[Act, str, list[timedelta]]],
) -> None:
    here = Remembering(*BEGINNING, room=60)
    incident = str(here.story.incident())
    for act, party, later in course:
        try:
            here.goes_on(act)
        except VarselError:  # what the desk refuses did not happen
            continue
        for when in (timedelta(), *later):
            asked = here.asked(party, when)
            assert here.judgements.of(asked) == anew(asked)
            assert here.judgements.of(asked, incident) == anew(asked, incident)


@pytest.mark.parametrize("party", ["joker", "zoopit"])
def test_the_very_instants_at_which_something_falls_due_are_told_apart(party: str) -> None:
    aware = {"stage": "aware", "when": "2024-03-01", "how": "told"}
    promised = an_engagement("tokmanni", contract_notice={"within": "P9D", "from": "aware"})
    leak = a_leak(aware=aware), a_naming("tokmanni"), a_notice("joker"), delivery("joker")
    here = Remembering(promised, *leak, a_delay(until="2024-03-10"))
    limits = {moment(due["at"]) for row in anew(here.asked(party)) for due in row["due"]}
    assert limits
    for limit in sorted(limits):
        for near in (-1, 0, 1):
            here.judged(party, limit - here.story.now + timedelta(microseconds=near))


def test_an_earlier_hour_is_not_answered_by_what_was_judged_later() -> None:
    here = Remembering(*TOLD)
    assert here.judged("joker", later=1000 * HOUR)
    assert here.judged("joker", later=HOUR)


# --- it is remembered, until something changes --------------------------------------------------


@pytest.mark.parametrize("party", ["joker", "zoopit"])
def test_what_was_judged_is_not_judged_again_while_nothing_changes(party: str) -> None:
    here = Remembering(*TOLD)
    assert here.judged(party)
    assert not here.judged(party)
    assert not here.judged(party, later=HOUR)


def test_others_affairs_change_nothing() -> None:
    here = Remembering(*TOLD)
    here.judged("joker")
    here.goes_on(an_acknowledgement("tokmanni"), a_party("new", "client"))
    assert not here.judged("joker")


def test_its_own_act_its_clients_acts_its_promises_and_its_profile_change_it() -> None:
    here = Remembering(a_party("watch", "auditor", scope=["joker"]), *TOLD)
    for party, act in (
        ("joker", a_measure("joker")),
        ("zoopit", an_acknowledgement("tokmanni")),
        ("zoopit", an_engagement(contract_notice={"within": "PT24H", "from": "aware"})),
    ):
        here.judged(party)
        here.goes_on(act)
        assert here.judged(party)
    moved = here.asked("joker").who.model_copy(update={"country": "FI"})
    here.rows.put(parties.PROFILES, "", "joker", moved.model_dump(mode="json"))
    assert here.judged("joker")


def test_another_law_and_other_views_are_judged_by_themselves() -> None:
    here = Remembering(*TOLD)
    here.judged("joker")
    assert here.judged("joker", rules=load_packs())
    here.generation = "second"
    assert here.judged("joker")


def test_what_changes_while_it_is_judged_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    here, marks = Remembering(*TOLD), count()
    monkeypatch.setattr(changes, "mark", lambda *_: next(marks))
    assert here.judged("joker")
    assert here.judged("joker")


def test_only_the_matter_that_changed_is_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Remembering(*TOLD, a_leak(incident="second"), a_notice("joker", incident="second"))
    here.judged("joker")
    here.goes_on(a_measure("joker", incident="second"))
    asked, right = here.asked("joker"), anew(here.asked("joker"))
    judged: list[Matter] = []

    def noting(who: Profile, matter: Matter, rules: Rules, now: datetime, rows: Rows) -> Judged:
        judged.append(matter)
        return obligations.judged(who, matter, rules, now, rows)

    monkeypatch.setattr(remembering, "judged", noting)
    assert here.judgements.of(asked) == right
    assert [one.incident for one in judged] == [streams.incident_id("zoopit", "second")]


# --- there is room for so much ------------------------------------------------------------------


def lately(*kept: tuple[str, int], room: int) -> Lately[str]:
    memory = Lately[str](room, len)
    for key, size in kept:
        memory.keep(key, Kept("by", NOON, None, key[0] * size))
    return memory


def holds(memory: Lately[str], *keys: str) -> list[bool]:
    return [memory.find(key, "by", NOON) is not None for key in keys]


def test_what_was_used_least_lately_makes_room() -> None:
    memory = lately(("a", 4), ("b", 4), room=8)
    memory.find("a", "by", NOON)
    memory.keep("c", Kept("by", NOON, None, "cccc"))
    assert holds(memory, "a", "b", "c") == [True, False, True]
    assert memory.held == 8


def test_what_is_kept_anew_takes_the_place_of_what_was_there() -> None:
    memory = lately(("a", 4), ("b", 4), ("a", 2), room=8)
    assert (holds(memory, "a", "b"), memory.held) == ([True, True], 6)


def test_what_needs_more_than_all_the_room_is_not_kept() -> None:
    memory = lately(("a", 4), ("b", 4), ("b", 9), room=8)
    assert (holds(memory, "a", "b"), memory.held) == ([True, False], 4)


def test_any_number_of_threads_may_ask_at_once() -> None:
    here = Remembering(*TOLD, room=12)
    asked = [here.asked(party) for party in ("joker", "tokmanni", "zoopit")]
    right = [anew(one) for one in asked]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(here.judgements.of, asked * 50))
    assert found == right * 50
