"""What did somebody know at an instant: asked by whoever may see that party's view."""

from __future__ import annotations

from domain.errors import Forbidden, Invalid, NotFound
from tests.adapters.asking import Tell
from tests.builders import a_claim, a_leak, a_notice, a_revision, an_acknowledgement

TOLD = (
    a_leak(claims=[a_claim("live", holds="no_sign")]).at("2024-03-05T08:00Z"),
    a_notice("joker").at("2024-03-05T09:00Z"),
    an_acknowledgement().at("2024-03-05T10:00Z"),
    a_revision(claims=[a_claim("live", holds="yes")]).at("2024-03-06T09:00Z"),
)


def holds(found: dict[str, object]) -> list[object]:
    items: list[dict[str, object]] = found["items"]  # type: ignore[assignment]
    return [one["says"]["holds"] for one in items if one["what"] == "claims"]  # type: ignore[index]


def test_an_instant_shows_what_was_known_then_and_what_took_its_place(tell: Tell) -> None:
    found = tell(*TOLD)("joker", "knowledge", incident="leak", at="2024-03-05T12:00+01:00")
    assert holds(found) == ["no_sign"]
    [claim] = [one for one in found["items"] if one["what"] == "claims"]
    assert claim["since"][0]["says"]["holds"] == "yes"


def test_a_date_means_its_end_in_the_zone_of_the_party(tell: Tell) -> None:
    found = tell(*TOLD)("joker", "knowledge", incident="leak", at="2024-03-06")
    assert found["at"].startswith("2024-03-06T22:59:59+00:00")
    assert holds(found) == ["no_sign", "yes"]


def test_without_an_instant_it_is_now(tell: Tell) -> None:
    assert holds(tell(*TOLD)("joker", "knowledge", incident="leak")) == ["no_sign", "yes"]


def test_an_auditor_asks_for_those_in_its_scope_alone(tell: Tell) -> None:
    ask = tell(*TOLD)
    same = {"incident": "leak", "at": "2024-03-06"}
    assert ask("auditor", "knowledge", party="joker", **same) == ask("joker", "knowledge", **same)
    refused = ask.refused("auditor", "knowledge", party="zoopit", incident="leak")
    assert isinstance(refused, Forbidden)


def test_a_client_does_not_ask_what_its_vendor_claimed_to_others(tell: Tell) -> None:
    refused = tell(*TOLD).refused("joker", "knowledge", party="zoopit", incident="leak")
    assert isinstance(refused, Forbidden)


def test_an_incident_one_was_never_told_of_is_not_there(tell: Tell) -> None:
    refused = tell(*TOLD).refused("tokmanni", "knowledge", incident="leak")
    assert isinstance(refused, NotFound)


def test_what_is_no_instant_is_refused_at_its_field(tell: Tell) -> None:
    refused = tell(*TOLD).refused("joker", "knowledge", incident="leak", at="yesterday")
    assert isinstance(refused, Invalid)
    assert refused.field == "at"
