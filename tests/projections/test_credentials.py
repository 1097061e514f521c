"""Which credentials there are: whose a key is, until when, and who gave or took it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.desk import Request
from domain.use_cases.credentials import Credential
from projections import credentials, parties
from projections.rows import Rows
from tests.builders import moment, step
from tests.projections.reading import Act, Played, a_story, read

USER = Credential("UABCDEFGHIJKLMNOPQR", "nats")
KEY, OTHER = Credential("0123456789abcdef", "api-key"), Credential("fedcba9876543210", "api-key")
END = "2024-03-04T12:00:00+00:00"
BEFORE, AT = moment("2024-03-04T11:59:59Z"), moment(END)


def asks(verb: str, *new: Credential, **body: Any) -> Act:
    def act(story: Played) -> None:
        command = f"{verb}-{story.taken}"
        story.taken += 1
        said = {"id": "joker", **body}
        request = Request("platform", verb, command, said, actor={"user": "u-17"})
        story.desk.give(request, new, story.now)

    return act


def rows(*acts: Act) -> Rows:
    return read(a_story(*acts)).rows


# --- whose a key is ----------------------------------------------------------------------------


def test_a_key_is_its_partys() -> None:
    found = rows(asks("party_issue", KEY))
    assert credentials.holder(KEY.name, found, AT) == "joker"


def test_a_key_that_nobody_was_given_is_nobodys() -> None:
    assert credentials.holder(OTHER.name, rows(asks("party_issue", KEY)), AT) is None


def test_the_public_key_of_a_nats_user_is_no_api_key() -> None:
    assert credentials.holder(USER.name, rows(asks("party_issue", USER)), AT) is None


def test_a_key_that_was_cut_off_is_nobodys_and_the_others_stay() -> None:
    found = rows(asks("party_issue", KEY, OTHER), asks("party_revoke", credential=KEY.name))
    assert credentials.holder(KEY.name, found, AT) is None
    assert credentials.holder(OTHER.name, found, AT) == "joker"


def test_a_key_opens_until_it_ends() -> None:
    found = rows(asks("party_issue", KEY, expires=END))
    assert credentials.holder(KEY.name, found, BEFORE) == "joker"
    assert credentials.holder(KEY.name, found, AT) is None


# --- which there are ---------------------------------------------------------------------------


def test_each_credential_is_listed_with_who_gave_and_who_took_it() -> None:
    found = rows(
        asks("party_issue", USER, expires=END),
        asks("party_issue", KEY),
        asks("party_revoke", credential=USER.name),
    )
    key, user = credentials.of("joker", found)  # given out in the same minute: by kind
    assert (user["short"], user["kind"], user["expires_at"]) == ("UABCDEFGHIJK", "nats", END)
    assert user["issued_by"]["user"] == "u-17"
    assert user["revoked_by"]["command"].startswith("party_revoke-")
    assert user["revoked_at"] >= user["issued_at"]
    assert (key["short"], key["kind"]) == ("0123456789ab", "api-key")
    assert key["expires_at"] is key["revoked_at"] is key["revoked_by"] is None


def test_nothing_that_opens_anything_is_listed() -> None:
    (listed,) = credentials.of("joker", rows(asks("party_issue", KEY)))
    assert KEY.name not in str(listed)


def test_a_party_without_credentials_has_an_empty_list() -> None:
    assert credentials.of("tokmanni", rows(asks("party_issue", KEY))) == []


def test_it_is_known_when_a_party_last_lost_a_credential() -> None:
    story = a_story(asks("party_issue", USER, KEY))
    assert credentials.last_cut("joker", read(story).rows) is None
    for one in (USER, KEY):
        story.now += timedelta(hours=1)
        story.goes_on(asks("party_revoke", credential=one.name))
    assert credentials.last_cut("joker", read(story).rows) == story.now


# --- what ends soon ----------------------------------------------------------------------------


def test_what_ends_soon_is_listed_the_first_first() -> None:
    found = rows(
        asks("party_issue", KEY, expires="P10D"),
        asks("party_issue", USER, expires="P3D"),
        asks("party_issue", OTHER, expires="P30D"),
    )
    soon = credentials.expiring(found, BEFORE)
    assert [(one["party"], one["short"]) for one in soon] == [
        ("joker", "UABCDEFGHIJK"),
        ("joker", "0123456789ab"),
    ]
    assert {*soon[0]} == {"party", "short", "kind", "expires_at"}
    assert len(credentials.expiring(found, BEFORE, timedelta(days=40))) == 3


def test_what_has_ended_never_ends_or_was_cut_off_does_not_end_soon() -> None:
    found = rows(
        asks("party_issue", KEY, expires=END),
        asks("party_issue", USER),
        asks("party_issue", OTHER, expires="P3D"),
        asks("party_revoke", credential=OTHER.name),
    )
    assert [one["short"] for one in credentials.expiring(found, BEFORE)] == ["0123456789ab"]
    assert credentials.expiring(found, AT) == []


# --- whom an auditor sees ----------------------------------------------------------------------


def test_a_profile_holds_the_scope_as_it_was_said_last() -> None:
    story = a_story(step("platform", "set_scope", party="auditor", scope=["tokmanni"]))
    profile = parties.profile("auditor", read(story).rows)
    assert profile is not None
    assert (profile.scope, profile.roles) == (("tokmanni",), ("auditor",))
