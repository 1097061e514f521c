"""Was this text erased since it was written: when, by whom, why?"""

from __future__ import annotations

from typing import Any

from domain import events as e
from projections import erasures
from projections.rows import Row
from tests.builders import a_leak, a_notice, a_question, an_update, step
from tests.projections.reading import Played, Views, a_story, read

TELLING = (a_leak(text="A copy."), a_notice("joker"), a_question())


def an_erasure(by: str = "joker", **more: Any) -> Any:
    return step(by, "erase", **{"incident": "leak", "why": "mistake", **more})


def destroyed(story: Played) -> None:
    """The platform's half of the last erasure."""
    recorded = story.last(e.ContentErased)
    assert isinstance(recorded.event, e.ContentErased)
    about = str(recorded.envelope.about.incident)
    assert story.ledger.sealer.erase(recorded.event.party, about, recorded.event.key)


def gone(views: Views, kind: type[e.Event]) -> Row | None:
    return erasures.since(views.story.last(kind), views.rows)


def test_what_was_not_erased_is_there() -> None:
    assert gone(read(a_story(*TELLING)), e.QuestionAsked) is None


def test_what_was_erased_names_the_erasure() -> None:
    views = read(a_story(*TELLING, an_erasure().under("gone")))
    assert gone(views, e.QuestionAsked) == {
        "event": views.story.id_of("gone"),
        "at": "2024-03-04T08:08:00+00:00",
        "by": "joker",
        "why": "mistake",
    }


def test_what_another_party_wrote_is_there() -> None:
    assert gone(read(a_story(*TELLING, an_erasure())), e.VendorReportedLeak) is None


def test_what_a_vendor_told_a_client_goes_with_what_it_wrote_itself() -> None:
    views = read(a_story(*TELLING, an_update(), an_erasure("zoopit")))
    assert gone(views, e.ClientUpdated) == gone(views, e.VendorReportedLeak)


def test_what_was_written_after_an_erasure_is_there_until_the_next() -> None:
    again = (an_erasure(), destroyed, a_question(name="another"))
    assert gone(read(a_story(*TELLING, *again)), e.QuestionAsked) is None
    views = read(a_story(*TELLING, *again, an_erasure(why="order")))
    assert (gone(views, e.QuestionAsked) or {})["why"] == "order"


def test_the_operator_is_named_where_it_erased() -> None:
    views = read(a_story(*TELLING, an_erasure("platform", party="joker")))
    assert (gone(views, e.QuestionAsked) or {})["by"] == "platform"
