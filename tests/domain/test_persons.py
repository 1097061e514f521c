"""People who may log in for a party: let in by the operator, once, and cut off like any other."""

from __future__ import annotations

from domain import events as e
from domain.desk import Request
from domain.errors import Forbidden, NotFound, Refused
from domain.party import PERSON, Held
from domain.use_cases.credentials import Credential
from tests.spec import Outcome, Story, given, like

NAME = "0f" * 32


def let_in(
    story: Story, party: str = "joker", by: str = "platform", verb: str = "party_person"
) -> Outcome:
    story.taken += 1
    who = {"issuer": "https://login.example", "subject": "p-1"} if verb == "party_person" else {}
    request = Request(by, verb, f"person-{story.taken}", {"id": party, **who})
    new = [Credential(NAME, PERSON)] if who else []
    return story.when(lambda: story.desk.give(request, new, story.now))


def test_a_person_is_let_in_under_a_hash() -> None:
    story = given()
    let_in(story).then(like(e.CredentialIssued, party="joker", credential=NAME, kind=PERSON))
    party = story.desk.party("joker")
    assert party is not None
    assert party.credentials == {NAME: Held(PERSON, None)}


def test_nobody_is_let_in_twice_for_one_party() -> None:
    story = given()
    let_in(story)
    let_in(story).then_refused(Refused, field="subject")
    let_in(story, "tokmanni").then(like(e.CredentialIssued, party="tokmanni", credential=NAME))


def test_a_person_who_was_cut_off_may_be_let_in_again() -> None:
    story = given()
    let_in(story)
    let_in(story, verb="party_revoke").then(like(e.CredentialRevoked, credential=NAME))
    let_in(story).then(like(e.CredentialIssued, credential=NAME))


def test_only_the_operator_lets_people_in_and_only_for_a_party_that_is_there() -> None:
    let_in(given(), by="joker").then_refused(Forbidden)
    let_in(given(), "nobody").then_refused(NotFound, field="id")
