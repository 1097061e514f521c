"""For which parties a person may log in."""

from __future__ import annotations

from domain.use_cases.credentials import Credential
from projections import credentials
from tests.projections.test_credentials import AT, BEFORE, END, asks, rows

PERSON = Credential("0f" * 32, "person")
WHO = {"issuer": "https://login.example", "subject": "p-1"}


def test_a_person_may_log_in_where_the_operator_has_let_them_in() -> None:
    also = asks("party_person", PERSON, **{**WHO, "id": "tokmanni"})
    found = rows(asks("party_person", PERSON, **WHO), also)
    assert credentials.let_in(PERSON.name, found, AT) == ["joker", "tokmanni"]
    assert credentials.let_in("0e" * 32, found, AT) == []


def test_a_person_s_hash_is_no_api_key() -> None:
    found = rows(asks("party_person", PERSON, **WHO))
    assert credentials.holder(PERSON.name, found, AT) is None


def test_a_person_who_is_cut_off_or_whose_time_is_up_stays_outside() -> None:
    cut = asks("party_revoke", credential=PERSON.name)
    found = rows(asks("party_person", PERSON, **WHO), cut)
    assert credentials.let_in(PERSON.name, found, AT) == []
    found = rows(asks("party_person", PERSON, **WHO, expires=END))
    assert credentials.let_in(PERSON.name, found, BEFORE) == ["joker"]
    assert credentials.let_in(PERSON.name, found, AT) == []
