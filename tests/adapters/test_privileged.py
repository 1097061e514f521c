"""What a client keeps to itself never reaches its vendor, through no door."""

from __future__ import annotations

import json

import pytest

from adapters.wire import render
from domain.errors import NotFound
from domain.events import DutyDueSoon, DutyOverdue
from projections import feed_index
from tests.adapters.asking import Asked, Tell
from tests.builders import (
    a_closing,
    a_correction,
    a_waiver,
    an_assessment,
    an_update,
    told,
)
from tests.domain.test_reminders import a_reminder
from tests.projections.reading import Played, a_story, read, reopenings

KEPT = ("RiskAssessed", "NotificationWaived", "CaseClosed", "CaseReopened", "EventCorrected")
REMINDERS = (DutyDueSoon.__name__, DutyOverdue.__name__)


def reminders(story: Played) -> None:
    """The platform speaks up about a deadline, before it and at it."""
    due = a_reminder(story)
    story.desk.remind(due, story.now)
    story.desk.remind(type(due)(**{**vars(due), "threshold": "due"}), story.now)


@pytest.fixture
def ask(tell: Tell) -> Asked:
    return tell(
        *told("joker"),
        an_assessment(why="The boss thinks it is our fault.").under("assessed"),
        a_waiver("gdpr.33-1", "unlikely_risk"),
        a_correction("assessed"),
        reminders,
        a_closing(),
        an_update(),
        reopenings,
    )


def feed(ask: Asked, party: str) -> str:
    """The bodies of a party's messages, as they are published."""
    rows = ask.story.found.rows
    found: list[str] = []
    for row in feed_index.page(party, 0, 1000, rows):
        recorded = ask.story.ledger.at(row["position"])
        assert recorded is not None
        found.append(render(recorded, feed_index.place_of(row)).decode())
    return "\n".join(found)


@pytest.mark.parametrize("kind", [*KEPT, *REMINDERS])
def test_what_is_privileged_is_in_its_clients_view_and_in_nothing_of_its_vendors(
    ask: Asked, kind: str
) -> None:
    assert kind in json.dumps(ask("joker", "timeline"))
    assert f'"type":"{kind}"' in feed(ask, "joker")
    assert kind not in feed(ask, "zoopit")
    for question in ("timeline", "obligations", "register", "contradictions"):
        assert kind not in json.dumps(ask("zoopit", question))


def test_a_vendors_board_stands_as_if_its_client_had_kept_still(ask: Asked) -> None:
    still = read(a_story(*told("joker"), an_update())).board()["joker"]
    [line] = ask("zoopit", "board", incident="leak")["clients"]
    assert line["standing"] == still["standing"] == "told"
    assert {name: bool(part) for name, part in line.items()} == {
        name: bool(part) for name, part in still.items()
    }


def test_the_words_of_what_is_privileged_are_not_fetched_by_the_vendor(ask: Asked) -> None:
    references = [
        one["data"]["why"]["text"]
        for one in ask("joker", "timeline")
        if one["type"] in KEPT and "why" in one["data"]
    ]
    assert len(references) == 3
    assert ask("joker", "text", text=references[0]) == "The boss thinks it is our fault."
    for reference in references:
        assert isinstance(ask.refused("zoopit", "text", text=reference), NotFound)
