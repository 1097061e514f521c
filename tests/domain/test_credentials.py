"""Credentials in the ledger: given out, ending by themselves, cut off one by one or all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain import events as e
from domain.desk import Request
from domain.errors import CommandReused, Forbidden, Invalid, NotFound, Refused, VarselError
from domain.party import API_KEY, NATS, Held
from domain.ports import Receipt
from domain.use_cases.credentials import Credential
from tests.builders import moment
from tests.spec import START, Outcome, Story, given, like

USER, KEY = "UABCDEFGHIJKLMNOPQR", "0123456789abcdef0123"


def new(*names: str) -> list[Credential]:
    """Credentials under these names: a NATS user's begins with a U."""
    return [Credential(name, NATS if name.startswith("U") else API_KEY) for name in names]


def asking(
    story: Story,
    verb: str,
    *names: str,
    by: str = "platform",
    command: str | None = None,
    actor: Any = None,
    **body: Any,
) -> Callable[[], Receipt]:
    story.taken += 1
    request = Request(
        by, verb, command or f"command-{story.taken}", {"id": "joker", **body}, actor=actor
    )
    return lambda: story.desk.give(request, new(*names), story.now)


def asked(story: Story, verb: str, *names: str, **more: Any) -> Outcome:
    return story.when(asking(story, verb, *names, **more))


def held(story: Story, party: str = "joker") -> dict[str, Held]:
    found = story.desk.party(party)
    assert found is not None
    return found.credentials


def issued(credential: str, **more: Any) -> Any:
    return like(e.CredentialIssued, party="joker", credential=credential, **more)


def revoked(credential: str) -> Any:
    return like(e.CredentialRevoked, party="joker", credential=credential)


# --- given out ---------------------------------------------------------------------------------


def test_a_party_is_let_in_together_with_its_first_credentials() -> None:
    story = given()
    asked(story, "party_add", USER, KEY, id="kiwi", roles=["client"]).then(
        like(e.PartyRegistered, id="kiwi").seen_by("kiwi"),
        like(e.CredentialIssued, party="kiwi", credential=USER, kind=NATS).seen_by("kiwi"),
        like(e.CredentialIssued, party="kiwi", credential=KEY, kind=API_KEY).seen_by("kiwi"),
    )
    assert held(story, "kiwi") == {USER: Held(NATS, None), KEY: Held(API_KEY, None)}


def test_a_party_that_is_refused_gets_no_credentials() -> None:
    asked(given(), "party_add", USER, roles=["client"]).then_refused(Refused, field="id")


def test_more_credentials_leave_the_others_alone() -> None:
    story = given()
    asked(story, "party_issue", USER, KEY)
    asked(story, "party_issue", "U2").then(issued("U2", kind=NATS))
    assert held(story).keys() == {USER, KEY, "U2"}


def test_it_is_told_who_gave_them_out() -> None:
    story = given()
    asked(story, "party_issue", USER, command="c-1", actor={"user": "u-17"})
    envelope = story.last(e.CredentialIssued).envelope
    assert (envelope.party, envelope.command) == ("platform", "c-1")
    assert envelope.actor is not None
    assert envelope.actor.user == "u-17"


def test_the_same_request_again_gives_out_nothing() -> None:
    story = given()
    first = asked(story, "party_issue", USER, command="c-1")
    again = asked(story, "party_issue", "U2", command="c-1")
    again.then()
    assert again.receipt == first.receipt
    assert held(story).keys() == {USER}


@pytest.mark.parametrize(
    ("verb", "body"), [("party_rotate", {}), ("party_issue", {"expires": "P1D"})]
)
def test_another_request_under_the_same_id_is_refused(verb: str, body: dict[str, str]) -> None:
    story = given()
    asked(story, "party_issue", USER, command="c-1")
    asked(story, verb, "U2", command="c-1", **body).then_refused(CommandReused)


@pytest.mark.parametrize("verb", ["party_add", "party_issue", "party_rotate", "party_revoke"])
def test_credentials_are_the_operators_business(verb: str) -> None:
    asked(given(), verb, USER, by="joker").then_refused(Forbidden)


@pytest.mark.parametrize("verb", ["party_issue", "party_rotate", "party_revoke"])
def test_nobody_gets_or_loses_credentials_who_was_not_let_in(verb: str) -> None:
    asked(given(), verb, USER, id="stranger").then_refused(NotFound, field="id")


# --- new for old -------------------------------------------------------------------------------


def test_rotation_takes_the_old_ones_and_gives_new_ones_in_one() -> None:
    story = given()
    asked(story, "party_issue", USER, KEY)
    asked(story, "party_rotate", "U2", "beef").then(
        revoked(USER), revoked(KEY), issued("U2"), issued("beef")
    )
    assert held(story).keys() == {"U2", "beef"}


@pytest.mark.parametrize(("fresh", "left"), [("U2", KEY), ("beef", USER)])
def test_rotation_of_one_kind_leaves_the_other_alone(fresh: str, left: str) -> None:
    story = given()
    asked(story, "party_issue", USER, KEY)
    asked(story, "party_rotate", fresh).then(e.CredentialRevoked, e.CredentialIssued)
    assert held(story).keys() == {fresh, left}


# --- cut off -----------------------------------------------------------------------------------


def test_all_credentials_are_cut_off_and_nats_is_told_since_when() -> None:
    story = given()
    asked(story, "party_issue", USER, KEY)
    asked(story, "party_revoke").then(revoked(USER).seen_by("joker"), revoked(KEY))
    joker = story.desk.party("joker")
    assert joker is not None
    assert joker.credentials == {}
    assert joker.revoked == {USER: story.now}


def test_one_credential_is_cut_off_by_how_its_name_begins() -> None:
    story = given()
    asked(story, "party_issue", USER, KEY)
    asked(story, "party_revoke", credential=KEY[:12]).then(revoked(KEY))
    assert held(story).keys() == {USER}


def test_a_name_that_fits_none_is_not_found_and_those_there_are_are_named() -> None:
    story = given()
    asked(story, "party_issue", USER)
    asked(story, "party_revoke", credential="UZZZZZ").then_refused(
        NotFound, field="credential", match=f"one that was not revoked: {USER[:12]};"
    )
    asked(story, "party_revoke")
    asked(story, "party_revoke", credential=USER).then_refused(NotFound, match="revoked: none")


def test_a_name_that_fits_several_cuts_nothing_off() -> None:
    story = given()
    asked(story, "party_issue", "UAAAAAAB", "UAAAAAAC")
    asked(story, "party_revoke", credential="UAAAAAA").then_refused(Invalid, field="credential")


def test_where_there_is_nothing_to_cut_off_nothing_is_recorded() -> None:
    asked(given(), "party_revoke").then()


def test_a_name_too_short_to_mean_one_is_refused() -> None:
    asked(given(), "party_revoke", credential="U").then_refused(Invalid, field="credential")


# --- ending by themselves ----------------------------------------------------------------------

# It is 08:00 UTC on 4 March 2024; Oslo is an hour ahead, two from the end of March on.


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("2024-03-04T09:30:00.7+01:00", "2024-03-04T08:30:00Z"),
        ("2024-12-31", "2024-12-31T22:59:59Z"),
        ("2024-06", "2024-06-30T21:59:59Z"),
        ("PT8H", "2024-03-04T16:04:00Z"),
        (" P90D", "2024-06-02T21:59:59Z"),
        ("P1Y", "2025-03-04T22:59:59Z"),
    ],
)
def test_credentials_end_when_it_is_said_days_counted_whole_in_the_partys_zone(
    said: str, end: str
) -> None:
    story = given()
    outcome = asked(story, "party_issue", USER, expires=said)
    outcome.then(issued(USER, expires_at=moment(end)))
    assert held(story)[USER].expires_at == moment(end)


def test_without_an_end_there_is_none() -> None:
    asked(given(), "party_issue", USER).then(issued(USER, expires_at=None))


def test_a_party_may_be_let_in_for_a_while() -> None:
    story = given()
    end = moment("2024-03-05T23:59:59Z")
    joining = {"id": "kiwi", "roles": ["client"], "expires": "P1D"}
    asked(story, "party_add", USER, **joining).then(
        e.PartyRegistered, like(e.CredentialIssued, expires_at=end)
    )


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=0.9), -timedelta(days=1)])
def test_an_end_lies_ahead(ahead: timedelta) -> None:
    story = given()
    passed = (story.now + ahead).isoformat()
    asked(story, "party_issue", USER, expires=passed).then_refused(Invalid, field="expires")


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ("tomorrow", "is no end; .*an instant with its zone"),
        ("2024-12-31T12:00", "is no end"),
        ("90D", "such as P90D"),
        ("P1DT1H", "is no end"),
        ("P0D", "is no end"),
        ("2024-03-03", "has passed already"),
        (7, "expires"),
    ],
)
def test_what_is_no_end_is_refused(said: Any, match: str) -> None:
    asked(given(), "party_issue", USER, expires=said).then_refused(
        Invalid, field="expires", match=match
    )


def test_an_end_is_told_to_whoever_asks_too_early_or_too_late() -> None:
    story = given()
    outcome = asked(story, "party_issue", USER, expires="2024-01-01")
    assert isinstance(outcome.error, VarselError)
    assert START.date().isoformat() in str(outcome.error.expected)
