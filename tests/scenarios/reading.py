"""Reading what `play --json` prints, as its readers would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.console import i18n, reasons
from adapters.console.telling import Teller

Played = dict[str, Any]

TOP = {"clients", "vendors", "incidents"}
CLIENT = {"timeline", "obligations", "contradictions"}
INCIDENT = {"board", "facts"}
ENTRY = {
    "event",
    "type",
    "recorded_at",
    "happened",
    "by",
    "source",
    "corrects",
    "superseded_by",
    "data",
}
OBLIGATION = {
    "id",
    "duty",
    "incident",
    "debtor",
    "owed_to",
    "authority",
    "country",
    "stage",
    "started_at",
    "started_by",
    "due",
    "status",
    "met_at",
    "met_by",
    "why",
    "law_version",
    "citation",
}
STATUSES = {
    "not_started",
    "open",
    "met",
    "met_late",
    "overdue",
    "waived",
    "not_required",
    "delayed",
    "undetermined",
    "superseded",
}
CONVENTIONS = {"strict", "r1182", "relief", "business_days"}
CONTRADICTION = {"statement", "claim", "against", "kind", "words"}
KINDS = {"contradicts", "overtaken", "differs_from_notice"}
TELLER = Teller(i18n.tongue("nb"), ZoneInfo("Europe/Oslo"), datetime(2026, 3, 1, tzinfo=UTC))
SIDES = {"platform", "vendor", "client"}


def require_structure(found: Played) -> None:
    """Exactly the public structure, in every part."""
    assert found.keys() == TOP
    for client in found["clients"].values():
        assert client.keys() == CLIENT
        for entry in client["timeline"]:
            assert entry.keys() == ENTRY
            assert entry["source"] in SIDES
        for one in client["contradictions"]:
            assert one.keys() == CONTRADICTION
            assert one["kind"] in KINDS
    for vendor in found["vendors"].values():
        assert vendor.keys() == {"obligations"}
    for party in (*found["clients"].values(), *found["vendors"].values()):
        for one in party["obligations"]:
            _require_obligation(one)
    for incident in found["incidents"].values():
        assert incident.keys() == INCIDENT


def _require_obligation(one: dict[str, Any]) -> None:
    assert one.keys() == OBLIGATION
    assert one["status"] in STATUSES
    assert reasons.told(TELLER, one["why"]) is not None, one["why"]  # every language can say it
    for due in one["due"]:
        assert due.keys() == {"convention", "at", "alarm"}
        assert due["convention"] in CONVENTIONS
    assert sum(due["alarm"] for due in one["due"]) == bool(one["due"])


def timeline(found: Played, client: str, kind: str | None = None) -> list[dict[str, Any]]:
    """A client's timeline, or its entries of one kind."""
    entries = found["clients"][client]["timeline"]
    return [one for one in entries if kind in {None, one["type"]}]


def owed(found: Played, party: str, duty: str, **like: Any) -> list[dict[str, Any]]:
    """A party's obligations of one duty, the superseded ones last."""
    rows = (found["clients"].get(party) or found["vendors"][party])["obligations"]
    return [
        one
        for one in rows
        if one["duty"] == duty and all(one[name] == value for name, value in like.items())
    ]


def the(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The only one of them."""
    assert len(found) == 1, found
    return found[0]


def current(found: Played, party: str, duty: str, **like: Any) -> dict[str, Any]:
    """The one obligation that was not superseded."""
    return the([o for o in owed(found, party, duty, **like) if o["status"] != "superseded"])


def deadlines(obligation: dict[str, Any]) -> dict[str, str]:
    """By convention, when it is due."""
    return {one["convention"]: one["at"] for one in obligation["due"]}


def people(facts: dict[str, Any], group: str) -> list[dict[str, Any]]:
    """The rows of one group in an incident's facts."""
    return [row for row in facts["facts"]["people"] if row["group"] == group]
